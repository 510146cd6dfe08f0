"""What reading and writing cost in calls: as few as the interface allows, and never a tenth more."""

from collections import Counter
from math import ceil

import pytest

from kamsync.connector import Upcoming
from kamsync.model import Op, Outcome, Write
from kamsync.sandbox.mishaps import Refuse
from kamsync_hubspot.testing.world import PERSON

NAMES = ("name", "city")
TIED = (*NAMES, "association.parent")
SPLIT = ("deal", "owner", "fraction", "kind")
HOUR_S = 3600


def filled(portal, count, object_="companies"):
    """Return the ids of so many records that a person made an hour ago."""

    def make():
        from kamsync_hubspot.sandbox.changing import writing

        person = portal.portal.people.find(PERSON).caller
        kind = portal.portal.kind(object_)
        name = {"contacts": "lastname", "deals": "dealname"}.get(object_, "name")
        with portal.portal.atomically():
            return [
                str(writing.create(portal.portal, kind, {name: f"No. {n}"}, person).id)
                for n in range(count)
            ]

    ids = portal.run(make)
    portal.clock.forward(HOUR_S)
    portal.calls.clear()
    return ids


def cost(portal):
    """Return how many calls were made."""
    return len(portal.calls)


def cursor_of(connector, names=NAMES, object_="companies"):
    """Return the cursor after everything was read."""
    return list(connector.read(object_, names, None))[-1].cursor


@pytest.mark.parametrize("count", [0, 1, 100, 250, 1000])
def test_reading_everything_costs_a_call_for_each_hundred(portal, connector, count):
    """A full pull lists a hundred records with each call, and asks nothing beside it."""
    ids = filled(portal, count)

    pages = list(connector.read("companies", NAMES, None))

    assert set(ids) == {reading.native_id for page in pages for reading in page.readings}
    assert max(1, ceil(count / 100)) == cost(portal)


def test_reading_very_much_costs_hardly_more(portal, connector):
    """Ranges that are read side by side cost no more than a tenth of the calls beside them."""
    ids = filled(portal, 12_000)

    pages = list(connector.read("companies", NAMES, None))

    assert set(ids) == {reading.native_id for page in pages for reading in page.readings}
    assert cost(portal) <= 1.1 * 120


def test_references_cost_a_call_for_each_thousand(portal, connector):
    """Associations are read a thousand records at a time."""
    filled(portal, 1000)

    list(connector.read("companies", TIED, None))

    assert 10 + 1 == cost(portal)


@pytest.mark.parametrize("object_", ["companies", "contacts", "deals", "owners", "deal_splits"])
def test_an_idle_round_costs_one_call(portal, connector, object_):
    """Where nothing has changed, one call says so, with references or without."""
    cursor = cursor_of(connector, TIED, object_)
    portal.calls.clear()

    pages = list(connector.read(object_, TIED, cursor))

    assert [] == [reading for page in pages for reading in page.readings]
    assert 1 == cost(portal)


def test_an_idle_round_after_changes_costs_one_call(portal, connector):
    """What a search finds again because its index may lag is known, and is not read again."""
    ids = filled(portal, 300)
    cursor = cursor_of(connector)
    portal.clock.forward(HOUR_S)
    for native_id in ids[:20]:
        portal.act(PERSON, "edit", object="companies", id=native_id, values={"city": "Bremen"})
    portal.clock.forward(5)
    pages = list(connector.read("companies", NAMES, cursor))
    portal.calls.clear()

    again = list(connector.read("companies", NAMES, pages[-1].cursor))

    assert 20 == len({reading.native_id for page in pages for reading in page.readings})
    assert [] == [reading for page in again for reading in page.readings]
    assert 1 == cost(portal)


def stamped_at_once(portal, ids):
    """Let all of *ids* change at one time, as a batch of HubSpot's own does; return what changes one."""
    portal.clock.stop()

    def edit(native_id):
        what = {"object": "companies", "id": native_id, "values": {"city": "Bremen"}}
        portal.service.act(PERSON, "edit", what)

    portal.run(lambda: [edit(native_id) for native_id in ids])
    return edit


