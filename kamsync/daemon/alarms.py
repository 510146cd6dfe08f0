"""What is wrong for a while, so that a person should know: said once, and once when it is over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from msgspec import Struct

from kamsync.connector import Budget
from kamsync.daemon.outcome import Outcome
from kamsync.engine import System

__all__ = ["ENOUGH", "OVER", "SCARCE", "Alarm", "Alarms", "Wrong"]

OVER = {
    "stale": "fresh_again",
    "blocked": "unblocked",
    "unseen": "seen_again",
    "quota_low": "quota_enough",
    "held_up": "flows_again",
}
"""Each alarm, and what is said when it is over."""

SCARCE = 0.2
"""Below which part of a day's calls a system is served less often."""

ENOUGH = 0.3
"""From which part on it is served as before: more than what is scarce, so that it does not flutter."""


class Alarm(Struct, frozen=True, order=True):
    """One thing that is wrong: of which kind, and with which system if it is one's."""

    about: str
    system: str = ""


Wrong: TypeAlias = Mapping[Alarm, str]
"""What is wrong, each with its reason and what to do about it."""


class Alarms:
    """What is wrong now, as far as rounds tell; decides from what it is told, and tells nobody."""

    def __init__(self) -> None:
        self._blocked: dict[str, str] = {}
        self._unseen: dict[str, dict[str, tuple[str, ...]]] = {}
        self._scarce: dict[str, Budget] = {}
        self._stop = ""
        self._stopped: frozenset[str] = frozenset()

    @property
    def scarce(self) -> frozenset[str]:
        """Return the systems that allow few calls more today."""
        return frozenset(self._scarce)

    def taken_over(self, systems: Mapping[str, System]) -> None:
        """Go on with another configuration: what it does not name any more is not wrong any more.

        Who could not get in is heard anew in the next round; a field shows only with a record.
        """
        self._blocked = {}
        self._stopped &= systems.keys()
        self._scarce = {name: each for name, each in self._scarce.items() if name in systems}
        self._unseen = {
            name: {
                entity: tuple(each for each in fields if each in systems[name].maps[entity].names)
                for entity, fields in entities.items()
                if entity in systems[name].maps
            }
            for name, entities in self._unseen.items()
            if name in systems
        }

    def heard(self, outcome: Outcome) -> None:
        """Take in what became of a round."""
        if outcome.end not in {"done", "stopped"}:
            return
        self._weigh(outcome)
        for name in outcome.blocked:
            self._blocked[name] = outcome.down[name]
        for name in self._blocked.keys() & set(outcome.systems) - outcome.down.keys():
            del self._blocked[name]
        for name, entities in outcome.unseen.items():
            for entity, fields in entities.items():
                self._unseen.setdefault(name, {})[entity] = tuple(fields)

    def _weigh(self, outcome: Outcome) -> None:
        """Note which systems a plan keeps waiting: until each was served, rounds of others change nothing."""
        if outcome.end == "stopped":
            self._stop, self._stopped = outcome.reason, self._stopped | set(outcome.systems)
        else:
            self._stopped -= set(outcome.systems) - outcome.down.keys()

    def counted(self, budgets: Mapping[str, Budget]) -> None:
        """Take in how many calls of the day are left in each system."""
        for name, budget in budgets.items():
            limit = ENOUGH if name in self._scarce else SCARCE
            if budget.left < limit * budget.limit:
                self._scarce[name] = budget
            else:
                self._scarce.pop(name, None)

    def wrong(self, stale: Mapping[str, str]) -> dict[Alarm, str]:
        """Return all that is wrong now, with the broken promises of systems that are *stale*."""
        told = {Alarm("stale", name): f"{how}. Why: kamsync check." for name, how in stale.items()}
        told |= {Alarm("blocked", name): reason for name, reason in self._blocked.items()}
        told |= {Alarm("unseen", name): text for name, text in self._fields()}
        told |= {Alarm("quota_low", name): _left(each) for name, each in self._scarce.items()}
        if self._stopped:
            told[Alarm("held_up")] = self._stop
        return told

    def _fields(self) -> Iterator[tuple[str, str]]:
        """Yield which mapped fields a system does not show, and what to do."""
        for name, entities in self._unseen.items():
            missing = {entity: fields for entity, fields in entities.items() if fields}
            if missing:
                yield name, _unseen(name, missing)


def _unseen(name: str, missing: Mapping[str, tuple[str, ...]]) -> str:
    """Return which fields a system does not show, what that means, and what to do."""
    told = "; ".join(f"{', '.join(fields)} of {entity}" for entity, fields in missing.items())
    return (
        f"{name} does not show {told}: what people enter there does not arrive, and nothing is written"
        f" there. Let kamsync's user see it, or correct [system.{name}.map] and reload."
    )


def _left(budget: Budget) -> str:
    """Return how few calls are left, and what is done about it."""
    return (
        f"{budget.left:,} of {budget.limit:,} calls of the day are left; it is served less often until"
        " there are more. Serve it less often, or let it allow more calls."
    )
