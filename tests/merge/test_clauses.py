"""The clauses of the merge, each by the story that it is for."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from kamsync.merge import Court, Merged, Speaker, Topic, decide, merge_field, merge_restored
from kamsync.model import (
    Author,
    Cells,
    Conflict,
    Contender,
    Decision,
    Fact,
    Golden,
    Kind,
    Step,
    Value,
)
from kamsync.policy import Settlement

TOPIC = Topic("account", "account-1", "name")
NOW = "2026-11-20T16:41:00.000000Z"


@dataclass
class Side:
    """A link that says values as they are or, where it is *coarse*, only their first letter."""

    link: int
    fact: Fact
    coarse: bool = False

    @property
    def system(self) -> str:
        return f"system-{self.link}"

    def value(self, cells: Cells, known: Value, aside: Cells = ()) -> Value:  # noqa: ARG002
        return known if cells == ("?",) else cells[0]

    def says(self, cells: Cells, value: Value) -> bool:
        return bool(cells[0] == (value[:1] if self.coarse and value else value))

    def speaker(self, author: Author | None) -> Speaker:
        return Speaker(None, author.name if author else "")


def court(policy: Callable[[Conflict], Settlement | None] = lambda _: None) -> Court:
    """Return a court with revisions from 100 on, whose policy is a plain function."""
    revisions = itertools.count(100)
    return Court(policy, lambda: next(revisions), lambda: "conflict", NOW)


def merge(
    golden: Golden,
    *sides: Side,
    held: Conflict | None = None,
    policy: Callable[[Conflict], Settlement | None] = lambda _: None,
) -> Merged:
    """Merge one field among *sides*."""
    return merge_field(TOPIC, golden, sides, held, court(policy))


def knowing(link: int, value: Value, base: Value = "old", revision: int = 7) -> Side:
    """A link whose editor had seen golden."""
    return Side(link, Fact((value,), (base,), revision))


def blind(link: int, value: Value, base: Value = "stale") -> Side:
    """A link whose editor cannot have seen golden."""
    return Side(link, Fact((value,), (base,), 3))


def values(contenders: Sequence[Contender]) -> set[Value]:
    """Return the values of some contenders."""
    return {contender.value for contender in contenders}


OLD = Golden("old", 7)


def test_a_knowing_edit_becomes_golden() -> None:
    """M2: one system moved, and its editor had seen golden."""
    merged = merge(OLD, knowing(1, "new"), Side(2, Fact(("old",), ("old",), 7)))

    assert ("new", 100) == (merged.golden.value, merged.golden.revision)
    assert 100 == merged.facts[1].knows
    assert 7 == merged.facts[2].knows


def test_an_edit_that_says_what_golden_says_is_agreed_in_silence() -> None:
    """M1: nothing changes but what the link knows."""
    merged = merge(OLD, blind(1, "old"))

    assert OLD == merged.golden
    assert 7 == merged.facts[1].knows
    assert ["agreed"] == [event.act for event in merged.events]


def test_equal_edits_in_two_systems_are_one_edit() -> None:
    """M2: two people who type the same agree with each other."""
    merged = merge(OLD, knowing(1, "new"), knowing(2, "new"))

    assert "new" == merged.golden.value
    assert {100} == {fact.knows for fact in merged.facts.values()}
    assert () == merged.conflicts


def test_different_edits_are_held_with_both_contenders() -> None:
    """M4, M5: nobody is overruled, and golden stays."""
    merged = merge(OLD, knowing(1, "a"), knowing(2, "b"))

    assert OLD == merged.golden
    assert {"a", "b"} == values(merged.conflicts[0].contenders)
    assert not any(fact.moved for fact in merged.facts.values())


def test_a_blind_edit_contends_with_golden() -> None:
    """M4: who did not know golden does not replace it in silence."""
    merged = merge(OLD, blind(1, "new"))

    assert OLD == merged.golden
    assert {"old", "new"} == values(merged.conflicts[0].contenders)


def test_golden_does_not_contend_where_somebody_knew_it() -> None:
    """M4: a value that one mover knowingly replaced is nobody's claim any more."""
    merged = merge(OLD, blind(1, "a"), knowing(2, "b"))

    assert {"a", "b"} == values(merged.conflicts[0].contenders)


