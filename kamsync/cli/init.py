"""``kamsync init``: a configuration to start from."""

from __future__ import annotations

from pathlib import Path

import click

from kamsync.cli.options import common, session

__all__ = ["init"]

IGNORED = """\
# What must not be shared: the key, the store and what people keep beside them.
kamsync.key
kamsync.safe*
kamsync.db*
*.token
"""


@click.command()
@common
@click.argument(
    "folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), default="."
)
@click.pass_context
def init(ctx: click.Context, *, folder: Path) -> None:
    """Write a commented configuration into DIR, and its key.

    As it is written, it connects to nothing and writes nowhere. Files that are there are left as
    they are.
    """
    here = session(ctx)
    from kamsync.cli.session import DEFAULT_FILE
    from kamsync.errors import ConfigurationInvalid

    if (folder / DEFAULT_FILE).exists():
        raise ConfigurationInvalid(
            f"There is a configuration in {folder} already; it was left as it is.",
            hint="Choose another folder, or edit that one.",
        )
    try:
        made, left = _write(folder)
    except OSError as error:
        raise ConfigurationInvalid(
            f"{error.filename or folder} cannot be written: {error.strerror}.",
            hint="Choose a folder that you may write to.",
        ) from error
    if here.json:
        here.printer.document({"folder": str(folder), "made": made, "left": left})
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
    enter = "" if folder == Path() else f"cd {folder} && "
    here.printer.next(f"edit {folder / DEFAULT_FILE}", f"{enter}kamsync check", "kamsync plan")


def _write(folder: Path) -> tuple[list[str], list[str]]:
    """Write what is not there yet, the configuration last; return the names made and left."""
    from kamsync.cli.session import DEFAULT_FILE
    from kamsync.config import templates
    from kamsync.seal import write_key

    texts = {str(path): text for path, text in templates().items()} | {".gitignore": IGNORED}
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
