"""Whether the scope can select anything: nobody approves what is left without its accounts."""

from __future__ import annotations

from collections.abc import Iterator

from kamsync.engine.hub import Hub, System
from kamsync.engine.reading.hidden import hidden_fields
from kamsync.errors import ConfigurationInvalid
from kamsync.schema import Type

__all__ = ["has_selected_nothing", "require_told", "untold"]


def require_told(hub: Hub) -> None:
    """Refuse a scope that can select nothing, so that nobody approves what is left without its accounts.

    A field that a system hides selects nothing there. Once some account is in scope, what was known
    goes on instead.

    Raises:
        ConfigurationInvalid: it selects by a field that no system tells, or that is hidden.
    """
    for text, hint in untold(hub):
        raise ConfigurationInvalid(f"{text} Nothing was merged or written.", hint=hint)
    if not has_selected_nothing(hub):
        return
    root = hub.scope.root
    for name in hub.scope.values:
        hidden = [
            f"{system.name} does not show {native}"
            for system in hub.mapping(root)
            for native in _hidden_of(hub, system, name)
        ]
        if hidden:
            raise ConfigurationInvalid(
                f"[scope.{root}] selects by {name}, and {', '.join(hidden)}: it selects nothing."
                " Nothing was merged or written.",
                hint="See what is wrong with: kamsync check.",
            )


def has_selected_nothing(hub: Hub) -> bool:
    """Whether accounts were read, and none of them is in scope."""
    root = hub.scope.root
    if hub.scope.is_open or any(entity == root for _, entity in hub.store.links.counts()):
        return False
    return any(entity == root for _, entity in hub.store.cursors.all())


def untold(hub: Hub) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with each field of the scope that no system maps, and what to do about it."""
    maps = [system.maps[hub.scope.root] for system in hub.mapping(hub.scope.root)]
    mapped = {name for map_ in maps for name in map_.fields}
    fields = hub.schema.entity(hub.scope.root).fields
    known = ", ".join(sorted(name for name in mapped if fields[name].type is not Type.GROUP))
    for name in hub.scope.values:
        if maps and name not in mapped:
            yield (
                f"[scope.{hub.scope.root}] selects by {name}, which no system tells: it selects nothing.",
                f"Map {name} in a system, list the accounts, or select by what is mapped: {known}.",
            )


def _hidden_of(hub: Hub, system: System, name: str) -> list[str]:
    """Return what a system hides of the native fields to which a field of the root is mapped."""
    root = hub.scope.root
    map_ = system.maps[root].fields.get(name)
    hidden = hidden_fields(hub, system, root)
    return [native for native in map_.native if native in hidden] if map_ else []
