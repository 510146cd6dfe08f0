"""What the official client leaves to its caller is done, and what HubSpot says is understood."""

import socket
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import structs

from kamsync.errors import NotLetIn, QuotaSpent, SystemDown, Unsupported
from kamsync.model import Op, Outcome, Write
from kamsync.redact import Secret
from kamsync.sandbox.mishaps import Cut, LoseAnswer, Refuse, TimeOut
from kamsync_hubspot.client.refusals import midnight_s
from kamsync_hubspot.sandbox import Settings
from kamsync_hubspot.testing.world import PERSON, connected, lagging, standing

OBJECTS = "/crm/v3/objects/*"
NAMES = ("name", "city")


@pytest.fixture
def company(portal):
    """The id of one company."""
    made = portal.act(PERSON, "create", object="companies", values={"name": "Nordwind"})
    portal.clock.forward(3600)
    return made


def read(connector):
    """Return the names of all companies."""
    pages = connector.read("companies", NAMES, None)
    return [reading.values["name"] for page in pages for reading in page.readings]


def updated(connector, native_id):
    """Return the receipt of a change."""
    [receipt] = connector.write(
        "companies", [Write(Op.UPDATE, native_id, {"city": "Bremen"}, "key")]
    )
    return receipt


def test_the_client_that_breaks_every_call_is_not_installed():
    """The release of urllib3 that took away what the client reads answers with is ruled out."""
    file = Path(__file__).parents[2] / "pyproject.toml"
    needs = tomllib.loads(file.read_text())["project"]["dependencies"]

    [urllib3] = [each for each in needs if each.startswith("urllib3")]
    assert "!=2.6.0" in urllib3


def test_calls_share_their_connections(portal, connector, company):
    """The client is made once and kept: calls one after the other use one connection."""
    connector.fetch("companies", NAMES, [company])
    server = portal._runner.server
    before = set(server.connections)

    for _ in range(5):
        connector.fetch("companies", NAMES, [company])

    assert set(server.connections) <= before


def test_a_failure_without_words_is_told_once(portal, connector, company):
    """An answer that says nothing leaves the status to be told, and nothing else."""
    portal.faults.add(Refuse(status=500, path=OBJECTS))

    with pytest.raises(SystemDown) as raised:
        connector.fetch("companies", NAMES, [company])

    assert 1 == raised.value.message.count("500")


@pytest.mark.parametrize("status", [423, 429, 477, 502, 503, 504, 521, 523, 524])
def test_what_may_work_soon_is_tried_again(portal, connector, company, status):
    """Reads and questions by POST are tried again after a wait, whatever the client leaves out."""
    portal.faults.add(Refuse(status=status, path=OBJECTS, times=2))
    before = portal.clock.now()

    assert ["Nordwind"] == read(connector)
    assert portal.clock.now() - before >= timedelta(seconds=2)

    portal.faults.clear()
    portal.faults.add(Refuse(status=status, path=f"{OBJECTS}/batch/read", times=2))
    assert [company] == list(connector.fetch("companies", NAMES, [company]))


@pytest.mark.parametrize("status", [500, 522, 525, 526, 530])
def test_what_will_not_work_soon_is_told_at_once(portal, connector, company, status):
    """A failure that waiting does not cure is one call, and says that the system is down."""
    portal.faults.add(Refuse(status=status, path=OBJECTS))
    portal.calls.clear()

    with pytest.raises(SystemDown, match="HubSpot"):
        connector.fetch("companies", NAMES, [company])

    assert 1 == len(portal.calls)


@pytest.mark.usefixtures("company")
def test_a_wait_that_is_asked_for_is_kept(portal, connector):
    """A move of the portal says how long it takes, and nobody calls before."""
    portal.faults.add(Refuse(status=477, retry_after=45, path=OBJECTS, times=1))
    before = portal.clock.now()

    assert ["Nordwind"] == read(connector)

    assert portal.clock.now() - before >= timedelta(seconds=45)


def test_a_wait_of_hours_is_not_waited_for(portal, connector):
    """A move that takes hours is told at once, so that the rest of the round goes on."""
    portal.faults.add(Refuse(status=477, retry_after=7200, path=OBJECTS))

    with pytest.raises(SystemDown) as raised:
        read(connector)

    assert 7200 == raised.value.wait_s


def test_nobody_waits_for_ever(portal, company):
    """Every call has a time-out: a silent system is down, and does not hang."""
    connector = connected(portal, timeout_s=0.1)
    portal.faults.add(TimeOut(path=OBJECTS, wait_s=20))

    with pytest.raises(SystemDown, match="cannot be reached"):
        connector.fetch("companies", NAMES, [company])

    connector.close()


