"""``kamsync init``: a configuration to start from."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from kamsync.cli.options import common, examples, session

if TYPE_CHECKING:
    from kamsync.cli.session import Session
    from kamsync.config import Beginning, NewSystem

__all__ = ["init"]

IGNORED = """\
# What must not be shared: the key, the store and what people keep beside them.
kamsync.key
kamsync.safe*
kamsync.db*
*.token
"""


@click.command(
    epilog=examples(
        "init hub",
        "init hub --system sales=salesforce --system success=hubspot",
        "init hub --system sales=salesforce --scope tier=strategic,key",
    )
)
@common
@click.argument(
    "folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), default="."
)
@click.option(
    "--system", "systems", metavar="NAME=KIND", multiple=True, help="A system; may be repeated."
)
@click.option(
    "--team", "teams", metavar="SYSTEM=TEAM", multiple=True, help="The team that works in it."
)
@click.option(
    "--set",
    "options",
    metavar="SYSTEM.OPTION=VALUE",
    multiple=True,
    help="An option of its connector; of a secret, the variable that holds it, or file:PATH.",
)
@click.option(
    "--scope",
    metavar="FIELD=VALUE,...",
    multiple=True,
    help="Which accounts, such as tier=strategic,key, or file=PATH; without it, all.",
)
@click.option("--policy", metavar="NAME", help="Who is right: teams, cautious or none.")
@click.option("--ask/--yes", default=None, help="Ask for all of it, as at a terminal; or never.")
@click.pass_context
def init(
    ctx: click.Context,
    *,
    folder: Path,
    systems: tuple[str, ...],
    teams: tuple[str, ...],
    options: tuple[str, ...],
    scope: tuple[str, ...],
    policy: str | None,
    ask: bool | None,
) -> None:
    """Write a commented configuration into DIR, and its key.

    At a terminal it asks for your systems, their teams and how kamsync gets in, which accounts, and which
    policy; options say the same. As it is written, nothing is written to any system, and no secret stands
    in it. Without a system it connects to nothing. Files that are there are left as they are.
    """
    here = session(ctx)
    from kamsync.cli.choosing import chosen
    from kamsync.cli.interview import interview

    _require_new(folder)
    said = any((systems, teams, options, scope, policy))
    if said and ask:
        raise click.UsageError("--ask asks for all of it; leave the other options out.")
    if ask or (ask is None and not said and not here.json and _at_terminal()):
        beginning = interview(here)
    else:
        beginning = chosen(here, systems, teams, options, scope, policy)
    from kamsync.errors import ConfigurationInvalid

    try:
        made, left = _write(folder, beginning)
    except OSError as error:
        raise ConfigurationInvalid(
            f"{error.filename or folder} cannot be written: {error.strerror}.",
            hint="Choose a folder that you may write to.",
        ) from error
    _tell(here, folder, made, left, beginning)


def _require_new(folder: Path) -> None:
    """Raise `ConfigurationInvalid` where a configuration is already."""
    from kamsync.cli.session import DEFAULT_FILE
    from kamsync.errors import ConfigurationInvalid

    if (folder / DEFAULT_FILE).exists():
        raise ConfigurationInvalid(
            f"There is a configuration in {folder} already; it was left as it is.",
            hint="Choose another folder, or edit that one.",
        )


def _at_terminal() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _tell(
    here: Session, folder: Path, made: list[str], left: list[str], beginning: Beginning
) -> None:
    """Tell what was made, what is still to be filled in, and what comes next."""
    missing = {each.name: list(each.section().missing) for each in beginning.systems}
    missing = {name: keys for name, keys in missing.items() if keys}
    if here.json:
        here.printer.document(
            {"folder": str(folder), "made": made, "left": left, "missing": missing}
        )
        return
    for name in made:
        here.printer.line(("+ ", "green"), str(folder / name))
    for name in left:
        here.printer.line(
            ("  ", ""), str(folder / name), ("  was there, and was left as it is", "dim")
        )
    here.printer.gap()
    here.printer.line(
        f"Keep a copy of {folder / 'kamsync.key'} elsewhere: without it nobody reads the journal."
    )
    for name, keys in missing.items():
        here.printer.line(f"Fill in: {', '.join(keys)} in [system.{name}].")
    for where in dict.fromkeys(each for system in beginning.systems for each in _secrets(system)):
        here.printer.line(where)
    here.printer.next(*_next(folder, beginning, edit=bool(missing) or not beginning.systems))


def _secrets(system: NewSystem) -> Iterator[str]:
    """Yield where a secret has to be put before its system is called."""
    hidden = {*system.secrets, *(ask.key for ask in system.draft.asks if ask.secret)}
    for key in (key for key in system.given if key in hidden):
        kind, colon, path = system.given[key].partition(":")
        if colon:
            yield f"Put the {key} of {system.name} into {path}, a file of mode 0600."
        else:
            yield f"Set the variable {kind}: it holds the {key} of {system.name}."


def _next(folder: Path, beginning: Beginning, *, edit: bool) -> Iterator[str]:
    """Yield what to do with the new configuration."""
    from kamsync.cli.session import DEFAULT_FILE

    if edit:
        yield f"edit {quote(str(folder / DEFAULT_FILE))}"
    entering = [] if folder == Path() else [f"cd {quote(str(folder))}"]
    signs_in = [each.name for each in beginning.systems if each.is_signed_in]
    steps = [*(f"kamsync connect {name}" for name in signs_in), "kamsync check", "kamsync plan"]
    yield " && ".join([*entering, steps[0]])
    yield from steps[1:]


def _write(folder: Path, beginning: Beginning) -> tuple[list[str], list[str]]:
    """Write what is not there yet, the configuration last; return the names made and left."""
    from kamsync.cli.session import DEFAULT_FILE
    from kamsync.config import begun, templates
    from kamsync.seal import write_key

    texts = {str(path): text for path, text in templates().items()} | {".gitignore": IGNORED}
    texts[DEFAULT_FILE] = begun(texts[DEFAULT_FILE], beginning)
    folder.mkdir(parents=True, exist_ok=True)
    made: list[str] = []
    left: list[str] = []
    if (folder / "kamsync.key").exists():
        left.append("kamsync.key")
    else:
        write_key(folder / "kamsync.key")
        made.append("kamsync.key")
    for name in sorted(texts, key=lambda name: (name == DEFAULT_FILE, name)):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(texts[name])
        except FileExistsError:
            left.append(name)
        else:
            made.append(name)
    return made, left
