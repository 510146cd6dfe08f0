"""Whose value is it that a system shows: somebody's edit, an echo of ours, or unclear."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from kamsync.connector import Can
from kamsync.entities import core_schema
from kamsync.lenses import identity_map
from kamsync.model import EXISTS, Author, Entry, Evidence, Fact, Intent, Link, Reading, Step
from kamsync.observe import GONE, HERE, Hearing, observe

CONTACT = identity_map(core_schema().entity("contact"), "contact")
US = Author("kamsync", own=True)
ANN = Author("ann", "Ann")
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def link(title="Head", knows=5, **changes):
    """A link at version 1 whose title was dealt with."""
    facts = {EXISTS: Fact(HERE, HERE, 1), "title": Fact((title,), (title,), knows)}
    return structs.replace(Link(1, "sales", "contact", "c", "r", facts, "1"), **changes)


def reading(version="2", author=None, authors=None, **values):
    """A reading of the contact, changed since by default."""
    return Reading("c", values, version, modified=NOON, author=author, authors=authors)


def hearing(*, can=~Can.NOTHING, **options):
    """How it is heard."""
    return Hearing(CONTACT, can, seen=9, read_at="now", **options)


def heard(link_, reading_, **options):
    """The fact of the title after a reading."""
    return observe(link_, reading_, hearing(**options)).facts["title"]


def sent(title, revision=6, **options):
    """The open intent to write a title."""
    return {"title": [Intent((title,), revision, **options)]}


def test_a_value_that_somebody_changed_is_a_move():
    """With the evidence for who and when."""
    fact = heard(link(), reading(title="Chief", author=ANN))

    assert fact.moved
    assert (("Chief",), ("Head",), 5) == (fact.observed, fact.merged, fact.knows)
    assert (ANN, "2026-11-20T12:00:00.000000Z") == (fact.author, fact.at)


def test_a_value_that_did_not_change_keeps_its_fact():
    """Whatever else of the record changed."""
    assert link().facts["title"] == heard(link(), reading(title="Head", author=ANN))


def test_the_value_that_we_sent_is_an_echo():
    """Whoever touched the record since."""
    fact = heard(link(), reading(title="Chief", author=ANN), intents=sent("Chief"))

    assert Fact(("Chief",), ("Chief",), 6) == fact


def test_what_the_system_made_of_our_value_is_an_echo():
    """Our own user stored it."""
    fact = heard(link(), reading(title="CHIEF", author=US), intents=sent("Chief"))

    assert Fact(("CHIEF",), ("CHIEF",), 6) == fact


def test_another_value_after_an_unanswered_write_is_in_doubt():
    """It may have been said before our write or after it."""
    fact = heard(link(), reading(title="Boss", author=ANN), intents=sent("Chief"))

    assert fact.doubt
    assert ("Boss",) == fact.observed


def test_whoever_changed_the_record_after_an_unanswered_write_need_not_have_said_the_old_value():
    """It is in doubt, and no evidence says who entered it when."""
    fact = heard(link(), reading(title="Head", author=ANN), intents=sent("Chief"))

    assert fact.doubt
    assert (("Head",), None, "") == (fact.observed, fact.author, fact.at)


def test_an_unanswered_write_to_a_record_that_did_not_change_says_nothing():
    """The write may still be on its way."""
    same = reading("1", title="Head")

    assert link().facts["title"] == heard(link(), same, intents=sent("Chief"))


def test_our_own_value_without_an_intent_is_ours_but_nobody_knows_which():
    """It is not an edit, and will be written again."""
    fact = heard(link(), reading(title="Chief", author=US))

    assert Fact(("Chief",), ("Chief",), -1) == fact


def test_a_record_editor_does_not_speak_for_an_unsent_field_where_writes_may_cover_edits():
    """Our write may have followed an edit that nobody read."""
    fact = heard(link(), reading(title="Chief", author=US), can=Can.WHO_EDITED)

    assert fact.moved


def test_the_editor_of_a_field_speaks_for_it_everywhere():
    """Field by field it is certain."""
    ours = structs.replace(US, evidence=Evidence.FIELD_HISTORY)
    fact = heard(link(), reading(title="Chief", authors={"title": ours}), can=Can.WHO_EDITED)

    assert not fact.moved


def test_of_a_group_the_part_that_changed_tells_its_author():
    """We wrote the first name once, and Ann the last name now."""
    name = Fact(("Li", "Om"), ("Li", "Om"), 5)
    before = structs.replace(link(), facts={**link().facts, "name": name})
    authors = {"first_name": US, "last_name": ANN}

    after = observe(before, reading(first_name="Li", last_name="Ray", authors=authors), hearing())

    assert (ANN, True) == (after.facts["name"].author, after.facts["name"].moved)


def test_a_person_among_the_authors_of_a_changed_group_makes_it_a_persons():
    """Even where our own user changed another part of it."""
    name = Fact(("Li", "Om"), ("Li", "Om"), 5)
    before = structs.replace(link(), facts={**link().facts, "name": name})
    authors = {"first_name": US, "last_name": ANN}

    after = observe(before, reading(first_name="Lee", last_name="Ray", authors=authors), hearing())

    assert ANN == after.facts["name"].author


def test_the_answer_to_our_own_write_is_ours():
    """The system told what it stored."""
    fact = heard(link(), reading(title="CHIEF"), intents=sent("Chief"), attested=True)

    assert Fact(("CHIEF",), ("CHIEF",), 6) == fact


def test_the_answer_to_our_own_write_does_not_speak_for_an_unsent_field_where_it_may_cover_an_edit():
    """Somebody may have edited that field in the instant before our write, and nobody read it."""
    told = {"intents": {"email": sent("a@b.c")["title"]}, "attested": True}

    answer = reading(title="Chief", email="a@b.c", author=US)

    assert heard(link(), answer, can=Can.WHO_EDITED, **told).moved
    assert not heard(link(), answer, can=Can.REFUSE_STALE, **told).moved


def test_a_field_that_is_not_shown_keeps_its_fact():
    """No permission is not a blank; that it was not seen is noted."""
    assert structs.replace(link().facts["title"], unseen=True) == heard(link(), reading())


def test_a_record_that_is_gone_keeps_its_fields():
    """They are unread, and not blank."""
    gone = Reading("c", None, "2", author=ANN)

    after = observe(link(), gone, hearing())

    assert (GONE, HERE) == (after.facts[EXISTS].observed, after.facts[EXISTS].merged)
    assert link().facts["title"] == after.facts["title"]


def test_a_record_that_is_met_has_no_base():
    """Nobody has dealt with what it holds."""
    new = Link(1, "sales", "contact", "c", None, {})

    after = observe(new, reading(title="Head", author=ANN), hearing())

    assert (None, -1) == (after.facts["title"].merged, after.facts["title"].knows)


def test_an_edit_that_our_write_covered_is_on_the_trail():
    """It is merged before the write counts as known."""
    history = [Entry({"title": "Boss"}, ANN, NOON), Entry({"title": "Chief"}, US, NOON)]

    fact = heard(link(), reading(title="Chief"), intents=sent("Chief"), history=history)

    assert [("Boss",), ("Chief",)] == [step.cells for step in fact.trail]
    assert ANN == fact.trail[0].author


def test_an_edit_after_our_write_is_a_move_in_its_knowledge():
    """The write became its base."""
    history = [Entry({"title": "Chief"}, US, NOON), Entry({"title": "Boss"}, ANN, NOON)]

    fact = heard(link(), reading(title="Boss"), intents=sent("Chief"), history=history)

    assert (("Boss",), ("Chief",), 6, ()) == (fact.observed, fact.merged, fact.knows, fact.trail)


def test_a_history_of_our_own_entry_only_is_an_echo():
    """It is never an edit, however late it landed."""
    history = [Entry({"title": "Chief"}, US, NOON)]

    fact = heard(link(), reading(title="Chief"), intents=sent("Chief"), history=history)

    assert Fact(("Chief",), ("Chief",), 6) == fact


def test_the_answer_to_one_write_says_nothing_about_another_one():
    """What is as it was before was not made so by a write whose outcome is unclear."""
    before = link().facts["title"]

    fact = heard(link(), reading(title="Head", author=US), intents=sent("Chief"), attested=True)

    assert (before.observed, before.knows) == (fact.observed, fact.knows)


def test_a_field_that_is_seen_again_holds_an_edit_whoever_wrote_the_record_last():
    """It was edited while it was hidden, and our own write to another field came after."""
    hidden = observe(link(), Reading("contact-1", {}, version="2", author=US), hearing())
    shown = observe(hidden, reading("3", US, title="Chief"), hearing())

    assert hidden.facts["title"].unseen
    assert shown.facts["title"].moved
    assert not shown.facts["title"].unseen


def test_a_create_that_was_given_up_is_ours_when_it_comes():
    """It bears the stamp of the record whose place it takes, and nobody else has touched it."""
    alone = Author("kamsync", own=True, alone=True)
    empty = structs.replace(link(), facts={})

    shown = observe(empty, reading(title="Chief", author=alone), hearing(awaited=True))

    assert not shown.facts["title"].moved


def test_what_a_create_of_ours_shows_otherwise_is_in_doubt():
    """Its system may have spelt it so, or somebody has edited it since: a blank may be an edit as well."""
    created = structs.replace(link(), facts={})

    for shown in ("CHIEF", None):
        fact = heard(created, reading(title=shown, author=ANN), intents=sent("Chief"))
        assert fact.moved
        assert fact.doubt
    assert not heard(created, reading(title="Chief", author=ANN), intents=sent("Chief")).moved


titles = st.sampled_from(["Head", "Chief", "Boss", None])
authors = st.sampled_from([None, US, ANN])


@given(titles, authors, st.sampled_from(["1", "2"]), st.booleans(), titles)
def test_hearing_the_same_reading_twice_is_hearing_it_once(title, author, version, open_, want):
    """Pages overlap, and a record may appear in two of them."""
    shown = reading(version, author, title=title)
    options = hearing(intents=sent(want) if open_ else {})
    once = observe(link(), shown, options)

    # An intent is closed by the reading that answers it.
    again = structs.replace(options, intents={}) if version == "2" else options

    assert once == observe(once, shown, again)


@given(titles, authors, st.booleans(), titles)
def test_a_persons_new_value_is_never_taken_for_dealt_with(title, author, open_, want):
    """Unless it is the very value that we had sent."""
    if author is US or title == "Head" or (open_ and title == want):
        return
    fact = heard(link(), reading(title=title, author=author), intents=sent(want) if open_ else {})

    assert fact.moved


def fallen(reading_, **options):
    """The fact of a contact's account after a reading, where account-1 is gone."""
    known = link()
    facts = {**known.facts, "account": Fact(("account-1",), ("account-1",), 5)}
    ended = {"account": frozenset({"account-1"})}
    told = hearing(ended=ended, **options)
    return observe(structs.replace(known, facts=facts), reading_, told).facts["account"]


