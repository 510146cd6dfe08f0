"""``kamsync backup``, ``restore`` and ``verify``: keep the store safe, and prove that it is whole."""

from __future__ import annotations

from pathlib import Path

import click

from kamsync.cli.options import common, session
from kamsync.wording import counted

__all__ = ["backup", "restore", "verify"]

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@common
@click.argument("file", type=_FILE)
@click.option("--replace", is_flag=True, help="Replace a file of that name.")
@click.pass_context
def backup(ctx: click.Context, *, file: Path, replace: bool) -> None:
    """Write the store to a file.

    Only you may read FILE, and rounds may go on meanwhile. The key is not in it: keep a copy of the
    key file elsewhere, or nobody can put it back.
    """
    here = session(ctx)
    from kamsync.errors import ConfigurationInvalid

    if file.exists() and not replace:
        raise ConfigurationInvalid(
            f"There is a file {file} already.", hint="Say --replace, or choose another."
        )
    with here.store() as store:
        manifest = store.backup(file)
    if here.json:
        here.printer.document({"file": str(file), "manifest": manifest})
        return
    entries = f"{counted(manifest.journal_seq, 'entry', 'entries')} of the journal"
    here.printer.line(("Kept in ", "bold"), f"{file}: the whole store, {entries}.")
    here.printer.line(f"The key {here.config.store.key_file} is not in it: keep a copy elsewhere.")


@click.command()
@common
@click.argument("file", type=_FILE)
@click.option(
    "--replace",
    "--yes",
    "-y",
    "replace",
    is_flag=True,
    help="Replace a store that is there, for good; back it up first.",
)
@click.pass_context
def restore(ctx: click.Context, *, file: Path, replace: bool) -> None:
    """Put a store back from a file.

    What it knew of the systems is older than what they hold now, so nothing of it is written: every
    record is read again first, and where systems and store disagree, a person is asked.
    """
    here = session(ctx)
    from kamsync.store import restore_store

    config = here.config
    store = restore_store(
        file, config.store.url, clock=here.clock, key=config.store.key(), replace=replace
    )
    try:
        rounds = store.rounds.list(1)
        number = rounds[0].number if rounds else 0
    finally:
        store.close()
    if here.json:
        here.printer.document({"file": str(file), "store": config.store.shown_url, "round": number})
        return
    here.printer.line(("Put back", "bold"), f" from {file}, as it was after round {number}.")
    here.printer.line(
        "The next round reads every record again before anything is merged or written."
    )
    here.printer.next("kamsync verify", "kamsync plan")


@click.command()
@common
@click.pass_context
def verify(ctx: click.Context) -> None:
    """Prove that the store is whole.

    Its file, its journal's chain, and what it says twice are read. Exit status 1 if anything is
    wrong. The hash of the journal's last entry, kept elsewhere, proves later that nothing before it
    was changed.
    """
    here = session(ctx)
    with here.store() as store, here.printer.progress() as tell:
        tell("Verifying the store")
        faults = store.verify()
        seq, digest = store.journal.head()
    if here.json:
        journal = {"entries": seq, "hash": digest}
        here.printer.document({"ok": not faults, "faults": faults, "journal": journal})
        ctx.exit(1 if faults else 0)
    for fault in faults:
        here.printer.line(("✗ ", "red"), fault)
    if faults:
        here.printer.next("kamsync restore FILE")
        ctx.exit(1)
    entries = counted(seq, "entry", "entries")
    here.printer.line(("✓ ", "green"), f"The store is whole; its journal has {entries}.")
    here.printer.line((f"  journal {seq} {digest}", "dim"))
