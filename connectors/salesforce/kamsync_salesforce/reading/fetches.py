"""Records by their ids, and by the ids of ours that they keep."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from msgspec import structs

from kamsync.model import Reading
from kamsync_salesforce.api.client import Answer, Client, Refusal, Rows, Sub, parts, rows_of
from kamsync_salesforce.api.ids import is_id, long_id
from kamsync_salesforce.objects.queries import Selection, quoted, soql
from kamsync_salesforce.objects.selecting import Selecting
from kamsync_salesforce.reading.ahead import QUERIES, fits, in_url
from kamsync_salesforce.reading.readings import Readings, columns_of

__all__ = ["Fetches"]

T = TypeVar("T")
Found = tuple[Mapping[str, Any], datetime | None]

RETRIEVED = 2000
IN_ONE_QUERY = 500


class Fetches:
    """Reads single records of one org."""

    def __init__(
        self, client: Client, selecting: Selecting, readings: Readings, own: Callable[[], str]
    ) -> None:
        self._client = client
        self._selecting = selecting
        self._readings = readings
        self._own = own

    def fetch(self, object_: str, names: Sequence[str], ids: Sequence[str]) -> dict[str, Reading]:
        """Return the state of now of each record, of the gone as far as the recycle bin knows them."""
        wanted = {native_id: long_id(native_id) for native_id in ids if is_id(native_id)}
        if not wanted:
            self._selecting.of(object_, names)
            return {}
        selection, found = self._tried(
            object_, names, partial(self._found, list(dict.fromkeys(wanted.values())))
        )
        self._name_editors([row for row, _ in found])
        own, columns = self._own(), columns_of(names, selection)
        known = {
            str(row["Id"]): self._readings.of(row, columns, looked, own) for row, looked in found
        }
        return {given: known[id_] for given, id_ in wanted.items() if id_ in known}

    def find(self, object_: str, names: Sequence[str], stamps: Sequence[str]) -> dict[str, Reading]:
        """Return the living records that keep one of *stamps*."""
        selection, found = self._tried(object_, names, partial(self._kept, list(stamps)))
        self._readings.learn([row for row, _ in found])
        own, columns, told = self._own(), columns_of(names, selection), {}
        for row, looked in found:
            reading = self._readings.of(row, columns, looked, own)
            # Texts are compared without regard to case there, and with it here.
            if reading.stamp in stamps:
                told[str(reading.stamp)] = reading
        return told

    def stamped(self, object_: str, stamps: Sequence[str]) -> dict[str, str]:
        """Return the ids of the living records that keep one of *stamps*."""
        found = self.find(object_, [], stamps)
        return {stamp: reading.native_id for stamp, reading in found.items()}

    def living(self, object_: str, ids: Sequence[str]) -> set[str]:
        """Return which of some records are there."""
        found = self.fetch(object_, [], ids)
        return {given for given, reading in found.items() if reading.values is not None}

    def _tried(
        self, object_: str, names: Sequence[str], step: Callable[[Selection], T]
    ) -> tuple[Selection, T]:
        """Return what *step* does with a selection; with another, if the org does not show all of it."""
        selection = self._selecting.of(object_, names)
        try:
            return selection, step(selection)
        except Refusal as refusal:
            other = self._selecting.instead(refusal, selection, names)
            if other is None:
                raise
        return other, step(other)

    def _found(self, ids: Sequence[str], selection: Selection) -> list[Found]:
        """Return the rows of records, those in the recycle bin included."""
        if selection.reaches:
            return self._queried(selection, "Id", ids, deleted=True)
        found: list[Found] = []
        for part in parts(ids, RETRIEVED):
            answer = self._client.retrieve(selection.object, part, selection.plain)
            found += [(row, answer.looked) for row in answer.body if row]
        there = {str(row["Id"]) for row, _ in found}
        missing = [native_id for native_id in ids if native_id not in there]
        if missing and selection.deleted:
            found += self._queried(selection, "Id", missing, deleted=True)
        return found

    def _kept(self, stamps: Sequence[str], selection: Selection) -> list[Found]:
        if not selection.stamp or not stamps:
            return []
        return self._queried(selection, selection.stamp, stamps, deleted=False)

    def _queried(
        self, selection: Selection, field: str, values: Sequence[str], *, deleted: bool
    ) -> list[Found]:
        """Return all rows in which *field* is one of *values*, five queries in a call."""
        selection = structs.replace(selection, companies=False)
        found: list[Found] = []
        path = "queryAll" if deleted else "query"
        for queries in parts(list(_queries(selection, field, values)), QUERIES):
            subs = [Sub("GET", f"/{path}?q={in_url(query)}") for query in queries]
            for answer in self._client.composite(subs, repeatable=True):
                found += self._all(answer)
        return found

    def _all(self, answer: Answer) -> Iterator[Found]:
        """Yield the rows of a query whose first page is *answer*."""
        if answer.failed:
            raise Refusal(answer.status, answer.problem)
        rows: Rows = rows_of(answer)
        while True:
            yield from ((row, rows.looked) for row in rows.rows)
            if not rows.more:
                return
            rows = self._client.more(rows.more)

    def _name_editors(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Look up the names of editors that no row has told yet."""
        self._readings.learn(rows)
        people = self._readings.people
        ids = {str(row.get("LastModifiedById") or "") for row in rows} - {"", *people}
        for part in parts(sorted(ids), IN_ONE_QUERY):
            names = ",".join(quoted(each) for each in part)
            try:
                found = self._client.query(f"SELECT Id,Name FROM User WHERE Id IN ({names})")
            except Refusal:
                return
            people.update({str(row["Id"]): str(row.get("Name") or "") for row in found.rows})


def _queries(selection: Selection, field: str, values: Sequence[str]) -> Iterator[str]:
    """Yield queries for *values* that are each short enough for an address."""
    left = list(values)
    while left:
        count = min(len(left), IN_ONE_QUERY)
        while count > 1 and not fits(_in(selection, field, left[:count])):
            count = count * 3 // 4
        yield _in(selection, field, left[:count])
        left = left[count:]


def _in(selection: Selection, field: str, values: Sequence[str]) -> str:
    listed = ",".join(quoted(each) for each in values)
    return soql(selection, where=f"{field} IN ({listed})")
