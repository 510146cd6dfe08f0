"""What to be careful about in a policy, as far as the configuration alone can tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from kamsync.config import Config, Resolved
from kamsync.policy import Policy, Recency, Review, Rule, Team, While
from kamsync.schema import DataClass

__all__ = ["cautions"]

WHOLE_SECOND_S = 1.0


def cautions(config: Config, resolved: Resolved) -> Iterator[str]:
    """Yield a sentence for each thing to be careful about."""
    for section in ("policy", "first_meeting"):
        policy: Policy = getattr(resolved, section)
        for (entity, field), rule in _rules(policy):
            if not resolved.maps or any(entity in maps for maps in resolved.maps.values()):
                yield from _of_rule(f"{section}.{entity}.{field}", rule)
        yield from _about_pay(resolved, section, policy)
    yield from _about_speakers(config, resolved)


def _rules(policy: Policy) -> Iterator[tuple[tuple[str, str], Rule]]:
    """Yield each rule with what it is for, conditions aside."""
    for key, line in policy.lines.items():
        for rule in line.rules:
            yield key, rule.rule if isinstance(rule, While) else rule


def _of_rule(key: str, rule: Rule) -> Iterator[str]:
    """Yield what to be careful about in one rule."""
    if not isinstance(rule, Recency):
        return
    if rule.tolerance_s < WHOLE_SECOND_S:
        yield (
            f"{key}: {rule.text}, but many systems tell times in whole seconds, so that two edits"
            " of one second may seem to be in order; give it a tolerance of 1s or more."
        )
    if key.startswith("first_meeting"):
        yield (
            f"{key}: {rule.text}, but at a first meeting many systems tell only when the record"
            " was last saved, and not when this field was; name the team that is to be heard."
        )


def _about_pay(resolved: Resolved, section: str, policy: Policy) -> Iterator[str]:
    """Yield a sentence for each field of class pay that a rule may settle."""
    for (entity, field), line in policy.lines.items():
        known = resolved.schema.entity(entity).fields[field]
        parts = (known, *known.parts)
        if isinstance(line.rules[0], Review) or all(
            part.data_class is not DataClass.PAY for part in parts
        ):
            continue
        yield f"{section}.{entity}.{field}: somebody is paid by it, and a rule may settle it."


def _about_speakers(config: Config, resolved: Resolved) -> Iterator[str]:
    """Yield what to be careful about in who speaks for which team."""
    policies = (resolved.policy, resolved.first_meeting)
    deciding = {
        rule.team for policy in policies for _, rule in _rules(policy) if isinstance(rule, Team)
    }
    speaking: dict[str, list[str]] = defaultdict(list)
    for name, section in config.systems.items():
        speaking[section.team or ""].append(name)
    for team, systems in speaking.items():
        if not team and deciding:
            for name in systems:
                yield (
                    f"system.{name} speaks for no team, so what it contradicts and a team would"
                    f" decide goes to a person; give it one: team = {min(deciding)!r}."
                )
        elif team in deciding and len(systems) > 1:
            yield (
                f"{' and '.join(systems)} speak for {team}: where they differ, what {team}"
                " decides goes to a person."
            )
