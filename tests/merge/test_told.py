"""What the journal is told of a merge: each event with all that it says, and the page of a conflict."""

from __future__ import annotations

import pytest
from msgspec import structs

from kamsync.merge import Topic, merge_field
from kamsync.model import EXISTS, Contender, Fact, Golden, Kind, Origin
from kamsync.policy import Settlement
from kamsync.policy.verdict import Hold

NOW = "2026-11-20T16:41:00.000000Z"
SAID = Origin("sales", "sales team", "Mara", "at first", "a rule", "e-mara")
OLD = Golden("old", 7, origin=SAID)
GOLDEN = Contender(
    "old", None, "sales", "sales team", "Mara", "at first", knew=True, employee="e-mara"
)


def test_an_edit_that_agrees_is_told_with_who_made_it(topic, court, side, edit, contends, told):
    """Golden stays, so the event is all that tells of their edit."""
    merged = merge_field(topic, OLD, [side(1, edit(1, "old", "stale", 3))], None, court)

    winner = contends(1, "old", knew=True)
    assert (told("agreed", value="old", winner=winner, revision=7),) == merged.events


def test_a_system_that_agrees_when_it_is_met_has_edited_nothing(topic, court, side, edit, told):
    """It held the value before, and nobody stands for it."""
    fact = edit(1, "old", knows=-1, merged=None)

    merged = merge_field(topic, OLD, [side(1, fact)], None, court)

    assert (told("agreed", value="old", reason="first meeting", revision=7),) == merged.events


def test_an_edit_that_becomes_golden_is_told_with_what_it_replaced(
    topic, court, side, edit, contends, told
):
    """And golden keeps who said it, and what it was before."""
    merged = merge_field(topic, OLD, [side(1, edit(1, "new"))], None, court)

    winner = contends(1, "new")
    event = told("set", before="old", value="new", winner=winner, revision=100)
    origin = Origin("system-1", "team-1", "Person 1", "at 1", employee="e-1")
    assert (event,) == merged.events
    assert Golden("new", 100, ("old",), origin=origin) == merged.golden


def test_a_first_value_is_told_as_that(topic, court, side, edit, contends, told):
    """It was there before the systems met."""
    fact = edit(1, "first", knows=-1, merged=None)

    merged = merge_field(topic, Golden(), [side(1, fact)], None, court)

    winner = contends(1, "first", knew=False)
    event = told("set", value="first", winner=winner, revision=100, first=True)
    assert (event,) == merged.events
    assert () == merged.golden.recent


def test_a_first_value_that_several_bring_is_told_so(topic, court, side, edit, contends, told):
    """The event names one of them."""
    facts = [edit(n, "first", knows=-1, merged=None) for n in (1, 2)]

    merged = merge_field(topic, Golden(), [side(n, f) for n, f in enumerate(facts, 1)], None, court)

    winner = contends(1, "first", knew=False)
    reason = "several systems said the same"
    event = told("set", value="first", winner=winner, reason=reason, revision=100, first=True)
    assert (event,) == merged.events


@pytest.mark.parametrize(
    ("beside", "is_first"),
    [
        (Fact((None,), (None,)), False),
        (Fact((None,)), False),
        (Fact((None,), doubt=True), True),
        (Fact(("new",)), True),
    ],
    ids=["met", "blank", "in doubt", "says it too"],
)
def test_a_value_is_a_first_one_only_if_a_system_brings_it(
    topic, court, side, edit, beside, is_first
):
    """What somebody enters where all systems were blank when they met is an edit like any other."""
    entered = edit(1, "new", None, 0)

    merged = merge_field(topic, Golden(), [side(1, entered), side(2, beside)], None, court)

    assert [is_first] == [event.first for event in merged.events if event.act == "set"]


