"""What people note about an open conflict without deciding it: who takes it on, and what they know."""

from __future__ import annotations

from msgspec import structs

from kamsync.engine.deciding.decide import require_open
from kamsync.engine.hub import Hub
from kamsync.errors import ValueInvalid
from kamsync.model import Comment, Conflict, Event

__all__ = ["assign_conflict", "comment_conflict"]

PERSON_LIMIT = 200
TEXT_LIMIT = 4000
COMMENTS_LIMIT = 200


def assign_conflict(hub: Hub, conflict_id: str, assignee: str, by: str) -> Conflict:
    """Give an open conflict to *assignee*, or to nobody (``""``); return it.

    The question stays the same, and so does its version. To the same person twice is once.

    Raises:
        DecisionRefused: it is closed.
        ValueInvalid: that is too long for a name.
    """
    assignee = " ".join(assignee.split())
    _require_short("The name", assignee, PERSON_LIMIT)
    with hub.store.transaction():
        conflict = hub.store.reviews.get(conflict_id)
        require_open(conflict)
        if conflict.assignee == assignee:
            return conflict
        told = f"to {assignee}" if assignee else f"to nobody, after {conflict.assignee}"
        return _noted(hub, structs.replace(conflict, assignee=assignee), "assigned", told, by)


def comment_conflict(hub: Hub, conflict_id: str, text: str, by: str) -> Conflict:
    """Keep what *by* has to say with an open conflict, for whoever decides it; return it.

    Raises:
        DecisionRefused: it is closed.
        ValueInvalid: there is nothing in *text*, it is too long, or there are too many already.
    """
    text = text.strip()
    _require_short("The comment", text, TEXT_LIMIT)
    if not text:
        raise ValueInvalid("A comment says something; this one is blank.")
    with hub.store.transaction():
        conflict = hub.store.reviews.get(conflict_id)
        require_open(conflict)
        if len(conflict.comments) >= COMMENTS_LIMIT:
            raise ValueInvalid(
                f"Conflict {conflict.id} has {COMMENTS_LIMIT} comments, as many as go."
            )
        comments = (*conflict.comments, Comment(by, hub.now(), text))
        return _noted(hub, structs.replace(conflict, comments=comments), "commented", text, by)


def _require_short(what: str, text: str, limit: int) -> None:
    """Raise `ValueInvalid` for a text above its limit."""
    if len(text) > limit:
        raise ValueInvalid(f"{what} has {len(text):,} characters; at most {limit:,} are kept.")


def _noted(hub: Hub, conflict: Conflict, act: str, told: str, by: str) -> Conflict:
    """Keep *conflict* and let the journal say what was done to it."""
    hub.store.reviews.save([conflict])
    event = Event(act, conflict.entity, conflict.record, conflict.field, reason=told)
    hub.note([event], actor=by)
    return conflict
