"""What the values in a story are called: names for records, and parts for groups of native cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kamsync.engine import Hub
from kamsync.model import Value
from kamsync.reports.finding import Names
from kamsync.reports.happened import Happening
from kamsync.reports.meaning import Meaning, Meanings
from kamsync.reports.sight import Sight

__all__ = ["Called"]

WROTE = "wrote"
"""The act of which the journal keeps native cells."""


class Called:
    """The names of what *story* tells of, looked up at once."""

    def __init__(self, hub: Hub, sight: Sight, story: Iterable[Happening] = ()) -> None:
        self._sight = sight
        self._names = Names(hub)
        self._meanings = Meanings(hub, sight, self._names)
        self._names.load(sorted(set(self._records(story))))

    def meaning(self, each: Happening, said: Value) -> Meaning:
        """Return what *said* means in something that happened."""
        if each.act == WROTE:
            cells = said if isinstance(said, list) else None
            known = self._sight.field(each.entity, each.field) is not None
            return (
                self._meanings.of((each.system, each.entity, each.field), cells)
                if known
                else Meaning()
            )
        return Meaning(name=self._names.of(said)) if self._is_record(each, said) else Meaning()

    def _is_record(self, each: Happening, said: Value) -> bool:
        """Whether *said* is the id of a record."""
        field = self._sight.field(each.entity, each.field)
        return field is not None and bool(field.to) and isinstance(said, str)

    def _records(self, story: Iterable[Happening]) -> Iterator[str]:
        """Yield the ids of the records that are said in *story*."""
        for each in story:
            if each.act != WROTE:
                said = (each.before, each.value, *(loser.value for loser in each.losers))
                yield from (str(value) for value in said if self._is_record(each, value))
