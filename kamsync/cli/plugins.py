"""``kamsync plugins``: what is installed, what is loaded, what is broken and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kamsync.cli.options import common, session

if TYPE_CHECKING:
    from kamsync.cli.session import Session
    from kamsync.plugins import Plugins

__all__ = ["plugins"]


@click.command()
@common
@click.option("--check", "name", metavar="NAME", help="Load this plugin and try its hooks.")
@click.pass_context
def plugins(ctx: click.Context, *, name: str | None) -> None:
    """List the installed plugins.

    Only those that the configuration names are loaded.
    """
    here = session(ctx)
    if name:
        ctx.exit(0 if _check(here, name) else 1)
    rows = _rows(here)
    if here.json:
        here.printer.document(rows)
        return
    states = {"loaded": "green", "broken": "red", "installed": "dim"}
    here.printer.table(
        [
            (
                (row["name"], "bold"),
                f"{row['distribution']} {row['version']}",
                (row["state"], states[row["state"]]),
                row["reason"],
            )
            for row in rows
        ]
    )
    here.printer.next("kamsync plugins --check NAME")


def _rows(here: Session) -> list[dict[str, Any]]:
    """Return one row for each installed plugin: name, distribution, version, module, state, reason."""
    from kamsync.plugins import list_plugins

    loaded = here.plugins if here.has_config else None
    broken = {each.plugin: each.reason for each in loaded.broken} if loaded else {}
    names = set(loaded.loaded) if loaded else set()
    return [
        {
            "name": each.name,
            "distribution": each.distribution,
            "version": each.version,
            "module": each.module,
            "state": "broken"
            if each in broken
            else "loaded"
            if each.name in names
            else "installed",
            "reason": broken.get(each, ""),
        }
        for each in list_plugins()
    ]


def _check(here: Session, name: str) -> bool:
    """Load one plugin, try what it offers, and say how that went; return whether it is sound."""
    from kamsync.plugins import load_plugins

    alone = load_plugins([name])
    hooks = alone.hooks(name) if name in alone.loaded else ()
    offers = _own(alone, name) if hooks else {}
    reasons = [str(each) for each in alone.broken]
    if here.json:
        here.printer.document(
            {"name": name, "ok": not reasons, "hooks": hooks, "offers": offers, "broken": reasons}
        )
        return not reasons
    for reason in reasons:
        here.printer.line(("✗ ", "red"), reason)
    if hooks:
        here.printer.line((name, "bold"), f" joins {', '.join(hooks)}.")
        here.printer.table([(what, ", ".join(names)) for what, names in offers.items() if names])
    if not reasons:
        here.printer.line(("✓ ", "green"), "It loads, and its answers are what the hooks ask for.")
    return not reasons


def _own(alone: Plugins, name: str) -> dict[str, list[str]]:
    """Return what the plugin called *name* offers, without what is offered always."""
    from kamsync.plugins import load_plugins

    every, always = _offers(alone), _offers(load_plugins([]))
    if name in always.pop("plugins"):
        always = {what: [] for what in always}
    every.pop("plugins")
    return {
        what: [each for each in found if each not in always[what]] for what, found in every.items()
    }


def _offers(alone: Plugins) -> dict[str, list[str]]:
    """Ask every hook that can be asked without a system, and return what is offered by name."""
    from kamsync.cli import registry
    from kamsync.entities import core_schema

    core = core_schema()
    schema = alone.schema(core)
    known = alone.connectors()
    alone.key_makers()
    return {
        "plugins": sorted(alone.loaded),
        "connectors": sorted(known),
        "entities": sorted(
            name for name, e in schema.entities.items() if e != core.entities.get(name)
        ),
        "maps": [f"{kind}: {', '.join(alone.mappings(kind, schema))}" for kind in known],
        "rules": sorted(alone.rules()),
        "reports": sorted(alone.reports()),
        "commands": sorted(alone.commands(taken=registry.COMMANDS)),
        "sandboxes": sorted(alone.sandboxes()),
    }
