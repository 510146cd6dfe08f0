"""The tables of an org: one for each object, a column for each field."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from kamsync_salesforce.sandbox.ids import new_id
from kamsync_salesforce.sandbox.metadata.field import Field
from kamsync_salesforce.sandbox.metadata.schema import Schema
from kamsync_salesforce.sandbox.metadata.sobject import SObject

__all__ = ["Row", "Store", "quoted"]

Row = dict[str, Any]

# Columns that nobody selects by; an index on each of them would only make loading slow.
UNINDEXED = {"CreatedById", "LastModifiedById", "RecordTypeId", "MasterRecordId"}
REAL = {"double", "currency", "percent"}
WHOLE = {"int", "long", "boolean"}
# How many records of one object there may be before their ids would meet those of the next.
FAMILY = 62**6


class Store:
    """The rows of all objects, in memory or in the file at *path*; a file keeps what an org had."""

    def __init__(self, path: Path | None, schema: Schema) -> None:
        self.schema = schema
        self.db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self.db.create_function("fold", 1, _folded, deterministic=True)
        self.db.execute("PRAGMA synchronous = OFF")
        self.db.execute("PRAGMA journal_mode = MEMORY")
        self.db.execute("PRAGMA case_sensitive_like = OFF")
        self.db.execute("CREATE TABLE IF NOT EXISTS org_facts (name TEXT PRIMARY KEY, told TEXT)")
        self._numbers: dict[str, int] = {}
        self._inserts: dict[str, tuple[int, str, list[str]]] = {}
        self._depth = 0
        self.db.execute(
            "CREATE TABLE IF NOT EXISTS org_bin (object TEXT, id TEXT, at TEXT, batch INTEGER,"
            " cleared TEXT, gone INTEGER, PRIMARY KEY (object, id, at))"
        )
        self.db.execute("CREATE INDEX IF NOT EXISTS org_bin_at ON org_bin (object, at)")
        self._restore_fields()
        for object_ in schema:
            self._make_table(object_)

    def close(self) -> None:
        """Let go of the file."""
        self.db.close()

    def add_field(self, object_: str, field: Field) -> None:
        """Give a table the column for *field*, and remember the field with the rows."""
        self.schema.add(object_, field)
        self._make_table(self.schema.object(object_))
        told = self.fact("fields") or []
        kept = [each for each in told if (each[0], each[1]["name"]) != (object_, field.name)]
        self.keep("fields", [*kept, [object_, msgspec.to_builtins(field)]])

    def drop_field(self, object_: str, name: str) -> None:
        """Forget a field; its column stays, and is out of anybody's reach."""
        self.schema.remove(object_, name)
        told = self.fact("fields") or []
        kept = [each for each in told if (each[0], each[1]["name"]) != (object_, name)]
        self.keep("fields", kept)

    def next_number(self, object_: SObject) -> int:
        """Return the number that the next record of the object gets."""
        return self._number(object_) + 1

    def fact(self, name: str) -> Any:
        """Return what was kept under *name*, or None."""
        row = self.db.execute("SELECT told FROM org_facts WHERE name = ?", [name]).fetchone()
        return json.loads(row[0]) if row else None

    def keep(self, name: str, told: Any) -> None:
        """Keep a fact about the org beside its rows."""
        self.db.execute("INSERT OR REPLACE INTO org_facts VALUES (?, ?)", [name, json.dumps(told)])

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Keep all that is written inside of the block, or, where it fails, nothing of it."""
        name = f"s{self._depth}"
        numbers = dict(self._numbers)
        self.db.execute(f"SAVEPOINT {name}")
        self._depth += 1
        try:
            yield
        except BaseException:
            self.db.execute(f"ROLLBACK TO {name}")
            # An id that was given away is not given again: its number stays used.
            self._numbers = {**numbers, **self._numbers}
            raise
        finally:
            self._depth -= 1
            self.db.execute(f"RELEASE {name}")

    def insert(self, object_: SObject, row: Row) -> str:
        """Put *row* into the table of its object; returns the id that it is given."""
        return self.insert_many(object_, [row])[0]

    def insert_many(self, object_: SObject, rows: Iterable[Row]) -> list[str]:
        """Put *rows* into the table of their object in one go; returns their ids."""
        statement, names = self._insert(object_)
        number, ids, held = self._number(object_), [], []
        for row in rows:
            number += 1
            ids.append(row.get("Id") or new_id(object_.prefix, number + self._apart(object_)))
            row["Id"] = ids[-1]
            held.append([number, *(row.get(name) for name in names)])
        self.db.executemany(statement, held)
        self._numbers[object_.name] = number
        return ids

    def change(self, object_: str, id_: str, values: Mapping[str, Any]) -> None:
        """Set columns of one row."""
        if values:
            told = ", ".join(f"{quoted(name)} = ?" for name in values)
            self.db.execute(
                f"UPDATE {quoted(object_)} SET {told} WHERE Id = ?", [*values.values(), id_]
            )

    def remove(self, object_: str, ids: Iterable[str]) -> None:
        """Take rows out for good."""
        self.db.executemany(f"DELETE FROM {quoted(object_)} WHERE Id = ?", [[id_] for id_ in ids])

    def row(self, object_: str, id_: str) -> Row | None:
        """Return the row of that id, deleted or not."""
        return next(iter(self.rows(object_, {"Id": id_})), None)

    def rows(self, object_: str, where: Mapping[str, Any], *, live: bool = False) -> list[Row]:
        """Return the rows whose columns have the values of *where*, in the order of their making.

        A list stands for any of its values; with *live*, deleted rows are left out.
        """
        tests: list[str] = []
        values: list[Any] = []
        for name, value in where.items():
            several = value if isinstance(value, list | tuple | set) else [value]
            marks = ", ".join("?" * len(several))
            tests.append(f"{quoted(name)} IN ({marks})")
            values += several
        if live and "IsDeleted" in self.schema.object(object_).fields:
            tests.append("IsDeleted = 0")
        cursor = self.db.execute(
            f'SELECT * FROM {quoted(object_)} WHERE {" AND ".join(tests) or 1} ORDER BY "#"', values
        )
        names = [each[0] for each in cursor.description]
        return [dict(zip(names, values, strict=True)) for values in cursor]

    def value(self, statement: str, parameters: Sequence[Any] = ()) -> Any:
        """Return the first column of the first row of a statement's answer, or None."""
        row = self.db.execute(statement, parameters).fetchone()
        return row[0] if row else None

    def _number(self, object_: SObject) -> int:
        """Return the highest number that a record of the object ever had."""
        if object_.name not in self._numbers:
            found = self.value("SELECT seq FROM sqlite_sequence WHERE name = ?", [object_.name])
            self._numbers[object_.name] = found or 0
        return self._numbers[object_.name]

    def _apart(self, object_: SObject) -> int:
        """Return what keeps the ids of objects apart whose ids begin alike, as all histories do."""
        alike = [each.name for each in self.schema if each.prefix == object_.prefix]
        return alike.index(object_.name) * FAMILY if len(alike) > 1 else 0

    def _insert(self, object_: SObject) -> tuple[str, list[str]]:
        """Return the statement that inserts a row, and the names of its columns."""
        held = self._inserts.get(object_.name)
        if held is None or held[0] != self.schema.version:
            names = [field.name for field in self.schema.object(object_.name).stored()]
            columns = ", ".join(quoted(name) for name in ["#", *names])
            marks = ", ".join("?" * (len(names) + 1))
            statement = f"INSERT INTO {quoted(object_.name)} ({columns}) VALUES ({marks})"
            held = self._inserts[object_.name] = (self.schema.version, statement, names)
        return held[1], held[2]

    def _make_table(self, object_: SObject) -> None:
        """Make the table of an object, or the columns that it has not got yet."""
        table, fields = quoted(object_.name), object_.stored()
        columns = ", ".join(f"{quoted(each.name)} {_kind(each)}" for each in fields)
        self.db.execute(
            f'CREATE TABLE IF NOT EXISTS {table} ("#" INTEGER PRIMARY KEY AUTOINCREMENT, {columns})'
        )
        held = {row[1] for row in self.db.execute(f"PRAGMA table_info({table})")}
        for field in fields:
            if field.name not in held:
                self.db.execute(
                    f"ALTER TABLE {table} ADD COLUMN {quoted(field.name)} {_kind(field)}"
                )
            if _indexed(field):
                self._make_index(object_, [field.name])
        if "SystemModstamp" in object_.fields:
            self._make_index(object_, ["SystemModstamp", "Id"])

    def _make_index(self, object_: SObject, columns: Sequence[str]) -> None:
        """Make the index on *columns*, unless there is one."""
        name, told = f"{object_.name}_{'_'.join(columns)}", ", ".join(map(quoted, columns))
        self.db.execute(
            f"CREATE INDEX IF NOT EXISTS {quoted(name)} ON {quoted(object_.name)} ({told})"
        )

    def _restore_fields(self) -> None:
        """Add the fields that an admin added when the file was last open."""
        for object_, told in self.fact("fields") or []:
            if self.schema.find(object_) is not None:
                self.schema.add(object_, msgspec.convert(told, Field))


def _folded(text: Any) -> Any:
    """Return text without its case; SQLite itself knows the letters of ASCII alone."""
    return text.casefold() if isinstance(text, str) else text


def quoted(name: str) -> str:
    """Return a name as SQL takes it; it never holds a quote, as the names of fields hold none."""
    assert '"' not in name, name
    return f'"{name}"'


def _indexed(field: Field) -> bool:
    """Tell whether rows are looked up by the field."""
    if field.is_id:
        return field.name not in UNINDEXED
    return field.external_id or field.unique or field.id_lookup


def _kind(field: Field) -> str:
    """Return what a column for the field is declared as."""
    if field.type in WHOLE:
        return "INTEGER"
    if field.type in REAL:
        return "REAL"
    if field.is_text and not field.case_sensitive:
        return "TEXT COLLATE NOCASE"
    return "TEXT"
