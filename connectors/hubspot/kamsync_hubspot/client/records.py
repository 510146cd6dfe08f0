"""The calls on records: listing, searching, and reading in batches, with what they cost.

Limits are those of developers.hubspot.com, "CRM API | Objects" and "CRM search".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from msgspec import Struct

from kamsync.errors import Unsupported
from kamsync_hubspot.client.objects import MERGED, Shape
from kamsync_hubspot.client.pace import SEARCHES
from kamsync_hubspot.client.refusals import Refusal
from kamsync_hubspot.client.transport import Answer, Transport
from kamsync_hubspot.client.wire import Batch, Listing, Thing

__all__ = ["BATCH", "HISTORIES", "LISTED", "SEARCHED", "Found", "Records", "chunks", "unsupported"]

LISTED = 100
SEARCHED = 200
BATCH = 100
HISTORIES = 50
"""How many records one call tells the histories of."""

URL_LIMIT = 6000
"""How long the names in an address may be in all; HubSpot has refused addresses of 8,000."""

NOT_FOUND = 404
FORBIDDEN = 403
UNKNOWN_OBJECT = "unable to infer object type"

T = TypeVar("T")


class Found(Struct, frozen=True):
    """Records as they were read, and the time of HubSpot just then, where it tells."""

    things: list[Thing]
    at: datetime | None
    after: str = ""
    total: int = 0


class Records:
    """The records of one portal.

    Args:
        transport: the way there.
        stamp: the unique property that keeps our id.
    """

    def __init__(self, transport: Transport, stamp: str) -> None:
        self.transport = transport
        self.stamp = stamp

    def names(self, shape: Shape, names: Sequence[str]) -> list[str]:
        """Return the properties to read for *names*: with the stamp and what was merged."""
        return list(dict.fromkeys([*shape.plain(names), self.stamp, MERGED]))

    def listed(
        self, shape: Shape, names: Sequence[str], after: str, limit: int, *, archived: bool = False
    ) -> Found:
        """Return a page of the records from the id *after* on, in the order of their ids.

        Listing reads what is stored, not the index of the search.
        """
        wanted = ",".join(self.names(shape, names))
        query = {"limit": str(limit), "archived": "true" if archived else "false"}
        if len(wanted) <= URL_LIMIT:
            query["properties"] = wanted
        if after:
            query["after"] = after
        found = self._listing(shape, self.transport.get, self.transport.paths.objects, query=query)
        if len(wanted) <= URL_LIMIT or archived:
            return found
        return Found(
            self.read(shape, names, [t.id for t in found.things]).things, found.at, found.after
        )

    def searched(
        self,
        shape: Shape,
        filters: Sequence[Mapping[str, Any]],
        limit: int,
        *,
        newest: bool = False,
    ) -> Found:
        """Return records that the index finds, with their ids and times only, in the order of ids."""
        body = {
            "filterGroups": [{"filters": list(filters)}] if filters else [],
            "sorts": [
                {
                    "propertyName": "hs_object_id",
                    "direction": "DESCENDING" if newest else "ASCENDING",
                }
            ],
            "properties": [shape.modified],
            "limit": limit,
        }
        path = self.transport.paths.search
        return self._listing(shape, self.transport.ask, path, body=body, lane=SEARCHES)

    def read(
        self,
        shape: Shape,
        names: Sequence[str],
        ids: Sequence[str],
        *,
        archived: bool = False,
        by: str = "",
    ) -> Found:
        """Return those of up to 100 records that are there, by id or by the unique property *by*."""
        if not ids:
            return Found([], None)
        body: dict[str, Any] = {
            "properties": self.names(shape, names),
            "inputs": [{"id": each} for each in dict.fromkeys(ids)],
        }
        if by:
            body["idProperty"] = by
        answer = self.batch(shape, body, archived=archived)
        return Found(answer.as_(Batch).results, answer.at)

    def batch(self, shape: Shape, body: Mapping[str, Any], *, archived: bool = False) -> Answer:
        """Ask for a batch of records; those that are not there are told among the errors."""
        query = {"archived": "true"} if archived else None
        path = self.transport.paths.batch("read")
        try:
            return self.transport.ask(path, body, query, object=shape.name)
        except Refusal as refusal:
            if refusal.status == NOT_FOUND and "object" not in refusal.message.lower():
                return Answer(NOT_FOUND, {}, b"{}")
            raise unsupported(shape.name, refusal) from refusal

    def one(self, shape: Shape, names: Sequence[str], native_id: str) -> Thing | None:
        """Return the record that answers to *native_id*: under another id if it was merged away."""
        query = {"properties": ",".join(self.names(shape, names)[:BATCH])}
        path = self.transport.paths.record
        try:
            answer = self.transport.get(path, query, object=shape.name, id=native_id)
        except Refusal as refusal:
            if refusal.status == NOT_FOUND:
                return None
            raise unsupported(shape.name, refusal) from refusal
        return answer.as_(Thing)

    def _listing(self, shape: Shape, way: Any, path: str, **given: Any) -> Found:
        """Ask for one page of records."""
        try:
            answer: Answer = way(path, **given, object=shape.name)
        except Refusal as refusal:
            raise unsupported(shape.name, refusal) from refusal
        page = answer.as_(Listing)
        return Found(page.results, answer.at, page.after, page.total)


def unsupported(object_: str, refusal: Refusal) -> Exception:
    """Return what a refused question means: no such object, no permission, or our own mistake."""
    if refusal.status == FORBIDDEN:
        scopes = ", ".join(refusal.scopes) or f"crm.objects.{object_}.read"
        return Unsupported(
            f"The token may not read {object_} in HubSpot.", hint=f"Give it the scopes {scopes}."
        )
    about = refusal.message
    if refusal.status == NOT_FOUND or UNKNOWN_OBJECT in refusal.problem.message.lower():
        return Unsupported(f"HubSpot has no object {object_!r}: {about}")
    return Unsupported(f"HubSpot does not answer for {object_}: {about}")


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield *items* in parts of at most *size*."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def numeric(ids: Iterable[str]) -> list[int]:
    """Return ids as numbers, for comparing."""
    return [int(each) for each in ids if each.isdecimal()]
