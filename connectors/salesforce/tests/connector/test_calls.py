"""How many calls it takes, against the fewest that the API allows; the sandbox counts them."""

import pytest

from kamsync.connector import Can, Upcoming
from kamsync.model import Op, Outcome, Write
from kamsync_salesforce.testing import TestOrg

NAMES = {
    "Account": ("Name", "Phone"),
    "Contact": ("LastName", "AccountId"),
    "User": ("Email",),
    "AccountTeamMember": ("AccountId", "UserId"),
    "Opportunity": ("Name", "StageName"),
    "OpportunitySplit": ("OpportunityId", "SplitPercentage"),
}
TIGHT = 1.1


def filled(org, count):
    """Make so many accounts by hand."""
    who = org.org.people.administrator

    def fill():
        with org.org.atomically():
            return [org.org.create("Account", {"Name": f"Company {n}"}, who) for n in range(count)]

    return org.server.run(fill)


def read(connector, object_, cursor):
    """Read to the end, and return the readings and the cursor."""
    pages = list(connector.read(object_, NAMES[object_], cursor))
    return [reading for page in pages for reading in page.readings], pages[-1].cursor


def ready(org, connector):
    """Log in and read everything once, and forget what that took; return the cursors."""
    cursors = {name: read(connector, name, None)[1] for name in NAMES}
    org.counted()
    return cursors


def test_a_full_pull_takes_one_call_for_each_2000_rows(org, connector):
    """The largest page, and no question beside it."""
    filled(org, 4500)

    readings, _ = read(connector, "Account", None)

    assert 4500 == len(readings)
    assert 3 == len(org.counted())


def test_an_idle_round_takes_one_call_for_five_objects(org, connector):
    """Five queries go in one composite; the log of deletes is asked on its own schedule."""
    cursors = ready(org, connector)
    org.clock.forward(1200)
    cursors = foreseen(connector, cursors)
    # The log of deletes was due, and is not again so soon.
    assert ["GET queryAll", "GET sobjects/{object}/deleted", "POST composite"] == sorted(
        call.kind for call in org.counted()
    )

    foreseen(connector, cursors)

    assert 2 == len(org.counted())


def foreseen(connector, cursors):
    """Read all objects as a round does."""
    connector.foresee([Upcoming(name, NAMES[name], cursors[name]) for name in NAMES])
    return {name: read(connector, name, cursors[name])[1] for name in NAMES}


