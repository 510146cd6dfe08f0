"""What lies below every call: sessions, retries, time-outs, quota, and what must never be shown.

simple-salesforce loses headers on a refresh, refreshes for ever, fails on a 401 that is no JSON, stays
on an old address, and has neither time-outs nor retries; each is held here on our session below it.
"""

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from kamsync.errors import QuotaSpent, SystemDown
from kamsync.model import Op, Outcome, Write
from kamsync.redact import Secret
from kamsync.sandbox.mishaps import Cut, LoseAnswer, Refuse, TimeOut
from kamsync_salesforce.api.tokens import NotLetIn
from kamsync_salesforce.sandbox.http.mishaps import ExpireSessions, LockRows, SpendQuota

COMPOSITE = "/services/data/*/composite"
DATA = "/services/data/*"


def company(org, name="Nordwind"):
    """Make an account by hand."""
    return org.create("Account", {"Name": name})


def name_of(org, native_id):
    """Return what an account is called."""
    [row] = [row for row in org.rows("SELECT Id,Name FROM Account") if row["Id"] == native_id]
    return row["Name"]


def creating(stamp="account-1", name="Nordwind"):
    """Return a create."""
    return Write(Op.CREATE, None, {"Name": name}, key=stamp, stamp=stamp)


def updating(native_id, version=None, name="ours"):
    """Return an update."""
    return Write(Op.UPDATE, native_id, {"Name": name}, key="k", version=version)


def test_a_condition_survives_a_refresh_of_the_session(org, connector):
    """The library's own retry drops it, and would overwrite an edit."""
    native_id = company(org)
    org.clock.forward(60)
    before = connector.fetch("Account", ["Name"], [native_id])[native_id]
    org.act("edit", object="Account", id=native_id, values={"Name": "a person's"})
    org.server.faults.add(ExpireSessions(path=COMPOSITE, times=1))

    [receipt] = connector.write("Account", [updating(native_id, before.version)])

    assert Outcome.STALE is receipt.outcome
    assert "a person's" == name_of(org, native_id)


def test_every_call_of_ours_is_marked_after_a_refresh_too(org, connector):
    """So that our changes are told apart in change events."""
    native_id = company(org)
    connector.fetch("Account", ["Name"], [native_id])
    org.counted()
    org.server.faults.add(ExpireSessions(path=COMPOSITE, times=1))

    connector.write("Account", [updating(native_id)])

    done = [call for call in org.server.calls if call.kind == "POST composite" and call.cost]
    assert ["kamsync"] == [call.notes.get("client") for call in done]


def test_a_session_that_is_refused_for_ever_is_renewed_once(org, connector):
    """The library's own retry never ends."""
    company(org)
    list(connector.read("Account", ["Name"], None))
    org.server.calls.clear()
    org.server.faults.add(ExpireSessions(path=DATA))

    with pytest.raises(NotLetIn, match="INVALID_SESSION_ID"):
        list(connector.read("Account", ["Name"], None))

    assert 2 == sum(1 for call in org.server.calls if call.path.startswith("/services/data"))


def test_one_thread_renews_the_session_for_all(org, connector):
    """A refresh token may be good for one use."""
    native_id = company(org)
    connector.fetch("Account", ["Name"], [native_id])
    org.act("expire_sessions")
    org.server.calls.clear()

    with ThreadPoolExecutor(8) as threads:
        found = list(
            threads.map(lambda _: connector.fetch("Account", ["Name"], [native_id]), range(8))
        )

    assert all(native_id in each for each in found)
    assert 1 == sum(1 for call in org.server.calls if call.path.startswith("/services/oauth2"))


def test_a_401_that_is_no_json_is_told_and_no_crash(org, connector):
    """Something before the org may answer in its place."""
    org.server.faults.add(Refuse(path=DATA, status=401))

    with pytest.raises(NotLetIn, match="takes no session"):
        list(connector.read("Account", ["Name"], None))


def test_a_session_id_is_used_until_it_is_over(org):
    """It cannot be renewed, and that is said."""
    token = org.service.credentials.access_token
    connector = org.connect(client_id="", client_secret=None, session_id=Secret(token))
    native_id = company(org)
    assert native_id in connector.fetch("Account", ["Name"], [native_id])
    org.act("expire_sessions")

    with pytest.raises(NotLetIn, match="cannot be renewed"):
        connector.fetch("Account", ["Name"], [native_id])
    connector.close()


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_read_is_tried_again_when_the_org_cannot_serve(org, connector, status):
    """Reading changes nothing, so it may be repeated."""
    native_id = company(org)
    org.server.faults.add(Refuse(path=DATA, status=status, nth=(1, 2)))

    assert native_id in connector.fetch("Account", ["Name"], [native_id])