def test_a_ruling_makes_the_winner_golden_and_names_the_loser() -> None:
    """M5: the value that lost is kept by name."""
    merged = merge(
        OLD, knowing(1, "a"), knowing(2, "b"), policy=lambda _: Settlement("b", (1,), "b wins")
    )

    assert "b" == merged.golden.value
    assert {"a"} == values(merged.events[-1].losers)
    assert (7, 100) == (merged.facts[1].knows, merged.facts[2].knows)


def test_golden_that_wins_is_written_to_the_loser() -> None:
    """M5: a loser is never left believing that it holds golden."""
    doubtful = Side(1, Fact(("new",), ("old",), 7, doubt=True))

    merged = merge(OLD, doubtful, policy=lambda _: Settlement("old", (1,), "golden stays"))

    assert OLD == merged.golden
    assert -1 == merged.facts[1].knows


def test_no_rule_overrules_a_person() -> None:
    """M5: a blind edit against a decision is held, whatever the policy says."""
    pinned = Golden("old", 7, pinned=True)

    merged = merge(pinned, blind(1, "new"), policy=lambda _: Settlement("new", (0,), "new wins"))

    assert pinned == merged.golden
    assert "conflict" == merged.conflicts[0].id


def test_a_knowing_edit_replaces_a_decision() -> None:
    """M2: who has seen the decision may change their mind."""
    merged = merge(Golden("old", 7, pinned=True), knowing(1, "new"))

    assert ("new", False) == (merged.golden.value, merged.golden.pinned)


def held(*contenders: Contender, version: int = 1, turning: bool = False) -> Conflict:
    """Return an open conflict."""
    return Conflict(
        "conflict",
        Kind.VALUE,
        "account",
        "account-1",
        "name",
        contenders,
        version=version,
        turning=turning,
    )


def test_moves_of_a_held_field_only_join_the_contenders() -> None:
    """M6: golden stays, and the page has a new version."""
    page = held(Contender("a", link=1, cells=("a",)), Contender("b", link=2, cells=("b",)))

    merged = merge(OLD, knowing(1, "a", "a"), knowing(2, "b", "b"), knowing(3, "c"), held=page)

    assert OLD == merged.golden
    assert {"a", "b", "c"} == values(merged.conflicts[0].contenders)
    assert 2 == merged.conflicts[0].version


def test_a_hold_closes_when_all_contenders_say_one_thing() -> None:
    """M6: people have settled it between themselves."""
    page = held(Contender("a", link=1, cells=("a",)), Contender("b", link=2, cells=("b",)))

    merged = merge(OLD, knowing(1, "b", "a"), knowing(2, "b", "b"), held=page)

    assert "b" == merged.golden.value
    assert NOW == merged.conflicts[0].closed


def test_automations_that_fight_are_held_until_a_person_closes_it() -> None:
    """M7: golden that keeps returning to what it just was goes to a person, and stays there."""
    golden = Golden("a", 1)
    other = {"a": "b", "b": "a"}
    changed = 0
    while changed < 10:
        revision = golden.revision
        merged = merge(golden, knowing(1, other[golden.value], golden.value, revision))
        if merged.conflicts:
            break
        golden, changed = merged.golden, changed + 1

    assert merged.conflicts[0].turning
    assert changed < 10

    page = merged.conflicts[0]
    again = merge(golden, knowing(1, golden.value, "x"), held=page)

    assert not any(conflict.closed for conflict in again.conflicts)


def test_an_edit_that_our_write_covered_is_heard_before_it() -> None:
    """M8: the covered edit becomes golden, and the link is written again."""
    trail = (Step(("covered",)), Step(("ours",), 5))
    side = Side(1, Fact(("ours",), ("old",), 7, trail=trail))

    merged = merge(OLD, side)

    assert "covered" == merged.golden.value
    assert (("ours",), 5) == (merged.facts[1].merged, merged.facts[1].knows)


def test_who_edits_over_our_write_does_not_speak_for_the_edit_that_it_covered() -> None:
    """M8: both contend, since the later one cannot have seen the earlier."""
    trail = (Step(("covered",)), Step(("old",), 7), Step(("later",)))
    side = Side(1, Fact(("later",), ("stale",), 3, trail=trail))

    merged = merge(OLD, side)

    assert {"old", "covered", "later"} == values(merged.conflicts[0].contenders)
    assert "" == merged.conflicts[0].closed


