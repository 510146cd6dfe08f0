"""References that a system emptied by itself, because what they led to is gone there."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from kamsync.mapping import FieldMap
from kamsync.model import Cells, Entry, Fact, Native, Step
from kamsync.observe.replay import replayed
from kamsync.observe.saying import said
from kamsync.observe.words import Hearing, Showing, says_nothing

__all__ = ["fallen"]


def fallen(
    fact: Fact, showing: Showing, map_: FieldMap, hearing: Hearing, ended: frozenset[Native]
) -> Fact | None:
    """Return the fact of a reference that was emptied with what it led to, None if that is not so.

    What was entered before that and is not dealt with yet is merged first, as what was there on the
    way to what is shown.
    """
    intents = hearing.intents.get(showing.name, ())
    if any(says_nothing(intent.cells) for intent in intents):
        return None
    cells, history = fact.observed, hearing.history
    if history is not None:
        cells, history = _without_fall(fact, map_, history, ended)
    sent = {cell for intent in intents for cell in intent.cells}
    if ended.isdisjoint({*cells, *sent}):
        return None
    if history is not None:
        before = structs.replace(showing, cells=cells)
        fact = replayed(fact, before, map_, structs.replace(hearing, history=history))
    if fact.doubt or intents:
        return fact if fact.moved else structs.replace(said(fact, showing), emptied=True)
    trail = fact.trail
    if fact.observed != (trail[-1].cells if trail else fact.merged):
        trail = (*trail, Step(fact.observed, None, fact.author, fact.at))
    return structs.replace(said(fact, showing), emptied=True, trail=trail)


def _without_fall(
    fact: Fact, map_: FieldMap, history: Sequence[Entry], ended: frozenset[Native]
) -> tuple[Cells, list[Entry]]:
    """Return a history without the entries that emptied what referred to the gone, and its last cells."""
    cells = fact.observed
    kept: list[Entry] = []
    for entry in history:
        now = tuple(
            entry.values.get(name, old) for name, old in zip(map_.native, cells, strict=True)
        )
        own = entry.author is not None and entry.author.own
        if own or not says_nothing(now) or ended.isdisjoint(cells):
            kept.append(entry)
            cells = now
    return cells, kept
