"""M8: what a history tells of edits that our own writes covered, step by step."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from kamsync.merge import Court, Merged, Speaker, Topic, merge_field
from kamsync.model import Cells, Conflict, Fact, Golden, Step, Value

OLD = Golden("old", 7)
COVERED = {"person": "Early", "employee": "e-early", "at": "early"}


def test_an_edit_that_was_covered_is_told_with_who_made_it(
    topic, court, side, edit, covered, contends, told
):
    """And our write over it is no edit, so that the link is owed what became golden."""
    fact = edit(1, "ours", trail=(covered("theirs"), Step(("ours",), 5)))

    merged = merge_field(topic, OLD, [side(1, fact)], None, court)

    winner = contends(1, "theirs", **COVERED)
    event = told("set", before="old", value="theirs", winner=winner, revision=100)
    assert ((event,), ()) == (merged.events, merged.conflicts)
    assert structs.replace(fact, merged=("ours",), knows=5, trail=()) == merged.facts[1]


def test_who_edits_after_our_write_is_told_as_who_they_are(
    topic, court, side, edit, covered, contends
):
    """The later edit has the author of the reading, the earlier one that of the history."""
    fact = edit(1, "later", trail=(covered("theirs"), Step(("ours",), 5)))

    merged = merge_field(topic, OLD, [side(1, fact)], None, court)

    shown = [contends(1, "later", knew=False), ("theirs", None)]
    said = merged.conflicts[0].contenders
    assert shown == [said[0], (said[1].value, said[1].link)]


def test_our_write_that_a_history_ends_with_is_known(topic, court, side, edit, covered):
    """The link holds golden, and has nothing to say."""
    fact = edit(1, "old", "old", 3, trail=(covered("old"), Step(("old",), 7)))

    merged = merge_field(topic, OLD, [side(1, fact)], None, court)

    assert structs.replace(fact, merged=("old",), knows=7, trail=()) == merged.facts[1]
    assert (OLD, (), ()) == (merged.golden, merged.events, merged.conflicts)


def test_a_step_that_says_what_was_dealt_with_is_no_edit(topic, court, side, edit, covered):
    """A history may begin with what was there before."""
    fact = edit(1, "stale", "stale", 3, trail=(covered("stale"),))

    merged = merge_field(topic, OLD, [side(1, fact)], None, court)

    assert (OLD, (), ()) == (merged.golden, merged.events, merged.conflicts)
    assert () == merged.facts[1].trail
    assert not merged.facts[1].moved


def test_our_write_ends_a_doubt(topic, court, side, edit):
    """The history shows that it came through."""
    fact = edit(1, "new", "old", 3, doubt=True, trail=(Step(("old",), 7),))

    merged = merge_field(topic, OLD, [side(1, fact)], None, court)

    assert ("new", ()) == (merged.golden.value, merged.conflicts)


def test_what_the_last_reading_did_not_show_stays_unseen_whatever_a_history_tells(
    topic, court, side, edit, covered
):
    """Otherwise it would be written over, and whoever edits it there would not be heard."""
    fact = edit(1, "ours", unseen=True, trail=(covered("theirs"), Step(("ours",), 5)))

    merged = merge_field(topic, OLD, [side(1, fact)], None, court)

    assert merged.facts[1].unseen


def test_a_part_that_a_system_lacks_outlives_our_write(topic, court, side, stages):
    """Nobody can enter a status there, and none is emptied by who enters a stage."""
    known = {"stage": "new", "status": "open", "probability": "0.3"}
    fact = Fact(("half",), ("half",), 7, known=known, trail=(Step(("new",), 7),))

    merged = merge_field(topic, Golden(known, 7), [side(1, fact, stages)], None, court)

    assert ("half", "open") == (merged.golden.value["stage"], merged.golden.value["status"])


def test_what_follows_is_heard_with_each_step(topic, court, side, stages):
    """The probability of then with the stage of then, and that of now with the stage of now."""
    now = Fact(("won",), ("open",), 7, aside=("1",), trail=(Step(("half",), aside=("0.5",)),))
    golden = Golden({"stage": "open", "probability": "0.3"}, 7)

    merged = merge_field(topic, golden, [side(1, now, stages)], None, court)

    said = [(e.value["stage"], e.value["probability"]) for e in merged.events]
    assert [("half", "0.5"), ("won", "1")] == said


def test_a_reference_that_fell_after_all_is_owed_still(topic, court, side, covered):
    """What the history tells is merged as it was shown, and what is there now as it is now."""
    fact = Fact((None,), ("old",), 7, emptied=True, trail=(covered("new"),))

    merged = merge_field(topic, OLD, [side(1, fact)], None, court)

    assert ["set", "emptied"] == [event.act for event in merged.events]
    assert Fact((None,), (None,), 100, emptied=True) == merged.facts[1]


def test_our_write_covers_only_what_its_own_link_contends_with(topic, court, side, contends, page):
    """What others say goes on being theirs, to change or to take back."""
    held = page([contends(1, "a"), contends(2, "b")])
    fact = Fact(("ours",), ("a",), 3, trail=(Step(("ours",), 5),))

    merged = merge_field(topic, OLD, [side(1, fact)], held, court)

    links = (structs.replace(contends(1, "a"), link=None), contends(2, "b"))
    assert (structs.replace(held, contenders=links),) == merged.conflicts


def test_our_write_covers_nothing_where_its_link_does_not_contend(
    topic, court, side, contends, page
):
    """The page stays as it is."""
    held = page([contends(2, "b"), contends(3, "c")])
    fact = Fact(("ours",), ("a",), 3, trail=(Step(("ours",), 5),))

    merged = merge_field(topic, OLD, [side(1, fact)], held, court)

    assert () == merged.conflicts


CELLS = st.tuples(st.sampled_from(["a", "b", "c", None]))
STEPS = st.builds(Step, CELLS, st.sampled_from([None, None, 3, 7]))


def entered(fact: Fact) -> Iterator[Value]:
    """Yield what people have entered on the way: blanks aside, each that was not there before."""
    before = fact.merged
    for step in fact.trail:
        if step.revision is None and step.cells not in (before, (None,)):
            yield step.cells[0]
        before = step.cells


@st.composite
def histories(draw):
    """Draw what a link shows, and what it went through since it was dealt with."""
    is_emptied = draw(st.booleans())
    return Fact(
        (None,) if is_emptied else draw(CELLS),
        draw(st.none() | CELLS),
        draw(st.sampled_from([-1, 3, 7])),
        draw(st.booleans()),
        trail=tuple(draw(st.lists(STEPS, max_size=3))),
        emptied=is_emptied,
    )


class Plain:
    """A link that says values as they are."""

    def __init__(self, link: int, fact: Fact) -> None:
        self.link, self.system, self.fact = link, f"system-{link}", fact

    def value(self, cells: Cells, known: Value, aside: Cells = ()) -> Value:  # noqa: ARG002
        return cells[0]

    def says(self, cells: Cells, value: Value) -> bool:
        return cells == (value,)

    def speaker(self, author: object) -> Speaker:  # noqa: ARG002
        return Speaker(None)


def merge(golden: Golden, facts: Sequence[Fact], held: Conflict | None = None) -> Merged:
    """Merge what some links show, without a policy."""
    revisions = itertools.count(100)
    court = Court(lambda _: None, lambda: next(revisions), lambda: "conflict", "")
    sides = [Plain(n, fact) for n, fact in enumerate(facts)]
    return merge_field(Topic("account", "account-1", "name"), golden, sides, held, court)


@given(
    st.sampled_from([Golden(), Golden("a", 7), Golden(None, 7)]), st.lists(histories(), max_size=3)
)
def test_no_edit_that_a_history_tells_of_is_lost(golden, facts):
    """Each is golden at some time, or named as a loser or a contender, whatever our writes covered."""
    merged = merge(golden, facts)

    named = {golden.value, merged.golden.value}
    for event in merged.events:
        named |= {event.value, *(loser.value for loser in event.losers)}
        named |= {event.winner.value} if event.winner else set()
    for conflict in merged.conflicts:
        named |= {contender.value for contender in conflict.contenders}
    assert {value for fact in facts for value in entered(fact)} <= named


@given(
    st.sampled_from([Golden(), Golden("a", 7), Golden(None, 7)]), st.lists(histories(), max_size=3)
)
def test_a_history_is_replayed_once(golden, facts):
    """Afterwards nothing is left to deal with."""
    once = merge(golden, facts)
    held = next((conflict for conflict in once.conflicts if not conflict.closed), None)

    twice = merge(once.golden, list(once.facts.values()), held)

    assert not any(fact.moved for fact in once.facts.values())
    assert ((), once.golden, once.facts) == (twice.events, twice.golden, twice.facts)


def test_what_contends_goes_on_contending_where_a_write_of_ours_came_over_it_later(
    topic, court, side, edit, contends, page
):
    """Who edits there afterwards has seen that write, and not what had been entered before it."""
    held = page([contends(1, "early"), contends(2, "b")])
    later = edit(1, "later", "ours", 5)

    merged = merge_field(topic, OLD, [side(1, later)], held, court)

    said = {(each.value, each.link) for each in merged.conflicts[0].contenders}
    assert {("early", None), ("later", 1), ("b", 2)} == said