def test_a_reference_that_is_blank_since_its_record_is_gone_was_emptied():
    """Whoever is the last editor; the link still knows golden."""
    fact = fallen(reading(account=None, author=ANN))

    assert (True, False, 5) == (fact.emptied, fact.edited, fact.knows)
    assert fact.moved


def test_a_reference_to_another_record_is_an_edit_though_the_first_one_is_gone():
    """Somebody chose it."""
    assert fallen(reading(account="account-2", author=ANN)).edited


def test_what_a_hidden_field_shows_after_its_system_was_put_back_is_nobodys_edit():
    """It has the version of then: whoever entered it does not know of what was written since."""
    before = Fact(("Chief",), ("Chief",), 5, unseen=True)
    known = structs.replace(
        link(), version="9", facts={EXISTS: Fact(HERE, HERE, 1), "title": before}
    )

    fact = heard(known, reading(version="2", title="Head", author=ANN))

    assert fact.moved
    assert 5 != fact.trail[-1].revision


def test_what_contended_before_both_were_put_back_goes_on_contending():
    """The store remembers what the system has lost."""
    contended = Fact(("Boss",), ("Boss",), -1)
    known = structs.replace(
        link(), version="9", facts={EXISTS: Fact(HERE, HERE, 1), "title": contended}
    )

    fact = heard(known, reading(version="2", title="Head"), restoring=True)

    assert ("Head", ["Boss"]) == (fact.observed[0], [step.cells[0] for step in fact.trail])


