"""Which edit a value is: its token, however much a system cut off or rewrote, or what it refers to."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, TypeAlias

from kamsync.model import Native, Value
from kamsync.testing.simulation.schema import PARTS, REFERS

__all__ = ["BLANK", "Ident", "Nodes", "is_alike", "is_same", "token_of"]

Ident: TypeAlias = tuple[Any, ...]
"""One item for each part of a field: a token, what a reference leads to, or None."""

BLANK = {
    (entity, field): (None,) * len(parts)
    for entity, fields in PARTS.items()
    for field, parts in fields.items()
}


class Following:
    """A part that follows from the others in its system: it says nothing, so it is as good as any."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "follows"


FOLLOWING = Following()


class Node:
    """One thing that references lead to: native records and records that turn out to be one share a root."""

    __slots__ = ("name", "parent")

    def __init__(self, name: tuple[Hashable, ...]) -> None:
        self.name = name
        self.parent: Node | None = None

    def __repr__(self) -> str:
        return "@" + " ".join(map(str, self.root().name))

    def root(self) -> Node:
        """Return the node that stands for all that are one with this one."""
        node = self
        while node.parent is not None:
            node = node.parent
        return node


class Nodes:
    """What references lead to, by native id in each system and by canonical id."""

    def __init__(self) -> None:
        self._nodes: dict[Hashable, Node] = {}
        self.derived: dict[str, frozenset[str]] = {}
        """The native fields of each system that follow from others there."""

    def of(self, *name: Hashable) -> Node:
        """Return the node of a name."""
        node = self._nodes.get(name)
        if node is None:
            node = self._nodes[name] = Node(name)
        return node

    def unite(self, one: Node, other: Node) -> None:
        """Let two nodes be one from now on."""
        kept, gone = one.root(), other.root()
        if kept is not gone:
            gone.parent = kept

    def of_natives(
        self, system: str, entity: str, field: str, values: Mapping[str, Native]
    ) -> Ident:
        """Return what a native record says in one field."""
        to = REFERS.get((entity, field))
        if to is None:
            derived = self.derived.get(system, frozenset())
            return tuple(
                FOLLOWING if part in derived else token_of(values.get(part))
                for part in PARTS[entity][field]
            )
        native_id = values.get(field)
        return (None,) if native_id is None else (self.of(system, to, native_id),)

    def of_value(self, entity: str, field: str, value: Value) -> Ident:
        """Return what a canonical value says."""
        parts = PARTS[entity][field]
        if value is None:
            return (None,) * len(parts)
        if (entity, field) in REFERS:
            return (self.of(value),)
        if isinstance(value, dict):
            return tuple(token_of(value.get(part)) for part in parts)
        return (token_of(value),)


def token_of(text: Native) -> str | None:
    """Return the token at the beginning of a text."""
    return None if text is None else str(text).partition("-")[0].lower()


def is_same(one: Ident, other: Ident) -> bool:
    """Whether two say the same."""
    for mine, theirs in zip(one, other, strict=True):
        if mine == theirs:
            continue
        if not (isinstance(mine, Node) and isinstance(theirs, Node)):
            return False
        if mine.root() is not theirs.root():
            return False
    return True


def is_alike(key: Mapping[str, Ident], other: Mapping[str, Ident]) -> bool:
    """Whether two keys say the same, field by field."""
    return all(is_same(part, other[name]) for name, part in key.items())
