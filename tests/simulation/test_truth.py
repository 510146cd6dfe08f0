"""The observer excuses no more than the rule that it allows for."""

from __future__ import annotations

from kamsync.testing.simulation.observer.cells import Entered, Place, Version
from kamsync.testing.simulation.observer.truth import Truth

ACCOUNT = Place("s0", "account", "account-1")
OTHER = Place("s1", "account", "account-2")


def test_two_who_clear_a_field_do_not_know_of_each_other() -> None:
    """The blank before anything was said is nobody's word."""
    truth = Truth()
    for place in (ACCOUNT, OTHER):
        truth.tie(place, "account-x")
        truth.edited(place, "name", (place.system,), Entered("ann", 1, -1, None))
        truth.edited(place, "name", (None,), Entered("ann", 2, 1, None))
    mine, theirs = (truth.cell(place, "name").now for place in (ACCOUNT, OTHER))
    subject = truth.subject("account-x", "account", "name")

    truth.agree_all("account-x", "name", subject)

    assert 0 == subject.seen(mine.head) & theirs.head
    assert 0 == subject.seen(theirs.head) & mine.head


def test_two_who_say_what_golden_says_have_seen_each_other() -> None:
    """What systems agree on is one word."""
    truth = Truth()
    for place in (ACCOUNT, OTHER):
        truth.tie(place, "account-x")
        truth.edited(place, "name", ("e1",), Entered("ann", 1, -1, None))
    mine, theirs = (truth.cell(place, "name").now for place in (ACCOUNT, OTHER))
    subject = truth.subject("account-x", "account", "name")
    subject.versions.append(Version(("e1",), mine.past, mine.head, revision=1))

    truth.agree_all("account-x", "name", subject)

    assert theirs.head == subject.seen(mine.head) & theirs.head


def test_what_was_heard_before_it_went_along_is_not_excepted() -> None:
    """Only what nobody could read any more is lost with it."""
    truth = Truth()
    truth.tie(ACCOUNT, "account-x")
    truth.edited(ACCOUNT, "name", ("e1",), Entered("ann", 1, -1, None))
    truth.edited(ACCOUNT, "name", ("e2",), Entered("bob", 2, 1, None))
    heard, unread = (version.head for version in truth.cell(ACCOUNT, "name").versions[1:])

    truth.went_along(ACCOUNT, {"name": ("e1",)}, 1)

    assert (0, unread) == (truth.excepted & heard, truth.excepted & unread)