@pytest.mark.parametrize("rows", [1, 2000, 2001])
def test_a_delta_takes_one_call_for_each_2000_rows(org, connector, rows):
    """Deleted rows come in the same pages."""
    cursors = ready(org, connector)
    org.clock.forward(1200)
    filled(org, rows)

    readings, _ = read(connector, "Account", cursors["Account"])

    assert rows == len(readings)
    assert -(-rows // 2000) == len(org.counted())


def test_a_thousand_records_are_fetched_in_one_call(org, connector):
    """By ids in the body, which no length of an address limits."""
    ids = filled(org, 1000)
    ready(org, connector)

    found = connector.fetch("Account", NAMES["Account"], ids)

    assert set(ids) == set(found)
    assert 1 == len(org.counted())


@pytest.mark.slow
def test_creates_take_one_call_for_each_thousand(org, connector):
    """Five collections in a composite; the object is described once."""
    ready(org, connector)
    for start in range(0, 20_000, 1000):
        writes = [
            Write(Op.CREATE, None, {"Name": f"Company {n}"}, key=f"k{n}", stamp=f"account-{n}")
            for n in range(start, start + 1000)
        ]
        receipts = connector.write("Account", writes)
        assert {Outcome.DONE} == {receipt.outcome for receipt in receipts}

    assert 20 * TIGHT >= len(org.counted())


def test_updates_on_no_version_take_one_call_for_each_thousand(org, connector):
    """Nothing is conditional, so they go in collections."""
    ids = filled(org, 1000)
    ready(org, connector)

    receipts = connector.write(
        "Account", [Write(Op.UPDATE, id_, {"Phone": "+49 30 1"}, key=id_) for id_ in ids]
    )

    assert {Outcome.DONE} == {receipt.outcome for receipt in receipts}
    assert 1 == len(org.counted())


def test_updates_on_a_version_take_one_call_for_each_25(org, connector):
    """A collection takes no conditions, and a composite 25 requests."""
    ids = filled(org, 250)
    org.clock.forward(60)
    ready(org, connector)
    versions = connector.fetch("Account", ["Name"], ids)
    org.counted()

    receipts = connector.write(
        "Account",
        [
            Write(Op.UPDATE, id_, {"Phone": "1"}, key=id_, version=versions[id_].version)
            for id_ in ids
        ],
    )

    assert {Outcome.DONE} == {receipt.outcome for receipt in receipts}
    assert 10 == len(org.counted())


def test_a_thousand_stamps_are_found_in_one_call(org, connector):
    """Five queries with as many stamps as an address takes."""
    ready(org, connector)
    stamps = [f"account-{n:012}" for n in range(1000)]
    connector.write(
        "Account", [Write(Op.CREATE, None, {"Name": each}, key=each, stamp=each) for each in stamps]
    )
    org.counted()

    assert set(stamps) == set(connector.find("Account", ["Name"], stamps))
    assert 1 == len(org.counted())


def test_what_is_read_ahead_is_thrown_away_by_a_write(org, connector):
    """What is read after a write shows it."""
    cursors = ready(org, connector)
    connector.foresee([Upcoming(name, NAMES[name], cursors[name]) for name in NAMES])
    read(connector, "Account", cursors["Account"])
    write = Write(Op.CREATE, None, {"LastName": "Weber"}, key="k", stamp="contact-1")
    [receipt] = connector.write("Contact", [write])

    readings, _ = read(connector, "Contact", cursors["Contact"])

    assert receipt.native_id in {reading.native_id for reading in readings}


def test_deletes_of_team_members_have_their_own_schedule(org, connector):
    """They leave nothing in the recycle bin, and are not asked for in each round."""
    [account] = filled(org, 1)
    person = org.org.person("susan.lindt").id
    values = {"AccountId": account, "UserId": person, "TeamMemberRole": "Sales Rep"}
    member = org.create("AccountTeamMember", values)
    cursors = ready(org, connector)
    org.act("delete", object="AccountTeamMember", id=member)
    org.clock.forward(1200)

    readings, cursor = read(connector, "AccountTeamMember", cursors["AccountTeamMember"])
    assert 2 == len(org.counted())
    assert [None] == [each.values for each in readings if each.native_id == member]

    org.clock.forward(60)
    read(connector, "AccountTeamMember", cursor)
    assert 1 == len(org.counted())


def test_an_edit_while_pages_are_held_is_read_from_the_next_cursor(org, connector):
    """What is held is as old as its question, and the cursor that comes with it reaches back to that."""
    [native_id] = filled(org, 1)
    cursors = ready(org, connector)
    org.clock.forward(1200)
    connector.foresee([Upcoming(name, NAMES[name], cursors[name]) for name in NAMES])
    read(connector, "Contact", cursors["Contact"])
    org.act("edit", object="Account", id=native_id, values={"Phone": "meanwhile"})

    _, cursor = read(connector, "Account", cursors["Account"])
    readings, _ = read(connector, "Account", cursor)

    assert "meanwhile" in [each.values["Phone"] for each in readings if each.native_id == native_id]


def test_an_org_that_is_only_read_needs_no_field_and_no_more_calls():
    """Where nothing is created, no record keeps an id of ours, and none is asked for."""
    org = TestOrg(stamped=())
    connector = org.connect(external_id="")
    cursors = ready(org, connector)

    foreseen(connector, cursors)

    assert 2 == len(org.counted())
    assert Can.CREATE not in connector.describe()["Account"].can
    connector.close()
    org.close()


def test_what_is_not_shown_costs_two_calls_for_each_object_once(org, connector):
    """It is described and asked for again, and from then on left out."""
    cursors = ready(org, connector)
    org.act("hide", object="Account", fields=["Phone"])

    cursors = foreseen(connector, cursors)
    assert 4 == len(org.counted())

    foreseen(connector, cursors)
    assert 2 == len(org.counted())
