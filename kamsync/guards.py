"""Weigh a whole plan before anything of it is sent: is it out of proportion?

A plan is weighed for each system and entity. More deletes, updates, creates or emptied values than
a count and a share of what is there allow, or a system that suddenly shows few records, is an
alarm; a person sees why and approves or drops the plan.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct

from kamsync.errors import ConfigurationInvalid
from kamsync.wording import counted

__all__ = ["Alarm", "Bound", "Bounds", "Limits", "Tally", "parse_limits", "weigh"]


class Bound(Struct, frozen=True):
    """How many are in proportion: up to *count*, or up to *share* of what is there, if that is more."""

    count: int
    share: float

    def allows(self, existing: int) -> int:
        """Return the highest number that is no alarm where *existing* records are there."""
        return max(self.count, math.floor(_part(self.share, existing)))


class Bounds(Struct, frozen=True):
    """What is in proportion for one entity in one system.

    *emptied* is the share of its records that a system must still show; it is asked only where it
    showed *emptied_from* of them before.
    """

    delete: Bound = Bound(5, 0.01)
    update: Bound = Bound(100, 0.10)
    create: Bound = Bound(100, 0.20)
    blank: Bound = Bound(20, 0.02)
    emptied: float = 0.5
    emptied_from: int = 20


class Limits(Struct, frozen=True):
    """The bounds of every system and entity: *special* ones by both names, for the rest the default."""

    default: Bounds = Bounds()
    special: Mapping[tuple[str, str], Bounds] = {}

    def of(self, system: str, entity: str) -> Bounds:
        """Return the bounds of one entity in one system."""
        return self.special.get((system, entity), self.default)


class Tally(Struct, frozen=True):
    """What a plan would do to one entity in one system.

    *existing* counts the living records there before the plan, *blanks* the values that it would
    empty. *shown* counts what a complete reading showed and *shown_before* the one before it; None
    where there was none.
    """

    system: str
    entity: str
    existing: int = 0
    creates: int = 0
    updates: int = 0
    deletes: int = 0
    blanks: int = 0
    shown: int | None = None
    shown_before: int | None = None


class Alarm(Struct, frozen=True):
    """One way in which a plan is out of proportion.

    *what* is ``delete``, ``update``, ``create``, ``blank`` or ``emptied``; *count* of *of* records
    are concerned, where *limit* would have been in proportion.
    """

    system: str
    entity: str
    what: str
    count: int
    of: int
    limit: int

    @property
    def text(self) -> str:
        """The alarm as a sentence."""
        where = f"{self.system}.{self.entity}"
        if self.what == "emptied":
            return (
                f"{where} shows {self.count:,} of {counted(self.of, 'record')}; "
                f"fewer than {self.limit:,} look like a fault there, not like work."
            )
        done = DONE[self.what]
        return (
            f"{where}: {counted(self.count, *done)} among {counted(self.of, 'record')};"
            f" {self.limit:,} would be in proportion."
        )

    def __str__(self) -> str:
        return self.text


DONE = {
    "delete": ("record would be deleted", "records would be deleted"),
    "update": ("record would be changed", "records would be changed"),
    "create": ("record would be created", "records would be created"),
    "blank": ("value would be emptied", "values would be emptied"),
}


def weigh(tallies: Iterable[Tally], limits: Limits) -> tuple[Alarm, ...]:
    """Return an alarm for each count that is out of proportion, ordered by system and entity.

    A larger count never takes an alarm away, and a higher limit never adds one.
    """
    alarms: list[Alarm] = []
    for tally in sorted(tallies, key=lambda each: (each.system, each.entity)):
        bounds = limits.of(tally.system, tally.entity)
        alarms += _emptied(tally, bounds)
        alarms += _exceeding(tally, "delete", tally.deletes, bounds.delete)
        alarms += _exceeding(tally, "update", tally.updates, bounds.update)
        alarms += _exceeding(tally, "create", tally.creates, bounds.create)
        alarms += _exceeding(tally, "blank", tally.blanks, bounds.blank)
    return tuple(alarms)


def _exceeding(tally: Tally, what: str, count: int, bound: Bound) -> list[Alarm]:
    """Return an alarm if *count* is more than *bound* allows."""
    limit = bound.allows(tally.existing)
    if count <= limit:
        return []
    return [Alarm(tally.system, tally.entity, what, count, tally.existing, limit)]


def _emptied(tally: Tally, bounds: Bounds) -> list[Alarm]:
    """Return an alarm if the system shows far fewer records than before."""
    if tally.shown is None or tally.shown_before is None:
        return []
    if tally.shown_before < bounds.emptied_from:
        return []
    limit = math.ceil(_part(bounds.emptied, tally.shown_before))
    if tally.shown >= limit:
        return []
    return [Alarm(tally.system, tally.entity, "emptied", tally.shown, tally.shown_before, limit)]


def _part(share: float, of: int) -> Decimal:
    """Return a share as it is written: 0.29 of 100 are 29, and a little less than that in binary."""
    return Decimal(str(share)) * of


def parse_limits(
    table: Mapping[str, Any], known: Mapping[str, Iterable[str]], *, section: str = "guards"
) -> Limits:
    """Return the limits that a configuration writes down.

    A key such as ``delete = { count = 5, share = 0.01 }`` sets the default; the same keys in
    ``[guards.SYSTEM.ENTITY]`` hold there, and what such a table leaves out is as in the default.
    *known* holds the entities of each system.

    Raises:
        ConfigurationInvalid: one line for each wrong key, with what would be right.
    """
    mistakes: list[str] = []
    own = {key: value for key, value in table.items() if key in BOUND_KEYS}
    default = _bounds(own, Bounds(), section, mistakes)
    special: dict[tuple[str, str], Bounds] = {}
    for system, entities in table.items():
        if system in BOUND_KEYS:
            continue
        for entity, written in _tables(system, entities, known, section, mistakes):
            key = f"{section}.{system}.{entity}"
            special[system, entity] = _bounds(written, default, key, mistakes)
    if mistakes:
        raise ConfigurationInvalid("\n".join(mistakes))
    return Limits(default, special)


BOUND_KEYS = ("delete", "update", "create", "blank", "emptied", "emptied_from")


def _tables(
    system: str,
    entities: object,
    known: Mapping[str, Iterable[str]],
    section: str,
    mistakes: list[str],
) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the tables of one system by entity, without those that name something unknown."""
    if system not in known:
        there = ", ".join([*BOUND_KEYS, *sorted(known)])
        mistakes.append(
            f"{section}.{system}: {system!r} is neither a limit nor a system; there is {there}."
        )
        return []
    if not isinstance(entities, Mapping):
        mistakes.append(
            f"{section}.{system}: must hold a table for each entity; it is {entities!r}."
        )
        return []
    found: list[tuple[str, Mapping[str, Any]]] = []
    for entity, written in entities.items():
        if entity not in set(known[system]):
            there = ", ".join(sorted(known[system]))
            mistakes.append(
                f"{section}.{system}.{entity}: {system} has no entity {entity!r}; it has {there}."
            )
        elif not isinstance(written, Mapping):
            mistakes.append(f"{section}.{system}.{entity}: must be a table; it is {written!r}.")
        else:
            found.append((entity, written))
    return found


