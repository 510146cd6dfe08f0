"""Who said what a plan would write: whoever edited it elsewhere, or where golden has it from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from kamsync.engine import Hub
from kamsync.engine.context.batches import Batch, load
from kamsync.errors import ReferenceMissing, ValueInvalid
from kamsync.model import Cells, Fact, Golden, Link, Value
from kamsync.plan import PlannedWrite

__all__ = ["Said", "Sources"]


class Said(Struct, frozen=True, omit_defaults=True):
    """Who said a value, as far as that is known."""

    system: str = ""
    person: str = ""
    team: str = ""
    at: str = ""


class Sources:
    """The sources of the values of some planned writes; looked up for all of them at once."""

    def __init__(self, hub: Hub, writes: Iterable[PlannedWrite]) -> None:
        self._hub = hub
        ids: dict[str, set[str]] = {}
        for write in writes:
            ids.setdefault(write.entity, set()).add(write.record)
        self._batches = {entity: load(hub, entity, sorted(each)) for entity, each in ids.items()}

    def said(self, write: PlannedWrite, name: str) -> Said | None:
        """Return who said the value that *write* gives a field; None if nobody is known to.

        An edit elsewhere speaks for the value only if it says this value: another one of the same
        round may have lost against it, and a blank in a record that was just created is no edit.
        """
        batch = self._batches[write.entity]
        moved = list(_moved(batch, write, name))
        for link, fact in moved:
            if self._is_written(batch, write, name, self._value(batch, link, name, fact)):
                return _edit(link, fact)
        record = batch.records.get(write.record)
        golden = record.fields.get(name, Golden()) if record else Golden()
        if golden.origin and self._is_written(batch, write, name, golden.value):
            origin = golden.origin
            return Said(origin.system, origin.person, origin.team or "", origin.at)
        return _edit(*moved[0]) if len(moved) == 1 else None

    def _value(self, batch: Batch, link: Link, name: str, fact: Fact) -> Value:
        """Return what a link says in the words of the schema, or `Ellipsis` if it cannot be read."""
        map_ = self._hub.systems[link.system].maps[link.entity].fields.get(name)
        if map_ is None:
            return ...
        try:
            return map_.get(fact.observed, batch.ties[link.system], fact.known, fact.aside)
        except (ReferenceMissing, ValueInvalid):
            return ...

    def _is_written(self, batch: Batch, write: PlannedWrite, name: str, value: Value) -> bool:
        """Whether *value* is what *write* gives the field."""
        map_ = self._hub.systems[write.system].maps[write.entity].fields.get(name)
        if map_ is None or value is ...:
            return False
        before, after = (_cells(each) for each in write.fields[name])
        try:
            return map_.put(value, before, batch.ties[write.system]) == after
        except (ReferenceMissing, ValueInvalid):
            return False


def _moved(batch: Batch, write: PlannedWrite, name: str) -> Iterator[tuple[Link, Fact]]:
    """Yield the links that say something new of a field, but for the one that is written."""
    for link in batch.links.get(write.record, []):
        fact = link.facts.get(name)
        if fact is not None and fact.moved and link.id != write.link:
            yield link, fact


def _cells(cells: Cells) -> Cells | None:
    """Return what a field holds, None where there is no record yet."""
    return tuple(cells) or None


def _edit(link: Link, fact: Fact) -> Said:
    """Return whoever edited a link."""
    person = fact.author.name or fact.author.id if fact.author else ""
    return Said(link.system, person, at=fact.at)
