"""``kamsync demo``: the story, told to a person or, as figures, to a script."""

from __future__ import annotations

import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from kamsync.cli.options import common, session

__all__ = ["demo"]

PACE_S = 0.8
ACCOUNTS = 240
INTERRUPTED = 128 + signal.SIGINT
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@common
@click.option("--once", is_flag=True, help="End after the story; at a terminal it stays otherwise.")
@click.option("--data", metavar="DIR", type=FOLDER, help="Tell it with the real clients in DIR.")
@click.option(
    "--accounts",
    type=click.IntRange(10, 100_000),
    default=ACCOUNTS,
    show_default=True,
    help="How many clients are made up.",
)
@click.option("--keep", metavar="DIR", type=click.Path(path_type=Path), help="Leave it all in DIR.")
@click.option("--seed", type=int, default=1, show_default=True, help="What they are made from.")
@click.option(
    "--pace",
    "pace_s",
    type=click.FloatRange(0, 60),
    default=PACE_S,
    show_default=True,
    help="The rest before each chapter at a terminal, in seconds.",
)
@click.pass_context
def demo(
    ctx: click.Context,
    /,
    *,
    once: bool,
    data: Path | None,
    accounts: int,
    keep: Path | None,
    seed: int,
    pace_s: float,
) -> None:
    """Tell what kamsync does, by a story among two teams and their systems.

    It starts a Salesforce org and a HubSpot portal on this machine, full of the same clients as sales
    and as success hold them, lets them meet, and proves what came of it. It needs no configuration and
    no network. All of it is real: the engine, the connectors, the store, the policy, the journal; only
    the two systems are sandboxes.

    With --data, the clients are those of a folder with accounts.csv and sales_pipeline.csv, and, where
    they are there, sales_teams.csv and products.csv. Exit status 1 if the proof does not hold.
    """
    here = session(ctx)
    from kamsync.extensions import SandboxOptions
    from kamsync.sandbox import asked_to_stop
    from kamsync_demo.story import tell_story
    from kamsync_demo.telling import Mute, Telling

    at_terminal = sys.stdout.isatty() and not here.json
    stays = at_terminal and not once
    printer = Mute(json=True) if here.json else here.printer
    telling = Telling(printer, pace_s if at_terminal else 0.0)
    options = SandboxOptions(seed=seed, accounts=0 if data else accounts, data=data)

    def stay(configuration: Path) -> None:
        if stays:
            telling.stays(configuration)
            with asked_to_stop() as stopped:
                stopped.wait()

    lasts = stays or keep is not None
    try:
        with _ended_by_sigterm(), _folder(keep) as folder:
            figures, holds = tell_story(folder, options, telling, stay, lasts=lasts)
    except KeyboardInterrupt:
        click.echo("kamsync: interrupted; the same command begins the demo anew.", err=True)
        ctx.exit(INTERRUPTED)
    if here.json:
        import json

        click.echo(json.dumps(figures, ensure_ascii=False))
    ctx.exit(0 if holds else 1)


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM unwind the story, so that its systems stop and its folder goes, as an interrupt does."""

    def end(*_: object) -> None:
        sys.exit(128 + signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """Give a folder for it all: the one that is named, or one that is gone with the systems."""
    if keep is not None:
        yield keep.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="kamsync-demo-") as folder:
        yield Path(folder)
