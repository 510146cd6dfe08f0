"""What is merged once more: after a restore, by a policy that was changed, and as a person decided."""

from __future__ import annotations

import pytest
from msgspec import structs

from kamsync.merge import UNTOLD, appeal, decide, merge_restored
from kamsync.model import Comment, Contender, Decision, Fact, Golden, Origin, Step
from kamsync.policy import Settlement
from kamsync.policy.verdict import Hold

NOW = "2026-11-20T16:41:00.000000Z"
OLD = Golden("old", 7, origin=Origin("sales", "sales team", "Mara", "at first"))
GOLDEN = Contender("old", None, "sales", "sales team", "Mara", "at first", knew=True)


def test_what_every_system_shows_after_a_restore_is_told_as_that(
    topic, court, side, edit, contends, told
):
    """Golden follows, and names the first of them, and what it was itself."""
    sides = [side(2, edit(2, "new")), side(1, edit(1, "new"))]

    merged = merge_restored(topic, OLD, sides, None, court)

    winner = contends(1, "new")
    rule = "every system shows it"
    event = told("set", before="old", value="new", winner=winner, rule=rule, revision=100)
    assert (structs.replace(event, losers=(GOLDEN,)),) == merged.events
    assert {n: Fact(("new",), ("new",), 100) for n in (1, 2)} == merged.facts


def test_what_every_system_shows_after_a_restore_is_said_by_whoever_is_known(
    topic, court, side, edit, contends
):
    """What another one shows may be what kamsync wrote there."""
    sides = [side(1, Fact(("new",))), side(2, edit(2, "new")), side(3, edit(3, "new"))]

    merged = merge_restored(topic, OLD, sides, None, court)

    assert contends(2, "new") == merged.events[0].winner


def test_what_every_system_shows_after_a_restore_replaces_nothing_where_nothing_was_golden(
    topic, court, side, edit
):
    """So nothing lost."""
    merged = merge_restored(topic, Golden(), [side(1, edit(1, "new"))], None, court)

    [event] = merged.events
    assert ("new", ()) == (event.value, event.losers)


def test_what_is_hidden_says_nothing_after_a_restore(topic, court, side, edit):
    """It is left as it is, and golden too where nobody else says anything."""
    hidden = structs.replace(edit(1, None), unseen=True)

    merged = merge_restored(topic, OLD, [side(1, hidden)], None, court)

    assert (OLD, {1: hidden}, ()) == (merged.golden, merged.facts, merged.events)


def test_what_may_only_be_hidden_after_a_restore_is_a_question(topic, court, side):
    """Also where all systems agree that it is not shown: nothing told that it is gone."""
    asked = structs.replace(topic, cause=UNTOLD)
    sides = [side(link, Fact(("gone",), ("here",), -1, doubt=True)) for link in (1, 2)]

    merged = merge_restored(asked, OLD, sides, None, court)

    assert ("old", UNTOLD) == (merged.golden.value, merged.conflicts[0].cause)


def test_golden_is_not_replaced_after_a_restore_while_a_system_cannot_be_read(
    topic, court, side, edit
):
    """What the others show is a question until then."""
    merged = merge_restored(topic, OLD, [side(1, edit(1, "new"))], None, court, whole=False)

    assert (OLD, {"new", "old"}) == (
        merged.golden,
        {each.value for each in merged.conflicts[0].contenders},
    )


def test_golden_that_every_system_shows_after_a_restore_stays_as_it_is(topic, court, side, coarse):
    """Each in its own way: what one cuts is no other value."""
    sides = [side(1, Fact(("ann",)), coarse), side(2, Fact(("anna",), ("old",), 3))]

    merged = merge_restored(topic, Golden("anna", 7), sides, None, court)

    assert (Golden("anna", 7), (), ()) == (merged.golden, merged.events, merged.conflicts)
    assert {7} == {fact.knows for fact in merged.facts.values()}


def test_a_question_that_was_open_is_closed_where_every_system_shows_one_value(
    topic, court, side, edit, contends, page
):
    """Nobody disagrees any more."""
    held = page([contends(1, "a"), contends(2, "b")])

    sides = [side(1, edit(1, "a")), side(2, edit(2, "a"))]

    merged = merge_restored(topic, OLD, sides, held, court)

    assert (structs.replace(held, closed=NOW),) == merged.conflicts
    assert "a" == merged.golden.value


def test_a_record_that_no_system_has_any_more_asks_nobody(topic, court):
    """There is nothing that golden could overwrite."""
    merged = merge_restored(topic, OLD, [], None, court)

    assert (OLD, {}, (), ()) == (merged.golden, merged.facts, merged.conflicts, merged.events)


