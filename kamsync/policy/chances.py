"""Which rules of a line can ever be the ones that decide, and which cannot, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from msgspec import Struct

from kamsync.policy.book import Line
from kamsync.policy.rules import (
    Condition,
    OnlyIfEmpty,
    Recency,
    Review,
    Team,
    Union,
    While,
    in_words,
)
from kamsync.policy.verdict import Rule
from kamsync.values import is_blank

__all__ = ["Chance", "idle_rules"]


class Chance(Struct, frozen=True):
    """Who can be heard about a field: the *teams*, and the other *fields* of which anything is known."""

    teams: Collection[str]
    fields: Collection[str]


def idle_rules(line: Line, chance: Chance) -> Iterator[tuple[str, str]]:
    """Yield each rule of *line* that can never decide, in words, and why.

    Only what is certain is told: a plugin's rule may always have an answer, or none.
    """
    asked: list[Rule] = []
    for rule in line.rules:
        reason = _after(asked, rule) or _unheard(rule, chance)
        if reason and not isinstance(rule, Review):
            yield rule.text, reason
        asked.append(rule)


def _after(asked: Sequence[Rule], rule: Rule) -> str:
    """Return why a rule is never reached, or has nothing to add to those before it."""
    for before in asked:
        if isinstance(before, Union):
            return f"before it, {before.text}, which always has an answer"
        if before == rule or before == _inner(rule) or _is_bolder(before, _inner(rule)):
            return f"before it, {before.text}, and where that is not sure, this is not either"
    return ""


def _is_bolder(before: Rule, rule: Rule) -> bool:
    """Whether *before* decides by the same times with less distance between them."""
    if not isinstance(before, Recency) or not isinstance(rule, Recency):
        return False
    same = (before.latest, before.unless_blank) == (rule.latest, rule.unless_blank)
    return same and before.tolerance_s <= rule.tolerance_s


def _unheard(rule: Rule, chance: Chance) -> str:
    """Return why nobody can be heard whom the rule is about."""
    if isinstance(rule, While):
        return _unmet(rule.condition, chance) or _unheard(rule.rule, chance)
    named = _named(rule)
    if not named or any(team in chance.teams for team in named):
        return ""
    return f"no system with this field speaks for {in_words(named)}"


def _unmet(condition: Condition, chance: Chance) -> str:
    """Return which state can never be, since nothing is ever known of it."""
    for group, field, allowed in condition.fields:
        named = group or field.name
        if named not in chance.fields and not any(map(is_blank, allowed)):
            return f"no system holds {named}"
    return ""


def _named(rule: Rule) -> tuple[str, ...]:
    """Return the teams that a rule names."""
    if isinstance(rule, Team):
        return (rule.team,)
    return rule.teams if isinstance(rule, OnlyIfEmpty) else ()


def _inner(rule: Rule) -> Rule:
    return rule.rule if isinstance(rule, While) else rule
