"""From rows of SQL to records of JSON, as deep as the paths of the query go."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kamsync_salesforce.sandbox.metadata.field import Field
from kamsync_salesforce.sandbox.metadata.sobject import SObject
from kamsync_salesforce.sandbox.records.store import quoted
from kamsync_salesforce.sandbox.soql.block import Block, Column
from kamsync_salesforce.sandbox.soql.names import NAME
from kamsync_salesforce.sandbox.soql.tree import Path

__all__ = ["Node", "address", "converter"]

Reader = Callable[[Sequence[Any]], Any]
# How the parts of an address are called within it.
# Source: REST API Developer Guide, "Compound Address Fields".
PARTS = (
    "city",
    "country",
    "geocodeAccuracy",
    "latitude",
    "longitude",
    "postalCode",
    "state",
    "street",
)


class Node:
    """A record within a record: what is read into it, in the order in which it was selected.

    *columns* grows with what is selected, and is shared by all the nodes of a query.
    """

    def __init__(self, block: Block, columns: list[str], parts: tuple[str, ...] = ()) -> None:
        self.block = block
        self.columns = columns
        self.parts = parts
        self.table, self.object = block.table(parts, block.query.source.at)
        self.id_at = self.add(f"{self.table}.Id")
        self._slots: list[tuple[str, Reader | None, int]] = []
        self._nodes: dict[str, Node] = {}
        self._names: set[str] = set()

    def add(self, sql: str) -> int:
        """Select *sql* as well; returns where it stands in a row."""
        self.columns.append(sql)
        return len(self.columns) - 1

    def select(self, path: Path, name: str | None = None) -> None:
        """Read the field that *path* leads to, into the record that has it."""
        column = self.block.column(path)
        node = self.down(self.block.parents(path))
        if not node.take(name or column.field.name):
            self.block.asked.refuse(
                path.at, "INVALID_FIELD", f"duplicate field selected: {path.text}"
            )
        node.read(column, name or column.field.name)

    def take(self, name: str) -> bool:
        """Use up a name; false where it is used already."""
        fresh = name not in self._names
        self._names.add(name)
        return fresh

    def read(self, column: Column, name: str) -> None:
        """Read one column, or the parts of a compound one."""
        if column.field.is_stored:
            self._slots.append((name, converter(column.field), self.add(column.sql)))
            return
        parts = compound_parts(column.object, column.field)
        ats = {part: self.add(f"{column.table}.{quoted(field)}") for part, field in parts.items()}
        self._slots.append((name, _address_reader(ats), 0))

    def put(self, name: str, sql: str, convert: Callable[[Any], Any] | None) -> None:
        """Read what *sql* works out, under a name of its own."""
        at = self.add(sql)
        self._slots.append((name, convert, at))

    def hold(self, name: str) -> None:
        """Keep a place for what is filled in later."""
        self._slots.append((name, lambda _: None, self.id_at))

    def record(self, row: Sequence[Any]) -> dict[str, Any] | None:
        """Return the record of *row*, or None where a reference leads nowhere."""
        if (id_ := row[self.id_at]) is None:
            return None
        record: dict[str, Any] = {"attributes": self.attributes(id_)}
        for name, reader, at in self._slots:
            if at < 0:
                record[name] = self._nodes[name].record(row)
            elif reader is None:
                record[name] = row[at]
            elif at == 0:
                record[name] = reader(row)
            else:
                record[name] = reader(row[at])
        return record

    def attributes(self, id_: str) -> dict[str, str]:
        """Return what says which record it is."""
        kind = self.object.name
        if kind == NAME:
            found = self.block.asked.org.schema.of_id(id_)
            kind = found.name if found is not None else kind
        version = self.block.asked.version
        return {
            "type": self.object.name,
            "url": f"/services/data/v{version}/sobjects/{kind}/{id_}",
        }

    def down(self, names: tuple[str, ...]) -> Node:
        """Return the node that relationships lead to, made on first use."""
        if not names:
            return self
        first = names[0]
        if first not in self._nodes:
            self.take(first)
            self._nodes[first] = Node(self.block, self.columns, (*self.parts, first))
            self._slots.append((first, None, -1))
        return self._nodes[first].down(names[1:])


def converter(field: Field) -> Callable[[Any], Any] | None:
    """Return what makes a value of a column JSON, or None where it is so already."""
    if field.type == "boolean":
        return bool
    if field.type == "anyType":
        return lambda held: None if held is None else json.loads(held)
    return None


def compound_parts(object_: SObject, compound: Field) -> dict[str, str]:
    """Return the fields that a compound address is made of, by what they are called in it."""
    prefix = compound.name.removesuffix("Address")
    found = {}
    for part in PARTS:
        name = prefix + part[0].upper() + part[1:]
        if name in object_.fields:
            found[part] = name
    return found


def address(parts: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a compound address; without any part there is none."""
    return dict(parts) if any(value is not None for value in parts.values()) else None


def _address_reader(ats: Mapping[str, int]) -> Reader:
    """Return what reads an address from a row."""
    return lambda row: address({part: row[at] for part, at in ats.items()})
