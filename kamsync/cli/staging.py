"""On which systems ``kamsync simulate`` plays: sandboxes of plugins, or memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kamsync.cli.sandbox import offered
from kamsync.errors import UnknownName

if TYPE_CHECKING:
    from kamsync.cli.session import Session
    from kamsync.testing.simulation import Stage

__all__ = ["faults_named", "numbered", "stages_of"]

MEMORY = "memory"
NONE = "none"


def numbered(text: str) -> dict[str, str]:
    """Return which systems are sandboxes, and of which kind: ``salesforce,memory`` is the first one.

    A history has two to four systems; those that it does not have are left out of it.
    """
    kinds = [kind.strip() for kind in text.split(",")] if text else []
    return {f"s{place}": kind for place, kind in enumerate(kinds) if kind not in {"", MEMORY}}


def stages_of(here: Session, systems: Mapping[str, str]) -> dict[str, Stage]:
    """Return the stage of each system.

    Raises:
        UnknownName: no installed plugin offers a sandbox of that name, or one to play histories on.
    """
    found = offered(here, tuple(dict.fromkeys(systems.values()))) if systems else {}
    stages: dict[str, Stage] = {}
    for system, kind in systems.items():
        sandbox = found.get(kind)
        if sandbox is None or sandbox.stage is None:
            known = ", ".join([*(each.name for each in found.values() if each.stage), MEMORY])
            raise UnknownName(
                f"No histories can be played on {kind!r}; they can on {known}.",
                hint="Is the plugin installed? See: kamsync plugins",
            )
        stages[system] = sandbox.stage()
    return stages


def faults_named(text: str | None) -> tuple[str, ...] | None:
    """Return the faults that *text* names, separated by semicolons; None if it says nothing."""
    from kamsync.testing.simulation import FAULTS

    if text is None:
        return None
    names = tuple(name.strip() for name in text.split(";") if name.strip() not in {"", NONE})
    unknown = [name for name in names if name not in FAULTS]
    if unknown:
        raise UnknownName(
            f"Nothing is called {unknown[0]!r}; what can go wrong is {', '.join(FAULTS)}."
        )
    return names
