"""A fact after one showing, as it is where somebody said it, we did, or nobody can tell."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from kamsync.connector import Can
from kamsync.model import EXISTS, Cells, Evidence, Fact, Intent, Step
from kamsync.observe.words import Hearing, Showing

__all__ = ["doubted", "is_ours", "matching", "own", "said", "trail_after"]


def own(fact: Fact, cells: Cells, intent: Intent | None) -> Fact:
    """Return the fact of a value that we stored: nobody's edit, known at the intent's revision."""
    return Fact(cells, cells, intent.revision if intent else -1, known=fact.known)


def said(fact: Fact, showing: Showing) -> Fact:
    """Return the fact with a value that somebody else may have entered, and the evidence for whom."""
    return structs.replace(
        fact,
        observed=showing.cells,
        author=showing.author,
        at=showing.at,
        trail=trail_after(fact),
        emptied=False,
    )


def trail_after(fact: Fact) -> tuple[Step, ...]:
    """Return what is still to be replayed once somebody edits: not what fell, that is replaced knowingly."""
    fell = fact.emptied and fact.trail and fact.trail[-1].revision is None
    return fact.trail[:-1] if fell else fact.trail


def doubted(fact: Fact, showing: Showing) -> Fact:
    """Return the fact after a write of ours that may have landed before or after what is shown.

    A value that is unchanged was most likely there all the time: whoever changed the record since
    need not have said it.
    """
    if showing.cells == fact.observed:
        showing = structs.replace(showing, author=None, at="")
    return structs.replace(said(fact, showing), doubt=True)


def is_ours(showing: Showing, hearing: Hearing, *, sent: bool) -> bool:
    """Whether our own user stored this field.

    The answer to our write and a record's last author speak for a field that we sent. For one that we
    did not send, they do so only in a system that refuses stale writes, and where we made the record:
    elsewhere our write may have followed an unread edit.
    """
    followed = sent or Can.REFUSE_STALE in hearing.can
    if hearing.attested and (followed or EXISTS in hearing.intents):
        return True
    if showing.author is None or not showing.author.own:
        return False
    return followed or showing.author.evidence is Evidence.FIELD_HISTORY


def matching(intents: Sequence[Intent], cells: Cells) -> Intent | None:
    """Return the intent that these cells answer: the last that sent them, else the only candidate."""
    exact = [intent for intent in intents if intent.cells == cells]
    if exact:
        return exact[-1]
    if intents and (intents[-1].landed or len({intent.revision for intent in intents}) == 1):
        return intents[-1]
    return None
