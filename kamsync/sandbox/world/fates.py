"""What becomes of each fact on its way into two systems: kept, left out by one, or told otherwise."""

from __future__ import annotations

from random import Random

from msgspec import Struct

__all__ = ["Chances", "Fate", "fates"]


class Fate(Struct, frozen=True):
    """What became of one fact: *silent* is the team that does not say it, *other* the one that errs.

    In the *minute* of a change, both teams say something new at once.
    """

    silent: str = ""
    other: str = ""
    minute: bool = False


class Chances(Struct, frozen=True):
    """How often a fact is left out by each team, told otherwise by success, or changed by both at once."""

    sales_silent: float = 0.0
    success_silent: float = 0.0
    other: float = 0.0
    minute: float = 0.0


KEPT = Fate()


def fates(number: int, key: str, chances: dict[str, Chances]) -> dict[str, Fate]:
    """Return the fate of each fact about one thing; the same for each team that asks."""
    draw = Random(f"{number}:{key}")  # noqa: S311 (made-up records, no secret)
    return {name: _fate(draw.random(), each) for name, each in chances.items()}


def _fate(drawn: float, chances: Chances) -> Fate:
    """Return the fate that a number between 0 and 1 stands for."""
    steps = (
        (chances.minute, Fate(minute=True)),
        (chances.other, Fate(other="success")),
        (chances.sales_silent, Fate(silent="sales")),
        (chances.success_silent, Fate(silent="success")),
    )
    for chance, fate in steps:
        if drawn < chance:
            return fate
        drawn -= chance
    return KEPT
