"""Commands of plugins: those that the configuration names, and one that bears a plugin's own name.

Help must not fail because of a configuration, so only its list of plugins is read here.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from kamsync.cli import registry
from kamsync.cli.options import session

__all__ = ["command", "commands"]


def commands(ctx: click.Context) -> Mapping[str, click.Command]:
    """Return the commands of the plugins that the configuration names; none without one."""
    return _offered(ctx, _named(ctx))


def command(ctx: click.Context, name: str) -> click.Command | None:
    """Return a plugin's command: of an installed plugin of that *name*, else of a configured one."""
    from importlib import metadata

    if any(entry.name == name for entry in metadata.entry_points(group="kamsync")):
        found = _offered(ctx, [name]).get(name)
        if found is not None:
            return found
    return commands(ctx).get(name)


def _offered(ctx: click.Context, names: Sequence[str]) -> dict[str, click.Command]:
    """Load the plugins called *names*, once, and return their commands; what fails is told."""
    here = session(ctx)
    if not names or tuple(names) in here.offered:
        return here.offered.get(tuple(names), {})
    from kamsync.plugins import list_plugins, load_plugins

    installed = {each.name for each in list_plugins()}
    plugins = load_plugins([name for name in names if name in installed])
    found = plugins.commands(taken=registry.COMMANDS)
    here.tell_broken(plugins)
    here.offered[tuple(names)] = found
    return found


def _named(ctx: click.Context) -> list[str]:
    """Return the plugins that the configuration names, as far as it can be read."""
    from kamsync.cli.session import DEFAULT_FILE

    file = session(ctx).config_file or Path(os.environ.get("KAMSYNC_CONFIG") or DEFAULT_FILE)
    try:
        given = tomllib.loads(file.read_text(encoding="utf-8-sig")).get("plugins")
    except (OSError, ValueError, RecursionError):
        return []
    return [name for name in given if isinstance(name, str)] if isinstance(given, list) else []
