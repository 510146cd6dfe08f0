"""What a system hides from kamsync's user, and how it is noticed that it hides it no longer.

A record that nobody edits is not read again, so what was entered while a field was hidden would be heard
only in the next sweep. Of each hidden field one record is remembered that did not show it, and asked for
before the next pull: once it shows the field, all of them are read again. So are they once a record is
shown again of which a person is still asked whether it is gone, and that nothing told to be gone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec

from kamsync.connector import Can
from kamsync.engine.hub import Hub, System
from kamsync.merge import UNTOLD
from kamsync.model import Conflict, Kind, Reading

__all__ = ["hidden_fields", "hidden_in", "keep_hidden", "shows_again"]


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
    if not (hidden or whole):
        return
    before = hidden_fields(hub, system, entity)
    now = dict(hidden) if whole else {**hidden, **before}
    if now != before:
        said = msgspec.json.encode(now, order="sorted").decode() if now else None
        hub.store.set_meta(_key(system, entity), said)


def shows_again(hub: Hub, system: System, entity: str) -> bool:
    """Whether something that was hidden is shown now; also where what did not show it is gone."""
    return _shows_fields(hub, system, entity) or _shows_records(hub, system, entity)


def _shows_fields(hub: Hub, system: System, entity: str) -> bool:
    map_ = system.maps[entity]
    hidden = {n: id_ for n, id_ in hidden_fields(hub, system, entity).items() if n in map_.shown}
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


def _shows_records(hub: Hub, system: System, entity: str) -> bool:
    """Whether a record is there after all of which it is open whether it is gone."""
    asked = _in_question(hub, system, entity)
    if not asked:
        return False
    map_ = system.maps[entity]
    found = system.connector.fetch(map_.object, map_.names, asked)
    return any(reading.values is not None for reading in found.values())


def _in_question(hub: Hub, system: System, entity: str) -> list[str]:
    """Return the native records that are not there as far as anybody knows, the first few of them.

    What a system tells to be gone is not asked for: it tells as well if it comes back.
    """
    if not hub.store.reviews.has_open(Kind.DELETE, entity):
        return []
    tells = Can.TOMBSTONES in system.connector.can
    links: list[int] = []
    after = ""
    while len(links) < system.connector.batch_limit and (
        found := hub.store.reviews.open(Kind.DELETE, entity, after, hub.batch)
    ):
        after = found[-1].id
        wanted = [each for each in found if each.cause == UNTOLD or not tells]
        links += [id_ for each in wanted for id_ in _gone_there(each, system.name)]
    known = hub.store.links.by_id(links[: system.connector.batch_limit]).values()
    return sorted(link.native_id for link in known if link.native_id is not None)


def _gone_there(conflict: Conflict, system: str) -> list[int]:
    """Return the links of a system that say in a conflict that its record is gone."""
    said = [each for each in conflict.contenders if each.system == system and each.value is False]
    return [each.link for each in said if each.link is not None]


def hidden_fields(hub: Hub, system: System, entity: str) -> dict[str, str]:
    """Return the hidden native fields that are remembered, each with a record that did not show it."""
    kept = hub.store.meta(_key(system, entity))
    return msgspec.json.decode(kept, type=dict[str, str]) if kept else {}


def _key(system: System, entity: str) -> str:
    """Return under which name it is remembered."""
    return f"hidden:{system.name}.{entity}"
