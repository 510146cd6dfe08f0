"""Backups: one portable file that every kind of store can be put back from.

The file is gzip of JSON lines: a manifest, then for each table a line with its columns and a line for
each row, then a footer with a digest of all before. What is sealed stays sealed: without the store's
key a backup cannot be put back, nor its journal read.
"""

from __future__ import annotations

import gzip
import hashlib
import os
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import error as zlib_error

from msgspec import DecodeError, Struct, json

from kamsync.clock import Clock, instant
from kamsync.errors import ConfigurationInvalid, StoreUnusable
from kamsync.journal import Journal
from kamsync.store.database import Database, chunks
from kamsync.store.migrate import HEAD

__all__ = ["Manifest", "checked", "load", "manifest_of", "write_backup"]

FORMAT = 1
LINES_AT_ONCE = 1000
LINE_LIMIT_BYTES = 256 * 1024 * 1024
_GZIP_LEVEL = 1


class Manifest(Struct, frozen=True, tag="kamsync backup"):
    """What a backup says of itself: its format, the shape of its tables, when and how far."""

    format: int
    revision: str
    made: str
    journal_seq: int
    journal_hash: str


class _TableLine(Struct, frozen=True, tag="table"):
    """The head of one table: its columns, and which of them hold bytes."""

    name: str
    columns: tuple[str, ...]
    binary: tuple[int, ...] = ()


class _Footer(Struct, frozen=True, tag="end"):
    """The last line: how many rows, and the digest of all lines before."""

    rows: int
    sha256: str


_line_of = json.Decoder(Manifest | _TableLine | _Footer | list[Any])


def write_backup(database: Database, journal: Journal, path: Path, clock: Clock) -> Manifest:
    """Write one state of the store to *path*, which only its owner may read.

    Others go on writing meanwhile. A crash leaves no file, or the one that was there before.
    """
    draft = path.with_name(path.name + ".draft")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with gzip.open(file, "wb", _GZIP_LEVEL) as lines, database.snapshot():
                seq, head = journal.head()
                manifest = Manifest(FORMAT, HEAD, instant(clock.now()), seq, head)
                _write_lines(database, manifest, lines)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise ConfigurationInvalid(
            f"The backup {path} cannot be written: {error.strerror}; choose another place."
        ) from error
    return manifest


def _write_lines(database: Database, manifest: Manifest, lines: gzip.GzipFile) -> None:
    """Write the manifest, every table and the footer."""
    digest = hashlib.sha256()
    count = 0

    def write(batch: list[Any]) -> None:
        data = b"".join(json.encode(line) + b"\n" for line in batch)
        digest.update(data)
        lines.write(data)

    write([manifest])
    for table in _tables():
        write([table])
        sql = f"SELECT {', '.join(table.columns)} FROM {table.name}"
        for rows in chunks(database.stream(sql), LINES_AT_ONCE):
            write(rows)
            count += len(rows)
    lines.write(json.encode(_Footer(count, digest.hexdigest())) + b"\n")


def _tables() -> Iterator[_TableLine]:
    """Yield the tables, each after those that it refers to."""
    from sqlalchemy import LargeBinary

    from kamsync.store.tables import metadata

    for table in metadata.sorted_tables:
        columns = list(table.columns)
        binary = [
            place for place, column in enumerate(columns) if isinstance(column.type, LargeBinary)
        ]
        yield _TableLine(
            str(table.name), tuple(str(column.name) for column in columns), tuple(binary)
        )


def checked(path: Path) -> Manifest:
    """Return the manifest of a backup after reading all of it.

    Raises:
        ConfigurationInvalid: there is no such file, or it is no backup.
        StoreUnusable: it is damaged, or was made by a newer release.
    """
    digest = hashlib.sha256()
    manifest: Manifest | None = None
    footer: _Footer | None = None
    rows = 0
    for text, line in _lines(path):
        if manifest is None and not isinstance(line, Manifest):
            raise _no_backup(path)
        if isinstance(line, Manifest):
            manifest = line
        if isinstance(line, _Footer):
            footer = line
            break
        rows += isinstance(line, list)
        digest.update(text)
    if manifest is None:
        raise _no_backup(path)
    if footer != _Footer(rows, digest.hexdigest()):
        raise _damaged(path)
    if manifest.format > FORMAT:
        raise StoreUnusable(f"The backup {path} was made by a newer release; install that one.")
    return manifest


def manifest_of(path: Path) -> Manifest:
    """Return what a checked backup says of itself, without reading all of it."""
    for _, line in _lines(path):
        if isinstance(line, Manifest):
            return line
    raise _damaged(path)


def load(database: Database, path: Path) -> None:
    """Insert every row of a checked backup into the empty tables of *database*."""
    for table, rows in _batches(path):
        marks = ", ".join("?" * len(table.columns))
        sql = f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({marks})"
        for row in rows:
            for place in table.binary:
                row[place] = None if row[place] is None else b64decode(row[place])
        database.many(sql, rows)


def _batches(path: Path) -> Iterator[tuple[_TableLine, list[list[Any]]]]:
    """Yield the rows of each table in parts."""
    table: _TableLine | None = None
    rows: list[list[Any]] = []
    for _, line in _lines(path):
        if (
            table is not None
            and rows
            and (not isinstance(line, list) or len(rows) == LINES_AT_ONCE)
        ):
            yield table, rows
            rows = []
        if isinstance(line, list):
            rows.append(line)
        elif isinstance(line, _TableLine):
            table = line


def _lines(path: Path) -> Iterator[tuple[bytes, Manifest | _TableLine | _Footer | list[Any]]]:
    """Yield each line of the file, as it stands there and as what it says."""
    try:
        with gzip.open(path, "rb") as lines:
            while text := lines.readline(LINE_LIMIT_BYTES):
                yield text, _line_of.decode(text)
    except gzip.BadGzipFile as error:
        raise _no_backup(path) from error
    except (EOFError, zlib_error, DecodeError) as error:
        raise _damaged(path) from error
    except OSError as error:
        raise ConfigurationInvalid(
            f"The backup {path} cannot be read: {error.strerror}.",
            hint="Name a file that `kamsync backup` wrote, and that you may read.",
        ) from error


def _no_backup(path: Path) -> ConfigurationInvalid:
    return ConfigurationInvalid(
        f"{path} is not a backup of kamsync.", hint="Name a file that `kamsync backup` wrote."
    )


def _damaged(path: Path) -> StoreUnusable:
    return StoreUnusable(f"The backup {path} is damaged or incomplete; take another one.")
