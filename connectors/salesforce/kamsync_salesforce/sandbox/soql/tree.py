"""A query as it was understood; every name remembers where it stands in the text."""

from __future__ import annotations

from msgspec import Struct

__all__ = [
    "AllOf",
    "AnyOf",
    "Call",
    "Children",
    "Condition",
    "Literal",
    "Not",
    "Ordered",
    "Path",
    "Picked",
    "Query",
    "Test",
    "TypeOf",
]


class Path(Struct, frozen=True):
    """A field, with the relationships that lead to it."""

    parts: tuple[str, ...]
    at: int = 0

    @property
    def text(self) -> str:
        """The path as it is written."""
        return ".".join(self.parts)


class Literal(Struct, frozen=True):
    """A value: its *kind* (string, number, date, datetime, named, currency) and how it is written."""

    kind: str
    text: str
    at: int = 0

    @property
    def is_null(self) -> bool:
        """Whether it is the word null."""
        return self.kind == "named" and self.text.lower() == "null"


class Call(Struct, frozen=True):
    """A function and what it is given."""

    name: str
    arguments: tuple[Path | Call | Literal, ...]
    at: int = 0


class TypeOf(Struct, frozen=True):
    """Fields by the object that a reference leads to."""

    path: Path
    whens: tuple[tuple[str, tuple[Path, ...]], ...]
    otherwise: tuple[Path, ...] = ()


class Picked(Struct, frozen=True):
    """What a query selects, under the name that it is given."""

    what: Path | Call | TypeOf
    alias: str | None = None


class Children(Struct, frozen=True):
    """A query of the records that point at the one selected."""

    query: Query


class Test(Struct, frozen=True):
    """A comparison; *values* are more than one for a set, or a query for a semi-join."""

    operand: Path | Call
    operator: str
    values: tuple[Literal, ...] | Query


class AllOf(Struct, frozen=True):
    """Conditions that all hold."""

    parts: tuple[Condition, ...]


class AnyOf(Struct, frozen=True):
    """Conditions of which one holds."""

    parts: tuple[Condition, ...]


class Not(Struct, frozen=True):
    """A condition that does not hold."""

    part: Condition


Condition = Test | AllOf | AnyOf | Not


class Ordered(Struct, frozen=True):
    """What rows are put in order by."""

    operand: Path | Call
    descending: bool = False
    nulls_last: bool | None = None


class Query(Struct, frozen=True, kw_only=True):
    """A whole query, or one inside of another."""

    select: tuple[Picked | Children, ...]
    source: Path
    aliases: tuple[tuple[str, Path], ...] = ()
    scope: str | None = None
    where: Condition | None = None
    group: tuple[Path | Call, ...] = ()
    having: Condition | None = None
    order: tuple[Ordered, ...] = ()
    limit: int | None = None
    offset: int | None = None
    limit_at: int = 0
    offset_at: int = 0
    tolerated: tuple[str, ...] = ()
