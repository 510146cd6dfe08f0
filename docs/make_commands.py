# ruff: noqa: INP001 - a folder of documents is no package.
"""Write commands.md from the command line itself: ``python docs/make_commands.py``."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import click
from parts import table

from kamsync.cli import registry, root
from kamsync.cli.options import common

PAGE = Path(__file__).with_name("commands.md")

INTRO = """\
# Commands

<!-- Made from kamsync/cli by docs/make_commands.py; change it there. -->

`kamsync COMMAND --help` shows the same at a terminal. Plugins may add commands of their own;
[plugins.md](plugins.md#a-command) shows how."""

EVERY = """\
Every command takes these, before or after its name:"""


def page() -> str:
    """Return the whole page."""
    commands = {name: registry.command(name) for name in registry.COMMANDS}
    known = {name: command for name, command in commands.items() if command is not None}
    rows = [(f"[`kamsync {name}`](#kamsync-{name})", _first(each)) for name, each in known.items()]
    shared = [each for each in _options(root) if each[0] in _common()]
    parts = [
        INTRO,
        table(("command", "what it does"), rows),
        EVERY,
        table(("option", "meaning"), shared),
        "## Exit status",
        _prose(str(root.epilog)),
    ]
    for name, command in known.items():
        parts += _section(f"kamsync {name}", command, "##")
    return "\n\n".join(parts) + "\n"


def _section(name: str, command: click.Command, level: str) -> Iterator[str]:
    """Yield what there is to say of one command and those below it."""
    arguments = " ".join(_argument(each) for each in command.params if _is_argument(each))
    options = [each for each in _options(command) if each[0] not in _common()]
    below = command.commands if isinstance(command, click.Group) else {}
    rest = " [COMMAND]" if below else ""
    yield f"{level} {name}"
    yield f"```text\n{name}{' [OPTIONS]' if options else ''}{rest} {arguments}".rstrip() + "\n```"
    yield _prose(command.help or "")
    if options:
        yield table(("option", "meaning"), options)
    if command.epilog:
        yield "```text\n" + "\n".join(_examples(command.epilog)) + "\n```"
    for word, each in below.items():
        yield from _section(f"{name} {word}", each, level + "#")


def _examples(epilog: str) -> list[str]:
    """Return the lines that a command's help ends with as examples."""
    return [line.strip() for line in epilog.splitlines() if line.startswith("  ")]


def _first(command: click.Command) -> str:
    """Return the first sentence of a command's help."""
    return _prose((command.help or "").partition("\n\n")[0])


def _options(command: click.Command) -> list[tuple[str, str]]:
    """Return the options of a command as they are written, each with its help."""
    return [
        (_written(each), _prose(each.help or ""))
        for each in command.params
        if isinstance(each, click.Option) and not each.hidden
    ]


def _written(option: click.Option) -> str:
    """Return how an option is written."""
    names = ", ".join([*option.opts, *option.secondary_opts])
    kind = option.type
    usual = (
        "|".join(map(str, kind.choices)) if isinstance(kind, click.Choice) else kind.name.upper()
    )
    return f"`{names}`" if option.is_flag else f"`{names} {option.metavar or usual}`"


def _is_argument(parameter: click.Parameter) -> bool:
    """Whether a parameter is given by its place."""
    return isinstance(parameter, click.Argument)


def _argument(argument: click.Parameter) -> str:
    """Return how an argument is written."""
    name = argument.metavar or (argument.name or "").upper()
    if name.startswith("["):
        return name
    several = "..." if argument.nargs != 1 else ""
    return f"{name}{several}" if argument.required else f"[{name}]{several}"


def _common() -> set[str]:
    """Return the options that every command takes."""

    @click.command()
    @common
    def nothing() -> None:
        """Do nothing."""

    return {name for name, _ in _options(nothing)}


def _prose(text: str) -> str:
    """Return help as prose: click's marks are for the terminal."""
    return re.sub(r"(?<!\n)\n(?!\n)", " ", inspect.cleandoc(text).replace("\b", "")).strip()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
