"""``kamsync run``: the daemon; ``pause`` and ``resume``: leave a system alone for a while."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from kamsync.cli.options import common, session

if TYPE_CHECKING:
    from kamsync.cli.session import Session
    from kamsync.config import Config
    from kamsync.daemon import Metrics

__all__ = ["pause", "resume", "run"]


@click.command()
@common
@click.pass_context
def run(ctx: click.Context) -> None:
    """Keep the systems in step, round after round, until it is stopped.

    Each system is served as often as its section says (every), else as [round] says. One line a
    round goes to standard output. /healthz and /metrics answer where [daemon] listen says.

    SIGHUP reads the configuration again and goes on with it if it is sound. SIGTERM and Ctrl-C stop
    between two steps of a round. On one store a second daemon refuses to start.
    """
    here = session(ctx)
    here.config.require_systems()
    from kamsync.daemon import Daemon, Log, Metrics, Signals, Tellers, Work, work_from

    url = here.config.store.url

    def load() -> Work:
        config, plugins = here.read_again()
        work = work_from(config, plugins, store, url)
        here.tell_broken(plugins)
        return work

    metrics, log = Metrics(here.clock), Log(here.clock, json=here.json)
    signals = Signals(lambda name: log.happened("stopping", wrong=False, signal=name))
    with here.store() as store, store.daemon_lock(), signals.caught():
        work = work_from(here.config, here.plugins, store, url)
        here.tell_broken(here.plugins)
        daemon = Daemon(work, load, here.clock, signals, Tellers((log, metrics)))
        with _page(here.config, metrics) as address:
            _begin(here, address)
            log.happened("started", wrong=False, pid=os.getpid(), systems=",".join(work.paces))
            try:
                daemon.run()
            finally:
                daemon.work.close()
            log.happened("stopped", wrong=False)


@contextmanager
def _page(config: Config, metrics: Metrics) -> Iterator[str]:
    """Answer on health and metrics, if the configuration says where."""
    from kamsync.daemon import page

    host, _, port = config.daemon.listen.rpartition(":")
    if not host:
        yield ""
        return
    with page(host.strip("[]"), int(port), metrics) as address:
        yield address


def _begin(here: Session, address: str) -> None:
    """Tell a person what runs now, and how to stop it."""
    if here.json:
        return
    shown = f" {address}/healthz and {address}/metrics say how it is." if address else ""
    text = f"kamsync runs as process {os.getpid()}.{shown} Stop it with Ctrl-C."
    click.echo(text, err=True)


@click.command()
@common
@click.argument("system")
@click.option("--why", default="", metavar="TEXT", help="Why, for those who wonder later.")
@click.pass_context
def pause(ctx: click.Context, *, system: str, why: str) -> None:
    """Leave SYSTEM alone: neither read nor written, until it is resumed.

    It holds for every round of every process, the daemon's too; one that runs now does not begin to
    write there. The other systems go on. What is owed to SYSTEM stays owed, and what changes in it
    is found later.
    """
    here = session(ctx)
    from kamsync.engine import pause as begin
    from kamsync.engine import pauses

    with here.hub() as hub:
        before = pauses(hub).get(system)
        paused = begin(hub, hub.system(system), why)
    if here.json:
        here.printer.document({"system": system, "at": paused.at, "why": paused.why})
        return
    from kamsync.cli.words import time

    already = "was paused already" if before else "is paused"
    reason = f": {paused.why}" if before and paused.why else "."
    here.printer.line((system, "bold"), f" {already}, since {time(paused.at)}{reason}")
    here.printer.next(f"kamsync resume {system}")


@click.command()
@common
@click.argument("system")
@click.pass_context
def resume(ctx: click.Context, *, system: str) -> None:
    """Serve SYSTEM again from the next round on."""
    here = session(ctx)
    from kamsync.engine import resume as end

    with here.hub() as hub:
        ended = end(hub, hub.system(system))
        runs = hub.store.is_served()
    if here.json:
        here.printer.document({"system": system, "since": ended.at if ended else None})
        return
    if ended is None:
        here.printer.line((system, "bold"), " was not paused.")
        return
    here.printer.line((system, "bold"), " is served again from the next round on.")
    if not runs:
        here.printer.next("kamsync plan")
