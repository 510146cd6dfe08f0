"""Indexes of the database for what searches ask for, made when a portal has grown large."""

from __future__ import annotations

from zlib import crc32

from kamsync_hubspot.sandbox.state.database import Database

__all__ = ["Sought"]

LARGE = 5_000
MOST = 8


class Sought:
    """Which expressions have an index; an answer is the same with one and without."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: set[str] = set()

    def seek(self, expression: str) -> None:
        """Make an index for an expression over the values of a record, if it is worth one."""
        if (
            "json_extract" not in expression
            or expression in self._known
            or len(self._known) >= MOST
        ):
            return
        count = self._database.execute("SELECT MAX(rowid) FROM record").fetchone()[0] or 0
        if count > LARGE:
            self._known.add(expression)
            self._database.execute(
                f"CREATE INDEX IF NOT EXISTS sought_{crc32(expression.encode())} ON record"
                f" (type, archived, {expression})"
            )