def test_disagreement_after_a_restore_shows_every_side_and_golden(
    topic, asked, side, edit, contends, page, told
):
    """Also a side that did not move; and the policy only says by when somebody must decide."""
    asked = asked(Hold("restored", 60, "the board"))
    sides = [side(1, edit(1, "new")), side(2, edit(2, "old"))]

    merged = merge_restored(topic, OLD, sides, None, asked.court())

    contenders = (contends(1, "new"), contends(2, "old"), GOLDEN)
    opened = page(
        contenders,
        id="conflict",
        cause="an older store was restored",
        agreed="old",
        opened=NOW,
    )
    terms = {"due": "2026-11-20T16:42:00.000000Z", "escalate": "the board"}
    assert (structs.replace(opened, **terms),) == merged.conflicts
    assert [opened] == asked.seen
    assert (told("held", value="old", losers=contenders, revision=7),) == merged.events
    assert [False, False] == [fact.moved for fact in merged.facts.values()]


def test_no_rule_settles_what_a_restore_opens(topic, asked, side, edit):
    """Rules weigh edits, and these may be values that we wrote ourselves."""
    asked = asked(Settlement("new", (0,), "new wins"))
    sides = [side(1, edit(1, "new")), side(2, edit(2, "old"))]

    merged = merge_restored(topic, OLD, sides, None, asked.court())

    assert (OLD, "") == (merged.golden, merged.conflicts[0].closed)


def test_a_page_that_was_open_goes_on_after_a_restore(topic, court, side, edit, contends, page):
    """With its assignee and its comments, and as a new version: its sides are others."""
    comments = (Comment("Mara", "noon", "I ask them."),)
    held = page([contends(1, "a")], version=4, assignee="Mara", comments=comments)
    sides = [side(1, edit(1, "new")), side(2, edit(2, "old"))]

    merged = merge_restored(topic, OLD, sides, held, court)

    expected = ("page", 5, "Mara", comments)
    assert [expected] == [(c.id, c.version, c.assignee, c.comments) for c in merged.conflicts]


@pytest.mark.parametrize("shown", ["a", "c"], ids=["as one of them", "as nobody before"])
def test_what_contends_goes_on_contending_after_a_restore_though_its_record_is_gone(
    topic, court, side, edit, contends, page, shown
):
    """Nobody has ruled on it, whatever all others show."""
    held = page([contends(1, "a"), contends(2, "b")])

    merged = merge_restored(topic, OLD, [side(1, edit(1, shown))], held, court)

    assert OLD == merged.golden
    assert contends(2, "b") in merged.conflicts[0].contenders


def test_golden_alone_keeps_no_question_open_after_a_restore(
    topic, court, side, edit, contends, page
):
    """It is named as what was replaced."""
    held = page([contends(1, "a"), GOLDEN])

    merged = merge_restored(topic, OLD, [side(1, edit(1, "a"))], held, court)

    assert ("a", NOW) == (merged.golden.value, merged.conflicts[0].closed)


def test_an_edit_that_was_covered_before_a_restore_is_shown_though_all_agree(
    topic, court, side, edit, covered
):
    """The systems show our write; only a history still tells of what somebody had entered."""
    fact = edit(1, "old", trail=(covered("theirs"),))

    merged = merge_restored(topic, OLD, [side(1, fact), side(2, edit(2, "old"))], None, court)

    said = merged.conflicts[0].contenders
    assert ["old", "old", "old", "theirs"] == [each.value for each in said]
    assert Contender("theirs", system="system-1", at="early") == said[-1]
    assert ((), OLD) == (merged.facts[1].trail, merged.golden)


def test_what_follows_in_a_system_is_part_of_what_it_shows_after_a_restore(
    topic, court, side, stages
):
    """The probability comes from the stage there, and no golden value is known that could tell."""
    won = {"stage": "won", "probability": "1"}
    fact = Fact(("won",), aside=("1",))

    merged = merge_restored(topic, Golden(), [side(1, fact, stages)], None, court)

    assert won == {part: merged.golden.value[part] for part in won}


def test_what_followed_from_a_covered_edit_is_shown_with_it(topic, court, side, stages):
    """As the history tells it."""
    fact = Fact(("won",), aside=("1",), trail=(Step(("open",), aside=("0.3",)),))

    merged = merge_restored(topic, Golden(), [side(1, fact, stages)], None, court)

    covered = merged.conflicts[0].contenders[-1].value
    assert ("open", "0.3") == (covered["stage"], covered["probability"])


@pytest.fixture
def open_page(page, contends):
    """A page that was opened under another policy, of a blind edit against golden."""
    return page([contends(1, "new", knew=False), GOLDEN], agreed="old", opened=NOW)


