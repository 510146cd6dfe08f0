"""A site as one of the systems of a history: its people, and its rows as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from kamsync.clock import Clock
from kamsync.connector import Connector
from kamsync.memory.acts import Act
from kamsync.memory.system import SOMEBODY
from kamsync.model import Author, Native
from kamsync.testing.simulation.drawn.faults import Gremlin, Watched
from kamsync.testing.simulation.drawn.setting import Cast
from kamsync.testing.simulation.site import Change, Site, Stage
from kamsync.testing.simulation.systems.line import Line
from kamsync.testing.simulation.systems.town import ITSELF, Town

__all__ = ["StagedTown"]


class StagedTown(Town):
    """A town whose truth is a site: it holds what the site has told, in our words."""

    def __init__(
        self, cast: Cast, clock: Clock, told: Callable[[Cast, Act], None], stage: Stage
    ) -> None:
        super().__init__(cast, clock, told)
        self.words = stage.words
        self.entities = {words.object: entity for entity, words in stage.words.items()}
        self.site: Site = stage.open(clock, cast.name)
        self.site.told = self._tell
        self._heard: list[Change] = []
        self._calling = False
        self._filled = 0
        self.own: Callable[[Change], Callable[[Callable[[], None]], None] | None] = lambda _: None

    def connector(self, gremlin: Gremlin, watched: Watched) -> Connector:
        """Return the line to the site, where calls and rows go wrong."""
        return Line(self, gremlin, watched)

    def calm(self) -> Connector:
        """Return a line on which nothing goes wrong and nobody listens."""
        return self.site.connect()

    def create(
        self,
        object_: str,
        values: Mapping[str, Native],
        *,
        author: Author = SOMEBODY,
        **_: object,
    ) -> str:
        """Let a person make a record; what the site wants of every record is filled in."""
        words = self.words[object_]
        given = dict(values)
        for name in words.required:
            if given.get(name) is None:
                self._filled += 1
                given[name] = f"f{self._filled}@{self.cast.name}"
        with self._acted():
            return self.site.create(words.object, words.native(given), author.id)

    def edit(
        self,
        object_: str,
        native_id: str,
        values: Mapping[str, Native],
        *,
        author: Author = SOMEBODY,
        **_: object,
    ) -> None:
        """Let a person change a record."""
        words = self.words[object_]
        with self._acted():
            self.site.edit(words.object, native_id, words.native(values), author.id)

    def delete(self, object_: str, native_id: str, *, author: Author = SOMEBODY) -> None:
        """Let a person delete a record."""
        with self._acted():
            self.site.delete(self.words[object_].object, native_id, author.id)

    def undelete(self, object_: str, native_id: str, *, author: Author = SOMEBODY) -> None:
        """Let a person bring a record back."""
        with self._acted():
            self.site.undelete(self.words[object_].object, native_id, author.id)

    def merge(self, object_: str, loser: str, survivor: str, *, author: Author = SOMEBODY) -> None:
        """Let a person merge two records; the survivor's blanks are filled."""
        words = self.words[object_]
        gone, kept = self.living(object_, loser), self.living(object_, survivor)
        filled = {n: v for n, v in gone.values.items() if kept.values.get(n) is None}
        with self._acted():
            self.site.merge(words.object, loser, survivor, words.native(filled), author.id)

    def close(self) -> None:
        """End the site."""
        self.site.close()

    @contextmanager
    def calling(self) -> Iterator[None]:
        """Take in what landed during a call once it is over: the site tells of it in its own thread."""
        self._calling = True
        try:
            yield
        finally:
            self._calling = False
            self._take_in()

    @contextmanager
    def _acted(self) -> Iterator[None]:
        """Take in what a person did."""
        try:
            yield
        finally:
            if not self._calling:
                self._take_in()

    def _tell(self, change: Change) -> None:
        self._heard.append(change)

    def _take_in(self) -> None:
        heard, self._heard[:] = list(self._heard), []
        for change in heard:
            landing = self.own(change) if change.own and not change.silent else None
            take = partial(self._take, change)
            take() if landing is None else landing(take)

    def _take(self, change: Change) -> None:
        entity = self.entities[change.object]
        act = Act(
            seq=self.seq + 1,
            deed=change.deed,
            object=entity,
            id=change.id,
            at=change.at,
            by=ITSELF.id if change.silent else change.by,
            own=change.own,
            values=self.words[entity].ours(change.values),
            stamp=change.stamp,
            into=change.into,
        )
        self._happen(act)
        self.told(self.cast, act)
