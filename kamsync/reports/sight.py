"""What a reader may see: values of class *pay* are hidden from whoever is not cleared for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import structs

from kamsync.engine.matching.questions import MATCH_FIELD
from kamsync.engine.reading.native_merges import twins_field
from kamsync.model import EXISTS, Comment, Conflict, Contender, Event, Value
from kamsync.schema import DataClass, Field, Schema

__all__ = ["HIDDEN", "Sight"]

TWINS = twins_field("")
"""How the name begins under which a question about twins is filed: its values are native ids."""

HIDDEN = {"hidden": "pay"}
"""What stands in the place of a value that the reader is not cleared for."""

UNSAID = "hidden (pay)"
"""What stands in the place of words that may name such a value."""


class Sight:
    """The one place that decides what of a value is shown; *pay* clears the reader for pay."""

    def __init__(self, schema: Schema, *, pay: bool = False) -> None:
        self.schema = schema
        self.pay = pay

    def field(self, entity: str, name: str) -> Field | None:
        """Return the field, None for existence, a match, and what the schema has no more."""
        known = self.schema.entities.get(entity)
        return known.fields.get(name) if known else None

    def hides(self, entity: str, name: str) -> bool:
        """Whether all of a field is hidden."""
        field = self.field(entity, name)
        if self.pay or name in {"", EXISTS}:
            return False
        # A field that a plugin declared, and that is gone with it, may have been of any class.
        known = entity in self.schema.entities and field is None
        if name == MATCH_FIELD or name.startswith(TWINS):
            return False
        return field.data_class is DataClass.PAY if field else known

    def value(self, entity: str, name: str, value: Value) -> Value:
        """Return *value*, or what stands in its place; of a group, parts may be hidden alone."""
        if self.hides(entity, name):
            return HIDDEN
        field = self.field(entity, name)
        if self.pay or field is None or not isinstance(value, dict):
            return value
        secret = {part.name for part in field.parts if part.data_class is DataClass.PAY}
        return {part: HIDDEN if part in secret else each for part, each in value.items()}

    def cells(self, entity: str, name: str, cells: Sequence[Any]) -> Any:
        """Return native cells, or what stands in their place."""
        field = self.field(entity, name)
        secret = field is not None and any(p.data_class is DataClass.PAY for p in field.parts)
        if self.hides(entity, name) or (secret and not self.pay):
            return HIDDEN
        return list(cells)

    def contender(self, entity: str, name: str, contender: Contender) -> Contender:
        """Return one side of a conflict as the reader may see it."""
        cells = self.cells(entity, name, contender.cells)
        return structs.replace(
            contender,
            value=self.value(entity, name, contender.value),
            cells=() if cells is HIDDEN else contender.cells,
        )

    def comments(self, conflict: Conflict) -> tuple[Comment, ...]:
        """Return what people said about a conflict; about pay, only that they said something."""
        if not self.hides(conflict.entity, conflict.field):
            return conflict.comments
        return tuple(structs.replace(each, text=UNSAID) for each in conflict.comments)

    def event(self, event: Event) -> Event:
        """Return an event of the journal as the reader may see it."""
        where = (event.entity, event.field)
        if not event.field:
            return event
        if event.act == "commented" and self.hides(*where):
            return structs.replace(event, reason=UNSAID)
        if event.act == "wrote":
            before = None if event.before is None else self.cells(*where, event.before)
            return structs.replace(event, before=before, value=self.cells(*where, event.value))
        return structs.replace(
            event,
            before=self.value(*where, event.before),
            value=self.value(*where, event.value),
            winner=self.contender(*where, event.winner) if event.winner else None,
            losers=tuple(self.contender(*where, each) for each in event.losers),
        )
