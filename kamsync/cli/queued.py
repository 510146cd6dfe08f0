"""The queue at the terminal: the open conflicts, counted by shape, then one line for each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kamsync.cli import words
from kamsync.cli.printing import Printer
from kamsync.cli.questions import said, topic
from kamsync.reports import Conflicts, Sight
from kamsync.reports.conflicts import Item, Saying

__all__ = ["show_list"]


def show_list(
    printer: Printer,
    sight: Sight,
    found: Conflicts,
    now: datetime,
    *,
    filtered: bool,
    narrowing: Sequence[str] = (),
) -> None:
    """Write the open conflicts: groups first, since most are of few shapes.

    *narrowing* are the options that say which are meant, for the command that goes on.
    """
    if not found.total:
        what = "of that kind " if filtered else ""
        printer.line((f"No conflict {what}is open: nothing waits for a person.", "green"))
        printer.next("kamsync plan" if not filtered else "kamsync conflicts")
        return
    groups = words.counted(len(found.groups), "group")
    printer.line((f"{words.counted(found.total, 'conflict')} open in {groups}", "bold"))
    rows = [
        (
            topic(group.kind.value, group.entity, group.field),
            " ↔ ".join(team for team in group.teams if team),
            f"{group.count:,}",
            (f"oldest {words.age(group.oldest, now)}", "dim"),
        )
        for group in found.groups
    ]
    printer.table(rows, right=(2,), firm=(0, 2, 3))
    printer.gap()
    lines = [_line(sight, item, now) for item in found.items]
    printer.table(lines, firm=(0, 1), stacks=printer.is_narrow)
    if found.items and found.left:
        on = " ".join(["kamsync conflicts list", *narrowing, f"--after {found.items[-1].id}"])
        printer.line(f"… {found.left:,} more: {on}", indent=2)
    if found.items:
        printer.next("kamsync conflicts walk", f"kamsync conflicts show {found.items[0].id}")


def _line(sight: Sight, item: Item, now: datetime) -> tuple[str | tuple[str, str], ...]:
    """Return one conflict in a line."""
    names = words.named([each.name for each in item.sides], [str(e.value) for e in item.sides])
    sides = " ↔ ".join(
        _side(sight, item, side, name) for side, name in zip(item.sides, names, strict=True)
    )
    return (
        (item.id, "bold cyan"),
        topic(item.kind, item.entity, item.field),
        words.shortened(item.label or item.record),
        sides,
        _terms(item, now),
    )


def _terms(item: Item, now: datetime) -> tuple[str, str]:
    """Return how long a conflict is open, by when it is to be decided, and who has it."""
    age = words.age(item.opened, now)
    if item.overdue:
        late = f"overdue since {words.time(item.due)}"
        return ", ".join(filter(None, (age, late, _holder(item)))), "bold red"
    return ", ".join(
        filter(None, (age, item.due and f"due {words.time(item.due)}", _holder(item)))
    ), "dim"


def _holder(item: Item) -> str:
    """Return who has taken a conflict on."""
    return f"with {item.assignee}" if item.assignee else ""


def _side(sight: Sight, item: Item, side: Saying, name: str) -> str:
    """Return one side in a few words; *name* tells what it refers to from the other sides."""
    if item.kind == "match":
        return side.system or name or str(side.value)
    return f"{side.system or 'before'} {said(sight, item, side.value, name)}"
