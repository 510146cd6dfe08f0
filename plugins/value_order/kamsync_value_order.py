"""A policy rule: of the values that were said, the one that stands first in a written order wins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from kamsync import hookimpl
from kamsync.errors import ConfigurationInvalid
from kamsync.model import Value
from kamsync.policy import Case, RuleMaker, Settlement
from kamsync.schema import Entity, Field, Type

__all__ = ["Ranked", "kamsync_policy_rules", "ranked"]

__version__ = "0.1.0"

OPTIONS = ("order", "by")


class Ranked(Struct, frozen=True):
    """The value that stands first in *order* wins; *by* names the part of a group that is looked at.

    It is certain only if every value has a place in the order: a blank and a choice that is not
    listed have none, and two values that share a place are no winner. Then the next rule is asked.
    """

    order: tuple[str, ...]
    by: str = ""

    @property
    def text(self) -> str:
        """The rule in words."""
        of = f" of {self.by}" if self.by else ""
        return f"the strongest{of} wins ({' > '.join(self.order)})"

    def settle(self, case: Case) -> Settlement | None:
        """Return the strongest value, if it is certain which one that is."""
        places = [self._place(contender.value) for contender in case.contenders]
        ranked = [place for place in places if place is not None]
        if not ranked or len(ranked) < len(places):
            return None
        winners = tuple(i for i, place in enumerate(places) if place == min(ranked))
        value = case.contenders[winners[0]].value
        if any(case.contenders[i].value != value for i in winners):
            return None
        return Settlement(value, winners, self.text, "it stands first in the order")

    def _place(self, value: Value) -> int | None:
        """Return where *value* stands in the order, 0 for the strongest."""
        said = (value or {}).get(self.by) if self.by else value
        return self.order.index(said) if said in self.order else None


def ranked(entity: Entity, field: Field, options: Mapping[str, Any]) -> Ranked:
    """Make the rule for one field from ``order`` and, for a group, ``by``.

    Raises:
        ConfigurationInvalid: the field has no choices, or the order is not one of them.
    """
    unknown = sorted(set(options) - set(OPTIONS))
    if unknown:
        raise ConfigurationInvalid(f"the rule 'ranked' has no {unknown[0]!r}; it has order and by.")
    by = options.get("by", "")
    looked_at = _choice(entity, field, by)
    return Ranked(_order(looked_at, options.get("order")), by)


def _choice(entity: Entity, field: Field, by: object) -> Field:
    """Return the field, or the part of it called *by*, whose choices are to be ranked."""
    if field.type is Type.CHOICE and not by:
        return field
    parts = {part.name: part for part in field.parts if part.type is Type.CHOICE}
    if isinstance(by, str) and by in parts:
        return parts[by]
    here = f"{entity.name}.{field.name}"
    if parts:
        raise ConfigurationInvalid(f"'ranked' needs by = one of {', '.join(parts)} for {here}.")
    if field.type is Type.CHOICE:
        raise ConfigurationInvalid(f"'ranked' needs no 'by' for {here}, which is no group.")
    raise ConfigurationInvalid(f"'ranked' needs a field of choices, and {here} is a {field.type}.")


def _order(field: Field, written: object) -> tuple[str, ...]:
    """Return the written order; it holds two or more of the field's choices, each once."""
    choices = ", ".join(field.choices)
    if not isinstance(written, list | tuple) or len(written) < 2:  # noqa: PLR2004
        raise ConfigurationInvalid(
            f"'ranked' needs order = a list of two or more of {choices}, from strongest to weakest."
        )
    for value in written:
        if value not in field.choices:
            raise ConfigurationInvalid(f"order: {value!r} is no choice; there are {choices}.")
        if written.count(value) > 1:
            raise ConfigurationInvalid(f"order: {value!r} stands there twice.")
    return tuple(written)


@hookimpl
def kamsync_policy_rules() -> Mapping[str, RuleMaker]:
    """Offer the rule ``ranked``."""
    return {"ranked": ranked}
