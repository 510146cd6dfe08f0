"""Rest: systems that are left alone for a while, neither read nor written.

A system that rests is in nobody's way. What is owed to it stays owed, and what changes in it is
found when it is served again.
"""

from __future__ import annotations

from typing import Any

from msgspec import DecodeError, Struct, json

from kamsync.engine.hub import Hub, System
from kamsync.errors import StoreUnusable

__all__ = ["Pause", "note_served", "pause", "pauses", "resume", "served_at"]


class Pause(Struct, frozen=True):
    """Since when a system rests by a person's word, and why."""

    at: str
    why: str = ""


def pauses(hub: Hub) -> dict[str, Pause]:
    """Return the pause of each system that is paused."""
    kept = hub.store.metas([_pause_key(name) for name in hub.systems])
    found = {name: kept[_pause_key(name)] for name in hub.systems if _pause_key(name) in kept}
    return {name: _read(name, pause) for name, pause in found.items() if pause}


def pause(hub: Hub, system: System, why: str = "") -> Pause:
    """Leave *system* alone from now on, in every round of every process; return its pause.

    A round that runs ends its reading and begins no writing there. One that is paused already stays
    as it is.
    """
    before = _pause(hub, system.name)
    if before is not None:
        return before
    paused = Pause(hub.now(), why)
    with hub.store.transaction():
        hub.store.set_meta(_pause_key(system.name), json.encode(paused).decode())
        _note(hub, "pause", {"system": system.name, "why": why})
    return paused


def resume(hub: Hub, system: System) -> Pause | None:
    """Serve *system* again from the next round on; return the pause that ended, None if there was none."""
    before = _pause(hub, system.name)
    if before is not None:
        with hub.store.transaction():
            hub.store.set_meta(_pause_key(system.name), None)
            _note(hub, "resume", {"system": system.name, "since": before.at})
    return before


def note_served(hub: Hub, systems: list[System]) -> None:
    """Remember that a round read each of *systems* and wrote all that it was to write there."""
    for system in systems:
        hub.store.set_meta(_served_key(system.name), hub.now())


def served_at(hub: Hub, system: str) -> str:
    """Return when a round last served *system* from end to end; empty if none ever did."""
    return hub.store.meta(_served_key(system)) or ""


def _pause(hub: Hub, name: str) -> Pause | None:
    """Return the pause of one system, if it is paused."""
    kept = hub.store.meta(_pause_key(name))
    return _read(name, kept) if kept else None


def _read(name: str, kept: str) -> Pause:
    """Return the pause of one system as it is kept."""
    try:
        return json.decode(kept, type=Pause)
    except DecodeError:
        raise StoreUnusable(
            f"The store says of the pause of {name} what cannot be read;"
            " put back a backup with `kamsync restore`."
        ) from None


def _note(hub: Hub, kind: str, summary: dict[str, Any]) -> None:
    """Put into the history what a person has said."""
    round_ = hub.store.rounds.start(kind, hub.now())
    hub.store.rounds.finish(round_, "done", summary, hub.now())


def _pause_key(system: str) -> str:
    return f"paused:{system}"


def _served_key(system: str) -> str:
    return f"served:{system}"
