"""The outbox: the writes of a plan; one in flight is an intent whose answer is still open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, structs

from kamsync.model import Intent, Op
from kamsync.store.codec import intents_of, written
from kamsync.store.counters import Counters
from kamsync.store.database import Database, Row

__all__ = ["DONE", "DROPPED", "INFLIGHT", "REFUSED", "TODO", "Outbox", "OutboxRow"]

TODO = "todo"
INFLIGHT = "inflight"
DONE = "done"
DROPPED = "dropped"
REFUSED = "refused"

_COLUMNS = "id, plan, system, entity, link, record, op, fields, key, state, version, at"

_ADD = f"INSERT INTO outbox ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

_TODO = (
    f"SELECT {_COLUMNS} FROM outbox"
    " WHERE plan = ? AND system = ? AND state = 'todo' AND id > ? ORDER BY id LIMIT ?"
)

_INFLIGHT = (
    f"SELECT {_COLUMNS} FROM outbox"
    " WHERE system = ? AND entity = ? AND state = 'inflight' AND id > ? ORDER BY id LIMIT ?"
)

_OPEN_IN = "SELECT DISTINCT system, entity, op FROM outbox WHERE state = 'inflight'"

_HAS_INFLIGHT = (
    "SELECT id FROM outbox"
    " WHERE state = 'inflight' AND system = ? AND entity = ? AND op = ? LIMIT 1"
)

_GIVEN_UP = (
    f"SELECT {_COLUMNS} FROM outbox"
    " WHERE state = 'dropped' AND op = 'create' AND at <> '' AND link IN (??)"
)

_HAS_GIVEN_UP = (
    "SELECT id FROM outbox WHERE state = 'dropped' AND op = 'create' AND at <> ''"
    " AND system = ? AND entity = ? AND record = ? LIMIT 1"
)

_INFLIGHT_OF = f"SELECT {_COLUMNS} FROM outbox WHERE state = 'inflight' AND link IN (??)"

_APPROVED_OF = f"""
SELECT {_COLUMNS} FROM outbox WHERE state <> 'done' AND link IN (??)
    AND EXISTS (SELECT 1 FROM round WHERE round.id = outbox.plan AND round.approved <> '')
    AND NOT EXISTS (SELECT 1 FROM outbox AS later
        WHERE later.link = outbox.link AND later.id > outbox.id AND later.state = 'done')
"""

_PRUNE = """
DELETE FROM outbox WHERE state <> 'inflight'
    AND plan NOT IN (SELECT id FROM round ORDER BY number DESC LIMIT ?)