def test_what_changed_at_one_time_is_found_again_and_not_read_again(portal, connector):
    """However many got one time: a search for each two hundred finds them, and that is all."""
    ids = filled(portal, 2500)
    cursor = cursor_of(connector)
    stamped_at_once(portal, ids)
    portal.clock.forward(5)
    pages = list(connector.read("companies", NAMES, cursor))
    portal.calls.clear()

    again = list(connector.read("companies", NAMES, pages[-1].cursor))

    assert 2500 == len({reading.native_id for page in pages for reading in page.readings})
    assert [] == [reading for page in again for reading in page.readings]
    assert ceil(2500 / 200) == cost(portal)
    assert 10_000 > len(again[-1].cursor)


def test_what_an_index_shows_late_is_read_though_others_of_its_time_were(portal, connector):
    """Its id is lower than those that were read, and its time is the same."""
    first, *others = filled(portal, 50)
    cursor = cursor_of(connector)
    edit = stamped_at_once(portal, others)
    portal.portal.slower_ms = 60_000
    portal.run(edit, first)
    portal.portal.slower_ms = 0
    portal.clock.forward(5)
    pages = list(connector.read("companies", NAMES, cursor))
    portal.clock.forward(60)

    late = list(connector.read("companies", NAMES, pages[-1].cursor))

    assert set(others) == {reading.native_id for page in pages for reading in page.readings}
    assert [first] == [reading.native_id for page in late for reading in page.readings]


def test_an_idle_round_searches_deals_once_for_their_splits(portal, stage):
    """Companies, contacts, owners and deals cost one call each; the splits of deals cost none."""
    filled(portal, 1, "deals")
    stage.meet()
    stage.settle()
    portal.clock.forward(HOUR_S)
    stage.settle()
    portal.calls.clear()

    stage.round()

    assert 4 == cost(portal)
    assert 1 == Counter("/deals/search" in call.path for call in portal.calls)[True]


def test_a_deal_and_its_splits_are_found_by_one_search(portal, connector):
    """Each reading has its own place, and neither misses what the other one found for it."""
    [deal] = filled(portal, 1, "deals")
    earlier = cursor_of(connector, SPLIT, "deal_splits")
    portal.clock.forward(HOUR_S)
    later = cursor_of(connector, NAMES, "deals")
    owner = portal.portal.people.find(PERSON).owner_id
    portal.act(PERSON, "split", id=deal, shares={owner: "1"})
    portal.clock.forward(5)
    connector.foresee([Upcoming("deals", NAMES, later), Upcoming("deal_splits", SPLIT, earlier)])
    portal.calls.clear()

    deals = list(connector.read("deals", NAMES, later))
    splits = list(connector.read("deal_splits", SPLIT, earlier))

    assert [deal] == [reading.native_id for page in deals for reading in page.readings]
    assert ["1"] == [r.values["fraction"] for page in splits for r in page.readings]
    assert 1 == Counter("/deals/search" in call.path for call in portal.calls)[True]


def test_nothing_is_shared_over_a_write(portal, connector):
    """What was found before a write is not what is there after it."""
    [deal] = filled(portal, 1, "deals")
    cursor = cursor_of(connector, NAMES, "deals")
    connector.foresee([Upcoming(each, NAMES, cursor) for each in ("deals", "deal_splits")])
    list(connector.read("deals", NAMES, cursor))
    portal.calls.clear()

    connector.write("deals", [Write(Op.UPDATE, deal, {"dealname": "New"}, "a")])
    list(connector.read("deal_splits", SPLIT, cursor))

    assert 1 == Counter("/deals/search" in call.path for call in portal.calls)[True]


@pytest.mark.parametrize("count", [1, 100, 450])
def test_changes_cost_a_search_for_two_hundred_and_a_reading_for_each_hundred(
    portal, connector, count
):
    """The index says which records changed; what they hold is read from what is stored."""
    ids = filled(portal, 600)
    cursor = cursor_of(connector)

    def edit():
        for native_id in ids[:count]:
            portal.service.act(
                PERSON, "edit", {"object": "companies", "id": native_id, "values": {"city": "X"}}
            )

    portal.run(edit)
    portal.calls.clear()

    list(connector.read("companies", NAMES, cursor))

    assert ceil(count / 200) + ceil(count / 100) == cost(portal)


def test_creates_cost_a_call_for_each_hundred(portal, connector):
    """A batch makes a hundred records with their associations, and nothing is asked before or after."""
    filled(portal, 1)
    [parent] = [r.native_id for p in connector.read("companies", NAMES, None) for r in p.readings]
    portal.calls.clear()
    writes = [
        Write(
            Op.CREATE, None, {"name": f"{n}", "association.parent": parent}, f"{n}", stamp=f"s{n}"
        )
        for n in range(100)
    ]

    receipts = connector.write("companies", writes)

    assert {Outcome.DONE} == {receipt.outcome for receipt in receipts}
    assert 1 == cost(portal)
    fetched = connector.fetch("companies", TIED, [receipt.native_id for receipt in receipts])
    assert {parent} == {each.values["association.parent"] for each in fetched.values()}


