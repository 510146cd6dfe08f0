"""The commands of the core: where each is found, in the order in which help shows them."""

from __future__ import annotations

from importlib import import_module

import click

__all__ = ["COMMANDS", "command"]

COMMANDS = {
    "init": "kamsync.cli.init:init",
    "connect": "kamsync.cli.connect:connect",
    "setup": "kamsync.cli.setup:setup",
    "check": "kamsync.cli.check:check",
    "plan": "kamsync.cli.plan:plan",
    "sync": "kamsync.cli.sync:sync",
    "run": "kamsync.cli.run:run",
    "pause": "kamsync.cli.run:pause",
    "resume": "kamsync.cli.run:resume",
    "policy": "kamsync.cli.policy:policy",
    "conflicts": "kamsync.cli.conflicts:conflicts",
    "explain": "kamsync.cli.explain:explain",
    "history": "kamsync.cli.history:history",
    "undo": "kamsync.cli.undo:undo",
    "moved": "kamsync.cli.moved:moved",
    "report": "kamsync.cli.report:report",
    "schema": "kamsync.cli.schema:schema",
    "plugins": "kamsync.cli.plugins:plugins",
    "backup": "kamsync.cli.keeping:backup",
    "restore": "kamsync.cli.keeping:restore",
    "verify": "kamsync.cli.keeping:verify",
    "disconnect": "kamsync.cli.connect:disconnect",
    "sandbox": "kamsync.cli.sandbox:sandbox",
    "simulate": "kamsync.cli.simulate:simulate",
}
"""Modules named here import nothing but click and each other at their top."""


def command(name: str) -> click.Command | None:
    """Return the core's command called *name*, or None."""
    if name not in COMMANDS:
        return None
    module, _, attribute = COMMANDS[name].partition(":")
    found: click.Command = getattr(import_module(module), attribute)
    return found
