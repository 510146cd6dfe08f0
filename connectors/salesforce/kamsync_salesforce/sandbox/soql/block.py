"""The names of one query: which table and column a path leads to, and the joins on the way."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import NoReturn

from msgspec import Struct

from kamsync_salesforce.sandbox.metadata.field import Field
from kamsync_salesforce.sandbox.metadata.sobject import SObject
from kamsync_salesforce.sandbox.people import Person
from kamsync_salesforce.sandbox.records.store import quoted
from kamsync_salesforce.sandbox.soql.names import NAME, name_table
from kamsync_salesforce.sandbox.soql.parse import refusal_at
from kamsync_salesforce.sandbox.soql.tree import Path, Query
from kamsync_salesforce.sandbox.state import State

__all__ = ["Asked", "Block", "Column"]

# Source: SOQL and SOSL Reference, "Understanding Relationship Query Limitations".
MOST_LEVELS = 5
CUSTOM_HINT = " Please reference your WSDL or the describe call for the appropriate names."


class Asked(Struct, frozen=True):
    """A call of query: by whom, with which words, and whether deleted records are wanted."""

    org: State
    who: Person
    text: str
    all_rows: bool
    version: str
    numbers: Iterator[int]

    @classmethod
    def of(cls, org: State, who: Person, text: str, *, all_rows: bool, version: str) -> Asked:
        """Return a call whose tables are counted from nought."""
        return cls(org, who, text, all_rows, version, count())

    def refuse(self, at: int, code: str, message: str) -> NoReturn:
        """Refuse the query, and show where."""
        raise refusal_at(self.text, at, code, message)


class Column(Struct, frozen=True):
    """A field where it stands in the SQL, with the table that has it."""

    sql: str
    field: Field
    table: str
    object: SObject


class Block:
    """The tables of one SELECT."""

    def __init__(self, asked: Asked, query: Query, object_: SObject) -> None:
        self.asked = asked
        self.query = query
        self.object = object_
        self.root = f"t{next(asked.numbers)}"
        self.joins: list[str] = []
        self._tables: dict[tuple[str, ...], tuple[str, SObject]] = {(): (self.root, object_)}
        self._aliases = {alias.lower(): path for alias, path in query.aliases}

    def column(self, path: Path) -> Column:
        """Return the column that *path* leads to; INVALID_FIELD where it leads nowhere."""
        parts = self._without_alias(path)
        table, object_ = self.table(parts[:-1], path.at)
        field = object_.field(parts[-1])
        sees = self.asked.org.profiles.sees
        if field is None or not (object_.name == NAME or sees(self.asked.who, object_.name, field)):
            self._no_column(path, parts[-1], object_)
        return Column(f"{table}.{quoted(field.name)}", field, table, object_)

    def parents(self, path: Path) -> tuple[str, ...]:
        """Return the relationships of *path*, spelled as the describes have them."""
        names: list[str] = []
        object_ = self.object
        for part in self._without_alias(path)[:-1]:
            reference = object_.path(part)
            assert reference is not None, path
            assert reference.relationship is not None, path
            names.append(reference.relationship)
            _, object_ = self._tables[tuple(name.lower() for name in names)]
        return tuple(names)

    def table(self, parts: tuple[str, ...], at: int) -> tuple[str, SObject]:
        """Return the table that relationships lead to, joined on first use."""
        key = tuple(part.lower() for part in parts)
        if key in self._tables:
            return self._tables[key]
        if len(parts) > MOST_LEVELS:
            self.asked.refuse(
                at, "INVALID_FIELD", "SOQL relationships are limited to 5 levels of parents"
            )
        parent, object_ = self.table(parts[:-1], at)
        reference = object_.path(parts[-1])
        target = self._target(reference) if reference is not None and reference.targets else None
        if reference is None or target is None:
            self.asked.refuse(
                at,
                "INVALID_FIELD",
                f"Didn't understand relationship '{parts[-1]}' in field path. If you are attempting"
                " to use a custom relationship, be sure to append the '__r' after the custom"
                f" relationship name.{CUSTOM_HINT}",
            )
        found, sql = target
        table = f"t{next(self.asked.numbers)}"
        self.joins.append(
            f"LEFT JOIN {sql} AS {table} ON {table}.Id = {parent}.{quoted(reference.name)}"
        )
        self._tables[key] = (table, found)
        return table, found

    def _target(self, reference: Field) -> tuple[SObject, str] | None:
        """Return the object that a reference is followed to, and its table.

        What may be several objects is followed to the few fields that all of them have.
        """
        schema = self.asked.org.schema
        if len(reference.targets) > 1:
            return name_table(schema, reference.targets)
        found = schema.find(reference.targets[0])
        return (found, quoted(found.name)) if found is not None else None

    def _without_alias(self, path: Path) -> tuple[str, ...]:
        """Return the parts of *path* counted from the object that is selected from."""
        first = path.parts[0].lower()
        if len(path.parts) > 1 and (first in self._aliases or first == self.object.name.lower()):
            if first not in self._aliases and self.object.path(first) is not None:
                return path.parts
            source = self._aliases.get(first)
            led = source.parts[1:] if source is not None and len(source.parts) > 1 else ()
            return (*led, *path.parts[1:])
        return path.parts

    def _no_column(self, path: Path, name: str, object_: SObject) -> NoReturn:
        """Refuse a field that is not there, or not for this profile."""
        self.asked.refuse(
            path.at,
            "INVALID_FIELD",
            f"No such column '{name}' on entity '{object_.name}'. If you are attempting to use a"
            " custom field, be sure to append the '__c' after the custom field name." + CUSTOM_HINT,
        )
