"""The writes of a plan in portions that go to a system in one call each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kamsync.engine.hub import Hub, System
from kamsync.engine.planning.together import keys_of
from kamsync.store import OutboxRow

__all__ = ["portions"]


def portions(hub: Hub, system: System, plan_id: str) -> Iterator[Sequence[OutboxRow]]:
    """Yield the rows that are still to do, of one entity at a time.

    They are of one operation, unless records of that entity are only right together: then all rows of
    one set are in one portion.
    """
    after = 0
    most = system.connector.batch_limit
    while rows := hub.store.outbox.todo(plan_id, system.name, after, most + 1):
        together = bool(hub.schema.entity(rows[0].entity).together)
        alike = _alike(rows, together=together)
        portion = _whole(hub, alike, most) if together else alike[:most]
        after = portion[-1].id
        yield portion


def _alike(rows: Sequence[OutboxRow], *, together: bool) -> list[OutboxRow]:
    """Return the first rows of one entity, and of one operation unless they go *together*."""
    first = rows[0]
    alike: list[OutboxRow] = []
    for row in rows:
        if row.entity != first.entity or not (together or row.op is first.op):
            break
        alike.append(row)
    return alike


def _whole(hub: Hub, rows: Sequence[OutboxRow], most: int) -> Sequence[OutboxRow]:
    """Return the first *most* rows without the last set, if that goes on beyond them."""
    if len(rows) <= most:
        return rows
    keys = keys_of(hub, rows[0].entity, [row.record for row in rows])
    beyond = keys.get(rows[most].record)
    end = most
    while end and keys.get(rows[end - 1].record) == beyond:
        end -= 1
    # No plan has a set that is larger than a batch, so that there is always something left.
    return rows[: end or most]
