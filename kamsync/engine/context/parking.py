"""What waits because it cannot be understood, or because a system refuses it; each with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from kamsync.clock import instant
from kamsync.engine.hub import Hub
from kamsync.model import EXISTS, Link, Record
from kamsync.store import OutboxRow

__all__ = ["Parking", "park_refused", "park_taken", "waiting"]

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(days=1)
DOUBLINGS_LIMIT = 11
"""After this many doublings, the wait is the longest anyway."""


class Parking:
    """The fields that one batch of merges has to leave waiting."""

    def __init__(self, hub: Hub, entity: str) -> None:
        self._hub = hub
        self._entity = entity
        self._found: dict[tuple[str, str], tuple[str, str]] = {}

    def add(self, record: Record, link: Link, field: str, reason: str) -> None:
        """Let one field of one link wait."""
        what = f"{link.native_id or record.id}.{field}"
        about = self._entity if field == EXISTS else f"{self._entity}.{field}"
        self._found[link.system, what] = (record.id, f"{about}: {reason}")

    def save(self, records: Sequence[str], changed: frozenset[str]) -> None:
        """Park what was found, and let go on what is in order now among *records*.

        A write that was refused is due again at once if the golden record has *changed* since.
        """
        parks = self._hub.store.parks
        if parks.are_any():
            for park in parks.of_records(records):
                in_order = (park.system, park.what) not in self._found
                if in_order if self._is_of_field(park.what) else park.record in changed:
                    parks.clear(park.system, park.entity, [park.what])
        for (system, what), (record, reason) in self._found.items():
            self._hub.park(system, self._entity, what, record, reason)

    def _is_of_field(self, what: str) -> bool:
        """Whether a field is parked, be it that there is a record, and not a write of it."""
        field = what.rpartition(".")[2]
        return field == EXISTS or field in self._hub.schema.entity(self._entity).fields


def park_refused(hub: Hub, row: OutboxRow, link: Link, reason: str) -> None:
    """Let a write wait that its system refused: a minute at first, twice as long after each refusal."""
    record = link.record or row.record
    what = link.native_id or record
    tries = sum(
        park.tries
        for park in hub.store.parks.of_records([record])
        if (park.system, park.what) == (row.system, what)
    )
    hub.park(row.system, row.entity, what, record, reason, wait=_wait(tries))


def park_taken(hub: Hub, row: OutboxRow, link: Link, native_id: str) -> None:
    """Let a create wait that was answered with what is known as another record by now."""
    reason = f"It was answered with {native_id}, which is another record here."
    park_refused(hub, row, link, reason)


def _wait(tries: int) -> timedelta:
    """Return how long a write waits that was refused *tries* times before."""
    doublings: int = 2 ** min(tries, DOUBLINGS_LIMIT)
    return min(FIRST_WAIT * doublings, LONGEST_WAIT)


def waiting(hub: Hub, records: Sequence[str]) -> frozenset[tuple[str, str]]:
    """Return the systems and the ids there that no write of *records* is due for before a later time.

    A clock that was set back since makes nothing wait for longer than it would have.
    """
    if not hub.store.parks.are_any():
        return frozenset()
    now = hub.clock.now()
    parks = hub.store.parks.of_records(records)
    return frozenset(
        (park.system, park.what)
        for park in parks
        if instant(now) < park.retry_at <= instant(now + _wait(park.tries - 1))
    )
