"""How the story is told: the command line's own words where it has them, and little between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import structs

from kamsync.cli import words
from kamsync.cli.explained import show_field
from kamsync.cli.planned import MARKS, show_plan
from kamsync.cli.printing import Cell, Printer
from kamsync.cli.questions import show_question
from kamsync.clock import SystemClock
from kamsync.engine import Hub, Round
from kamsync.model import Conflict, Record
from kamsync.reports import (
    Called,
    Happening,
    Names,
    Overview,
    Sight,
    explain,
    happenings,
    question,
)
from kamsync_demo.shells import enter
from kamsync_demo.stage import Edit

__all__ = ["Mute", "Telling"]

OUTCOMES = {"set": ("flows", "green"), "settled": ("settled", "cyan"), "held": ("held", "yellow")}
STORY_LIMIT = 1

TO_TRY = (
    ("conflicts", "go through the questions that are left"),
    ("sync", "carry out what you decided"),
    ("report conflicts", "the questions to print or to send, with --html or --xlsx FILE"),
    ("check", "how everything is, and what waits for what"),
    ("history", "what happened, round by round"),
)
"""What is worth a try once the story is told."""


class Mute(Printer):
    """Writes nothing."""

    def line(self, *_parts: Any, **_options: Any) -> None:
        """Write nothing."""

    def table(self, *_rows: Any, **_options: Any) -> None:
        """Write nothing."""

    def gap(self) -> None:
        """Write nothing."""


class Telling:
    """Tells the story to a reader; *pace_s* is the rest before each chapter."""

    def __init__(self, printer: Printer, pace_s: float = 0.0) -> None:
        self.printer = printer
        self._pace_s = pace_s
        self._chapter = 0

    def chapter(self, title: str, text: str) -> None:
        """Begin a chapter."""
        if self._chapter and self._pace_s:
            SystemClock().wait(self._pace_s)
        self._chapter += 1
        self.printer.gap()
        self.printer.line((f"{self._chapter}  {title}", "bold magenta"), (f"  {text}", "italic"))

    def say(self, *parts: Cell) -> None:
        """Say one sentence or a few."""
        self.printer.line(*parts, indent=3)

    def ran(self, *commands: str) -> None:
        """Name the commands that do what happens next."""
        line = " && ".join(f"kamsync {command}" for command in commands)
        self.printer.line(("$ ", "dim"), (line, "bold"), indent=3)

    def plan(self, hub: Hub, plan: Overview, took_s: float) -> None:
        """Show a plan, with the fields that anybody disputes and none of its changes."""
        disputed = {
            name: counts
            for name, counts in plan.fields.items()
            if counts.acts.get("settled") or counts.acts.get("held")
        }
        shown = structs.replace(plan, steps=(), changes=(), fields=disputed)
        show_plan(self.printer, hub, shown, took_s=took_s, choices=False)

    def written(self, round_: Round) -> None:
        """Show what a round wrote in each system."""
        rows: list[tuple[Cell, ...]] = [
            (
                name,
                (f"+ {pushed.created:,} created", MARKS["create"][1]),
                (f"~ {pushed.updated:,} updated", MARKS["update"][1]),
            )
            for name, pushed in round_.pushed.items()
        ]
        self.printer.table(rows, indent=3)

    def edits(self, edits: Iterable[Edit]) -> None:
        """Show what people changed, in the words of their systems."""
        self.printer.table([_edited(edit) for edit in edits], indent=3)

    def outcomes(self, hub: Hub, round_: str) -> None:
        """Show what became of each edit in a round, and why."""
        sight, names = Sight(hub.schema), Names(hub)
        told = sorted(
            (each for each in happenings(hub.store.journal.of_round(round_), sight)),
            key=lambda each: list(OUTCOMES).index(each.act) if each.act in OUTCOMES else 9,
        )
        rows = [_outcome(sight, names, each) for each in told if each.act in OUTCOMES]
        self.printer.table(rows, indent=3)

    def question(self, hub: Hub, conflict: Conflict) -> None:
        """Show a conflict as the person sees it who decides."""
        sight = Sight(hub.schema)
        asked = question(hub, conflict, sight)
        said = tuple(each for each in asked.choices if each.option.startswith("--keep"))
        show_question(self.printer, sight, structs.replace(asked, choices=said))

    def explained(self, hub: Hub, record: Record, field: str) -> None:
        """Show where a value comes from, with the newest part of its story."""
        sight = Sight(hub.schema)
        told = explain(hub, record, sight, field)
        [each] = told.fields
        story = tuple(one for one in each.told if one.act in {"decided", "held", "set"})
        each = structs.replace(each, told=story[:STORY_LIMIT])
        called = Called(hub, sight, each.told)
        show_field(self.printer, sight, structs.replace(told, fields=(each,)), called)

    def proof(self, lines: Iterable[tuple[bool, str]]) -> None:
        """Show what was counted."""
        for holds, text in lines:
            mark = ("✓ ", "bold green") if holds else ("✗ ", "bold red")
            self.printer.line(mark, text, indent=3)

    def held(self, counts: Mapping[str, Mapping[str, int]]) -> None:
        """Show how many records each system holds to begin with."""
        rows: list[tuple[Cell, ...]] = [
            (name, *(f"{number:,} {_plural(entity)}" for entity, number in held.items()))
            for name, held in counts.items()
        ]
        self.printer.table(rows, indent=3)

    def left_over(self, rows: Sequence[tuple[str, str, int, str]], table: Path | None) -> None:
        """Show what is left over, by where and why; and the *table* of all, if it stays."""
        if not rows:
            return
        self.chapter("Left over", "Nothing is dropped in silence: each has its reason.")
        shown: list[tuple[Cell, ...]] = [
            ((f"{count:,} {where}", "bold"), reason, (f"such as {one}", "dim"))
            for where, reason, count, one in rows
        ]
        self.printer.table(shown, indent=3, stacks=True)
        if table is None:
            self.say(("All of them, one a line, with --keep DIR: DIR/left-over.csv", "dim"))
        else:
            self.say((f"All of them, one a line: {table}", "dim"))

    def stays(self, configuration: Path) -> None:
        """Say that the systems go on, and what to try on them from another terminal."""
        self.printer.gap()
        self.say("Both systems stay up until Ctrl-C. In another terminal:")
        for line in enter(configuration):
            self.say(("$ ", "dim"), (line, "bold"))
        rows: list[tuple[Cell, ...]] = [
            ((f"$ kamsync {command}", "bold"), (told, "dim")) for command, told in TO_TRY
        ]
        self.printer.table(rows, indent=3, firm=(0,))


def _edited(edit: Edit) -> tuple[Cell, ...]:
    """Return one edit as a row."""
    names = ", ".join(edit.values)
    before = " ".join(str(each) for each in edit.before.values() if each is not None)
    after = " ".join(map(str, edit.values.values()))
    return (
        (f"{edit.at:%H:%M:%S}", "dim"),
        edit.person,
        (edit.system, "dim"),
        f"{edit.object}.{names}",
        f"{words.shortened(before) or words.BLANK} → {words.shortened(after)}",
    )


def _outcome(sight: Sight, names: Names, each: Happening) -> tuple[Cell, ...]:
    """Return what became of one field as a row."""
    field = sight.field(each.entity, each.field)

    def said(value: object) -> str:
        name = names.of(value) if field is not None and field.to and isinstance(value, str) else ""
        return name or words.value(field, value)

    value, why = said(each.value), f"{each.person}, {each.team}"
    if each.act == "held":
        value, why = " ↔ ".join(said(side.value) for side in each.losers), "a person decides"
    if each.act == "settled":
        lost = ", ".join(f"{said(loser.value)} by {loser.person}" for loser in each.losers)
        why = f"{each.rule}; lost: {lost}"
    return OUTCOMES[each.act], f"{each.entity}.{each.field}", (value, "bold"), (why, "dim")


def _plural(entity: str) -> str:
    return {"opportunity": "opportunities"}.get(entity, f"{entity}s")
