"""The properties and groups of every object type, as they stand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from msgspec import json, structs

from kamsync_hubspot.sandbox.model.definitions import Group, Property, groups_of, properties_of
from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.state.database import Database

__all__ = ["Catalogue"]

T = TypeVar("T", Property, Group)


class Catalogue:
    """The definitions, kept in the database and read once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._properties: dict[tuple[str, bool], dict[str, Property]] = {}
        self._unique: dict[str, set[str]] = {}

    def begin(self, kind: Kind, more: Iterable[Property] = ()) -> None:
        """Keep what an object type begins with."""
        rows = [
            ("group", kind.id, each.name, json.encode(each).decode()) for each in groups_of(kind)
        ]
        rows += [
            ("property", kind.id, each.name, json.encode(each).decode())
            for each in {p.name: p for p in (*properties_of(kind), *more)}.values()
        ]
        self._database.many("INSERT OR REPLACE INTO definition VALUES (?, ?, ?, 0, ?)", rows)
        self._forget()

    def properties(self, kind: Kind, *, archived: bool = False) -> dict[str, Property]:
        """Return the properties of *kind* by name: those in use, or those in the bin."""
        key = (kind.id, archived)
        if key not in self._properties:
            self._properties[key] = self._read("property", kind, Property, archived=archived)
        return self._properties[key]

    def groups(self, kind: Kind, *, archived: bool = False) -> dict[str, Group]:
        """Return the groups of *kind* by name."""
        return self._read("group", kind, Group, archived=archived)

    def unique(self, kind: Kind) -> set[str]:
        """Return the names of the properties whose values are kept apart.

        The record's id is one of them by definition, and cannot be set.
        """
        if kind.id not in self._unique:
            found = self.properties(kind).values()
            names = {each.name for each in found if each.has_unique_value and not each.read_only}
            self._unique[kind.id] = names
        return self._unique[kind.id]

    def keep(self, kind: Kind, definition: Property | Group) -> None:
        """Keep a definition, new or changed."""
        what = "property" if isinstance(definition, Property) else "group"
        self._database.execute(
            "INSERT OR REPLACE INTO definition VALUES (?, ?, ?, ?, ?)",
            (
                what,
                kind.id,
                definition.name,
                definition.archived,
                json.encode(definition).decode(),
            ),
        )
        self._forget()

    def drop(self, kind: Kind) -> None:
        """Forget everything about an object type."""
        self._database.execute("DELETE FROM definition WHERE type = ?", (kind.id,))
        self._forget()

    def archive(self, kind: Kind, definition: Property, at: str) -> None:
        """Put a property into the bin."""
        self.keep(kind, structs.replace(definition, archived=True, archived_at=at))

    def _forget(self) -> None:
        """Read anew what is asked for next."""
        self._properties.clear()
        self._unique.clear()

    def _read(self, what: str, kind: Kind, type_: type[T], *, archived: bool) -> dict[str, T]:
        """Read definitions from the database."""
        rows = self._database.execute(
            "SELECT name, body FROM definition WHERE what = ? AND type = ? AND archived = ?",
            (what, kind.id, archived),
        )
        return {name: json.decode(body, type=type_) for name, body in rows.fetchall()}
