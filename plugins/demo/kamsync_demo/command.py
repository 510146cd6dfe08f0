"""``kamsync demo``: the story, told to a person or, as figures, to a script."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from kamsync.cli.options import common, session

__all__ = ["demo"]

PACE_S = 0.8


@click.command()
@common
@click.option("--keep", metavar="DIR", type=click.Path(path_type=Path), help="Leave it all in DIR.")
@click.option("--seed", type=int, default=0, help="What the records are made from.")
@click.option(
    "--pace",
    "pace_s",
    type=click.FloatRange(0, 60),
    default=PACE_S,
    show_default=True,
    help="The rest before each chapter at a terminal, in seconds.",
)
@click.pass_context
def demo(ctx: click.Context, *, keep: Path | None, seed: int, pace_s: float) -> None:
    """Tell what kamsync does, by a story among three teams and their systems.

    It needs no configuration and no network. All of it is real: the engine, the store, the policy,
    the journal; only the systems are files. Exit status 1 if its proof does not hold.
    """
    here = session(ctx)
    from kamsync_demo.story import tell_story
    from kamsync_demo.telling import Mute, Telling

    at_terminal = sys.stdout.isatty()
    printer = Mute(json=True) if here.json else here.printer
    telling = Telling(printer, pace_s if at_terminal and not here.json else 0.0)
    with _folder(keep, stays=at_terminal and not here.json) as (folder, kept):
        figures, holds = tell_story(folder, seed, telling, kept=kept)
    if here.json:
        import json

        click.echo(json.dumps({**figures, "kept": str(folder) if kept else ""}))
    ctx.exit(0 if holds else 1)


@contextmanager
def _folder(keep: Path | None, *, stays: bool) -> Iterator[tuple[Path, bool]]:
    """Give a folder for it all, and whether it stays: the one that is named, or one for now."""
    if keep is not None:
        yield keep, True
    elif stays:
        yield Path(tempfile.mkdtemp(prefix="kamsync-demo-")), True
    else:
        with tempfile.TemporaryDirectory(prefix="kamsync-demo-") as folder:
            yield Path(folder), False
