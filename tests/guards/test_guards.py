"""Guards: what is in proportion, what is an alarm, and how limits are written down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from kamsync.errors import ConfigurationInvalid
from kamsync.guards import Alarm, Bound, Bounds, Limits, Tally, parse_limits, weigh

KNOWN = {"sales": ["account", "contact"], "success": ["account"]}
COUNTS = st.integers(0, 5000)
TALLIES = st.builds(
    Tally,
    system=st.sampled_from(["sales", "success"]),
    entity=st.sampled_from(["account", "contact"]),
    existing=COUNTS,
    creates=COUNTS,
    updates=COUNTS,
    deletes=COUNTS,
    blanks=COUNTS,
    shown=st.none() | COUNTS,
    shown_before=st.none() | COUNTS,
)
BOUNDS = st.builds(Bound, count=st.integers(0, 200), share=st.floats(0, 1))
LIMITS = st.builds(Bounds, delete=BOUNDS, update=BOUNDS, create=BOUNDS, blank=BOUNDS)


def tally(**counts):
    """A plan for 1,000 accounts."""
    return Tally("sales", "account", **{"existing": 1000, **counts})


def alarms(*tallies, limits=Limits()):  # noqa: B008
    """Return what each alarm is about, and what would have been in proportion."""
    return [(alarm.what, alarm.count, alarm.limit) for alarm in weigh(tallies, limits)]


@pytest.mark.parametrize(
    ("what", "counts", "limit"),
    [
        ("delete", {"deletes": 11}, 10),
        ("update", {"updates": 101}, 100),
        ("create", {"creates": 201}, 200),
        ("blank", {"blanks": 21}, 20),
        ("delete", {"deletes": 6, "existing": 100}, 5),
        ("update", {"updates": 1001, "existing": 10_000}, 1000),
        ("create", {"creates": 101, "existing": 0}, 100),
    ],
)
def test_one_more_than_in_proportion_is_an_alarm(what, counts, limit):
    """Above the count and above the share; at the limit there is none."""
    name = next(iter(counts))
    within = {**counts, name: counts[name] - 1}

    assert [(what, counts[name], limit)] == alarms(tally(**counts))
    assert [] == alarms(tally(**within))


@pytest.mark.parametrize(
    ("shown", "before", "expected"),
    [
        (499, 1000, [("emptied", 499, 500)]),
        (500, 1000, []),
        (0, 20, [("emptied", 0, 10)]),
        (0, 19, []),
        (None, 1000, []),
        (0, None, []),
    ],
)
def test_a_system_that_suddenly_shows_few_records_is_an_alarm(shown, before, expected):
    """A permission was lost, or a filter set, more likely than half of all clients."""
    assert expected == alarms(tally(shown=shown, shown_before=before))


@pytest.mark.parametrize(
    ("share", "existing", "allowed"),
    [(0.29, 100, 29), (0.01, 1070, 10), (0.07, 100, 7), (1, 3, 3), (0, 3, 0), (1e-9, 1000, 0)],
)
def test_a_share_is_meant_as_it_is_written(share, existing, allowed):
    """29 % of 100 are 29, although 0.29 * 100 is a little less in binary; nobody is rounded up."""
    assert allowed == Bound(0, share).allows(existing)


@pytest.mark.parametrize(("share", "limit"), [(0.55, 11), (0.51, 11), (0.5, 10), (0.07, 2)])
def test_a_share_that_must_still_show_is_meant_as_it_is_written(share, limit):
    """55 % of 20 are 11, although 0.55 * 20 is a little more in binary; half a record is one."""
    limits = Limits(Bounds(emptied=share))

    assert [("emptied", limit - 1, limit)] == alarms(
        tally(shown=limit - 1, shown_before=20), limits=limits
    )
    assert [] == alarms(tally(shown=limit, shown_before=20), limits=limits)


def test_a_plan_is_weighed_by_the_limits_of_its_system_and_entity():
    """More is in proportion in one place, and nowhere else."""
    limits = Limits(special={("sales", "account"): Bounds(delete=Bound(50, 0))})
    places = [("sales", "account"), ("sales", "contact"), ("success", "account")]

    told = weigh([Tally(*place, existing=100, deletes=20) for place in places], limits)

    assert places[1:] == [(alarm.system, alarm.entity) for alarm in told]


def test_an_alarm_is_a_sentence_with_all_its_numbers():
    """What a person reads before approving or dropping the plan."""
    deleted, emptied = weigh([tally(deletes=40), tally(shown=3, shown_before=900)], Limits())

    assert (
        str(deleted) == "sales.account: 40 records would be deleted among 1,000 records; "
        "10 would be in proportion."
    )
    assert (
        str(emptied) == "sales.account shows 3 of 900 records; "
        "fewer than 450 look like a fault there, not like work."
    )


@pytest.mark.parametrize(
    ("counts", "done"),
    [
        (
            {"updates": 300},
            "300 records would be changed among 1,000 records; 100 would be in proportion.",
        ),
        (
            {"creates": 300},
            "300 records would be created among 1,000 records; 200 would be in proportion.",
        ),
        (
            {"blanks": 300},
            "300 values would be emptied among 1,000 records; 20 would be in proportion.",
        ),
    ],
)
def test_an_alarm_says_what_would_be_done(counts, done):
    """In words that need no table to read."""
    assert [f"sales.account: {done}"] == [
        alarm.text for alarm in weigh([tally(**counts)], Limits())
    ]


def test_limits_of_one_entity_in_one_system_hold_only_there():
    """What the table leaves out is as in the default, which is itself written down."""
    limits = parse_limits(
        {
            "delete": {"count": 50},
            "sales": {"account": {"delete": {"share": 0.5}, "emptied": 0.1, "emptied_from": 3}},
        },
        KNOWN,
    )

    assert Bounds(delete=Bound(50, 0.01)) == limits.of("success", "account")
    assert Bounds(delete=Bound(50, 0.5), emptied=0.1, emptied_from=3) == limits.of(
        "sales", "account"
    )


NOT_A_BOUND = "must be a table such as { count = 5, share = 0.01 }; it is"
LIMIT_NAMES = "delete, update, create, blank, emptied, emptied_from"


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (
            {"deletes": {"count": 5}},
            (
                "guards.deletes: 'deletes' is neither a limit nor a system; there is "
                f"{LIMIT_NAMES}, sales, success."
            ),
        ),
        ({"delete": 5}, f"guards.delete: {NOT_A_BOUND} 5."),
        ({"delete": {}}, f"guards.delete: {NOT_A_BOUND} {{}}."),
        ({"delete": {"number": 5}}, f"guards.delete: {NOT_A_BOUND} {{'number': 5}}."),
        (
            {"delete": {"count": -1}},
            "guards.delete.count: must be a whole number from 0; it is -1.",
        ),
        (
            {"delete": {"count": True}},
            "guards.delete.count: must be a whole number from 0; it is True.",
        ),
        (
            {"emptied_from": "20"},
            "guards.emptied_from: must be a whole number from 0; it is '20'.",
        ),
        (
            {"delete": {"share": 2}},
            "guards.delete.share: must be a share between 0 and 1 (0.01 for 1 %); it is 2.",
        ),
        (
            {"emptied": "half"},
            "guards.emptied: must be a share between 0 and 1 (0.01 for 1 %); it is 'half'.",
        ),
        ({"sales": 3}, "guards.sales: must hold a table for each entity; it is 3."),
        ({"sales": {"account": 3}}, "guards.sales.account: must be a table; it is 3."),
        (
            {"sales": {"acount": {}}},
            "guards.sales.acount: sales has no entity 'acount'; it has account, contact.",
        ),
        (
            {"sales": {"account": {"x": 1}}},
            f"guards.sales.account.x: there is no such limit; there is {LIMIT_NAMES}.",
        ),
        (
            {"delete": 5, "sales": {"x": {}, "account": {"emptied": 9}}},
            (
                f"guards.delete: {NOT_A_BOUND} 5.\n"
                "guards.sales.x: sales has no entity 'x'; it has account, contact.\n"
                "guards.sales.account.emptied: must be a share between 0 and 1 (0.01 for 1 %); it is 9."
            ),
        ),
    ],
)
def test_wrong_limits_are_refused_all_at_once_by_key(table, told):
    """Each line names the key and what would be right, so that one run is enough to mend a file."""
    with pytest.raises(ConfigurationInvalid) as refused:
        parse_limits(table, KNOWN)

    assert told == str(refused.value)


def test_limits_may_be_as_wide_and_as_narrow_as_they_go():
    """Nothing at all, or everything."""
    limits = parse_limits(
        {
            "delete": {"count": 0, "share": 0},
            "update": {"share": 1},
            "emptied": 0,
            "emptied_from": 0,
        },
        KNOWN,
    )

    expected = Bounds(delete=Bound(0, 0), update=Bound(100, 1), emptied=0, emptied_from=0)
    assert expected == limits.of("sales", "account")


@given(st.lists(TALLIES, max_size=4), st.data())
def test_the_order_of_the_tallies_makes_no_difference(tallies, data):
    """Entities come in the order of their names, so that a plan reads the same each time."""
    unique = list({(each.system, each.entity): each for each in tallies}.values())
    order = data.draw(st.permutations(unique))

    assert weigh(unique, Limits()) == weigh(order, Limits())


@given(TALLIES, st.sampled_from(["creates", "updates", "deletes", "blanks"]), st.integers(0, 100))
def test_more_never_takes_an_alarm_away(before, name, more):
    """A plan that is out of proportion stays so when it grows."""
    after = structs.replace(before, **{name: getattr(before, name) + more})

    kinds = [{alarm.what for alarm in weigh([each], Limits())} for each in (before, after)]
    assert kinds[0] <= kinds[1]


@given(TALLIES, LIMITS, st.integers(0, 50), st.floats(0, 1))
def test_a_higher_limit_never_adds_an_alarm(counted, bounds, more, share):
    """Whether the count or the share is raised."""

    def raised(bound):
        return Bound(bound.count + more, max(bound.share, share))

    names = ("delete", "update", "create", "blank")
    higher = structs.replace(bounds, **{name: raised(getattr(bounds, name)) for name in names})

    def kinds(limits: Bounds) -> set[str]:
        return {alarm.what for alarm in weigh([counted], Limits(limits))}

    assert kinds(higher) <= kinds(bounds)


@given(TALLIES, LIMITS)
def test_an_alarm_holds_the_numbers_that_it_was_raised_for(counted, bounds):
    """What a person sees is what was weighed."""
    counts = {
        "create": counted.creates,
        "update": counted.updates,
        "delete": counted.deletes,
        "blank": counted.blanks,
    }
    for alarm in weigh([counted], Limits(bounds)):
        if alarm.what != "emptied":
            expected = Alarm(
                counted.system,
                counted.entity,
                alarm.what,
                counts[alarm.what],
                counted.existing,
                alarm.limit,
            )
            assert expected == alarm
            assert alarm.count > alarm.limit