@pytest.mark.parametrize(
    ("cause", "revision", "is_first"),
    [("first meeting", 0, True), ("edited", 0, False), ("first meeting", 7, False)],
)
def test_a_first_value_that_was_held_is_a_first_one_once_it_closes(
    topic, court, side, edit, page, cause, revision, is_first
):
    """The meeting was before; what golden had said is not said for the first time."""
    held = page([Contender("a", 1, cells=("a",)), Contender("b", 2, cells=("b",))], cause=cause)
    sides = [side(1, edit(1, "b", "a", 0)), side(2, edit(2, "b", "b", 0))]

    merged = merge_field(topic, Golden(None, revision), sides, held, court)

    assert [("closed", is_first)] == [(e.act, e.first) for e in merged.events if e.revision == 100]


def test_the_value_that_a_rule_chose_is_told_with_the_rule_and_who_lost(
    topic, asked, side, edit, contends, told
):
    """And golden keeps by which rule it stands."""
    asked = asked(Settlement("b", (1,), "sales decides", "it is theirs"))

    merged = merge_field(
        topic, OLD, [side(1, edit(1, "a")), side(2, edit(2, "b"))], None, asked.court()
    )

    winner, losers = contends(2, "b"), (contends(1, "a"),)
    event = told(
        "settled",
        before="old",
        value="b",
        winner=winner,
        losers=losers,
        rule="sales decides",
        revision=100,
    )
    assert (event,) == merged.events
    assert "sales decides" == merged.golden.origin.rule
    assert ((), 0, False) == (merged.conflicts, merged.golden.turns, merged.golden.pinned)


@pytest.mark.parametrize("winners", [(), (1,)])
def test_golden_that_a_rule_keeps_is_told_with_who_lost(
    topic, asked, side, edit, contends, told, winners
):
    """It is no new value, so it keeps its revision."""
    asked = asked(Settlement("old", winners, "golden stays", "it is older"))

    merged = merge_field(topic, OLD, [side(1, edit(1, "new", knows=3))], None, asked.court())

    event = told(
        "settled",
        before="old",
        value="old",
        winner=GOLDEN,
        losers=(contends(1, "new", knew=False),),
        rule="golden stays",
        reason="it is older",
        revision=7,
    )
    assert (event,) == merged.events
    assert OLD == merged.golden


def test_a_rule_may_answer_with_what_no_single_side_says(topic, asked, side, edit):
    """Such as all the items of two lists: golden stands for it, and everybody else is named."""
    asked = asked(Settlement("both", (), "all of them"))

    merged = merge_field(topic, OLD, [side(1, edit(1, "new", knows=3))], None, asked.court())

    assert ("both", 100) == (merged.golden.value, merged.golden.revision)
    assert [GOLDEN] == [event.winner for event in merged.events]
    assert ["new", "old"] == [loser.value for loser in merged.events[0].losers]


def test_what_a_rule_puts_together_is_new_even_where_it_is_what_golden_said(
    topic, asked, side, edit, contends
):
    """Two people took an item away each, and a rule keeps all items: it is theirs, and written again."""
    asked = asked(Settlement("ab", (0, 1), "all items are kept"))
    sides = [side(1, edit(1, "a", "ab")), side(2, edit(2, "b", "ab"))]

    merged = merge_field(topic, Golden("ab", 7), sides, None, asked.court())

    assert ("ab", 100) == (merged.golden.value, merged.golden.revision)
    assert [contends(1, "a")] == [event.winner for event in merged.events]


def test_a_question_shows_each_side_and_what_golden_is(
    topic, asked, side, edit, contends, page, told
):
    """The policy sees it as a person will, but for its id: it is not open yet."""
    asked = asked()

    merged = merge_field(topic, OLD, [side(1, edit(1, "new", knows=3))], None, asked.court())

    contenders = (contends(1, "new", knew=False), GOLDEN)
    opened = page(
        contenders,
        id="conflict",
        cause="edited without knowing the value",
        agreed="old",
        opened=NOW,
    )
    assert (opened,) == merged.conflicts
    assert [structs.replace(opened, id="")] == asked.seen
    assert (told("held", value="old", losers=contenders, revision=7),) == merged.events


