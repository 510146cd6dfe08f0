"""``kamsync simulate``: play histories in which everything goes wrong, and say what breaks."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

import click

from kamsync.cli.options import common, session

if TYPE_CHECKING:
    from kamsync.cli.session import Session
    from kamsync.testing.simulation import Order, Played, Total

__all__ = ["simulate"]

MEMORY = "sqlite"
"""The store on which a tape is replayed if none is named."""

JOBS_LIMIT = 256

SHRUNK_LIMIT = 3
"""How many failing histories are made short and kept as tapes."""


@click.command()
@common
@click.option(
    "--seeds",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="How many histories are played.",
)
@click.option(
    "--steps",
    type=click.IntRange(min=1),
    default=120,
    show_default=True,
    help="How many steps each of them has.",
)
@click.option("--start", default=0, show_default=True, help="The seed of the first one.")
@click.option(
    "--jobs",
    type=click.IntRange(min=1, max=JOBS_LIMIT),
    default=1,
    show_default=True,
    help="On how many processes.",
)
@click.option(
    "--store",
    type=click.Choice(["sqlite", "file", "postgresql"]),
    default=MEMORY,
    show_default=True,
    help="What the hub keeps its state in; sqlite is in memory.",
)
@click.option(
    "--replay",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="TAPE",
    help="Play the history of a tape again, and tell it.",
)
@click.option(
    "--canary",
    is_flag=False,
    flag_value="blind",
    default="",
    metavar="[BUG]",
    help="Plant a bug, which must be found; --list names them.",
)
@click.option(
    "--tapes",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="The folder for the tapes of histories that fail; made if it is not there.",
)
@click.option(
    "--systems",
    default="",
    metavar="KINDS",
    help="Whose sandboxes take the place of systems in memory, in order: salesforce,memory.",
)
@click.option(
    "--policy",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="The policy of every history, in [policy.ENTITY] as in a configuration, with rules of plugins.",
)
@click.option(
    "--faults", default=None, metavar="NAMES", help="Only these, with ; between them; or none."
)
@click.option("--list", "listing", is_flag=True, help="List invariants, faults, steps and bugs.")
@click.pass_context
def simulate(ctx: click.Context, /, *, replay: Path | None, listing: bool, **wanted: Any) -> None:
    """Play the hub against everything that can go wrong.

    A history that breaks an invariant is made short, kept as a tape in the folder --tapes, and told as a
    story; --replay plays it again. --canary plants a bug that must be found: it exits with 1 when it
    is, like every run that finds something. --systems plays on sandboxes of plugins, --policy by the
    rules of plugins; a tape remembers both.
    """
    here = session(ctx)
    if listing:
        _list(here)
    elif replay is not None:
        ctx.exit(_replay(here, replay, wanted["store"]))
    else:
        ctx.exit(_play(here, **wanted))


def _list(here: Session) -> None:
    """Write what there is, by name."""
    from kamsync.testing.simulation import CANARIES, FAULTS, INVARIANTS, KNOWN, PENDING, STEPS

    if here.json:
        document = {"invariants": INVARIANTS, "faults": list(FAULTS), "steps": list(STEPS)}
        document["pending"] = [{"says": each.says, "feature": each.feature} for each in PENDING]
        document["known"] = {n: {"says": k.says, "where": k.where} for n, k in KNOWN.items()}
        here.printer.document({**document, "canaries": CANARIES})
        return
    here.printer.line(("Invariants", "bold"))
    here.printer.table([(str(number), text) for number, text in INVARIANTS.items()], right=(0,))
    here.printer.line(("Faults", "bold"), f" {'; '.join(FAULTS)}")
    here.printer.line(("What has to be borne, and where it is played", "bold"))
    here.printer.table([(str(n), f"{k.says} {k.where}") for n, k in KNOWN.items()], right=(0,))
    here.printer.line(("Steps", "bold"), f" {', '.join(STEPS)}")
    here.printer.line(("Bugs to plant", "bold"))
    here.printer.table(list(CANARIES.items()))
    here.printer.line(("Pending on a feature", "bold"))
    here.printer.table([(each.feature, each.says) for each in PENDING])


def _replay(here: Session, path: Path, store: str) -> int:
    """Tell the story of a tape, on the systems that it was played on; return the exit status."""
    from kamsync.cli.staging import policy_of, stages_of, tape_at
    from kamsync.testing.simulation import Order

    tape = tape_at(path)
    order = Order(
        steps=len(tape.steps),
        store=store,
        stages=stages_of(here, tape.systems),
        policy=policy_of(here, tape.policy),
    )
    lines: list[str] = []
    played = order.play(tape, replay=True, tell=lines.append)
    if here.json:
        here.printer.document({**_told(played), "story": lines})
    else:
        _tell(here, lines, played)
    return 1 if played.breach else 0


def _play(here: Session, *, canary: str, tapes: Path, **wanted: Any) -> int:
    """Play many histories; return the exit status."""
    from kamsync.cli.staging import (
        bug_named,
        faults_named,
        numbered,
        policy_of,
        stages_of,
        tables_in,
    )
    from kamsync.testing.simulation import Order, Total, play_seeds

    _make(tapes)
    tables = tables_in(wanted["policy"])
    order = Order(
        steps=wanted["steps"],
        store=wanted["store"],
        canary=bug_named(canary),
        stages=stages_of(here, numbered(wanted["systems"])),
        faults=faults_named(wanted["faults"]),
        policy=policy_of(here, tables),
        tables=tables,
    )
    total = Total()
    is_whole = True
    try:
        with here.printer.progress() as progress:
            for total in play_seeds(wanted["start"], wanted["seeds"], order, jobs=wanted["jobs"]):
                progress(
                    f"{total.seeds} of {wanted['seeds']} histories, {len(total.failed)} broken"
                )
                if canary and total.failed:
                    break
    except KeyboardInterrupt:
        is_whole = False
    kept = _keep(total, tapes, order, is_whole=is_whole)
    if here.json:
        here.printer.document(_document(total, kept))
    else:
        _report(here, total, kept, order)
    if not is_whole:
        return _interrupted(here, wanted["start"] + total.seeds)
    return 1 if total.failed else 0


def _interrupted(here: Session, start: int) -> int:
    """Say how to go on; return the exit status."""
    from kamsync.cli.border import INTERRUPTED

    if not here.json:
        here.printer.line("Interrupted; what was played until then is told above.")
        here.printer.next(f"kamsync simulate --start {start}")
    return INTERRUPTED


def _make(tapes: Path) -> None:
    """Make the folder for tapes, before anything is played that could not be kept."""
    from kamsync.errors import ConfigurationInvalid

    try:
        tapes.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=tapes):
            pass
    except OSError as error:
        raise ConfigurationInvalid(
            f"The folder for tapes, {tapes}, cannot be made or written to: {error.strerror}.",
            hint="Name another one with --tapes.",
        ) from error


def _keep(total: Total, tapes: Path, order: Order, *, is_whole: bool) -> dict[Path, Played]:
    """Make one failing history of each kind short, and keep it; keep it as it is for who cannot wait."""
    from kamsync.testing.simulation import save_tape, shrunk

    kinds: dict[int, Played] = {}
    for played in total.failed:
        if played.breach is not None:
            kinds.setdefault(played.breach.number, played)
    kept = {}
    for number, played in list(kinds.items())[:SHRUNK_LIMIT]:
        short = shrunk(played, order) if is_whole else played
        path = tapes / f"simulation-{number}-{played.tape.seed}.tape"
        save_tape(short.tape, path)
        kept[path] = short
    return kept


def _report(here: Session, total: Total, kept: dict[Path, Played], order: Order) -> None:
    """Write what came of it for people."""
    speed = total.steps / total.cpu_s if total.cpu_s else 0
    here.printer.line(
        (f"{total.seeds:,} histories", "bold"),
        f", {total.steps:,} steps, {speed:,.0f} steps per CPU second, {len(total.failed)} broken",
    )
    if total.excepted:
        text = f"{total.excepted} edits and creates fell under the exceptions of docs/promises.md."
        here.printer.line(text)
    for path, played in kept.items():
        lines = _story(played, order)
        _tell(here, lines, played)
        store = "" if order.store == MEMORY else f" --store {order.store}"
        here.printer.next(f"kamsync simulate --replay {path}{store}")
    if order.canary:
        found = "was found" if total.failed else "was not found"
        here.printer.line((f"The planted bug {order.canary!r} {found}.", "bold"))


def _story(played: Played, order: Order) -> list[str]:
    """Return the story of a history that was made short."""
    from msgspec import structs

    lines: list[str] = []
    whole = structs.replace(order, steps=len(played.tape.steps))
    whole.play(played.tape, replay=True, tell=lines.append)
    return lines


def _tell(here: Session, lines: list[str], played: Played) -> None:
    """Write a story and its end."""
    here.printer.gap()
    for line in lines:
        here.printer.line(line, indent=2)
    if played.breach is None:
        here.printer.line("No invariant breaks. ", (f"Trace {played.trace}", "dim"))
    else:
        here.printer.line((f"{_name(played)} ", "bold red"), played.breach.text)


def _name(played: Played) -> str:
    """Return the invariant that breaks, in words."""
    from kamsync.testing.simulation import INVARIANTS

    number = played.breach.number if played.breach else 0
    return f"{number} {INVARIANTS[number]}" if number in INVARIANTS else "The hub broke:"


def _told(played: Played) -> dict[str, Any]:
    """Return one history as a document."""
    breach = played.breach
    return {
        "seed": played.tape.seed,
        "steps": played.steps,
        "trace": played.trace,
        "invariant": breach.number if breach else None,
        "text": breach.text if breach else "",
    }


def _document(total: Total, kept: dict[Path, Played]) -> dict[str, Any]:
    """Return what many histories came to as a document."""
    from kamsync.testing.simulation import empty_cells

    return {
        "seeds": total.seeds,
        "steps": total.steps,
        "cpu_s": round(total.cpu_s, 3),
        "steps_per_cpu_s": round(total.steps / total.cpu_s) if total.cpu_s else 0,
        "excepted": total.excepted,
        "acts": dict(sorted(total.done.items())),
        "faults": dict(sorted(total.faults.items())),
        "states": dict(sorted(total.states.items())),
        "never_tried": empty_cells(total.states),
        "failed": [_told(played) for played in total.failed],
        "tapes": {str(path): _told(played) for path, played in kept.items()},
    }
