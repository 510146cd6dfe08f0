"""A policy rule: who is responsible for a record is heard before colleagues of any team."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from kamsync import hookimpl
from kamsync.entities import TEAMS
from kamsync.errors import ConfigurationInvalid
from kamsync.model import Contender
from kamsync.policy import Case, RuleMaker, Settlement, outcome
from kamsync.schema import Entity, Field, Type

__all__ = ["Responsible", "kamsync_policy_rules", "responsible"]

__version__ = "0.1.0"

EMPLOYEE = "employee"
OPTIONS = ("by", "among")


class Responsible(Struct, frozen=True):
    """What the employee entered whom the record names in *by* wins, if it is certain who that was.

    With *among*, only an employee who speaks for one of these teams is heard. Where the responsible
    person said nothing, or two things, the next rule is asked; so it is where a value comes from
    nobody in particular, in a team for which that person speaks or in none: it may be the same person.
    """

    entity: str
    by: str = "owner"
    among: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The rule in words."""
        among = f" if speaking for {' or '.join(self.among)}" if self.among else ""
        return f"the {self.by} of the {self.entity} decides{among}"

    def settle(self, case: Case) -> Settlement | None:
        """Return what the responsible person said, if that is certain and is one thing."""
        who = case.golden.get(self.by)
        theirs = [each for each in case.contenders if who and each.employee == who]
        if not any(self._is_heard(each) for each in theirs):
            return None
        value = theirs[0].value
        others = [each for each in case.contenders if each.value != value]
        if any(each in theirs or _may_be_of(each, theirs) for each in others):
            return None
        return outcome(case, value, self.text, f"the {self.by} entered it")

    def _is_heard(self, contender: Contender) -> bool:
        return not self.among or contender.team in self.among


def _may_be_of(contender: Contender, theirs: Sequence[Contender]) -> bool:
    """Whether an edit of nobody in particular may have been made by who made *theirs*."""
    teams = {each.team for each in theirs}
    return not contender.employee and (contender.team is None or contender.team in teams)


def responsible(entity: Entity, field: Field, options: Mapping[str, Any]) -> Responsible:
    """Make the rule for one field from ``by``, who is responsible, and ``among``, of which teams.

    Raises:
        ConfigurationInvalid: the entity names no such employee, the field is the one that does, or
            there is no such team.
    """
    unknown = sorted(set(options) - set(OPTIONS))
    if unknown:
        raise ConfigurationInvalid(
            f"the rule 'responsible' has no {unknown[0]!r}; it has by and among."
        )
    by = _employee_field(entity, options.get("by", "owner"))
    if field.name == by:
        raise ConfigurationInvalid(
            f"'responsible' looks at {by} and cannot decide {by} itself; "
            f"give {by} a rule of its own, such as 'review'."
        )
    return Responsible(entity.name, by, _teams(options["among"]) if "among" in options else ())


def _employee_field(entity: Entity, by: object) -> str:
    """Return the field of the entity, called *by*, that names the responsible employee."""
    named = [
        name
        for name, field in entity.fields.items()
        if field.type is Type.REFERENCE and field.to == EMPLOYEE
    ]
    if isinstance(by, str) and by in named:
        return by
    if named:
        raise ConfigurationInvalid(
            f"'responsible' needs by = one of {', '.join(named)} for {entity.name}; it is {by!r}."
        )
    raise ConfigurationInvalid(
        f"'responsible' needs a field that names an employee, and {entity.name} has none."
    )


def _teams(written: object) -> tuple[str, ...]:
    """Return the teams that *written* names, each once."""
    names = [written] if isinstance(written, str) else written
    known = ", ".join(TEAMS)
    if not isinstance(names, list | tuple) or not names:
        raise ConfigurationInvalid(
            f"among: must be a team or a list of teams, of {known}; it is {written!r}."
        )
    for name in names:
        if name not in TEAMS:
            raise ConfigurationInvalid(
                f"among: {name!r} is no team of employees; there are {known}."
            )
    return tuple(dict.fromkeys(names))


@hookimpl
def kamsync_policy_rules() -> Mapping[str, RuleMaker]:
    """Offer the rule ``responsible``."""
    return {"responsible": responsible}
