"""``kamsync sandbox``: local servers that speak a system's real protocol."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kamsync.cli.options import common, examples, session

if TYPE_CHECKING:
    from kamsync.cli.session import Session
    from kamsync.extensions import Sandbox

__all__ = ["offered", "sandbox"]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_NEW_FOLDER = click.Path(file_okay=False, path_type=Path)
_ACCOUNTS = 300


@click.command(
    epilog=examples(
        "sandbox",
        "sandbox salesforce hubspot --seed 7 --accounts 50",
    )
)
@common
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default=True,
    help="Where; 0 is any free one.",
)
@click.option(
    "--seed", type=int, default=0, show_default=True, help="What its records are made from."
)
@click.option(
    "--accounts",
    type=click.IntRange(min=0),
    help=f"How many key accounts are made up; {_ACCOUNTS} unless records are loaded.",
)
@click.option("--data", type=_FOLDER, help="Have the real key accounts in this folder instead.")
@click.option("--answers", type=_NEW_FOLDER, help="Write there which record stands for what.")
@click.option("--load", type=_FOLDER, help="Start with the records in this folder.")
@click.option("--faults", type=_FILE, help="Let things go wrong as this file says.")
@click.option("--credentials", type=_FILE, help="Take the credentials in this file for valid.")
@click.pass_context
def sandbox(
    ctx: click.Context, /, *, names: tuple[str, ...], accounts: int | None, **options: Any
) -> None:
    """Run local sandboxes, or list them.

    They run until they are stopped, by SIGTERM or Ctrl-C. One line of JSON for each says when it
    answers: its name, its url, the options of a system that connects to it, and whatever else a
    client needs, such as made-up credentials.

    With one seed, all of them hold the same clients, each as its team has written them down.
    """
    from msgspec import json

    from kamsync.extensions import SandboxOptions
    from kamsync.sandbox import asked_to_stop, chosen, hosted

    found = offered(session(ctx), names)
    if not names:
        _list(session(ctx), found)
        return
    if accounts is None:
        accounts = 0 if options["load"] else _ACCOUNTS
    asked = SandboxOptions(accounts=accounts, **options)
    sandboxes = chosen(found, names)
    with asked_to_stop() as stopped, hosted(sandboxes, asked) as ready:
        for each in ready:
            click.echo(json.encode(each.document()).decode())
        stopped.wait()


def offered(here: Session, names: tuple[str, ...]) -> dict[str, Sandbox]:
    """Return the sandboxes of the configured plugins, and of installed ones that bear a *name*.

    Without names, or where one of them is not among those, they are the ones of all that is installed.
    """
    from kamsync.plugins import list_plugins, load_plugins

    _, *others = (each.name for each in list_plugins())
    configured = here.config.plugins if here.has_config else ()
    wanted = [*configured, *(name for name in names if name in others)]
    plugins = load_plugins(list(dict.fromkeys(wanted)))
    if not names or not plugins.sandboxes().keys() >= set(names):
        plugins = load_plugins(list(dict.fromkeys([*wanted, *others])))
    here.tell_broken(plugins)
    return plugins.sandboxes()


def _list(here: Session, offered: dict[str, Sandbox]) -> None:
    """Show which sandboxes there are."""
    if here.json:
        here.printer.document([{"name": each.name, "help": each.help} for each in offered.values()])
    elif offered:
        here.printer.table([(each.name, each.help) for each in offered.values()])
    else:
        here.printer.line("No plugin that is installed offers a sandbox.")
        here.printer.next("kamsync plugins")
