"""A policy in words, and what is certain about it from the configuration alone.

No store is opened and no system is called: what a system can do is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from kamsync.config import Config, Resolved
from kamsync.entities import TEAMS
from kamsync.policy import Chance, Line, Policy, Review, idle_rules
from kamsync.reports.cautions import cautions
from kamsync.schema import Entity, Nature

__all__ = ["Idle", "PolicyCheck", "Said", "policy_check"]

SECTIONS = ("policy", "first_meeting")

_DELETES = {
    "review": "A person is asked what it means that one is gone in one system.",
    "propagate": "One that is gone in one system is deleted everywhere, unless it was edited meanwhile.",
    "restore": "One that is gone in one system is created there again.",
    "keep": "One that is gone in one system stays gone there and alive elsewhere.",
}


class Said(Struct, frozen=True):
    """The rules of one field in a sentence; *field* is ``deletes`` for what it means that one is gone.

    *covered* says whether the policy names it, *systems* which systems a value is read from.
    """

    section: str
    entity: str
    field: str
    text: str
    covered: bool
    systems: tuple[str, ...] = ()


class Idle(Struct, frozen=True):
    """A rule that has nothing to decide as things are, and why."""

    section: str
    entity: str
    field: str
    rule: str
    why: str


class PolicyCheck(Struct, frozen=True):
    """What a policy says of each field; *uncovered* are fields that no rule is for, as entity.field."""

    systems: tuple[str, ...]
    rules: tuple[Said, ...]
    uncovered: tuple[str, ...]
    idle: tuple[Idle, ...]
    warnings: tuple[str, ...]


def policy_check(config: Config, resolved: Resolved) -> PolicyCheck:
    """Return what the policies of a configuration say, and which of their rules cannot apply."""
    rules = tuple(_rules(resolved))
    return PolicyCheck(
        systems=tuple(resolved.maps),
        rules=rules,
        uncovered=tuple(
            f"{each.entity}.{each.field}"
            for each in rules
            if each.section == "policy" and not each.covered and each.field != "deletes"
        ),
        idle=tuple(_idle(config, resolved)),
        warnings=tuple(cautions(config, resolved)),
    )


def _rules(resolved: Resolved) -> Iterator[Said]:
    """Yield the sentence of each field: for everyday first, then for the first meeting."""
    for section, policy, entity in _entities(resolved):
        for name in entity.fields:
            heard = tuple(_hearing(resolved, entity.name, name))
            covered = policy.names(entity.name, name)
            if covered or (section == "policy" and (heard or not resolved.maps)):
                text = _sentence(policy.rule_for(entity.name, name))
                yield Said(section, entity.name, name, text, covered, heard)
        if section == "policy":
            deletes = policy.deletes(entity.name)
            named = entity.name in policy.deletions
            yield Said(section, entity.name, "deletes", _DELETES[deletes], named)


def _idle(config: Config, resolved: Resolved) -> Iterator[Idle]:
    """Yield each rule that can never decide."""
    for section, policy, entity in _entities(resolved):
        known = [
            name
            for name in entity.fields
            if not resolved.maps or any(_hearing(resolved, entity.name, name))
        ]
        for name in entity.fields:
            line = policy.rule_for(entity.name, name)
            heard = list(_hearing(resolved, entity.name, name))
            chance = Chance(_teams(config, resolved, heard), known)
            alone = _alone(heard) if resolved.maps else ""
            for rule, why in _unused(line, chance, alone):
                yield Idle(section, entity.name, name, rule, why)


def _unused(line: Line, chance: Chance, alone: str) -> Iterable[tuple[str, str]]:
    """Return the rules of one field that can never decide; all of them where it takes two to differ."""
    if alone:
        return [(rule.text, alone) for rule in line.rules if not isinstance(rule, Review)]
    return idle_rules(line, chance)


def _alone(heard: list[str]) -> str:
    """Return why nobody can disagree about a field that is read from these systems, if so."""
    if not heard:
        return "no system has it"
    if len(heard) > 1:
        return ""
    return f"only {heard[0]} has it, so it is asked only where that has a record twice"


def _entities(resolved: Resolved) -> Iterator[tuple[str, Policy, Entity]]:
    """Yield each entity that is synced, or named where no system is, by section of the configuration."""
    mapped = {name for maps in resolved.maps.values() for name in maps}
    for section in SECTIONS:
        policy: Policy = getattr(resolved, section)
        named = {entity for entity, _ in policy.lines}
        for entity in resolved.schema.in_order():
            shown = entity.name in (mapped if resolved.maps else named)
            if shown and entity.nature is Nature.RECORD:
                yield section, policy, entity


def _hearing(resolved: Resolved, entity: str, field: str) -> Iterator[str]:
    """Yield the systems from which a field is read."""
    for system, maps in resolved.maps.items():
        map_ = maps.get(entity)
        if map_ is not None and field in map_.fields and map_.fields[field].direction.reads:
            yield system


def _teams(config: Config, resolved: Resolved, heard: Iterable[str]) -> set[str]:
    """Return the teams that may be heard through some systems.

    A colleague may speak for any team, wherever it is known which one they belong to.
    """
    if not resolved.maps or any(_hearing(resolved, "employee", "team")):
        return {*TEAMS, *(each.team for each in config.systems.values() if each.team)}
    named = [config.system(name).team for name in heard]
    return {team for team in named if team}


def _sentence(line: Line) -> str:
    """Return the rules of a line as a sentence."""
    return f"{line.text[:1].upper()}{line.text[1:]}."
