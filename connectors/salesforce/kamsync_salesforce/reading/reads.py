"""Reading what changed in one object, page by page, without missing anything.

`SystemModstamp` is set inside a transaction and seen when that commits, which may be minutes later
(a request may take ten). So every window reaches back by an overlap, and what was seen already is
seen again. Deleted and merged rows come along through queryAll, as long as the recycle bin has them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import Struct, structs

from kamsync.model import Page, Reading
from kamsync_salesforce.api.client import Client, Refusal, Rows
from kamsync_salesforce.api.moments import moment
from kamsync_salesforce.objects.queries import Selection, soql
from kamsync_salesforce.objects.selecting import Selecting
from kamsync_salesforce.objects.traits import traits_of
from kamsync_salesforce.reading.ahead import Ahead, fits
from kamsync_salesforce.reading.bulk import Bulk
from kamsync_salesforce.reading.cursors import Cursor, read_cursor
from kamsync_salesforce.reading.delete_log import DeleteLog
from kamsync_salesforce.reading.readings import Readings, columns_of

__all__ = ["Reads", "Window"]

EXPIRED = "INVALID_QUERY_LOCATOR"
SHORT = ("Id", "SystemModstamp", "IsDeleted", "MasterRecordId")


class Window(Struct, frozen=True):
    """What one call of `Reads.pages` reads: rows from *low* on, after *place*, deleted ones or not."""

    low: datetime | None = None
    after: tuple[datetime, str] | None = None
    cursor: Cursor | None = None

    @property
    def deleted(self) -> bool:
        """Whether deleted rows are shown: not where everything is read for the first time."""
        return self.low is not None


class Reads:
    """Reads one org's objects."""

    def __init__(
        self,
        client: Client,
        selecting: Selecting,
        readings: Readings,
        own: Callable[[], str],
        *,
        overlap: timedelta,
        bulk_from: int,
        deletes_every: timedelta,
    ) -> None:
        self.ahead = Ahead(client)
        self._client = client
        self._selecting = selecting
        self._readings = readings
        self._own = own
        self._overlap = overlap
        self._bulk_from = bulk_from
        self._bulk = Bulk(client)
        self._log = DeleteLog(client, deletes_every)

    def announce(self, reads: Sequence[tuple[str, Sequence[str], str | None]]) -> None:
        """Hear which reads follow, so that their first pages come together."""
        queries = []
        for object_, names, cursor in reads:
            window = self._window(cursor)
            query = self._query(self._selecting.of(object_, names), window)
            if fits(query):
                queries.append((query, window.deleted))
        self.ahead.announce(queries)

    def pages(self, object_: str, names: Sequence[str], cursor: str | None) -> Iterator[Page]:
        """Yield all pages from *cursor* on; the last one brings the cursor of the next window."""
        window = self._window(cursor)
        selection, rows = self._first(object_, names, window)
        since = window.cursor.since if window.after and window.cursor else rows.looked
        assert since is not None, "an answer without a Date"
        place = Cursor(since, window.low)
        if window.cursor:
            place = structs.replace(place, gone=window.cursor.gone, asked=window.cursor.asked)
        for page in self._all(selection, window, rows):
            if page.rows:
                last = page.rows[-1]
                place = structs.replace(
                    place, at=moment(last["SystemModstamp"]), id=str(last["Id"])
                )
            yield Page(tuple(self._read(page, names, selection)), str(place))
        yield self._last(object_, place, rows.looked or since)

    def _read(self, page: Rows, names: Sequence[str], selection: Selection) -> list[Reading]:
        self._readings.learn(page.rows)
        own, columns = self._own(), columns_of(names, selection)
        return [self._readings.of(row, columns, page.looked, own) for row in page.rows]

    def _last(self, object_: str, place: Cursor, now: datetime) -> Page:
        """Return the page that ends a window, with what the log of deletes tells if it is due."""
        done = Cursor(place.since, gone=place.gone, asked=place.asked)
        if not traits_of(object_).vanishes:
            return Page((), str(done))
        told, gone, asked = self._log.since(object_, done.gone or place.since, done.asked, now)
        return Page(told, str(structs.replace(done, gone=gone, asked=asked)))

    def _window(self, cursor: str | None) -> Window:
        found = read_cursor(cursor)
        if found is None:
            return Window()
        if found.at is not None:
            return Window(found.low, (found.at, found.id), found)
        return Window(found.since - self._overlap, None, found)

    def _query(self, selection: Selection, window: Window, fields: Sequence[str] = ()) -> str:
        return soql(selection, low=window.low, after=window.after, fields=fields)

    def _first(self, object_: str, names: Sequence[str], window: Window) -> tuple[Selection, Rows]:
        """Return the first page; once more, if the org did not show what was asked for."""
        selection = self._selecting.of(object_, names)
        try:
            return selection, self._page(selection, window)
        except Refusal as refusal:
            other = self._selecting.instead(refusal, selection, names)
            if other is None:
                raise
        return other, self._page(other, window)

    def _page(self, selection: Selection, window: Window) -> Rows:
        query = self._query(selection, window)
        if fits(query):
            return self.ahead.first(query, deleted=window.deleted)
        return self._client.query(self._narrow(selection, window), deleted=window.deleted)

    def _narrow(self, selection: Selection, window: Window) -> str:
        """Return the query that only lists rows whose fields are too many for one address."""
        fields = [name for name in SHORT if name in selection.fields]
        return self._query(selection, window, fields)

    def _all(self, selection: Selection, window: Window, rows: Rows) -> Iterator[Rows]:
        """Yield all pages that follow *rows*, itself included."""
        if window.low is None and rows.more and rows.total >= self._bulk_from:
            yield from self._bulk.pages(self._query(selection, window), selection, rows.looked)
            return
        wide = not fits(self._query(selection, window))
        while True:
            yield self._filled(selection, rows) if wide else rows
            if not rows.more:
                return
            rows = self._next(selection, window, rows, wide=wide)

    def _next(self, selection: Selection, window: Window, rows: Rows, *, wide: bool) -> Rows:
        """Return the page after *rows*; a locator that is too old is replaced by a query from there."""
        try:
            return self._client.more(rows.more)
        except Refusal as refusal:
            if refusal.problem.code != EXPIRED:
                raise
        last = rows.rows[-1]
        place = (moment(last["SystemModstamp"]), str(last["Id"]))
        rest = structs.replace(window, after=place)
        query = self._narrow(selection, rest) if wide else self._query(selection, rest)
        return self._client.query(query, deleted=window.deleted)

    def _filled(self, selection: Selection, rows: Rows) -> Rows:
        """Return a page of listed rows with all fields of those that live, each read at one moment."""
        living = [str(row["Id"]) for row in rows.rows if not row.get("IsDeleted")]
        if not living:
            return rows
        answer = self._client.retrieve(selection.object, living, selection.plain)
        found = {row["Id"]: row for row in answer.body if row}
        # What was deleted meanwhile is stamped later, and is told from the next cursor.
        whole = [row if row.get("IsDeleted") else found.get(row["Id"]) for row in rows.rows]
        return structs.replace(rows, rows=[row for row in whole if row], looked=answer.looked)