def test_a_changed_policy_settles_what_is_open(topic, asked, open_page, contends, told):
    """As a new revision, so that no link is taken to hold it; and the journal says why."""
    asked = asked(Settlement("new", (0,), "sales decides", "it is theirs"))

    merged = appeal(topic, OLD, open_page, asked.court())

    winner = contends(1, "new", knew=False)
    event = told(
        "settled",
        before="old",
        value="new",
        winner=winner,
        losers=(GOLDEN,),
        rule="sales decides",
        reason="the policy was changed: it is theirs",
        revision=100,
    )
    assert (event,) == merged.events
    assert [open_page] == asked.seen
    assert (structs.replace(open_page, closed=NOW),) == merged.conflicts


def test_golden_that_a_changed_policy_keeps_is_a_new_revision_too(
    topic, asked, open_page, contends
):
    """The loser has to be written, whatever its link knows."""
    asked = asked(Settlement("old", (), "golden stays"))

    merged = appeal(topic, OLD, open_page, asked.court())

    assert ("old", 100) == (merged.golden.value, merged.golden.revision)
    losers = (contends(1, "new", knew=False),)
    assert [(GOLDEN, losers)] == [(event.winner, event.losers) for event in merged.events]


def test_a_changed_policy_that_leaves_it_to_a_person_changes_its_terms_only(
    topic, asked, open_page
):
    """A reminder is due anew."""
    reminded = structs.replace(open_page, due=NOW, escalate="the boss", reminded=True)
    asked = asked(Hold("too large", 60, "the board"))

    merged = appeal(topic, OLD, reminded, asked.court())

    terms = {"due": "2026-11-20T16:42:00.000000Z", "escalate": "the board", "reminded": False}
    assert (structs.replace(reminded, **terms),) == merged.conflicts
    assert (OLD, ()) == (merged.golden, merged.events)


@pytest.mark.parametrize("answer", [None, Hold("too large", 0, "the board")])
def test_a_changed_policy_that_says_the_same_changes_nothing(topic, asked, open_page, answer):
    """Nor is anybody reminded a second time."""
    terms = {} if answer is None else {"due": NOW, "escalate": "the board"}
    reminded = structs.replace(open_page, **terms, reminded=True)

    merged = appeal(topic, OLD, reminded, asked(answer).court())

    assert (OLD, (), ()) == (merged.golden, merged.conflicts, merged.events)


@pytest.mark.parametrize(
    ("golden", "details"),
    [
        (OLD, {"turning": True}),
        (structs.replace(OLD, pinned=True), {}),
        (OLD, {"cause": "an older store was restored"}),
        (OLD, {"agreed": "older"}),
        (OLD, {"contenders": (Contender("new", 1), GOLDEN, Contender("covered"))}),
    ],
    ids=["automations", "decided", "restored", "golden moved on", "covered"],
)
def test_what_only_a_person_may_say_is_no_question_for_a_changed_policy(
    topic, asked, open_page, golden, details
):
    """It stays open, with golden as it is."""
    asked = asked(Settlement("new", (0,), "sales decides"))

    merged = appeal(topic, golden, structs.replace(open_page, **details), asked.court())

    assert (golden, (), ()) == (merged.golden, merged.conflicts, merged.events)


def test_a_decision_is_told_with_who_made_it_and_who_lost(topic, court, open_page, contends, told):
    """The page keeps it, and golden keeps that a person stands for it."""
    decision = Decision("Ada", "at noon", "old", reason="I asked them.")

    merged = decide(topic, OLD, open_page, decision, court)

    losers = (contends(1, "new", knew=False),)
    person = Contender("old", person="Ada", at="at noon")
    event = told(
        "decided",
        before="old",
        value="old",
        winner=person,
        losers=losers,
        rule="a person",
        revision=100,
    )
    origin = Origin(person="Ada", at="at noon", rule="a person")
    assert (event,) == merged.events
    assert (structs.replace(open_page, closed=NOW, decision=decision),) == merged.conflicts
    assert Golden("old", 100, ("old",), pinned=True, origin=origin) == merged.golden


def test_blanks_everywhere_after_a_restore_are_golden_where_other_values_contended(
    topic, court, side, edit, page, contends
):
    """Whoever took back what was asked about is named, and the question does not end in silence."""
    sides = [side(1, edit(1, None)), side(2, edit(2, None))]
    conflict = page([contends(1, "a"), contends(2, "b")])

    merged = merge_restored(topic, Golden(), sides, conflict, court)

    [event] = merged.events
    assert ("set", None, contends(1, None, knew=False)) == (event.act, event.value, event.winner)
    assert (None, 100) == (merged.golden.value, merged.golden.revision)
    assert NOW == merged.conflicts[0].closed
