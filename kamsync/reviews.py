"""The reviews: conflicts that wait for a person, and those that were closed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct, json, structs

from kamsync.errors import UnknownName, ValueInvalid
from kamsync.model import Conflict, Kind

if TYPE_CHECKING:
    from kamsync.store.database import Database, Row

__all__ = ["ReviewGroup", "Reviews", "group_reviews"]

_SAVE = """
INSERT INTO review (id, kind, entity, record, field, teams, opened, closed, body, remind_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
    kind = excluded.kind, entity = excluded.entity, record = excluded.record, field = excluded.field,
    teams = excluded.teams, opened = excluded.opened, closed = excluded.closed, body = excluded.body,
    remind_at = excluded.remind_at
"""

_OPEN = """
SELECT body FROM review
WHERE closed = '' AND (? = '' OR kind = ?) AND (? = '' OR entity = ?)
    AND (length(id), id) > (CAST(? AS INTEGER), ?)
ORDER BY length(id), id LIMIT ?
"""
# Ids are numbers as text, so the shorter one is the older.

_ANY_OPEN = "SELECT 1 FROM review WHERE closed = '' AND kind = ? AND entity = ? LIMIT 1"

_GROUPS = """
SELECT kind, entity, field, teams, count(*), min(opened) FROM review WHERE closed = ''
GROUP BY kind, entity, field, teams ORDER BY count(*) DESC, kind, entity, field, teams
"""

_CLOSED = """
SELECT body FROM review
WHERE closed <> '' AND entity = ? AND (? = '' OR field = ?) AND closed >= ?
ORDER BY closed, id LIMIT ?
"""

_OVERDUE = """
SELECT body FROM review WHERE closed = '' AND remind_at <> '' AND remind_at <= ?
ORDER BY remind_at, id LIMIT ?
"""

_LAST_CHARACTER = "\U0010ffff"

_encode = json.Encoder().encode
_conflict_of = json.Decoder(Conflict).decode


class ReviewGroup(Struct, frozen=True):
    """Open conflicts of one shape: the same kind and field between the same sides."""

    kind: Kind
    entity: str
    field: str
    teams: tuple[str, ...]
    count: int
    oldest: str


class Reviews:
    """The conflicts of a store, open and closed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open_for(self, records: Sequence[str]) -> dict[tuple[str, str], Conflict]:
        """Return the open conflicts of these records, by record and field."""
        rows = self._database.of(
            "SELECT body FROM review WHERE closed = '' AND record IN (??)", (), records
        )
        conflicts = sorted((_conflict_of(row[0]) for row in rows), key=_age)
        return {(conflict.record, conflict.field): conflict for conflict in conflicts}

    def save(self, conflicts: Sequence[Conflict]) -> None:
        """Insert or replace *conflicts*; one with a time in `closed` is open no longer."""
        self._database.many(_SAVE, [_columns(conflict) for conflict in conflicts])

    def get(self, id_or_prefix: str) -> Conflict:
        """Return the conflict with that id, or the only one whose id begins so; else `UnknownName`."""
        rows = self._database.rows(
            "SELECT id, body FROM review WHERE id >= ? AND id < ? ORDER BY id LIMIT 2",
            (id_or_prefix, id_or_prefix + _LAST_CHARACTER),
        )
        if rows and (len(rows) == 1 or rows[0][0] == id_or_prefix):
            return _conflict_of(rows[0][1])
        if rows:
            raise UnknownName(
                f"Several conflicts begin with {id_or_prefix!r}; give more of the id."
            )
        raise UnknownName(f"There is no conflict {id_or_prefix!r}; `kamsync conflicts` lists them.")

    def open(
        self, kind: str | None = None, entity: str | None = None, after: str = "", limit: int = 100
    ) -> list[Conflict]:
        """Return open conflicts with ids above *after*, oldest first; of one kind or entity, if named."""
        kind, entity = str(kind or ""), entity or ""
        rows = self._database.rows(_OPEN, (kind, kind, entity, entity, len(after), after, limit))
        return [_conflict_of(row[0]) for row in rows]

    def has_open(self, kind: str, entity: str) -> bool:
        """Whether any conflict of that kind is open in one entity."""
        return bool(self._database.rows(_ANY_OPEN, (str(kind), entity)))

    def overdue(self, now: str, limit: int) -> list[Conflict]:
        """Return open conflicts whose time is over and of which nobody was told, longest first."""
        return [_conflict_of(row[0]) for row in self._database.rows(_OVERDUE, (now, limit))]

    def remind(self, ids: Sequence[str]) -> None:
        """Note that people were told that these conflicts are overdue."""
        with self._database.transaction():
            told = [structs.replace(self.get(id_), reminded=True) for id_ in ids]
            self.save(told)

    def count_open(self) -> int:
        """Return how many conflicts are open."""
        row = self._database.row("SELECT count(*) FROM review WHERE closed = ''")
        return int(row[0]) if row else 0

    def groups(self) -> list[ReviewGroup]:
        """Return the open conflicts counted by shape, the most frequent first."""
        return [_group(row) for row in self._database.rows(_GROUPS)]

    def closed(
        self, entity: str, field: str = "", since: str = "", limit: int = 1000
    ) -> list[Conflict]:
        """Return conflicts that were closed from *since* on, oldest first: history to test a rule on."""
        rows = self._database.rows(_CLOSED, (entity, field, field, since, limit))
        return [_conflict_of(row[0]) for row in rows]


def _columns(conflict: Conflict) -> Row:
    try:
        body = _encode(conflict).decode()
    except UnicodeEncodeError as error:
        raise ValueInvalid(
            f"{conflict.record}.{conflict.field} holds a text that is not valid Unicode."
        ) from error
    return (
        conflict.id,
        conflict.kind.value,
        conflict.entity,
        conflict.record,
        conflict.field,
        _teams(conflict),
        conflict.opened,
        conflict.closed,
        body,
        "" if conflict.reminded else conflict.due,
    )


def group_reviews(conflicts: Iterable[Conflict]) -> list[ReviewGroup]:
    """Return *conflicts* counted by shape, as `Reviews.groups` counts all that are open."""
    counts: Counter[tuple[str, ...]] = Counter()
    oldest: dict[tuple[str, ...], str] = {}
    for each in conflicts:
        shape = (each.kind.value, each.entity, each.field, _teams(each))
        counts[shape] += 1
        oldest[shape] = min(oldest.get(shape, each.opened), each.opened)
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [_group((*shape, count, oldest[shape])) for shape, count in ordered]


def _teams(conflict: Conflict) -> str:
    """Return who disagrees; the system, where the team is not certain."""
    return "|".join(sorted({side.team or side.system for side in conflict.contenders}))


def _group(row: Row) -> ReviewGroup:
    return ReviewGroup(Kind(row[0]), row[1], row[2], tuple(row[3].split("|")), row[4], row[5])


def _age(conflict: Conflict) -> tuple[Any, ...]:
    return conflict.opened, conflict.id
