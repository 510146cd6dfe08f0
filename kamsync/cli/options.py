"""The options that every command takes, before or after its name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from kamsync.cli.session import Session

__all__ = ["common", "examples", "session"]

F = TypeVar("F", bound=Callable[..., Any])


def common(function: F) -> F:
    """Add ``--config``, ``--json`` and ``--debug``; `session` is where they are kept."""
    for name in ("debug", "json", "config_file"):
        function = _option(name)(function)
    return function


def examples(*lines: str) -> str:
    """Return *lines* as the end of a command's help, each on a line of its own."""
    return "\n".join(["\b", "Examples:", *(f"  kamsync {line}" for line in lines)])


def session(ctx: click.Context) -> Session:
    """Return what this run of the command line works with."""
    return ctx.ensure_object(Session)


def _option(name: str) -> Callable[[F], F]:
    """Return one common option."""
    if name == "config_file":
        return click.option(
            "-c",
            "--config",
            name,
            type=click.Path(path_type=Path),
            metavar="FILE",
            expose_value=False,
            callback=_keep,
            help="The configuration; else KAMSYNC_CONFIG, else kamsync.toml here.",
        )
    text = {
        "json": "One JSON document for scripts instead of text for people.",
        "debug": "Show the traceback of an unexpected error.",
    }
    return click.option(
        f"--{name}", name, is_flag=True, expose_value=False, callback=_keep, help=text[name]
    )


def _keep(ctx: click.Context, param: click.Parameter, value: object) -> None:
    """Keep an option that was given; one that was not leaves what stood before the command's name."""
    kept = session(ctx)
    if value and param.name:
        setattr(kept, param.name, value)