def test_a_question_is_about_a_value_unless_it_is_said_to_be_about_more(court, side, edit):
    """Most of them are."""
    name = Topic("account", "account-1", "name")

    merged = merge_field(name, OLD, [side(1, edit(1, "new", knows=3))], None, court)

    assert [Kind.VALUE] == [conflict.kind for conflict in merged.conflicts]


def test_what_golden_says_of_no_system_has_no_time_beside_theirs(topic, court, side, edit):
    """A person decided it by our own clock, which no system shares."""
    decided = Golden("old", 7, origin=Origin(person="Mara", at="noon"))

    merged = merge_field(topic, decided, [side(1, edit(1, "new", knows=3))], None, court)

    shown = merged.conflicts[0].contenders[-1]
    assert Contender("old", person="Mara", knew=True) == shown


def test_golden_contends_from_its_first_revision_on(topic, court, side, edit):
    """Revision 1 is one like any other; what was never set claims nothing."""
    blind = [side(n, edit(n, value, "x", 3)) for n, value in ((1, "a"), (2, "b"))]

    said = [
        {
            each.value
            for each in merge_field(topic, golden, blind, None, court).conflicts[0].contenders
        }
        for golden in (Golden("old", 1), Golden())
    ]

    assert [{"a", "b", "old"}, {"a", "b"}] == said


def test_what_a_policy_wants_of_a_person_is_on_the_page(topic, asked, side, edit):
    """By when, and who is called in otherwise."""
    asked = asked(Hold("too large", 3600, "the board"))

    merged = merge_field(topic, OLD, [side(1, edit(1, "new", knows=3))], None, asked.court())

    page = merged.conflicts[0]
    assert ("2026-11-20T17:41:00.000000Z", "the board") == (page.due, page.escalate)


def test_who_joins_a_held_field_is_told_with_all_that_they_say(
    topic, court, side, edit, contends, page, told
):
    """They are the newest side of the page, and golden waits."""
    held = page([contends(1, "a"), contends(2, "b")])
    sides = [side(3, edit(3, "c")), side(1, edit(1, "d", "a"))]

    merged = merge_field(topic, OLD, sides, held, court)

    joined = [contends(1, "d"), contends(3, "c")]
    events = [told("joined", value=each.value, winner=each, revision=7) for each in joined]
    assert events == list(merged.events)
    contenders = (joined[0], contends(2, "b"), joined[1])
    assert (structs.replace(held, contenders=contenders, version=2),) == merged.conflicts


def test_a_question_that_settles_itself_is_told_with_who_said_it_in_full(
    topic, court, side, edit, contends, page, told, coarse
):
    """A system that keeps three letters agrees, and its three letters are not what is golden."""
    held = page([contends(1, "ann"), contends(2, "bob")])
    sides = [side(1, edit(1, "ann", "ann"), coarse), side(2, edit(2, "anna", "bob"))]

    merged = merge_field(topic, OLD, sides, held, court)

    winner = contends(2, "anna")
    rule = "all contenders agree"
    event = told("closed", before="old", value="anna", winner=winner, rule=rule, revision=100)
    assert [told("joined", value="anna", winner=winner, revision=7), event] == list(merged.events)
    assert [NOW] == [conflict.closed for conflict in merged.conflicts]
    assert {2: 100, 1: 7} == {link: fact.knows for link, fact in merged.facts.items()}


def test_an_edit_in_full_is_named_beside_one_that_was_cut(
    topic, court, side, edit, contends, coarse
):
    """Both agree; golden is what was entered in full, and by whom."""
    sides = [side(1, edit(1, "ann"), coarse), side(2, edit(2, "anna"))]

    merged = merge_field(topic, OLD, sides, None, court)

    assert [("anna", contends(2, "anna"))] == [(e.value, e.winner) for e in merged.events]


