"""What happened, one thing a line."""

from __future__ import annotations

from collections.abc import Iterator

from kamsync.cli import words
from kamsync.cli.printing import Cell
from kamsync.reports import Called, Happening, Sight

__all__ = ["happening_rows"]

CHANGES = frozenset({"set", "settled", "closed", "decided", "undone", "reopened"})
"""What sets a golden value, so that the one of before is told as well."""

LOSERS_LIMIT = 5


def happening_rows(
    story: tuple[Happening, ...], sight: Sight, called: Called, *, with_field: bool
) -> Iterator[list[Cell]]:
    """Yield a row for each thing that happened: when, what, where, from what to what, and why."""
    for each in story:
        row: list[Cell] = [
            (words.time(each.at), "dim"),
            (each.act, "bold"),
            each.field if with_field else "",
            each.system,
            _changed(each, sight, called),
            (_why(each, sight, called), "dim"),
        ]
        yield row if with_field else [*row[:2], *row[3:]]


def _changed(each: Happening, sight: Sight, called: Called) -> str:
    """Return what a happening changed, or said."""
    if each.erased:
        return "erased"
    field = sight.field(each.entity, each.field)
    before, after = (called.meaning(each, said) for said in (each.before, each.value))
    if each.act == "wrote":
        names, parts = (before.name, after.name), (before.parts, after.parts)
        return " → ".join(words.from_to(field, (each.before, each.value), names, parts))
    now = words.value(field, each.value, after.name)
    if each.act in CHANGES and field is not None:
        return f"{words.value(field, each.before, before.name)} → {now}"
    return now if each.value is not None else ""


def _why(each: Happening, sight: Sight, called: Called) -> str:
    """Return who said it, by which rule it won, against what, and in which round."""
    field = sight.field(each.entity, each.field)
    lost = [
        f"{words.value(field, loser.value, called.meaning(each, loser.value).name)}"
        f" {words.who(loser.person, loser.team, loser.system)}"
        for loser in each.losers[:LOSERS_LIMIT]
    ]
    word = "said" if each.act == "held" else "lost"
    actor = each.actor if each.actor != "kamsync" else ""
    parts = [
        f"by {actor}" if actor else words.who(each.person, each.team, "", each.said_at),
        f"rule: {each.rule}" if each.rule and not actor else "",
        each.reason,
        f"{word}: {'; '.join(lost)}" if lost else "",
        each.round.replace("-", " "),
    ]
    return " · ".join(part for part in parts if part)