def test_what_is_hidden_while_its_system_is_put_back_is_not_known_to_hold_golden():
    """Whatever it shows once it is seen again, whoever entered that does not know what was written."""
    before = Fact(("Chief",), ("Chief",), 5)
    known = structs.replace(
        link(), version="9", facts={EXISTS: Fact(HERE, HERE, 1), "title": before}
    )

    fact = heard(known, reading(version="2"))

    assert (True, -1) == (fact.unseen, fact.knows)


def test_a_write_of_the_second_that_is_told_again_is_news_though_it_says_the_same():
    """Else it would never be known, and be sent again in each round."""
    wrote = Entry({"title": "Head"}, US, NOON, "1")
    fact = heard(
        link(),
        reading(version="1", title="Head"),
        can=Can.HISTORY,
        history=[wrote, wrote],
        intents=sent("Head", landed=True),
    )

    assert Fact(("Head",), ("Head",), 6) == fact


def test_an_edit_between_two_writes_of_one_second_that_say_the_same_is_not_lost():
    """It is merged before the second of them counts as known."""
    wrote, edited = (
        Entry({"title": "Head"}, US, NOON, "1"),
        Entry({"title": "Boss"}, ANN, NOON, "1"),
    )
    fact = heard(
        link(),
        reading(version="1", title="Head"),
        can=Can.HISTORY,
        history=[wrote, edited, wrote],
        intents=sent("Head", landed=True),
    )

    assert ["Boss", "Head"] == [step.cells[0] for step in fact.trail]