def test_a_reference_that_fell_is_told_with_what_golden_goes_on_to_say(
    topic, court, side, edit, contends, told
):
    """And why nobody is asked about it."""
    merged = merge_field(topic, OLD, [side(1, edit(1, None, emptied=True))], None, court)

    event = told(
        "emptied",
        value="old",
        losers=(contends(1, None),),
        reason="what it referred to is gone there",
        revision=7,
    )
    assert (event,) == merged.events


def facts_of(kind: str) -> tuple[Fact, ...]:
    """The movers of each cause."""
    return {
        "at once": (Fact(("a",), ("old",), 7), Fact(("b",), ("old",), 7)),
        "blind": (Fact(("a",), ("old",), 3),),
        "in doubt": (Fact(("a",), ("old",), 7, doubt=True),),
        "met": (Fact(("a",), None),),
    }[kind]


@pytest.mark.parametrize(
    ("golden", "kind", "cause"),
    [
        (OLD, "at once", "edited at the same time"),
        (OLD, "blind", "edited without knowing the value"),
        (OLD, "in doubt", "the outcome of a write is unclear"),
        (OLD, "met", "first meeting"),
        (Golden("old", 7, pinned=True), "blind", "an edit that did not know of a decision"),
        (Golden("old", 7, pinned=True), "met", "first meeting"),
        (Golden("old", 7, ("a",), turns=2), "at once", "edited at the same time"),
    ],
)
def test_a_page_says_why_it_is_asked(topic, court, side, golden, kind, cause):
    """In words that a person reads first."""
    sides = [side(n, fact) for n, fact in enumerate(facts_of(kind))]

    merged = merge_field(topic, golden, sides, None, court)

    assert [cause] == [conflict.cause for conflict in merged.conflicts]


@pytest.mark.parametrize(
    ("was", "cause"), [(True, "gone in one system"), (False, "back in one system")]
)
def test_a_page_says_whether_a_record_is_gone_or_back(side, court, topic, was, cause):
    """Somebody who knew that it was there is still only one of those who have it."""
    there = structs.replace(topic, field=EXISTS, kind=Kind.DELETE, consents=False)
    moved = side(1, Fact((not was,), (was,), 7))
    moved.value, moved.says = lambda c, *_: c[0], lambda c, v: c == (v,)

    merged = merge_field(there, Golden(was, 7), [moved], None, court)

    assert [(Kind.DELETE, cause)] == [(each.kind, each.cause) for each in merged.conflicts]


def test_a_cause_that_is_known_before_is_the_one_that_is_said(topic, court, side, edit):
    """Such as that a record was edited after it was deleted elsewhere."""
    known = structs.replace(topic, cause="edited after it was deleted elsewhere")

    merged = merge_field(known, OLD, [side(1, edit(1, "new", knows=3))], None, court)

    assert ["edited after it was deleted elsewhere"] == [each.cause for each in merged.conflicts]


@pytest.mark.parametrize(("turns", "expected"), [(0, ("a", 1)), (1, ("a", 2)), (2, None)])
def test_the_third_return_in_a_row_is_asked_about(topic, court, side, turns, expected):
    """Golden may go back to what it just was twice."""
    golden = Golden("b", 7, ("a",), turns=turns)

    merged = merge_field(topic, golden, [side(1, Fact(("a",), ("b",), 7))], None, court)

    if expected is None:
        causes = [(each.cause, each.turning) for each in merged.conflicts]
        assert [("two automations keep changing it", True)] == causes
    else:
        assert expected == (merged.golden.value, merged.golden.turns)


def test_a_new_value_ends_a_row_of_returns(topic, court, side):
    """Two automations that fight say nothing new; and only what was lately there is a return."""
    golden = Golden("b", 7, ("w", "x", "a"), turns=2)

    merged = merge_field(topic, golden, [side(1, Fact(("c",), ("b",), 7))], None, court)

    assert (0, ("x", "a", "b")) == (merged.golden.turns, merged.golden.recent)
