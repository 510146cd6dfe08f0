"""A first meeting at the terminal: what becomes of it, and the lines that choose otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kamsync.cli import words
from kamsync.cli.printing import Cell, Printer
from kamsync.reports import Overview
from kamsync.reports.meeting import Difference, Option

__all__ = ["show_choices", "show_meeting"]

ACTS = ("agreed", "set", "settled", "held")
"""What may become of a field at a first meeting; one of which none is told says nothing."""

TITLES = ("field", "equal", "filled", "settled", "held", "would overwrite, if preferred")
COUNTS = (1, 2, 3, 4)
"""The columns of the table, and which of them are counts; the last stands below where it is too narrow."""

CHOICES_SHOWN = 4
"""How many fields are shown with their choices, unless all are asked for."""


def show_meeting(printer: Printer, plan: Overview) -> None:
    """Write what a first meeting amounts to, field by field."""
    printer.gap()
    printer.line((f"First meeting with {', '.join(plan.unmet)}", "bold"))
    printer.line(
        "Equal values agree, values fill blanks; the rest is settled by rules, or held for you.",
        indent=2,
    )
    rows = [
        (name, *(f"{_acts(plan, name, act):,}" for act in ACTS), _choices(plan, name))
        for name in plan.fields
        if not name.endswith((".exists", ".")) and any(_acts(plan, name, act) for act in ACTS)
    ]
    if printer.fits([TITLES, *rows]):
        printer.table(rows, titles=TITLES, right=COUNTS)
        return
    printer.table([row[:-1] for row in rows], titles=TITLES[:-1], right=COUNTS)
    chosen = [(row[0], row[-1]) for row in rows if row[-1]]
    if chosen:
        printer.gap()
    printer.table(chosen, titles=(TITLES[0], TITLES[-1]))


def show_choices(printer: Printer, plan: Overview, select: str, *, full: bool) -> None:
    """Write the lines that choose otherwise in the fields that differ most.

    With *full*, it is all of these fields, or the one that *select* names.
    """
    named = [each for each in plan.meeting if f"{each.entity}.{each.field}" == select]
    shown = named or (plan.meeting if full else plan.meeting[:CHOICES_SHOWN])
    if shown:
        _choose(printer, shown, left=0 if named else len(plan.meeting) - len(shown))


def _choose(printer: Printer, shown: Sequence[Difference], *, left: int) -> None:
    """Write the choices of some fields, each as the line that makes it."""
    printer.gap()
    printer.line(("To choose otherwise", "bold"), ", write one of the lines under its heading in")
    printer.line("the configuration: it goes before the files of policies. Then plan again.")
    for entity in dict.fromkeys(each.entity for each in shown):
        printer.gap()
        printer.line((f"[first_meeting.{entity}]", "bold"), indent=2)
        printer.table(list(_rows(each for each in shown if each.entity == entity)))
    if left:
        more = words.counted(left, "more field differs", "more fields differ")
        printer.line(f"… and {more}; --full shows all, --show ENTITY.FIELD one.", indent=2)


def _rows(differences: Iterable[Difference]) -> Iterator[tuple[Cell, ...]]:
    """Yield what becomes of each field, and under it the lines that choose."""
    for each in differences:
        differ = words.counted(each.differs, "differs", "differ")
        yield (f"# {each.field}", "dim"), f"{differ}: {_became(each)}"
        for option in each.options:
            yield option.line, _effect(option)


def _became(difference: Difference) -> str:
    """Return what becomes of a difference as things are."""
    settled = [
        f"{count:,} settled for {team}" if team else f"{count:,} settled for nobody alone"
        for team, count in sorted(difference.settled.items())
    ]
    return ", ".join([*settled, *([f"{difference.held:,} held"] if difference.held else [])])


def _effect(option: Option) -> str:
    """Return what a line would do."""
    parts = [
        f"settles {option.settles:,}, overwrites {words.counted(option.overwrites, 'value')}"
        if option.settles
        else "",
        f"holds {option.held:,}" if option.held else "",
    ]
    return ", ".join(filter(None, parts))


def _acts(plan: Overview, name: str, act: str) -> int:
    """Return how often something became of one field."""
    return plan.fields[name].acts.get(act, 0)


def _choices(plan: Overview, name: str) -> str:
    """Return what preferring each system would overwrite, and which rules settled how many."""
    counts = plan.fields[name]
    parts = [f"{system} {count:,}" for system, count in sorted(counts.choices.items())]
    parts += [f"{count:,} by rule: {rule}" for rule, count in sorted(counts.rules.items())]
    return " · ".join(parts)
