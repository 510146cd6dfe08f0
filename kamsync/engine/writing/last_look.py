"""The last look before a batch is written, so that nothing is written over that nobody has read."""

from __future__ import annotations

from collections.abc import Sequence

from kamsync.connector import Can
from kamsync.engine.context.ties import references_of
from kamsync.engine.hub import Hub, System
from kamsync.engine.reading.emptied_references import newly_referred
from kamsync.engine.reading.hearing import hear
from kamsync.engine.reading.pull import look_again
from kamsync.model import Op
from kamsync.store import OutboxRow

__all__ = ["look_first"]

SETTLING_S = 1.1
"""After how long a version with a stamp of one second can hide no later change any more."""


def look_first(hub: Hub, system: System, entity: str, rows: Sequence[OutboxRow]) -> frozenset[str]:
    """Read once more what *rows* are about to write, as far as it may have changed unseen.

    Return the native records that are not to be deleted now: what refers to them is news.
    """
    referred = _look_around(hub, system, entity, rows)
    _look_for_the_gone(hub, system, entity, rows)
    _look_for_the_forgotten(hub, system, entity, rows)
    there = [row.link for row in rows if row.op is not Op.CREATE]
    if there and _must_look(hub, system, entity, rows, there):
        _look(hub, system, entity, there)
    return referred


def _look_around(
    hub: Hub, system: System, entity: str, rows: Sequence[OutboxRow]
) -> frozenset[str]:
    if all(row.op is not Op.DELETE for row in rows):
        return frozenset()
    return newly_referred(hub, system, entity)


def _look_for_the_gone(hub: Hub, system: System, entity: str, rows: Sequence[OutboxRow]) -> None:
    """Read what is to be made again once more by its id: it may be back, and no listing tells that."""
    wanted = [row.link for row in rows if row.op is Op.CREATE]
    links = hub.store.links.by_id(wanted) if wanted else {}
    gone = [link for link in links.values() if link.native_id is not None]
    if gone:
        look_again(hub, system, entity, gone)


def _look_for_the_forgotten(
    hub: Hub, system: System, entity: str, rows: Sequence[OutboxRow]
) -> None:
    """Read what carries our id already: an older store may have made it, and does not know it any more.

    It may have been hidden when all was read, and what it says is not what is sent now.
    """
    creates = [row.record for row in rows if row.op is Op.CREATE]
    if creates and hub.forgotten_below and Can.STAMP in system.connector.can:
        map_, seen = system.maps[entity], hub.store.current("revision")
        found = system.connector.find(map_.object, map_.names, creates)
        hear(hub, system, entity, list(found.values()), seen)


def _must_look(
    hub: Hub, system: System, entity: str, rows: Sequence[OutboxRow], there: Sequence[int]
) -> bool:
    """Whether the records have to be read again before they are written.

    A system that does not refuse a stale write is looked at just before, and a version that was
    read within its own second may hide a later edit of that second. What came back in this round
    may have filled references to it again, and no version tells that; where records come back, that
    may be one that was never seen before.
    """
    if Can.REFUSE_STALE not in system.connector.can:
        return True
    if hub.store.cursors.get(system.name, entity).sweep_due:
        return True
    return _may_be_filled(hub, system, entity, rows) or hub.store.links.has_unsettled(there)


def _may_be_filled(hub: Hub, system: System, entity: str, rows: Sequence[OutboxRow]) -> bool:
    """Whether a reference is written in a system that may have filled it again without a trace."""
    if Can.UNDELETE not in system.connector.can:
        return False
    names = references_of(hub, entity, system.maps[entity]).keys()
    return any(not names.isdisjoint(row.fields) for row in rows if row.op is Op.UPDATE)


def _look(hub: Hub, system: System, entity: str, there: Sequence[int]) -> None:
    """Read the records again; once more a little later, if a version is not settled yet."""
    for wait_s in (0.0, SETTLING_S):
        links = hub.store.links.by_id(there)
        wanted = [link for link in links.values() if not wait_s or not link.settled]
        if not wanted:
            return
        if wait_s:
            hub.clock.wait(wait_s)
        look_again(hub, system, entity, wanted)
        if Can.REFUSE_STALE not in system.connector.can:
            return
