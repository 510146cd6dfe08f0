"""What the systems would have to be told, and the configuration does not allow: counted, not planned."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from kamsync.engine.context.scoping import records_in_scope
from kamsync.engine.hub import Hub
from kamsync.model import Op
from kamsync.plan import Barred

__all__ = ["barred_writes"]


def barred_writes(hub: Hub, systems: Collection[str]) -> Iterator[Barred]:
    """Yield how many writes of each kind are owed to *systems* that they do not allow.

    What is out of scope, or waits for a person, would not be written if it were allowed either.
    """
    for entity in hub.entities():
        for system in hub.mapping(entity.name):
            for op in Op if system.name in systems else ():
                if system.allows(entity.name, op):
                    continue
                count = _owed(hub, system.name, entity.name, op)
                if count:
                    yield Barred(system.name, entity.name, op, count)


def _owed(hub: Hub, system: str, entity: str, op: Op) -> int:
    """Return how many writes of one kind are owed within the scope."""
    if hub.scope.is_open:
        return hub.store.links.count_owed(system, entity, op.value)
    count = after = 0
    while links := hub.store.links.owed(system, entity, op.value, after, hub.batch):
        after = links[-1].id
        ids = sorted({link.record for link in links if link.record})
        scope = records_in_scope(hub, entity, hub.store.records.by_id(ids))
        count += sum(link.record in scope for link in links)
    return count