"""


class OutboxRow(Struct, frozen=True):
    """One write of a plan: what each field is to be, and how far it got.

    *state* is one of ``todo``, ``inflight``, ``done``, ``dropped`` and ``refused``. *version* is the
    one that the link had when the write was started.
    """

    id: int
    plan: str
    system: str
    entity: str
    link: int
    record: str
    op: Op
    fields: dict[str, Intent]
    key: str
    state: str = TODO
    version: str = ""
    at: str = ""


class Outbox:
    """The planned writes of a store."""

    def __init__(self, database: Database, counters: Counters) -> None:
        self._database = database
        self._counters = counters

    def add(self, plan_id: str, rows: Sequence[OutboxRow]) -> list[OutboxRow]:
        """Append *rows* to a plan and return them with the ids that they were given, in order."""
        if not rows:
            return []
        with self._database.transaction():
            first = self._counters.take("outbox", len(rows))
            added = [
                structs.replace(row, id=first + place, plan=plan_id)
                for place, row in enumerate(rows)
            ]
            self._database.many(_ADD, [_columns(row) for row in added])
        return added

    def todo(self, plan_id: str, system: str, after: int, limit: int) -> list[OutboxRow]:
        """Return the writes that were not started, above the id *after*, in the order of the plan."""
        return self._rows(_TODO, (plan_id, system, after, limit))

    def start(self, versions: Mapping[int, str], at: str = "") -> None:
        """Put writes in flight, each with the version of its link; commit this before sending."""
        self._database.many(
            "UPDATE outbox SET state = 'inflight', version = ?, at = ? WHERE id = ?",
            [(version, at, row) for row, version in versions.items()],
        )

    def inflight_of(self, links: Sequence[int]) -> dict[int, list[OutboxRow]]:
        """Return the open intents of each link, oldest first; a link without any is missing."""
        found: dict[int, list[OutboxRow]] = {}
        for row in sorted(self._database.of(_INFLIGHT_OF, (), links)):
            found.setdefault(row[4], []).append(_outbox_row(row))
        return found

    def given_up(self, links: Sequence[int]) -> list[OutboxRow]:
        """Return the creates of these links that were sent and are not waited for any more."""
        return [_outbox_row(row) for row in self._database.of(_GIVEN_UP, (), links)]

    def has_given_up(self, system: str, entity: str, record: str) -> bool:
        """Whether a create of a record in a system was sent and is not waited for any more."""
        return self._database.row(_HAS_GIVEN_UP, (system, entity, record)) is not None

    def approved_of(self, links: Sequence[int]) -> dict[int, list[OutboxRow]]:
        """Return what a person approved to write to each link, and nobody has written to it since."""
        found: dict[int, list[OutboxRow]] = {}
        for row in self._database.of(_APPROVED_OF, (), links):
            found.setdefault(row[4], []).append(_outbox_row(row))
        return found

    def inflight(self, system: str, entity: str, after: int, limit: int) -> list[OutboxRow]:
        """Return the open intents of one system, above the id *after*, oldest first."""
        return self._rows(_INFLIGHT, (system, entity, after, limit))

    def open_kinds(self) -> set[tuple[str, str, str]]:
        """Return each system and entity in which a write has an open intent, with its operation.

        There are no more of them before the next write is started.
        """
        rows = self._database.rows(_OPEN_IN)
        return {(system, entity, op) for system, entity, op in rows}

    def has_inflight(self, system: str, entity: str, op: Op) -> bool:
        """Whether an operation of one kind has an open intent in one system."""
        return bool(self._database.rows(_HAS_INFLIGHT, (system, entity, op.value)))

    def finish(self, ids: Iterable[int], state: str) -> None:
        """Close writes as ``done``, ``dropped`` or ``refused``: they are intents no longer."""
        self._database.many(
            "UPDATE outbox SET state = ? WHERE id = ?", [(state, id_) for id_ in ids]
        )

    def update(self, rows: Iterable[OutboxRow]) -> None:
        """Replace what *rows* say of their fields, state, version and time."""
        self._database.many(
            "UPDATE outbox SET fields = ?, state = ?, version = ?, at = ? WHERE id = ?",
            [
                (written(row.fields, row.record), row.state, row.version, row.at, row.id)
                for row in rows
            ],
        )

    def of_plan(self, plan_id: str, after: int, limit: int) -> list[OutboxRow]:
        """Return the writes of a plan in any state, above the id *after*, in order."""
        return self._rows(
            f"SELECT {_COLUMNS} FROM outbox WHERE plan = ? AND id > ? ORDER BY id LIMIT ?",
            (plan_id, after, limit),
        )

    def prune(self, keep: int) -> None:
        """Forget the writes of all rounds but the newest *keep*; an open intent is never forgotten."""
        self._database.run(_PRUNE, (keep,))

    def _rows(self, sql: str, parameters: Row) -> list[OutboxRow]:
        return [_outbox_row(row) for row in self._database.rows(sql, parameters)]


def _columns(row: OutboxRow) -> Row:
    return (
        row.id,
        row.plan,
        row.system,
        row.entity,
        row.link,
        row.record,
        row.op.value,
        written(row.fields, row.record),
        row.key,
        row.state,
        row.version,
        row.at,
    )


def _outbox_row(row: Row) -> OutboxRow:
    return OutboxRow(*(*row[:6], Op(row[6]), intents_of(row[7]), *row[8:]))
