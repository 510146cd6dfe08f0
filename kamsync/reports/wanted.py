"""Which of the open conflicts somebody wants to see."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from kamsync.engine import Hub
from kamsync.entities import TEAMS
from kamsync.errors import UnknownName
from kamsync.model import Conflict, Kind
from kamsync.wording import did_you_mean, there_are

__all__ = ["NOBODY", "Wanted", "alike", "cause_of", "open_conflicts"]

NOBODY = "-"
"""What stands for nobody where a person is named."""

PAGE = 500


class Wanted(Struct, frozen=True):
    """What the conflicts have in common that are meant; ``""`` leaves it open.

    *field* is a name, or one with its entity. *system* and *team* are of one of the sides, *assignee*
    is who has it, or ``-`` where nobody has.
    """

    kind: str = ""
    entity: str = ""
    field: str = ""
    system: str = ""
    team: str = ""
    assignee: str = ""

    def __bool__(self) -> bool:
        """Whether anything is left out."""
        return self != Wanted()

    @property
    def is_detailed(self) -> bool:
        """Whether each conflict has to be looked at: the store counts by kind and entity alone."""
        return bool(self.field or self.system or self.team or self.assignee)

    def fits(self, conflict: Conflict) -> bool:
        """Whether a conflict is meant."""
        return (
            self.kind in ("", conflict.kind.value)
            and self.entity in ("", conflict.entity)
            and self.field in ("", conflict.field, f"{conflict.entity}.{conflict.field}")
            and (not self.system or any(c.system == self.system for c in conflict.contenders))
            and (not self.team or any(c.team == self.team for c in conflict.contenders))
            and (not self.assignee or self._is_assigned(conflict))
        )

    def require_known(self, hub: Hub) -> None:
        """Raise `UnknownName` for an entity, field, system or team that is not there."""
        if self.entity:
            hub.schema.entity(self.entity)
        if self.system:
            hub.system(self.system)
        if self.team:
            self._require_team(hub)
        entity, dot, name = self.field.rpartition(".")
        if dot:
            hub.schema.entity(entity).field(name)
        elif name and not any(name in each.fields for each in hub.schema.entities.values()):
            raise UnknownName(f"No entity has a field {name!r}; `kamsync schema` lists them.")

    def _require_team(self, hub: Hub) -> None:
        """Raise `UnknownName` for a team that is not there and that no open conflict knows."""
        teams = {*TEAMS, *(system.team for system in hub.systems.values() if system.team)}
        if self.team not in teams and not any(open_conflicts(hub, Wanted(team=self.team))):
            raise UnknownName(
                f"There is no team {self.team!r}; {there_are(sorted(teams))}.",
                hint=did_you_mean(self.team, teams),
            )

    def _is_assigned(self, conflict: Conflict) -> bool:
        """Whether a conflict is with the assignee who is meant."""
        wanted = "" if self.assignee == NOBODY else self.assignee
        return conflict.assignee.casefold() == wanted.casefold()


def open_conflicts(hub: Hub, wanted: Wanted, after: str = "") -> Iterator[Conflict]:
    """Yield the open conflicts that are meant, above the id *after*, oldest first."""
    while page := hub.store.reviews.open(wanted.kind, wanted.entity, after, PAGE):
        yield from filter(wanted.fits, page)
        after = page[-1].id


def alike(conflict: Conflict) -> tuple[str, str, str, str, tuple[str, ...]]:
    """Return what conflicts that are decided alike have in common: field, cause and teams.

    Where the team of a side is not certain, its system stands for it. Questions about who is who are
    alike only where the same was found when the records were compared.
    """
    teams = {side.team or side.system for side in conflict.contenders} - {""}
    return (
        conflict.kind.value,
        conflict.entity,
        conflict.field,
        conflict.cause,
        tuple(sorted(teams)),
    )


def cause_of(conflict: Conflict) -> tuple[str, str]:
    """Return why a conflict is one, and apart from that what was found when two records were compared.

    The second is of questions about who is who alone: it tells one from another, where the cause is one.
    """
    if conflict.kind is not Kind.MATCH:
        return conflict.cause, ""
    cause, _, found = conflict.cause.partition(" (")
    return cause, found.removesuffix(")")