def test_the_wait_that_the_org_asks_for_is_kept(org, connector):
    """It is waited once, and not longer."""
    native_id = company(org)
    org.server.faults.add(Refuse(path=DATA, status=503, retry_after=17, times=1))

    connector.fetch("Account", ["Name"], [native_id])

    assert [17] == org.waits.waited_s


def test_a_long_wait_is_not_waited_for(org, connector):
    """The rest of the round goes on."""
    org.server.faults.add(Refuse(path=DATA, status=503, retry_after=3600))

    with pytest.raises(SystemDown) as error:
        list(connector.read("Account", ["Name"], None))

    assert 3600 == error.value.wait_s
    assert [] == org.waits.waited_s


def test_an_answer_that_breaks_off_is_read_again(org, connector):
    """In its middle, or before it began."""
    native_id = company(org)
    connector.fetch("Account", ["Name"], [native_id])
    org.server.faults.add(Cut(path=DATA, times=1), LoseAnswer(path=DATA, times=1))

    assert native_id in connector.fetch("Account", ["Name"], [native_id])


def test_an_org_that_never_answers_is_down(org):
    """Every call has a time-out."""
    connector = org.connect(timeout=1)
    connector.org.session._attempts = 1
    org.server.faults.add(TimeOut(path=DATA))

    with pytest.raises(SystemDown, match="could not be reached"):
        list(connector.read("Account", ["Name"], None))
    connector.close()


def test_a_create_whose_answer_was_lost_is_made_once(org, connector):
    """It is sent again, and the stamp says that it is there."""
    org.server.faults.add(LoseAnswer(path=COMPOSITE, times=1))

    [receipt] = connector.write("Account", [creating()])

    [row] = org.rows("SELECT Id,Name FROM Account")
    assert (Outcome.DONE, row["Id"]) == (receipt.outcome, receipt.native_id)


def test_an_update_whose_answer_was_lost_is_unknown_and_sent_once(org, connector):
    """It could overwrite what somebody entered since."""
    native_id = company(org)
    org.server.faults.add(LoseAnswer(path=COMPOSITE, times=1))

    [receipt] = connector.write("Account", [updating(native_id)])

    assert Outcome.UNKNOWN is receipt.outcome
    assert "ours" == name_of(org, native_id)
    assert 1 == sum(1 for call in org.server.calls if call.kind == "POST composite")


def test_after_a_lost_answer_nothing_more_is_sent(org, connector):
    """What was answered stays answered, what was not sent is for later."""
    native_ids = [company(org, f"Company {n}") for n in range(60)]
    org.clock.forward(60)
    found = connector.fetch("Account", ["Name"], native_ids)
    org.server.faults.add(LoseAnswer(path=COMPOSITE, nth=2))

    receipts = connector.write("Account", [updating(id_, found[id_].version) for id_ in native_ids])

    expected = [Outcome.DONE] * 25 + [Outcome.UNKNOWN] * 25 + [Outcome.LATER] * 10
    assert expected == [receipt.outcome for receipt in receipts]


@pytest.mark.parametrize("status", [500, 503, 504])
def test_an_update_is_not_repeated_where_it_may_have_been_done(org, connector, status):
    """The next round reads what became of it."""
    native_id = company(org)
    org.server.faults.add(Refuse(path=COMPOSITE, status=status, times=1))

    [receipt] = connector.write("Account", [updating(native_id)])

    assert Outcome.UNKNOWN is receipt.outcome
    assert [] == org.waits.waited_s


def test_an_update_is_repeated_where_nothing_was_done(org, connector):
    """The org says that it was asked too often."""
    native_id = company(org)
    org.server.faults.add(Refuse(path=COMPOSITE, status=429, times=1))

    [receipt] = connector.write("Account", [updating(native_id)])

    assert Outcome.DONE is receipt.outcome


def test_a_locked_row_is_tried_again_after_a_drawn_wait(org, connector):
    """And the rows beside it are not."""
    locked, free = company(org), company(org, "Pinewood")
    org.server.faults.add(LockRows(path=COMPOSITE, ids=(locked,), times=1))

    receipts = connector.write("Account", [updating(locked), updating(free)])

    assert [Outcome.DONE, Outcome.DONE] == [receipt.outcome for receipt in receipts]
    assert 1 == len(org.waits.waited_s)


