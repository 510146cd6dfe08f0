"""What a system hides from kamsync's user, and how it is noticed that it hides it no longer.

A record that nobody edits is not read again, so what was entered while a field was hidden would be heard
only in the next sweep. Of each hidden field one record is remembered that did not show it, and asked for
before the next pull: once it shows the field, all of them are read again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec

from kamsync.engine.hub import Hub, System
from kamsync.model import Reading

__all__ = ["hidden_in", "keep_hidden", "shows_again"]


def hidden_in(wanted: Collection[str], readings: Sequence[Reading]) -> dict[str, str]:
    """Return the *wanted* fields that a living record did not show, each with the first such record."""
    hidden: dict[str, str] = {}
    for reading in readings:
        if reading.values is not None and len(reading.values) < len(wanted):
            for name in wanted:
                if name not in reading.values:
                    hidden.setdefault(name, reading.native_id)
    return hidden


def keep_hidden(
    hub: Hub, system: System, entity: str, hidden: Mapping[str, str], *, whole: bool
) -> None:
    """Remember what is hidden; only after all was read, nothing else is.

    Call it in the transaction that takes in what was read.
    """
    before = _hidden(hub, system, entity)
    now = dict(hidden) if whole else {**hidden, **before}
    if now != before:
        said = msgspec.json.encode(now, order="sorted").decode() if now else None
        hub.store.set_meta(_key(system, entity), said)


def shows_again(hub: Hub, system: System, entity: str) -> bool:
    """Whether something that was hidden is shown now; also where what did not show it is gone."""
    map_ = system.maps[entity]
    hidden = {n: id_ for n, id_ in _hidden(hub, system, entity).items() if n in map_.shown}
    if not hidden:
        return False
    asked = sorted(set(hidden.values()))[: system.connector.batch_limit]
    found = system.connector.fetch(map_.object, map_.names, asked)
    shown = {id_: reading.values for id_, reading in found.items()}
    return any(
        (values := shown.get(id_)) is None or name in values
        for name, id_ in hidden.items()
        if id_ in asked
    )


def _hidden(hub: Hub, system: System, entity: str) -> dict[str, str]:
    """Return the hidden native fields that are remembered, each with a record that did not show it."""
    kept = hub.store.meta(_key(system, entity))
    return msgspec.json.decode(kept, type=dict[str, str]) if kept else {}


def _key(system: System, entity: str) -> str:
    """Return under which name it is remembered."""
    return f"hidden:{system.name}.{entity}"
