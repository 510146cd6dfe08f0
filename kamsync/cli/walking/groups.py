"""One choice for many questions: those of one field, cause and pair of teams, after a look at them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import click
from msgspec import Struct

from kamsync.cli import words
from kamsync.cli.printing import Cell
from kamsync.cli.walking.choosing import answer_for, answer_like
from kamsync.cli.walking.deeds import Deeds, meant
from kamsync.cli.walking.desk import Desk
from kamsync.errors import KamsyncError
from kamsync.model import Conflict, Decision
from kamsync.reports import Names, Wanted, alike, open_conflicts

__all__ = ["decide_group"]

GROUP_LIMIT = 1000
"""How many are decided at once: as many as somebody may want to look through."""

REFUSED_SHOWN = 10


class _Member(Struct, frozen=True):
    """One question of a group, with its decision or the reason why it has none."""

    conflict: Conflict
    decision: Decision | None
    refused: str = ""


def decide_group(
    desk: Desk, deeds: Deeds, wanted: Wanted, conflict: Conflict, key: str, without: Sequence[str]
) -> bool:
    """Show what the choice *key* means for each question like *conflict*, and decide if that is right.

    Nothing but what was shown is decided: a question that changes meanwhile stays open. Those named
    in *without* are left out. Return whether anything was decided.
    """
    answer_for(conflict, key)
    found = (each for each in open_conflicts(desk.hub, wanted) if alike(each) == alike(conflict))
    every = list(islice((each for each in found if each.id not in without), GROUP_LIMIT + 1))
    members = [_member(deeds, conflict, key, each) for each in every[:GROUP_LIMIT]]
    names = Names(desk.hub)
    names.greet(each.conflict for each in members)
    names.load({each.conflict.record for each in members})
    desk.printer.table([_row(desk, names, each) for each in members], firm=(0,))
    chosen = [(each.conflict, each.decision) for each in members if each.decision is not None]
    left = len(members) - len(chosen)
    if left:
        stay = words.counted(left, "question stays", "questions stay")
        desk.tell(f"{stay} open for another choice.")
    if len(every) > GROUP_LIMIT:
        desk.tell(f"These are the first {GROUP_LIMIT:,}; the others come after them.")
    if not chosen or not desk.keyboard.agrees(
        f"  Decide {words.counted(len(chosen), 'question')} like that?"
    ):
        desk.tell("Nothing was decided.")
        return False
    refused = deeds.decide_all(chosen)
    for each in refused[:REFUSED_SHOWN]:
        desk.refuse(each)
    if len(refused) > REFUSED_SHOWN:
        desk.refuse(f"… and {len(refused) - REFUSED_SHOWN:,} more that changed meanwhile.")
    done = len(chosen) - len(refused)
    desk.printer.line(("✓ ", "green"), f"{words.counted(done, 'question')} decided.", indent=2)
    return done > 0


def _member(deeds: Deeds, conflict: Conflict, key: str, other: Conflict) -> _Member:
    """Return what a choice means for one question of the group."""
    try:
        return _Member(other, deeds.decision(other, answer_like(conflict, key, other)))
    except (KamsyncError, click.UsageError) as error:
        return _Member(other, None, error.message)


def _row(desk: Desk, names: Names, member: _Member) -> list[Cell]:
    """Return one question of a group in a line."""
    conflict = member.conflict
    name = words.shortened(names.of(conflict.record) or conflict.record)
    if member.decision is None:
        return [(conflict.id, "bold cyan"), name, (f"left out: {member.refused}", "yellow")]
    told = meant(desk, names, conflict, member.decision)
    return [(conflict.id, "bold cyan"), name, (told, "bold")]
