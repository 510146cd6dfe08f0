"""What a first meeting leaves to choose: where systems differ, whom a rule hears, what else could be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from kamsync.engine.merging.counting import FieldCount
from kamsync.model import EXISTS

__all__ = ["Difference", "Option", "differences"]


class Option(Struct, frozen=True):
    """One line for ``[first_meeting.ENTITY]``: how much it *settles*, *overwrites* and leaves *held*."""

    line: str
    settles: int
    overwrites: int
    held: int


class Difference(Struct, frozen=True):
    """One field in which systems that meet *differ*: for which teams it is settled, and what is *held*."""

    entity: str
    field: str
    differs: int
    settled: dict[str, int]
    held: int
    options: tuple[Option, ...]


def differences(fields: Mapping[str, FieldCount]) -> tuple[Difference, ...]:
    """Return the fields in which systems differ, the most frequent first; *fields* is by ``entity.field``."""
    found = [_difference(name, counts) for name, counts in fields.items()]
    kept = [each for each in found if each.differs and each.field not in ("", EXISTS)]
    return tuple(sorted(kept, key=lambda each: (-each.differs, each.entity, each.field)))


def _difference(name: str, counts: FieldCount) -> Difference:
    """Return what became of one field, and what could."""
    entity, _, field = name.partition(".")
    settled, held = counts.acts.get("settled", 0), counts.acts.get("held", 0)
    others = settled - sum(counts.winners.values())
    heard = {**counts.winners, **({"": others} if others else {})}
    return Difference(
        entity, field, settled + held, heard, held, tuple(_options(field, settled + held, counts))
    )


def _options(field: str, differs: int, counts: FieldCount) -> Iterator[Option]:
    """Yield a line for each team that speaks, and the one that asks a person."""
    for team, settles in sorted(counts.teams.items()):
        line = f'{field} = {{ team = "{team}" }}'
        yield Option(line, settles, counts.overwrites.get(team, 0), differs - settles)
    yield Option(f'{field} = "review"', 0, 0, differs)