def test_a_hold_does_not_close_over_an_edit_that_our_write_covered() -> None:
    """M6: all say one thing only if it does too."""
    trail = (Step(("covered",)), Step(("old",), 7))
    held = merge(OLD, Side(1, Fact(("old",), ("stale",), 3, trail=trail))).conflicts[0]

    merged = merge(OLD, Side(1, Fact(("old",), ("other",), 3)), held=held)

    assert not any(conflict.closed for conflict in merged.conflicts)


def test_a_blank_of_a_first_meeting_claims_nothing() -> None:
    """M9: a system that never had a value does not clear it."""
    merged = merge(OLD, Side(1, Fact((None,))))

    assert OLD == merged.golden
    assert () == merged.conflicts
    assert not merged.facts[1].moved


def test_a_field_that_was_never_set_takes_the_one_value_that_is_said() -> None:
    """M3: a value against a blank fills the blank."""
    merged = merge(Golden(), Side(1, Fact(("first",))), Side(2, Fact((None,))))

    assert "first" == merged.golden.value
    assert () == merged.conflicts


def test_a_cleared_field_is_not_filled_in_silence() -> None:
    """M4: somebody took the value away; one that comes back blindly is a conflict."""
    merged = merge(Golden(None, 7), blind(1, "new"))

    assert {None, "new"} == values(merged.conflicts[0].contenders)


def test_what_was_cleared_before_anything_was_golden_is_not_filled_in_silence() -> None:
    """M4: two records became one, and somebody had just taken away what only one of them said."""
    cleared, filled = Side(1, Fact((None,), ("old",), -1)), Side(2, Fact(("new",), None, -1))

    alone = merge(Golden(), cleared)
    merged = merge(Golden(), cleared, filled)

    assert {None, "new"} == values(merged.conflicts[0].contenders)
    assert alone.golden.value is None
    assert alone.golden.revision


def test_a_coarse_system_agrees_with_what_it_can_hold() -> None:
    """M1: a lossy system never echoes its loss back as an edit."""
    merged = merge(Golden("anna", 7), Side(1, Fact(("a",), ("b",), 3), coarse=True))

    assert "anna" == merged.golden.value
    assert 7 == merged.facts[1].knows


def test_a_decision_is_a_new_revision_and_pinned() -> None:
    """A person's value holds against rules, also where it is what golden said before."""
    page = held(Contender("a", link=1, cells=("a",)), Contender("old"))

    merged = decide(TOPIC, OLD, page, Decision("Ada", NOW, "old"), court())

    assert ("old", 100, True) == (
        merged.golden.value,
        merged.golden.revision,
        merged.golden.pinned,
    )
    assert {"a"} == values(merged.events[0].losers)


def test_after_a_restore_disagreement_is_held() -> None:
    """An old golden value overwrites nothing, and nothing overwrites it."""
    sides = [Side(1, Fact(("new",), ("old",), -1)), Side(2, Fact(("old",), ("old",), -1))]

    merged = merge_restored(TOPIC, OLD, sides, None, court())

    assert OLD == merged.golden
    assert {"old", "new"} == values(merged.conflicts[0].contenders)


def test_after_a_restore_what_every_system_shows_is_golden() -> None:
    """All systems moved on together: golden follows, and nothing is sent."""
    sides = [Side(1, Fact(("new",), ("old",), -1)), Side(2, Fact(("new",), ("old",), -1))]

    merged = merge_restored(TOPIC, OLD, sides, None, court())

    assert "new" == merged.golden.value
    assert {100} == {fact.knows for fact in merged.facts.values()}


def test_a_reference_that_was_emptied_with_what_it_led_to_is_named_and_claims_nothing() -> None:
    """M10: golden stays, the link knows it still, and is owed it."""
    fallen = Fact((None,), ("a",), 7, emptied=True)

    merged = merge(Golden("a", 7), Side(0, fallen))

    assert ("a", 7) == (merged.golden.value, merged.golden.revision)
    assert [("emptied", {None})] == [(e.act, values(e.losers)) for e in merged.events]
    assert Fact((None,), (None,), 7, emptied=True) == merged.facts[0]


