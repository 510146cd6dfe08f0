"""With what ``kamsync simulate`` plays: systems, faults and bugs, a policy, a tape."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kamsync.cli.sandbox import offered
from kamsync.errors import ConfigurationInvalid, UnknownName

if TYPE_CHECKING:
    from kamsync.cli.session import Session
    from kamsync.policy import Policy
    from kamsync.testing.simulation import Stage, Tape

__all__ = [
    "bug_named",
    "faults_named",
    "numbered",
    "policy_of",
    "stages_of",
    "tables_in",
    "tape_at",
]

SYSTEMS_LIMIT = 5

MEMORY = "memory"
NONE = "none"


def numbered(text: str) -> dict[str, str]:
    """Return which systems are sandboxes, and of which kind: ``salesforce,memory`` is the first one.

    A history has two to five systems; those that it does not have are left out of it.

    Raises:
        ConfigurationInvalid: that are more systems than any history has.
    """
    kinds = [kind.strip() for kind in text.split(",")] if text else []
    if len(kinds) > SYSTEMS_LIMIT:
        raise ConfigurationInvalid(
            f"--systems names {len(kinds)} systems; a history has {SYSTEMS_LIMIT} at most."
        )
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
            raise UnknownName(
                f"No histories can be played on {kind!r}; they can on {MEMORY}, and on the sandbox"
                " of a plugin that names a stage.",
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
    _require_known(names, FAULTS)
    return names


def bug_named(name: str) -> str:
    """Return the name of a bug that can be planted, or an empty one for none."""
    from kamsync.testing.simulation import CANARIES

    if name and name not in CANARIES:
        raise UnknownName(f"No bug {name!r} can be planted; there are {', '.join(CANARIES)}.")
    return name


def tape_at(path: Path) -> Tape:
    """Return the tape that a file holds; whatever it names is known here.

    Raises:
        ConfigurationInvalid: the file holds no tape.
        UnknownName: it was played with a fault or a bug that is not there.
    """
    from kamsync.testing.simulation import FAULTS, load_tape

    tape = load_tape(path)
    bug_named(tape.canary)
    _require_known([*(tape.faults or ()), *(stroke.kind for stroke in tape.struck)], FAULTS)
    return tape


def tables_in(path: Path | None) -> dict[str, Any]:
    """Return the policy tables of a file, as a configuration has them; none of no file.

    Raises:
        ConfigurationInvalid: it cannot be read, or has no policy.
    """
    if path is None:
        return {}
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationInvalid(f"The policy {path} cannot be read: {error}.") from error
    tables = found.get("policy")
    if (
        not isinstance(tables, dict)
        or not all(isinstance(t, dict) for t in tables.values())
        or not tables
    ):
        raise ConfigurationInvalid(f"{path} has no [policy.ENTITY] in it.")
    return tables


def policy_of(here: Session, tables: Mapping[str, Mapping[str, Any]]) -> Policy | None:
    """Return the policy that *tables* write down, with the rules of every installed plugin.

    Raises:
        ConfigurationInvalid: they name a rule, a field or a team that no history has.
    """
    from kamsync.plugins import list_plugins, load_plugins
    from kamsync.testing.simulation.drawn.setting import policy_from

    if not tables:
        return None
    plugins = load_plugins(list(dict.fromkeys(each.name for each in list_plugins())))
    here.tell_broken(plugins)
    return policy_from(tables, plugins.rules())


def _require_known(names: Collection[str], faults: Collection[str]) -> None:
    """Refuse what is no fault; many of their names hold a comma."""
    for name in names:
        if name not in faults:
            raise UnknownName(
                f"Nothing is called {name!r}; what can go wrong is {'; '.join(faults)}."
            )
