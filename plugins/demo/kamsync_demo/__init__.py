"""The story of kamsync, told at a terminal among two teams and their systems."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from kamsync import hookimpl

if TYPE_CHECKING:
    import click

    from kamsync.extensions import Sandbox

__all__ = ["kamsync_commands", "kamsync_sandboxes"]

__version__ = "0.1.0"


@hookimpl
def kamsync_commands() -> Sequence[click.Command]:
    """Offer ``kamsync demo``."""
    from kamsync_demo.command import demo

    return [demo]


@hookimpl
def kamsync_sandboxes() -> Iterable[Sandbox]:
    """Offer three memory systems full of records, with a configuration that connects to them."""
    from kamsync.extensions import Sandbox
    from kamsync_demo.files.sandbox import start

    return [Sandbox("memory", "Three teams' systems as files, with accounts in them.", start)]
