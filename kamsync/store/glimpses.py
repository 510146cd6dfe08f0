"""Links at a glance: who each is, and what it shows, field by field as somebody asks for it.

To read all that a link knows costs more than to find out who it is, for which a few fields are enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Raw, Struct

from kamsync.model import Fact
from kamsync.store.codec import fact_of, facts_of, raw_facts_of
from kamsync.store.database import Row

__all__ = ["COLUMNS", "Glimpse", "glimpse_of"]

COLUMNS = "link.id, link.system, link.entity, link.native_id, link.record, link.stamp, link.facts"


class Glimpse(Struct, frozen=True, gc=False):
    """A link, told apart from others; see `kamsync.model.Link`."""

    id: int
    system: str
    entity: str
    native_id: str | None
    record: str | None
    stamp: str | None
    facts: Mapping[str, Fact]


class _Facts(Mapping[str, Fact]):
    """The facts of a link, each read when somebody asks what was observed; who said it is left out."""

    __slots__ = ("_raw", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._raw: dict[str, Raw] | None = None

    def __getitem__(self, name: str) -> Fact:
        fact: Fact | None = self.get(name)
        if fact is None:
            raise KeyError(name)
        return fact

    def get(self, name: str, default: Any = None) -> Any:
        """Return one fact, or *default* where nothing is known."""
        if self._raw is None:
            self._raw = raw_facts_of(self._text)
        raw = self._raw.get(name)
        return default if raw is None else fact_of(raw)

    def __contains__(self, name: object) -> bool:
        return self.get(str(name)) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(facts_of(self._text))

    def __len__(self) -> int:
        return len(facts_of(self._text))


def glimpse_of(row: Row) -> Glimpse:
    """Return the glimpse of one row of `COLUMNS`."""
    return Glimpse(row[0], row[1], row[2], row[3], row[4], row[5], _Facts(row[6]))
