"""Whether a pull has taken in all that was there when it began: no cursor passes what was not read."""

from __future__ import annotations

from typing import TypeAlias

from kamsync.memory.acts import Row
from kamsync.memory.views import View
from kamsync.model import Link
from kamsync.observe import is_gone
from kamsync.store import Store
from kamsync.testing.simulation.observer.chronicle import Report
from kamsync.testing.simulation.systems.staged import StagedTown
from kamsync.testing.simulation.systems.town import Town

__all__ = ["Watermark"]

_VERSIONS = "SELECT native_id, version FROM link WHERE system = ? AND entity = ?"

There: TypeAlias = dict[tuple[str, str], int]
"""The last act on each native record, by object and id."""


class Watermark:
    """What one system held before a pull, against what the hub knows after it.

    A site has versions of its own, and answers for its cursors in its conformance.
    """

    def __init__(self, town: Town, report: Report) -> None:
        self.town = town
        self.report = report
        self.view = View(town, town.cast.can)

    def there(self) -> There:
        """Return what is there now; nothing of a site."""
        if isinstance(self.town, StagedTown):
            return {}
        return {
            (object_, row.id): row.last.seq
            for object_ in self.town.cast.maps
            for row in self.town.table(object_).rows.values()
            if self.view.shows(row) and self.town.untold.get((object_, row.id)) != row.last.seq
        }

    def require(self, store: Store, there: There) -> None:
        """9: whatever was *there* and did not change since is known as it is."""
        name = self.town.cast.name
        for object_ in self.town.cast.maps if there else ():
            rows = self.town.table(object_).rows
            still = [
                rows[native_id]
                for (of, native_id), seq in there.items()
                if of == object_ and rows[native_id].last.seq == seq
            ]
            versions: dict[str, str] = dict(
                store.database.rows(_VERSIONS, (name, object_)) if still else ()
            )
            doubtful = [
                row
                for row in still
                if not row.alive or versions.get(row.id) != self.view.version(row)
            ]
            self._require_known(doubtful, object_, store)

    def _require_known(self, rows: list[Row], object_: str, store: Store) -> None:
        """9: these native records are known as they are, if need be as what took them over."""
        name = self.town.cast.name
        links = store.links.by_native(name, object_, [row.id for row in rows])
        for row in rows:
            link = links.get(row.id)
            if not self._is_known(row, link):
                version, known = self.view.version(row), link.version if link else "nothing"
                text = f"{name} {row.id} was read on past its version {version}; known is {known}"
                self.report(9, text)

    def _is_known(self, row: Row, link: Link | None) -> bool:
        """Whether the hub knows a native record as it is; one that was merged away is its survivor."""
        if row.alive:
            return link is not None and link.version == self.view.version(row)
        # What was part of another record may have come back and gone again unseen.
        return link is None or link.native_id != row.id or is_gone(link)