def test_a_row_that_stays_locked_is_for_later(org, connector):
    """It is neither refused nor parked."""
    locked, free = company(org), company(org, "Pinewood")
    org.act("lock", ids=[locked])

    receipts = connector.write("Account", [updating(locked), updating(free)])

    assert [Outcome.LATER, Outcome.DONE] == [receipt.outcome for receipt in receipts]
    assert "Nordwind" == name_of(org, locked)


def test_a_spent_quota_is_told_and_not_tried_again(org, connector):
    """There is no wait that would help today."""
    company(org)
    org.server.faults.add(SpendQuota(path=DATA, times=1))

    with pytest.raises(QuotaSpent, match="no more calls today"):
        list(connector.read("Account", ["Name"], None))
    assert [] == org.waits.waited_s


def test_a_share_of_the_calls_is_left_to_others(org):
    """Not one call more is made."""
    org.act("set", quota=20)
    connector = org.connect(quota_share=0.5)
    for _ in range(10):
        list(connector.read("Account", ["Name"], None))

    with pytest.raises(QuotaSpent, match="leaves the rest to others"):
        list(connector.read("Account", ["Name"], None))
    assert 10 == sum(call.cost for call in org.server.calls)
    connector.close()


def test_a_quota_that_was_spent_is_looked_at_again(org):
    """The day goes on, and nobody has to start anything anew."""
    org.act("set", quota=20)
    connector = org.connect(quota_share=0.5)
    for _ in range(10):
        list(connector.read("Account", ["Name"], None))
    org.act("set", quota=100_000)
    org.clock.forward(901)

    assert list(connector.read("Account", ["Name"], None))
    assert list(connector.read("Account", ["Name"], None))
    connector.close()


def test_no_token_is_ever_logged_or_told(org, connector, caplog):
    """Not by the libraries below either."""
    caplog.set_level(logging.DEBUG)
    native_id = company(org)
    connector.fetch("Account", ["Name"], [native_id])
    token = connector.org.tokens.current().access.reveal()
    org.server.faults.add(ExpireSessions(path=DATA))
    with pytest.raises(NotLetIn) as error:
        connector.fetch("Account", ["Name"], [native_id])
    secret = org.service.credentials.client_secret

    told = f"{caplog.text}{error.value}{connector.org.tokens.current()!r}{connector.login!r}"

    assert token
    assert not [each for each in (token, secret) if each in told]


def test_a_redirect_is_not_followed_with_a_token(org, connector, monkeypatch):
    """Wherever it leads."""
    sent = []
    send = requests.adapters.HTTPAdapter.send

    def redirected(self, request, **kwargs):
        response = send(self, request, **kwargs)
        if "/services/data" in request.url:
            sent.append(request.url)
            response.status_code, response.headers["Location"] = 302, f"{org.server.url}/elsewhere"
        return response

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", redirected)

    with pytest.raises(SystemDown):
        list(connector.read("Account", ["Name"], None))

    assert not [url for url in sent if "elsewhere" in url]


def test_an_org_that_has_moved_is_followed_at_the_next_login(org, connector, monkeypatch):
    """The library stays at the old address."""
    native_id = company(org)
    connector.fetch("Account", ["Name"], [native_id])
    moved = org.server.url.replace("127.0.0.1", "localhost")
    ask = connector.endpoint.ask

    def told(*args):
        import msgspec

        return msgspec.structs.replace(ask(*args), instance=moved)

    monkeypatch.setattr(connector.endpoint, "ask", told)
    org.act("expire_sessions")

    assert native_id in connector.fetch("Account", ["Name"], [native_id])
    assert moved == connector.org.tokens.current().instance


def test_a_proxy_of_the_environment_is_used(org, monkeypatch):
    """As every program of the machine does: nothing goes past it."""
    token = Secret(org.service.credentials.access_token)
    connector = org.connect(client_id="", client_secret=None, session_id=token)
    for name in ("no_proxy", "NO_PROXY", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    org.server.calls.clear()

    with pytest.raises(SystemDown, match="ProxyError"):
        list(connector.read("Account", ["Name"], None))

    assert [] == list(org.server.calls)
    connector.close()


def test_the_calls_of_the_day_are_told_as_far_as_they_are_ours(org, connector):
    """Without a call; nothing is told before an answer was."""
    assert connector.budget() is None
    org.act("set", quota=1_000)
    connector = org.connect(quota_share=0.5)

    connector.fetch("Account", ["Name"], ["001000000000001AAA"])

    budget = connector.budget()
    assert (500, 500 - org.service.api.quota.used) == (budget.limit, budget.left)
