"""What waits, by why: records that a system or a rule refused, and those that await another one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from kamsync.clock import minute
from kamsync.engine import Hub
from kamsync.model import EXISTS
from kamsync.reports.finding import Names
from kamsync.reports.waiting import waits

__all__ = ["Stuck", "stuck"]

COUNTED_LIMIT = 10_000
NAMED_LIMIT = 3
"""How many of those that wait alike are named."""


class Stuck(Struct, frozen=True):
    """Records of one entity that wait in one system for one *reason*, longest first, and what helps.

    *whats* name them as their system does, else by their canonical id, *names* as people do, as far
    as that is known.
    """

    about: str
    system: str
    entity: str
    reason: str
    hint: str
    since: str
    whats: tuple[str, ...]
    names: tuple[str, ...] = ()

    def text(self) -> str:
        """Return it as one sentence."""
        since = minute(self.since)
        if len(self.whats) == 1:
            return (
                f"{self.system}.{self.entity} {self._first()[0]} waits since {since}: {self.reason}"
            )
        shown = ", ".join(self._first())
        more = ", …" if len(self.whats) > NAMED_LIMIT else ""
        return (
            f"{len(self.whats):,} records of {self.system}.{self.entity} wait, the first since {since}:"
            f" {self.reason} They are {shown}{more}."
        )

    def _first(self) -> list[str]:
        """Return the first of them, each with what people call it."""
        named = zip(self.whats[:NAMED_LIMIT], self.names, strict=False)
        return [f"{what} ({name})" if name else what for what, name in named]


class _One(Struct, frozen=True):
    """One record that waits."""

    key: tuple[str, str, str, str, str]
    since: str
    what: str
    record: str


def stuck(hub: Hub, *, each: bool = False) -> Iterator[Stuck]:
    """Yield what waits, those that wait alike together, or *each* by itself; longest first."""
    groups: dict[tuple[str, ...], list[_One]] = {}
    for place, one in enumerate(_all(hub)):
        groups.setdefault((*one.key, str(place) if each else ""), []).append(one)
    names = Names(hub)
    names.load(
        {one.record for alike in groups.values() for one in alike[:NAMED_LIMIT] if one.record}
    )
    for alike in groups.values():
        yield _stuck(alike, names)


def _stuck(alike: Sequence[_One], names: Names) -> Stuck:
    """Return those that wait alike."""
    about, system, entity, reason, hint = alike[0].key
    return Stuck(
        about,
        system,
        entity,
        reason,
        hint,
        alike[0].since,
        tuple(one.what for one in alike),
        tuple((one.record and names.of(one.record)) or "" for one in alike[:NAMED_LIMIT]),
    )


def _all(hub: Hub) -> Iterable[_One]:
    """Yield each record that waits, those that were refused first."""
    hint = "Put it right there; it is tried again by itself, soon at first and then once a day."
    for park in hub.store.parks.all(COUNTED_LIMIT):
        key = ("parked", park.system, park.entity, park.reason, hint)
        yield _One(key, park.at, park.what.removesuffix(f".{EXISTS}"), park.record or "")
    for wait in waits(hub, COUNTED_LIMIT):
        key = ("waiting", wait.system, wait.entity, f"{wait.reason}.", wait.hint)
        yield _One(key, wait.at, wait.what, wait.record)
