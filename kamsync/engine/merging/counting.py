"""Count what merges did, field by field, so that a preview can say what it would amount to."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field

from kamsync.merge import SAID_ALIKE, Met, Note
from kamsync.model import Contender, Event, Value

__all__ = ["FieldCount", "Tallies"]

DISPUTED = frozenset({"held", "settled"})


class FieldCount(Struct):
    """What became of one field over all records.

    *acts* counts the events by kind, *rules* the settled conflicts by the rule that settled them,
    *choices* by system how many values of other systems its own would overwrite, if it were
    preferred in every conflict. *winners* counts the settled ones by the team that was heard, *teams*
    by team all in which it speaks with one voice, and *overwrites* how many values of others it would
    then overwrite.
    """

    acts: dict[str, int] = field(default_factory=dict)
    rules: dict[str, int] = field(default_factory=dict)
    choices: dict[str, int] = field(default_factory=dict)
    winners: dict[str, int] = field(default_factory=dict)
    teams: dict[str, int] = field(default_factory=dict)
    overwrites: dict[str, int] = field(default_factory=dict)

    def add(self, event: Event) -> None:
        """Count one event; a first value that several systems brought is one that they agreed on.

        A blank where nobody says anything is nothing to agree on.
        """
        if event.act == "agreed" and event.value is None:
            return
        if event.act == "set":
            self.add_set(alike=event.reason == SAID_ALIKE)
            return
        _count(self.acts, event.act)
        if event.act not in DISPUTED:
            return
        if event.act == "settled":
            _count(self.rules, event.rule)
            if event.winner is not None and event.winner.team:
                _count(self.winners, event.winner.team)
        contenders = [*event.losers, *([event.winner] if event.winner else [])]
        for system, overwritten in _overwritten(contenders).items():
            _count(self.choices, system, overwritten)
        for team, overwritten in _heard(contenders).items():
            _count(self.teams, team)
            _count(self.overwrites, team, overwritten)

    def add_set(self, *, alike: bool) -> None:
        """Count a value that was set; *alike* says that several systems brought it."""
        _count(self.acts, "agreed" if alike else "set")


class Tallies(Struct):
    """The counts of all fields, by ``entity.field``, and how many fields moved."""

    moved: int = 0
    fields: dict[str, FieldCount] = field(default_factory=dict)

    def add(self, notes: Iterable[Note]) -> None:
        """Count what some merges have to tell."""
        for note in notes:
            if isinstance(note, Met):
                for said in note.said:
                    self._count_of(note.entity, said.field).add_set(alike=said.alike)
            else:
                self._count_of(note.entity, note.field).add(note)

    def _count_of(self, entity: str, name: str) -> FieldCount:
        """Return the count of one field."""
        key = f"{entity}.{name}"
        count = self.fields.get(key)
        if count is None:
            count = self.fields[key] = FieldCount()
        return count


def _count(counts: dict[str, int], key: str, by: int = 1) -> None:
    """Add to one of *counts*."""
    counts[key] = counts.get(key, 0) + by


def _heard(contenders: Iterable[Contender]) -> dict[str, int]:
    """Return, for each team that says one thing, how many values of others that would overwrite."""
    sides = [contender for contender in contenders if contender.link is not None]
    voices: dict[str, list[Value]] = {}
    for side in sides:
        if side.team:
            voices.setdefault(side.team, []).append(side.value)
    return {
        team: sum(side.value != said[0] for side in sides)
        for team, said in voices.items()
        if all(each == said[0] for each in said)
    }


def _overwritten(contenders: Iterable[Contender]) -> dict[str, int]:
    """Return, for each system that contends, how many other values its own would overwrite."""
    sides = [contender for contender in contenders if contender.link is not None]
    return {
        one.system: sum(other.value != one.value for other in sides if other.system != one.system)
        for one in sides
    }
