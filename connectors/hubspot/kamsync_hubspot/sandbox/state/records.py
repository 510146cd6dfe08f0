"""The records of a portal: finding, keeping and paging through them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct, json

from kamsync_hubspot.sandbox.model.caller import Source
from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.state.portal import Portal

__all__ = ["COLUMNS", "Record", "add", "as_id", "find", "keep", "many", "page", "read", "unaliased"]

COLUMNS = "id, properties, created, modified, archived_at, origin"
_LARGEST_ID = (1 << 63) - 1
_properties = json.Decoder(dict[str, str]).decode
_origin = json.Decoder(Source).decode


class Record(Struct):
    """One record: the values of its properties, and its stamps in milliseconds."""

    id: int
    properties: dict[str, str]
    created: int
    modified: int
    archived_at: int | None
    origin: str

    @property
    def source(self) -> Source:
        """Who made it, and with it every value that was never changed."""
        return _origin(self.origin)


def as_id(text: Any) -> int | None:
    """Return the id that *text* spells, if it spells one."""
    written = str(text)
    number = int(written) if written.isascii() and written.isdigit() else None
    return None if number is None or number > _LARGEST_ID else number


def read(row: Sequence[Any]) -> Record:
    """Return the record of a row of `COLUMNS`."""
    return Record(row[0], _properties(row[1]), row[2], row[3], row[4], row[5])


def unaliased(portal: Portal, kind: Kind, id_: int) -> int:
    """Return the id under which a record is now: another one, once it was merged.

    Source: the changelog "Updated merge functionality for contacts and companies"
    (developers.hubspot.com/changelog): the old ids lead to the new record.
    """
    row = portal.database.execute(
        "SELECT target FROM alias WHERE type = ? AND id = ?", (kind.id, id_)
    ).fetchone()
    return int(row[0]) if row else id_


def find(portal: Portal, kind: Kind, id_: int, *, archived: bool = False) -> Record | None:
    """Return the record with exactly this id, among the living or in the bin."""
    row = portal.database.execute(
        f"SELECT {COLUMNS} FROM record WHERE type = ? AND id = ? AND archived = ?",
        (kind.id, id_, archived),
    ).fetchone()
    return read(row) if row else None


def many(
    portal: Portal, kind: Kind, ids: Iterable[int], *, archived: bool = False
) -> dict[int, Record]:
    """Return the records with these ids, as far as they are there, by id and in its order."""
    rows = portal.database.execute(
        f"SELECT {COLUMNS} FROM record WHERE type = ? AND archived = ? AND id IN"
        " (SELECT value FROM json_each(?)) ORDER BY id",
        (kind.id, archived, json.encode(list(ids)).decode()),
    )
    return {row[0]: read(row) for row in rows.fetchall()}


def page(portal: Portal, kind: Kind, after: int, limit: int, *, archived: bool) -> list[Record]:
    """Return records in the order of their ids, beginning with *after*, and one more than *limit*.

    Source: developers.hubspot.com/docs/guides/api/crm/using-object-apis: `after` is the id of the
    record that comes next.
    """
    where = "archived = 1" if archived else "archived = 0"
    rows = portal.database.execute(
        f"SELECT {COLUMNS} FROM record WHERE type = ? AND id >= ? AND {where} ORDER BY id LIMIT ?",
        (kind.id, after, limit + 1),
    )
    return [read(row) for row in rows.fetchall()]


def add(portal: Portal, kind: Kind, record: Record) -> None:
    """Keep a new record."""
    portal.database.execute(
        "INSERT INTO record VALUES (?, ?, ?, ?, ?, 0, NULL, ?)",
        (
            kind.id,
            record.id,
            json.encode(record.properties).decode(),
            record.created,
            record.modified,
            record.origin,
        ),
    )


def keep(portal: Portal, kind: Kind, record: Record) -> None:
    """Keep a record that was changed."""
    portal.database.execute(
        "UPDATE record SET properties = ?, created = ?, modified = ?, archived = ?,"
        " archived_at = ? WHERE type = ? AND id = ?",
        (
            json.encode(record.properties).decode(),
            record.created,
            record.modified,
            record.archived_at is not None,
            record.archived_at,
            kind.id,
            record.id,
        ),
    )
