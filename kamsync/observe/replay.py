"""A history, replayed onto what was known of a field."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs

from kamsync.clock import instant
from kamsync.mapping import FieldMap
from kamsync.model import Cells, Entry, Fact, Intent, Step
from kamsync.observe import saying
from kamsync.observe.saying import matching, said, trail_after
from kamsync.observe.words import UNSENT, Hearing, Showing

__all__ = ["replayed", "steps"]


def replayed(fact: Fact, showing: Showing, map_: FieldMap, hearing: Hearing) -> Fact:
    """Return the fact after its history. An own entry is never an edit, however late it landed."""
    replay = _Replay(fact)
    for step in steps(fact, map_, hearing):
        replay.take(step)
    return replay.fact_showing(showing)


class _Replay:
    """A history being replayed onto one fact; an edit that our own entry covered goes on the trail."""

    def __init__(self, fact: Fact) -> None:
        self.fact = fact
        self.trail = list(fact.trail)
        # What fell with its record stays so until something else is told of it.
        known = self.trail[-1].cells if self.trail else fact.merged
        self.base = fact.observed if fact.emptied else known
        self.edit: Step | None = None
        if fact.observed != self.base or fact.doubt:
            self.edit = Step(fact.observed, None, fact.author, fact.at)

    def take(self, step: Step) -> None:
        """Take one step: an edit waits for what follows it, an own entry becomes the base.

        A coarse version is told again with the entries of its own second: an own entry that is the
        base already takes nothing away from what is known.
        """
        if step.revision is None:
            self.edit = step if step.cells != self.base or self.fact.doubt else None
            return
        if self.edit is not None:
            self.trail += [self.edit, step]
        elif self.trail:
            self.trail.append(step)
        elif step.revision != UNSENT or step.cells != self.base:
            self.fact = saying.own(self.fact, step.cells, Intent(step.cells, step.revision))
        self.base, self.edit = step.cells, None

    def fact_showing(self, showing: Showing) -> Fact:
        """Return the fact at the end of the replay, which the reading itself may have gone beyond."""
        fact = structs.replace(self.fact, trail=tuple(self.trail))
        if showing.cells == self.base and not self.fact.doubt:
            return structs.replace(fact, observed=showing.cells)
        if self.edit is not None and self.edit.cells == showing.cells:
            edit = self.edit
            return structs.replace(
                fact,
                observed=edit.cells,
                author=edit.author,
                at=edit.at,
                trail=trail_after(fact),
                emptied=False,
            )
        return said(fact, showing)


def _news(fact: Fact, map_: FieldMap, hearing: Hearing) -> Iterator[tuple[Cells, Entry]]:
    """Yield the entries that change a field, with its cells after each, as far as they are news.

    What a history tells again of a coarse version is known up to where the field was as last seen. A
    write of ours since then is none of that, even where it said just the same.
    """
    cells = fact.observed
    told: list[tuple[Cells, Entry]] = []
    known, written = [0], 0
    for entry in hearing.history or ():
        if not any(name in entry.values for name in map_.native):
            continue
        cells = tuple(
            entry.values.get(name, old) for name, old in zip(map_.native, cells, strict=True)
        )
        if _answers(entry, cells, map_, hearing):
            written = len(told)
        told.append((cells, entry))
        if entry.version and entry.version == hearing.told_again and cells == fact.observed:
            known.append(len(told))
    before = [place for place in known if 0 < place <= written]
    yield from told[(before or known)[-1] :]


def _answers(entry: Entry, cells: Cells, map_: FieldMap, hearing: Hearing) -> bool:
    """Whether an entry is ours and may be what the system has just said that it took."""
    if entry.author is None or not entry.author.own:
        return False
    intent = matching(hearing.intents.get(map_.field, ()), cells)
    return intent is not None and intent.landed


def steps(fact: Fact, map_: FieldMap, hearing: Hearing) -> Iterator[Step]:
    """Yield the history of one field: each change of its cells, with our revision where it is ours."""
    intents = hearing.intents.get(map_.field, ())
    for cells, entry in _news(fact, map_, hearing):
        if entry.author is not None and entry.author.own:
            intent = matching(intents, cells)
            yield Step(cells, intent.revision if intent else UNSENT)
        else:
            at = instant(entry.at) if entry.at else ""
            yield Step(cells, None, entry.author, at, map_.aside(entry.values))