def test_what_was_told_before_a_reference_was_emptied_is_heard_first():
    """A history shows that somebody had chosen another one meanwhile."""
    entry = Entry({"account": "account-2"}, ANN, NOON, "2")
    cleared = Entry({"account": None}, ANN, NOON, "3")
    known = structs.replace(link(), facts={"account": Fact(("account-1",), ("account-1",), 5)})
    ended = {"account": frozenset({"account-2"})}
    told = hearing(ended=ended, history=[entry, cleared])

    fact = observe(known, reading("3", account=None), told).facts["account"]

    assert (("account-2",), True) == (fact.trail[-1].cells, fact.edited)
    assert (("account-1",), (None,), True) == (fact.merged, fact.observed, fact.emptied)


def test_what_was_entered_and_fell_before_it_was_merged_is_merged_first():
    """The reading that showed it is not given again, so that the one of the fall has to be kept too."""
    entered = Fact(("account-1",), None, author=ANN, at=NOON)
    known = structs.replace(link(), facts={"account": entered})
    told = hearing(ended={"account": frozenset({"account-1"})})

    fact = observe(known, reading(account=None, author=US), told).facts["account"]

    assert (Step(("account-1",), None, ANN, NOON),) == fact.trail
    assert ((None,), True, True) == (fact.observed, fact.emptied, fact.edited)


def test_what_was_emptied_stays_so_when_it_is_read_again_with_its_history():
    """The history tells of other fields only."""
    fact = Fact((None,), ("account-1",), 5, emptied=True)
    known = structs.replace(link(), facts={"account": fact})
    told = hearing(history=[Entry({"title": "Chief"}, US, NOON, "3")])

    assert fact == observe(known, reading("3", account=None), told).facts["account"]


def test_a_record_that_was_back_and_is_gone_again_is_news():
    """Although golden has dealt with its being gone before."""
    back = {EXISTS: Fact(HERE, GONE, 1)}
    gone = Reading("c", None, "3", modified=NOON, author=ANN)

    assert observe(link(facts=back), gone, hearing()).facts[EXISTS].moved


def test_a_reference_that_comes_back_with_its_record_was_entered_by_somebody():
    """Our write of other fields is answered, and the system has let it refer again to what is back."""
    known = structs.replace(link(), facts={"account": Fact((None,), (None,), 5)})
    told = hearing(attested=True, intents=sent("Chief"), references={"account"})

    fact = observe(known, reading("3", author=US, title="Chief", account="account-1"), told).facts

    assert (("account-1",), True, None) == (
        fact["account"].observed,
        fact["account"].edited,
        fact["account"].author,
    )


def test_a_reference_that_its_system_filled_again_without_a_trace_knows_nothing_of_golden():
    """It fell, and leads to what it led to long before, in a record that nobody has edited."""
    fell = Fact((None,), ("account-1",), 5, emptied=True)
    known = structs.replace(link(facts={"account": fell}), version="2")
    told = hearing(references={"account"})

    silent = observe(known, reading("2", author=ANN, account="account-2"), told).facts["account"]
    edited = observe(known, reading("3", author=ANN, account="account-2"), told).facts["account"]

    assert (True, -1, None) == (silent.edited, silent.knows, silent.author)
    assert (True, 5, ANN) == (edited.edited, edited.knows, edited.author)