def test_what_was_said_of_a_reference_goes_on_contending_once_it_fell() -> None:
    """M10: its system emptied it, and nobody took anything back; a decision names who said it."""
    page = held(Contender("a", link=0, cells=("a",)), Contender("b", link=1, cells=("b",)))
    fallen = Fact((None,), ("a",), -1, emptied=True)

    merged = merge(Golden(), Side(0, fallen), held=page)

    assert [("emptied", {None})] == [(e.act, values(e.losers)) for e in merged.events]
    assert () == merged.conflicts
    assert Fact((None,), (None,), -1, emptied=True) == merged.facts[0]


def test_what_was_entered_before_it_fell_becomes_golden_first() -> None:
    """M10: the edit is merged as it was shown, and what fell is owed it."""
    fallen = Fact((None,), None, emptied=True, trail=(Step(("a",)),))

    merged = merge(Golden(), Side(0, fallen))

    assert ("a", 100) == (merged.golden.value, merged.golden.revision)
    assert ["set", "emptied"] == [event.act for event in merged.events]
    assert Fact((None,), (None,), 100, emptied=True) == merged.facts[0]


def test_no_team_speaks_for_what_is_doubted_and_shown_as_before() -> None:
    """M4: our write may never have arrived, and then nobody has said the old value again."""
    asked = []

    def policy(conflict: Conflict) -> None:
        asked.append([contender.team for contender in conflict.contenders])

    doubted = Side(1, Fact(("old",), ("old",), 3, doubt=True))
    doubted.speaker = lambda _author: Speaker("success")  # type: ignore[method-assign]
    merge_field(TOPIC, Golden("new", 7), [doubted], None, court(policy))

    assert [[None, None]] == asked


def test_who_fills_what_was_emptied_knows_what_it_was() -> None:
    """M10: it is a knowing edit, and no conflict with what is gone there."""
    filled = Fact(("b",), (None,), 7)

    merged = merge(Golden("a", 7), Side(0, filled))

    assert "b" == merged.golden.value
    assert () == merged.conflicts


FACTS = st.builds(
    Fact,
    observed=st.tuples(st.sampled_from(["a", "b", "c", None])),
    merged=st.one_of(st.none(), st.tuples(st.sampled_from(["a", "b", "c", None]))),
    knows=st.sampled_from([-1, 3, 7]),
    doubt=st.booleans(),
)
GOLDENS = st.builds(
    Golden,
    value=st.sampled_from(["a", "b", "c", None]),
    revision=st.sampled_from([3, 7]),
    pinned=st.booleans(),
)


@given(golden=GOLDENS, facts=st.lists(FACTS, min_size=1, max_size=4), data=st.data())
def test_the_order_of_the_links_makes_no_difference(
    golden: Golden, facts: list[Fact], data: st.DataObject
) -> None:
    """Whoever is asked first, the outcome is the same."""
    sides = [Side(i, fact) for i, fact in enumerate(facts)]
    shuffled = data.draw(st.permutations(sides))

    assert merge(golden, *sides) == merge(golden, *shuffled)


@given(golden=GOLDENS, facts=st.lists(FACTS, min_size=1, max_size=4))
def test_every_edit_is_golden_or_named(golden: Golden, facts: list[Fact]) -> None:
    """No edit is lost: it is golden, a contender, a loser, or a blank that claims nothing."""
    sides = [Side(i, fact) for i, fact in enumerate(facts)]

    merged = merge(
        golden, *sides, policy=lambda c: Settlement(c.contenders[0].value, (0,), "first")
    )

    named = {merged.golden.value} | {golden.value}
    for event in merged.events:
        named |= values(event.losers)
    for conflict in merged.conflicts:
        named |= values(conflict.contenders)
    for side in sides:
        unmet_blank = side.fact.merged is None and side.fact.observed == (None,)
        assert not side.fact.moved or unmet_blank or side.fact.observed[0] in named


@given(golden=GOLDENS, facts=st.lists(FACTS, min_size=1, max_size=4))
def test_merging_twice_is_merging_once(golden: Golden, facts: list[Fact]) -> None:
    """A merge leaves nothing for a second one to do."""
    once = merge(golden, *[Side(i, fact) for i, fact in enumerate(facts)])
    still_held = next((c for c in once.conflicts if not c.closed), None)

    twice = merge(once.golden, *[Side(i, f) for i, f in once.facts.items()], held=still_held)

    assert (once.golden, dict(once.facts)) == (twice.golden, dict(twice.facts))
    assert () == twice.events
