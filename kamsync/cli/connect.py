"""``kamsync connect`` and ``disconnect``: let kamsync into a system by a sign-in in a browser."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from kamsync.cli.options import common, session

if TYPE_CHECKING:
    from kamsync.cli.session import Session
    from kamsync.connector import Connector, Finding

__all__ = ["connect", "disconnect"]

STDERR = 2


@click.command()
@common
@click.argument("system")
@click.option("--no-browser", is_flag=True, help="Only show the page; open it yourself.")
@click.option(
    "--timeout",
    type=click.IntRange(10, 3600),
    default=300,
    show_default=True,
    help="How many seconds to wait for the answer.",
)
@click.pass_context
def connect(ctx: click.Context, *, system: str, no_browser: bool, timeout: int) -> None:
    """Sign in to SYSTEM in a browser.

    What the system gives out is kept beside the key, sealed with it, and renewed by itself from then
    on. Sign in as the user as whom kamsync is to write, and as nobody else.
    """
    here = session(ctx)
    from kamsync.browser import ask

    with _connector(here, system) as connector:
        sign_in = connector.sign_in()

        def show(url: str) -> None:
            # Nobody says whether a browser did open: on a server there is none, and the page is needed.
            click.echo(f"Sign in on this page: {url}", err=True)
            click.echo(_waiting(sign_in.redirects, timeout), err=True)
            if not (no_browser or here.json):
                with _quiet():
                    click.launch(url)

        found = ask(sign_in, show, float(timeout))
    _tell(ctx, here, system, found, "kamsync check")


def _waiting(redirects: Sequence[str], timeout_s: int) -> str:
    """Return for how long the answer is waited for, and how it comes here from another machine."""
    text = f"The answer is waited for {timeout_s} s; Ctrl-C ends that."
    port = next((urlsplit(each).port for each in redirects), None)
    if port is None:
        return text
    return f"{text} From a browser on another machine, first: ssh -L {port}:localhost:{port} HOST"


@contextmanager
def _quiet() -> Iterator[None]:
    """Let what is started meanwhile complain to nobody: where no browser is, the page is shown."""
    kept, nowhere = os.dup(STDERR), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, STDERR)
    try:
        yield
    finally:
        os.dup2(kept, STDERR)
        os.close(kept)
        os.close(nowhere)


@click.command()
@common
@click.argument("system")
@click.pass_context
def disconnect(ctx: click.Context, *, system: str) -> None:
    """Give back what `kamsync connect` was given, and forget it.

    The system is told that its tokens are good for nothing any more. What kamsync knows of its
    records stays.
    """
    here = session(ctx)
    with _connector(here, system) as connector:
        found = connector.sign_out()
    _tell(ctx, here, system, found)


@contextmanager
def _connector(here: Session, name: str) -> Iterator[Connector]:
    """Connect one system; the store is not opened."""
    from kamsync.config import connect as made
    from kamsync.connector import naming
    from kamsync.errors import Unsupported

    connector = made(here.config, name, here.plugins)
    here.tell_broken(here.plugins)
    try:
        with naming(name):
            yield connector
    except Unsupported as error:
        hint = (
            error.hint
            or "Its section says how kamsync gets in: change that where it is given out. See whether it does:"
            " kamsync check."
        )
        raise Unsupported(error.message, hint=hint) from error
    finally:
        connector.close()


def _tell(
    ctx: click.Context, here: Session, system: str, found: Sequence[Finding], *then: str
) -> None:
    """Tell what was found, and fail if something is wrong."""
    sound = all(each.ok for each in found)
    if here.json:
        here.printer.document({"ok": sound, "findings": list(found)})
    else:
        for each in found:
            mark = ("✓", "green") if each.ok else ("✗", "red")
            here.printer.line(mark, f" {each.about}: {each.text}")
            if each.hint:
                here.printer.line((each.hint_for(system), "dim"), indent=2)
        if sound and then:
            here.printer.next(*then)
    ctx.exit(0 if sound else 1)