def _bounds(table: Mapping[str, Any], base: Bounds, key: str, mistakes: list[str]) -> Bounds:
    """Return *base* with what *table* changes."""
    values = {name: getattr(base, name) for name in BOUND_KEYS}
    for name, written in table.items():
        try:
            values[name] = _value(name, written, values.get(name), f"{key}.{name}")
        except ConfigurationInvalid as problem:
            mistakes.append(problem.message)
    return Bounds(**values)


def _value(name: str, written: Any, base: Any, key: str) -> Any:
    """Return one limit as it is written."""
    if name not in BOUND_KEYS:
        raise ConfigurationInvalid(
            f"{key}: there is no such limit; there is {', '.join(BOUND_KEYS)}."
        )
    if name == "emptied":
        return _share(written, key)
    if name == "emptied_from":
        return _count(written, key)
    if not isinstance(written, Mapping) or set(written) - {"count", "share"} or not written:
        raise ConfigurationInvalid(
            f"{key}: must be a table such as {{ count = 5, share = 0.01 }}; it is {written!r}."
        )
    count = _count(written["count"], f"{key}.count") if "count" in written else base.count
    share = _share(written["share"], f"{key}.share") if "share" in written else base.share
    return Bound(count, share)


def _count(written: Any, key: str) -> int:
    if type(written) is not int or written < 0:
        raise ConfigurationInvalid(f"{key}: must be a whole number from 0; it is {written!r}.")
    return written


def _share(written: Any, key: str) -> float:
    if type(written) not in (int, float) or not 0 <= written <= 1:
        raise ConfigurationInvalid(
            f"{key}: must be a share between 0 and 1 (0.01 for 1 %); it is {written!r}."
        )
    return float(written)