def test_a_broken_connection_is_tried_again(portal, connector):
    """A read whose answer breaks off is read again."""
    portal.act(PERSON, "create", object="companies", values={"name": "Nordwind"})
    portal.faults.add(Cut(path=OBJECTS, times=1), LoseAnswer(path=OBJECTS, times=1))

    assert ["Nordwind"] == read(connector)


def test_nobody_there_is_a_system_that_is_down(portal):
    """What the client lets through as errors of its libraries is told in words."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    connector = connected(portal, url=f"http://127.0.0.1:{port}")

    with pytest.raises(SystemDown, match=rf"cannot be reached at http://127\.0\.0\.1:{port} "):
        read(connector)

    connector.close()


def test_a_wrong_certificate_is_told(portal):
    """Where the client fails over its own error, the cause is still told."""
    connector = connected(portal, url=portal.url.replace("http:", "https:"))

    with pytest.raises(SystemDown) as raised:
        read(connector)

    assert "certificates" in raised.value.hint
    connector.close()


def test_a_page_in_place_of_an_answer_is_told(portal, connector):
    """What is no JSON is a system that is down, and no traceback."""
    portal.faults.add(Refuse(status=521, path=OBJECTS))

    with pytest.raises(SystemDown):
        read(connector)


@pytest.mark.usefixtures("company")
def test_the_day_is_waited_out(portal):
    """The daily limit is told with the wait until midnight in the portal, and not tried again."""
    spent = portal.service.limits.today
    settings = structs.replace(portal.portal.settings, per_day=spent + 4)
    portal.run(setattr, portal.portal, "settings", settings)
    connector = connected(portal)
    portal.calls.clear()

    with pytest.raises(QuotaSpent) as raised:
        list(map(read, [connector] * 9))

    midnight = portal.service.limits.resets_at
    assert abs((midnight - portal.clock.now()).total_seconds() - raised.value.wait_s) < 3
    assert 4 + 1 == len(portal.calls)
    connector.close()


def test_the_night_in_which_clocks_are_set_is_as_long_as_it_is():
    """Midnight comes an hour earlier or later on two days of the year."""
    spring = datetime(2026, 3, 28, 23, tzinfo=UTC)

    assert 23 * 3600 + 1 == midnight_s(spring, "Europe/Berlin")


def test_without_a_time_zone_midnight_is_looked_for():
    """Nobody waits for a midnight that may be another one."""
    assert 3600 == midnight_s(datetime(2026, 3, 2, tzinfo=UTC), "")


def test_a_token_that_is_not_taken_is_never_shown(portal):
    """The message says what to do, and holds no secret."""
    connector = connected(portal, token=Secret("pat-eu1-wrong"))

    with pytest.raises(SystemDown) as raised:
        read(connector)

    assert "token" in str(raised.value)
    assert "pat-eu1-wrong" not in str(raised.value)
    connector.close()


def test_a_missing_scope_is_named(portal, connector):
    """What the token may not do is told with the scope that it lacks."""
    portal.run(setattr, portal.service.tokens, "scopes", frozenset({"crm.objects.owners.read"}))

    with pytest.raises(Unsupported) as raised:
        read(connector)

    assert "crm.objects.companies.read" in raised.value.hint


def test_a_write_that_lacks_a_scope_is_refused_with_its_name(portal, connector, company):
    """The row waits with a reason that says what to give to the token."""
    portal.run(setattr, portal.service.tokens, "scopes", frozenset({"crm.objects.companies.read"}))

    receipt = updated(connector, company)

    assert Outcome.REFUSED == receipt.outcome
    assert "crm.objects.companies.write" in receipt.reason


@pytest.mark.parametrize("mishap", [LoseAnswer, TimeOut])
def test_a_lost_answer_to_a_write_is_unknown(portal, company, mishap):
    """A write that may have landed is not sent again, and nobody says that it did or did not."""
    connector = connected(portal, timeout_s=1)
    more = {} if mishap is LoseAnswer else {"wait_s": 20}
    portal.faults.add(mishap(path=f"{OBJECTS}/batch/update", times=1, carried_out=True, **more))

    receipt = updated(connector, company)

    assert Outcome.UNKNOWN is receipt.outcome
    portal.faults.clear()
    assert "Bremen" == connector.fetch("companies", NAMES, [company])[company].values["city"]
    connector.close()


def test_a_locked_record_is_written_later(portal, connector, company):
    """A lock that does not end is no refusal: the row is to be written another time."""
    portal.faults.add(Refuse(status=423, path=f"{OBJECTS}/batch/update"))

    assert Outcome.LATER is updated(connector, company).outcome


def test_a_create_whose_answer_was_lost_is_made_once(portal, connector):
    """Sent again, it finds what the first attempt made."""
    create = Write(Op.CREATE, None, {"name": "Once"}, "key", stamp="account-1")
    portal.faults.add(LoseAnswer(path=f"{OBJECTS}/batch/create", times=1))

    [first] = connector.write("companies", [create])
    found = connector.find("companies", NAMES, ["account-1"])
    [again] = connector.write("companies", [create])

    assert Outcome.UNKNOWN is first.outcome
    assert (Outcome.DONE, found["account-1"].native_id) == (again.outcome, again.native_id)
    assert ["Once"] == read(connector)


@pytest.mark.usefixtures("company")
def test_so_many_names_that_no_address_holds_them_are_read_all_the_same(connector):
    """Names that would make an address too long go in the body of a second question."""
    names = ("name", *(f"no_such_property_with_a_long_name_{n}" for n in range(300)))

    [page] = list(connector.read("companies", names, None))

    assert [{"name": "Nordwind"}] == [reading.values for reading in page.readings]


def test_what_the_index_does_not_know_yet_is_read_later(portal, connector, company):
    """Each search looks back, so a change that the index showed late is not missed."""
    cursor = list(connector.read("companies", NAMES, None))[-1].cursor
    portal.clock.forward(3600)
    lagging(portal, (300_000, 300_000))
    portal.act(PERSON, "edit", object="companies", id=company, values={"city": "Bremen"})

    early = list(connector.read("companies", NAMES, cursor))
    portal.clock.forward(301)
    late = list(connector.read("companies", NAMES, early[-1].cursor))

    assert [] == [reading for page in early for reading in page.readings]
    assert ["Bremen"] == [r.values["city"] for page in late for r in page.readings]


def test_what_the_index_shows_of_the_past_is_not_told(portal, connector, company):
    """The index says which records to look at; what they hold is read from what is stored."""
    cursor = list(connector.read("companies", NAMES, None))[-1].cursor
    portal.clock.forward(60)
    portal.act(PERSON, "edit", object="companies", id=company, values={"city": "Kiel"})
    portal.clock.forward(60)
    lagging(portal, (300_000, 300_000))
    portal.act(PERSON, "edit", object="companies", id=company, values={"city": "Bremen"})

    pages = list(connector.read("companies", NAMES, cursor))

    assert ["Bremen"] == [r.values["city"] for page in pages for r in page.readings]


def test_the_dated_interface_is_spoken_as_well(portal, company):
    """The version of every path is chosen in one place."""
    connector = connected(portal, api="2026-03")

    assert ["Nordwind"] == read(connector)
    assert Outcome.DONE is updated(connector, company).outcome
    assert [company] == list(connector.fetch("companies", ("association.parent",), [company]))
    assert all("/v3/" not in call.path and "/v4/" not in call.path for call in portal.calls)
    connector.close()


@pytest.mark.usefixtures("company")
def test_an_app_refreshes_its_token_once(portal):
    """A token that has ended is got anew, and the call goes through."""
    held = portal.credentials
    connector = connected(
        portal,
        token=None,
        client_id=held["client_id"],
        client_secret=Secret(held["client_secret"]),
        refresh_token=Secret(held["refresh_token"]),
    )

    assert ["Nordwind"] == read(connector)
    portal.run(portal.service.tokens.expire)
    portal.calls.clear()

    assert ["Nordwind"] == read(connector)
    assert [401, 200, 200] == [call.status for call in portal.calls]
    connector.close()


def test_a_portal_that_follows_merges_is_understood():
    """Where a batch answers to an old id with the new record, the old one is still told as gone."""
    sandbox = standing(Settings(lag_ms=(0, 0), batch_read_follows_merges=True))
    connector = connected(sandbox)
    loser, survivor = (
        sandbox.act(PERSON, "create", object="companies", values={"name": name}) for name in "ab"
    )
    kept = sandbox.act(PERSON, "merge", object="companies", id=survivor, loser=loser)

    found = connector.fetch("companies", NAMES, [loser, survivor])

    assert {loser: kept, survivor: kept} == {key: each.merged_into for key, each in found.items()}
    assert all(each.values is None for each in found.values())
    connector.close()
    sandbox.close()


@pytest.mark.usefixtures("company")
def test_the_calls_of_the_day_are_told(portal):
    """Without a call; nothing is told before an answer was."""
    connector = connected(portal)
    assert connector.budget() is None

    connector.identity()

    budget = connector.budget()
    assert portal.portal.settings.per_day == budget.limit
    assert budget.limit - portal.service.limits.today == budget.left


def test_a_token_that_was_rotated_lets_nobody_in_and_says_what_to_do(portal):
    """Waiting alone would cure nothing."""
    connector = connected(portal)
    portal.run(portal.service.tokens.rotate, "pat-eu1-0b5e55ed-0000-4000-8000-000000000001")

    with pytest.raises(NotLetIn, match="Make a new one"):
        connector.identity()
