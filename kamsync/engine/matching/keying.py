"""Keep the keys by which records are recognised: those of what is golden, and of what is under review."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kamsync.engine.hub import Hub
from kamsync.identity import block_keys, exact_keys
from kamsync.model import EXISTS, Conflict, Kind, Record, Value

__all__ = ["keep_keys"]


def keep_keys(
    hub: Hub, entity: str, records: Iterable[Record], conflicts: Iterable[Conflict] = ()
) -> None:
    """Let *records* be found by what they are known by now, and no more by what they were.

    What is said in their open *conflicts* counts too: one of it is right, and a newcomer that comes
    with it is no other record.
    """
    said: dict[str, list[Conflict]] = {}
    for conflict in conflicts:
        if conflict.kind is Kind.VALUE and not conflict.closed:
            said.setdefault(conflict.record, []).append(conflict)
    declared = hub.schema.entity(entity)
    keys = {
        record.id: sorted(
            {
                key
                for values in _known_as(record, said.get(record.id, ()))
                for key in (
                    *exact_keys(declared, values, hub.key_makers),
                    *block_keys(declared, values),
                )
            }
        )
        for record in records
    }
    if keys:
        hub.store.records.save_keys(entity, keys)


def _known_as(record: Record, conflicts: Iterable[Conflict]) -> Iterator[Mapping[str, Value]]:
    """Yield the values of a record: as they are golden, and as each side of a conflict would have them."""
    golden = {name: each.value for name, each in record.fields.items() if name != EXISTS}
    yield golden
    for conflict in conflicts:
        for side in conflict.contenders:
            yield {**golden, conflict.field: side.value}
