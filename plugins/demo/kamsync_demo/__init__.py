"""The story of kamsync, told at a terminal among three teams that edit one account."""

from __future__ import annotations

from collections.abc import Sequence

import click

from kamsync import hookimpl

__all__ = ["kamsync_commands"]

__version__ = "0.1.0"


@hookimpl
def kamsync_commands() -> Sequence[click.Command]:
    """Offer the commands of the demo; there are none yet."""
    return ()
