"""Recognise: is each system still the one that it was?

Native ids mean something in their own system only. What is known of one, taken for what is known of
another in which the same ids happen to be in use, would write the wrong values everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kamsync.engine.hub import Hub, System
from kamsync.engine.rounds.serving import Down, borne
from kamsync.errors import ConfigurationInvalid

__all__ = [
    "accept_move",
    "known_identities",
    "recognise",
    "require_another",
    "require_same",
    "said",
]


def recognise(hub: Hub, systems: Iterable[System]) -> list[Down]:
    """Ask *systems* who they are, before anything is read; return those that did not answer.

    What a system says at the first contact is kept.

    Raises:
        ConfigurationInvalid: a system is another one than before, or two of them are one.
    """
    down: list[Down] = []
    told: dict[str, str | None] = {}
    for system in systems:
        with borne(down, system, "pull"):
            told[system.name] = system.connector.identity()
    known = known_identities(hub)
    for name, identity in told.items():
        require_another(hub, name, identity, known | said(told))
    for name, identity in told.items():
        require_same(name, known.get(name), identity)
    for name, identity in told.items():
        if identity is not None and name not in known:
            hub.store.set_meta(_key(name), identity)
    return down


def said(told: Mapping[str, str | None]) -> dict[str, str]:
    """Return who those systems are that have said it."""
    return {name: identity for name, identity in told.items() if identity}


def require_same(name: str, known: str | None, identity: str | None) -> None:
    """Raise `ConfigurationInvalid` if a system says that it is another one than is *known*."""
    if known in {None, identity}:
        return
    now = f"{identity!r}" if identity is not None else "a system that does not say which one it is"
    raise ConfigurationInvalid(
        f"{name} is another system than before: it was {known!r}, and [system.{name}] leads to {now}."
        " Nothing was read or written.",
        hint=f"Correct [system.{name}]; give another system a section with a new name; or, if it is"
        f" the same system and only its identity has changed, say so with: kamsync moved {name}.",
    )


def require_another(
    hub: Hub, name: str, identity: str | None, identities: Mapping[str, str]
) -> None:
    """Raise `ConfigurationInvalid` if another section leads to the same system.

    Its records would be matched with themselves, and each edit there taken for two. *identities* are
    what the systems have just said, or are known to have said.
    """
    kind = hub.systems[name].connector.kind
    for other, system in hub.systems.items():
        its = identities.get(other)
        if other != name and system.connector.kind == kind and None is not identity == its:
            raise ConfigurationInvalid(
                f"[system.{other}] and [system.{name}] lead to one and the same system, {identity}."
                " Nothing was read or written.",
                hint=f"Correct [system.{name}], or take one of the two out.",
            )


def accept_move(hub: Hub, system: System) -> tuple[str, str | None]:
    """Take *system* for the one that it was, under the identity that it has now; return both.

    What is known of it may be older or newer than what it holds, so all of it is read again before
    anything is merged or written, a disagreement is held, and its next plan wants an approval like
    that of a first meeting.

    Raises:
        ConfigurationInvalid: its identity has not changed, or is that of another section's system.
    """
    with hub.store.round_lock("moved"):
        identities, identity = known_identities(hub), system.connector.identity()
        require_another(hub, system.name, identity, identities)
        known = identities.get(system.name)
        if known in {None, identity}:
            raise ConfigurationInvalid(
                f"{system.name} is the system that it was, so there is nothing to say of it."
            )
        summary = {"system": system.name, "before": known, "identity": identity}
        with hub.store.transaction():
            round_ = hub.store.rounds.start("moved", hub.now())
            hub.store.set_meta(_key(system.name), identity)
            hub.part(system.name)
            hub.store.distrust(system.name)
            hub.store.rounds.finish(round_, "done", summary, hub.now())
    return known or "", identity


def known_identities(hub: Hub) -> dict[str, str]:
    """Return what each system said it is at the first contact; one that never said so is missing."""
    found = hub.store.metas([_key(name) for name in hub.systems])
    return {name: found[_key(name)] for name in hub.systems if _key(name) in found}


def _key(system: str) -> str:
    return f"identity:{system}"
