"""A portal: its records and definitions, and the time it goes by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from msgspec import json

from kamsync.clock import Clock
from kamsync_hubspot.sandbox.model.kinds import STANDARD, Kind
from kamsync_hubspot.sandbox.model.moments import to_ms
from kamsync_hubspot.sandbox.model.refusal import Refusal
from kamsync_hubspot.sandbox.model.settings import Settings
from kamsync_hubspot.sandbox.state.association_types import AssociationTypes
from kamsync_hubspot.sandbox.state.catalogue import Catalogue
from kamsync_hubspot.sandbox.state.database import Database
from kamsync_hubspot.sandbox.state.events import Event
from kamsync_hubspot.sandbox.state.people import People
from kamsync_hubspot.sandbox.state.pipelines import Pipelines
from kamsync_hubspot.sandbox.state.sought import Sought

__all__ = ["Portal"]

_FIRST_ID = 20_000_000_000
_WIDEST_GAP = 9


class Portal:
    """One account, without HTTP. What can be done with it is in the modules beside this one.

    Args:
        path: where it is kept; without one, in memory.
        clock: the time that it goes by.
        settings: how it behaves.
        seed: what chance is drawn from.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        clock: Clock,
        settings: Settings | None = None,
        seed: int = 0,
    ) -> None:
        self.clock = clock
        self.settings = settings or Settings()
        self.database = Database(path)
        self.atomically = self.database.atomically
        self.random = Random(seed)  # noqa: S311
        self.writes = 0
        self.slower_ms = 0
        self._stamp: int | None = None
        self.counted: tuple[Any, int] = (None, 0)
        self._listeners: list[Callable[[Event], None]] = []
        self._kinds: dict[str, Kind] = {}
        for kind in STANDARD:
            self.know(kind)
        self.catalogue = Catalogue(self.database)
        self.pipelines = Pipelines(self.database)
        self.people = People(self.database)
        self.association_types = AssociationTypes(self.database)
        self.sought = Sought(self.database)
        self._begin()

    def _begin(self) -> None:
        """Fill a new database with what every portal has; read the custom types of an old one."""
        with self.atomically():
            if self.database.count("opened") == 1:
                for kind in STANDARD:
                    self.catalogue.begin(kind)
                self.pipelines.begin()
                self.association_types.begin()
        rows = self.database.execute("SELECT body FROM definition WHERE what = 'kind'")
        for (body,) in rows.fetchall():
            self.know(json.decode(body, type=Kind))

    @property
    def now(self) -> int:
        """The time that it shows, in milliseconds."""
        return to_ms(self.clock.now()) if self._stamp is None else self._stamp

    @property
    def past(self) -> bool:
        """Whether what happens now is to have happened long ago."""
        return self._stamp is not None

    @contextmanager
    def stamped(self, at_ms: int) -> Iterator[None]:
        """Let what happens inside have happened at a moment of the past, long known to searches."""
        before, self._stamp = self._stamp, at_ms
        try:
            yield
        finally:
            self._stamp = before

    @property
    def kinds(self) -> list[Kind]:
        """Every object type, each once."""
        return list({kind.id: kind for kind in self._kinds.values()}.values())

    def know(self, kind: Kind) -> None:
        """Let an object type be found by all its names."""
        for name in kind.names():
            self._kinds[name] = kind
        if kind.custom:
            self._kinds[f"p_{kind.plural}".lower()] = kind

    def forget(self, kind: Kind) -> None:
        """Let an object type be found no more."""
        self._kinds = {name: each for name, each in self._kinds.items() if each.id != kind.id}

    def kind(self, name: str) -> Kind:
        """Return the object type called so: by id, singular or plural, in any case.

        Source: developers.hubspot.com/docs/guides/api/crm/using-object-apis (names and ids), and
        the answer to an unknown one, recorded in github.com/amp-labs/connectors.
        """
        found = self._kinds.get(name.lower())
        if found is None:
            raise Refusal(400, f"Unable to infer object type from: {name}", category=None)
        return found

    def new_id(self) -> int:
        """Return the id of the next record: they grow, with gaps."""
        return self.database.count("record", self.random.randint(1, _WIDEST_GAP), _FIRST_ID)

    def listen(self, listener: Callable[[Event], None]) -> None:
        """Let *listener* hear of every change from now on."""
        self._listeners.append(listener)

    def announce(self, event: Event) -> None:
        """Tell whoever listens."""
        self.writes += 1
        for listener in self._listeners:
            listener(event)

    def close(self) -> None:
        """Give back its file; a second call does nothing."""
        self.database.close()
