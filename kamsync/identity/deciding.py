"""Decide what a newcomer is: a record that is known, a new one, or a question for a person."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum

from msgspec import Struct

from kamsync.errors import ConfigurationInvalid
from kamsync.identity.compare import Score, score, sibling
from kamsync.model import Value
from kamsync.schema import Entity

__all__ = ["Match", "Thresholds", "Verdict", "match"]

SHOWN_CANDIDATES = 5
"""How many candidates a person is shown."""


class Verdict(StrEnum):
    """What becomes of a newcomer."""

    LINK = "link"
    REVIEW = "review"
    NEW = "new"


class Thresholds(Struct, frozen=True):
    """From which score on a pair is linked, and from which a person is asked.

    A pair is linked only if the second best stands *margin* below it.
    """

    link: float = 0.92
    review: float = 0.75
    margin: float = 0.15

    def __post_init__(self) -> None:
        if not (0 < self.review <= self.link <= 1 and 0 <= self.margin <= 1):
            raise ConfigurationInvalid(
                f"The thresholds must be 0 < review <= link <= 1 and 0 <= margin <= 1; "
                f"review is {self.review}, link is {self.link}, margin is {self.margin}."
            )


DEFAULT = Thresholds()


class Match(Struct, frozen=True):
    """What a newcomer is, why, and which records came close, the best first, where that is a question.

    *record* is the known record for LINK, and the one that it may be a twin of where *reason* says
    so; else None.
    """

    verdict: Verdict
    record: str | None = None
    candidates: tuple[tuple[str, Score], ...] = ()
    reason: str = ""


UNLIKE_ANY = Match(Verdict.NEW, None, (), "no record comes close")
"""What is found of a newcomer that resembles nothing that is known."""


def match(
    entity: Entity,
    values: Mapping[str, Value],
    candidates: Mapping[str, Mapping[str, Value]],
    exact: Mapping[str, Collection[str]],
    taken: Collection[str] = (),
    thresholds: Thresholds = DEFAULT,
) -> Match:
    """Return what the newcomer with *values* is.

    Args:
        entity: what the newcomer and the candidates are.
        values: the newcomer's canonical values.
        candidates: the values of each record that may be the same.
        exact: the exact keys that each record shares with the newcomer.
        taken: the records that have another native record in the newcomer's system already.
        thresholds: when to link and when to ask.

    Nothing depends on the order of the candidates.
    """
    sharing = sorted([id_ for id_, keys in exact.items() if keys])
    if sharing:
        return _by_key(entity, values, candidates, exact, sharing, frozenset(taken))
    if not candidates:
        return UNLIKE_ANY
    ranked = _ranked(entity, values, candidates)
    return _by_score(entity, values, ranked, frozenset(taken), thresholds)


def _ranked(
    entity: Entity, values: Mapping[str, Value], candidates: Mapping[str, Mapping[str, Value]]
) -> list[tuple[str, Score]]:
    """Return candidates with their scores, the best first."""
    scores = {id_: score(entity, values, held) for id_, held in candidates.items()}
    return sorted(scores.items(), key=lambda pair: (-pair[1].value, pair[0]))


def _by_key(
    entity: Entity,
    values: Mapping[str, Value],
    candidates: Mapping[str, Mapping[str, Value]],
    exact: Mapping[str, Collection[str]],
    sharing: list[str],
    taken: frozenset[str],
) -> Match:
    """Decide for a newcomer that shares an exact key with *sharing*: only a question is scored."""
    kinds = _kinds([key for id_ in sharing for key in exact[id_]])
    same = {id_: candidates.get(id_, {}) for id_ in sharing}
    if len(sharing) > 1:
        shown = _ranked(entity, values, same)[:SHOWN_CANDIDATES]
        reason = f"several records have the same {kinds}"
        return Match(Verdict.REVIEW, None, tuple(shown), reason)
    record = sharing[0]
    if record in taken:
        reason = f"a twin: a record with the same {kinds} is in this system already"
        return Match(Verdict.REVIEW, record, tuple(_ranked(entity, values, same)), reason)
    apart = sibling(values, same[record]) if kinds == "domain" else ""
    if apart:
        others = {id_: held for id_, held in candidates.items() if id_ != record}
        shown = [*_ranked(entity, values, same), *_ranked(entity, values, others)]
        reason = f"the same domain, but {apart}"
        return Match(Verdict.REVIEW, None, tuple(shown[:SHOWN_CANDIDATES]), reason)
    return Match(Verdict.LINK, record, (), f"the only record with the same {kinds}")


def _by_score(
    entity: Entity,
    values: Mapping[str, Value],
    ranked: list[tuple[str, Score]],
    taken: frozenset[str],
    thresholds: Thresholds,
) -> Match:
    """Decide for a newcomer without exact keys in common with anybody."""
    parents = {values.get(f.name) for f in entity.fields.values() if f.to == entity.name}
    close = [
        (id_, found)
        for id_, found in ranked
        if found.value >= thresholds.review and id_ not in parents
    ]
    shown = tuple(close[:SHOWN_CANDIDATES])
    if not close:
        return UNLIKE_ANY
    record, best = close[0]
    why = ", ".join(best.reasons) or "alike"
    if record in taken:
        reason = f"a twin: a similar record is in this system already ({why})"
        return Match(Verdict.REVIEW, record, shown, reason)
    clear = len(close) == 1 or best.value - close[1][1].value >= thresholds.margin
    if best.value < thresholds.link or best.contradicted:
        return Match(Verdict.REVIEW, None, shown, f"it may be the same ({why})")
    if not clear:
        return Match(Verdict.REVIEW, None, shown, "several records come equally close")
    return Match(Verdict.LINK, record, shown, why)


def _kinds(keys: Iterable[str]) -> str:
    """Return the kinds of some keys in words."""
    return " and ".join(sorted({key.partition(":")[0] for key in keys}))