def test_updates_cost_a_call_for_each_hundred(portal, connector):
    """A batch changes a hundred records, and nothing is asked before or after."""
    ids = filled(portal, 100)
    writes = [Write(Op.UPDATE, native_id, {"city": "Bremen"}, native_id) for native_id in ids]

    receipts = connector.write("companies", writes)

    assert {Outcome.DONE} == {receipt.outcome for receipt in receipts}
    assert 1 == cost(portal)


def test_histories_cost_a_call_for_each_fifty(portal, connector):
    """A batch tells fifty histories, which is as many as HubSpot tells at once."""
    ids = filled(portal, 100)
    connector.history("companies", NAMES, dict.fromkeys(ids[:1], "0"))
    portal.calls.clear()

    connector.history("companies", NAMES, dict.fromkeys(ids, "0"))

    assert 2 == cost(portal)


def test_a_record_in_the_recycling_bin_has_a_history_still(portal, connector):
    """So what somebody entered just before it was deleted can be found."""
    ids = filled(portal, 2)
    portal.act(PERSON, "edit", object="companies", id=ids[0], values={"city": "Bremen"})
    portal.act(PERSON, "delete", object="companies", id=ids[0])

    told = connector.history("companies", NAMES, dict.fromkeys(ids, "0"))

    assert {*ids} == told.keys()
    assert {"city": "Bremen"} == told[ids[0]][-1].values


def test_one_bad_row_costs_two_calls(portal, connector):
    """What the portal's schema speaks against is left out at once, and not found by halving."""
    ids = filled(portal, 100)
    values = {ids[40]: {"numberofemployees": "many"}, ids[41]: {"no_such_property": "x"}}
    writes = [Write(Op.UPDATE, each, values.get(each, {"city": "Bremen"}), each) for each in ids]

    receipts = connector.write("companies", writes)

    outcomes = Counter(receipt.outcome for receipt in receipts)
    assert {Outcome.DONE: 98, Outcome.REFUSED: 2} == dict(outcomes)
    assert [40, 41] == [n for n, each in enumerate(receipts) if each.outcome is Outcome.REFUSED]
    assert 3 == cost(portal), "the batch, the schema, the batch without them"


def test_a_row_that_only_the_portal_knows_to_be_bad_is_found_by_halving(portal, connector):
    """What no schema tells is found in as many steps as a hundred can be halved."""
    ids = filled(portal, 100, "contacts")
    writes = [
        Write(Op.UPDATE, each, {"email": "none" if each == ids[63] else f"{each}@x.example"}, each)
        for each in ids
    ]

    receipts = connector.write("contacts", writes)

    assert [63] == [n for n, each in enumerate(receipts) if each.outcome is Outcome.REFUSED]
    assert {Outcome.DONE} == {each.outcome for n, each in enumerate(receipts) if n != 63}
    assert "email" in receipts[63].reason.lower()
    assert cost(portal) <= 1 + 1 + 14


def test_a_portal_that_takes_fewer_associations_is_asked_for_fewer(portal, connector):
    """A question for a thousand that is refused is asked again by the hundred, and so from then on."""
    filled(portal, 300)
    path = "/crm/v4/associations/*/batch/read"
    portal.faults.add(Refuse(status=400, path=path, times=1))

    pages = list(connector.read("companies", TIED, None))

    assert 300 == sum(len(page.readings) for page in pages)
    assert 3 + 1 + 3 == cost(portal)


def test_the_archive_is_looked_through_on_its_own_schedule(portal, connector):
    """A deletion is told within the hour; nobody asks for the archive more often."""
    ids = filled(portal, 3)
    cursor = cursor_of(connector)
    portal.act(PERSON, "delete", object="companies", id=ids[0])
    portal.calls.clear()

    early = list(connector.read("companies", NAMES, cursor))
    portal.clock.forward(HOUR_S + 60)
    late = list(connector.read("companies", NAMES, early[-1].cursor))

    assert [] == [reading for page in early for reading in page.readings]
    assert [(ids[0], None)] == [(r.native_id, r.values) for page in late for r in page.readings]
    assert 1 + 2 == cost(portal)
