"""A portal that tells of every change, behind HTTP that asks before and after each row of kamsync's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from aiohttp import web
from msgspec import Struct, json, structs

from kamsync.memory.acts import Deed
from kamsync.model import Native
from kamsync.sandbox.clock import VirtualClock
from kamsync.testing.simulation import Change, Gate, Verdict, Words
from kamsync.testing.simulation.serving import BreakingService, SentRow
from kamsync_hubspot.client.objects import shape_of
from kamsync_hubspot.sandbox.http.calls import Answer, Call
from kamsync_hubspot.sandbox.http.paths import Answering, Scope
from kamsync_hubspot.sandbox.http.service import HubSpot as Service
from kamsync_hubspot.sandbox.http.shapes import Shape
from kamsync_hubspot.sandbox.model.refusal import Refusal
from kamsync_hubspot.sandbox.state.portal import Portal

__all__ = ["Watch", "WatchedService"]

T = TypeVar("T")
Key = tuple[str, str]

NOBODY = "the portal"
"""Who lets a reference fall, or follow, when the record that it leads to goes."""

WRITES = ("/batch/create", "/batch/update", "/batch/archive", "/batch/labels/archive")
"""How the paths end by which kamsync writes records and associations."""


class Held(Struct, frozen=True):
    """One record as it is: what a history can tell a change by."""

    deleted: bool
    stamp: str | None
    modified: int
    values: dict[str, Native]


class Watch:
    """Sees whatever lands in a portal, and tells of it."""

    def __init__(self, portal: Portal, words: Mapping[str, Words], stamp: str) -> None:
        self.portal = portal
        self.words = {each.object: each for each in words.values()}
        self.stamp = stamp
        self.gate: Gate
        self.told: Callable[[Change], None]

    def land(self, by: str, row: Key, act: Callable[[], T], *, own: bool = False) -> T:
        """Let one act happen to a row, and tell what is another way than it was.

        What is made comes first, then what is gone, then what follows from that.
        """
        before = self._held()
        done = act()
        after = self._held()
        changed = [key for key in {**before, **after} if before.get(key) != after.get(key)]
        changed.sort(key=lambda key: (key in before, key in after and not after[key].deleted))
        for key in changed:
            was, now = before.get(key), after.get(key)
            if was and was.deleted and (now is None or now.deleted):
                continue
            follows = key != row and was is not None and now is not None
            change = Change(
                deed=_deed(was, now),
                object=key[0],
                id=key[1],
                at=self.portal.clock.now(),
                by=NOBODY if follows else by,
                own=own and not follows,
                values=_news(was, now),
                stamp=now.stamp if now else None,
                into=None if now else self._into(key),
                silent=follows,
            )
            self.told(change)
        return done

    def _held(self) -> dict[Key, Held]:
        """Return all records that a history knows."""
        found = {}
        for object_, words in self.words.items():
            kind = self.portal.kind(object_)
            references = {each.name: each for each in shape_of(object_).references}
            tied = {name: self._tied(kind.id, each.type) for name, each in references.items()}
            rows = self.portal.database.execute(
                "SELECT id, properties, archived, modified FROM record WHERE type = ?", (kind.id,)
            )
            for id_, properties, archived, modified in rows.fetchall():
                held = json.decode(properties)
                values = {
                    name: tied[name].get(id_) if name in tied else held.get(name) or None
                    for name in words.names.values()
                }
                stamp = held.get(self.stamp) or None
                found[object_, str(id_)] = Held(bool(archived), stamp, modified, values)
        return found

    def _tied(self, kind: str, type_: int) -> dict[int, str]:
        """Return what each record refers to by a type of association: the first that is there."""
        rows = self.portal.database.execute(
            "SELECT from_id, MIN(to_id) FROM link WHERE from_type = ? AND type_id = ?"
            " AND category = 'HUBSPOT_DEFINED' AND to_type = '0-2' AND EXISTS (SELECT 1 FROM record"
            " WHERE type = to_type AND id = to_id AND archived = 0) GROUP BY from_id",
            (kind, type_),
        )
        return {from_id: str(to_id) for from_id, to_id in rows.fetchall()}

    def _into(self, key: Key) -> str | None:
        """Return the record that the id of a merged one leads to."""
        row = self.portal.database.execute(
            "SELECT target FROM alias WHERE type = ? AND id = ?",
            (self.portal.kind(key[0]).id, int(key[1])),
        ).fetchone()
        return str(row[0]) if row else None


def _deed(was: Held | None, now: Held | None) -> Deed:
    if was is None:
        return Deed.CREATE
    if now is None:
        return Deed.MERGE
    if now.deleted:
        return Deed.DELETE
    return Deed.UNDELETE if was.deleted else Deed.EDIT


def _news(was: Held | None, now: Held | None) -> dict[str, Native]:
    """Return what a record says otherwise than it did; all of one that is new or back."""
    if now is None or now.deleted:
        return {}
    if was is None or was.deleted:
        return now.values
    return {name: value for name, value in now.values.items() if value != was.values[name]}


class WatchedService(BreakingService, Service):
    """The portal's server: each row of a batch passes the gate, and the line breaks where that says so."""

    def __init__(self, watch: Watch, clock: VirtualClock) -> None:
        super().__init__(watch.portal, clock)
        self.watch = watch

    def _answered(
        self, answering: Answering, scope: Scope, shape: type[Shape] | None
    ) -> Callable[[web.Request], Any]:
        """Return the handler of one endpoint, that takes what it writes row by row."""

        def by_row(call: Call) -> Any:
            writes = call.request.path.endswith(WRITES)
            if not writes or call.kind.plural not in self.watch.words:
                return answering(call)
            return self._row_by_row(call, answering)

        return super()._answered(by_row, scope, shape)

    def _row_by_row(self, call: Call, answering: Answering) -> Answer:
        """Carry out a batch one row after the other, and answer as if it had been one."""
        whole: dict[str, Any] = {"results": [], "errors": []}
        status = 200
        for place, each in enumerate(call.body["inputs"]):
            told = self._row(call, answering, each, is_first=place == 0)
            status = told.status
            part = told.body or {}
            lists = {name: whole[name] + part.get(name, []) for name in ("results", "errors")}
            whole = {**whole, **part, **lists}
        if whole["errors"]:
            return Answer({**whole, "numErrors": len(whole["errors"])}, 207)
        del whole["errors"]
        return Answer(whole, status)

    def _row(
        self, call: Call, answering: Answering, each: Mapping[str, Any], *, is_first: bool
    ) -> Answer:
        """Carry out one row."""
        object_ = call.kind.plural
        id_ = str(each.get("id") or (each.get("from") or {}).get("id") or "")
        stamp = (each.get("properties") or {}).get(self.watch.stamp)
        row = SentRow(object_, id_ or None, None if id_ else stamp)
        one = structs.replace(call, raw=json.encode({**call.body, "inputs": [each]}))
        trace = each.get("objectWriteTraceId")
        refuse = partial(_refuse, is_alone=is_first or bool(trace))
        land = partial(
            self.watch.land, "kamsync", (object_, id_), partial(answering, one), own=True
        )
        try:
            told = row.land(self.watch.gate, refuse, land)
        except Refusal as refusal:
            if is_first and not trace:
                raise
            context = {"objectWriteTraceId": [trace]} if trace else {"ids": [id_]}
            return Answer({"errors": [refusal.row(context)]}, 207)
        assert isinstance(told, Answer)
        return told


def _refuse(verdict: Verdict, *, is_alone: bool) -> None:
    """Refuse a row, where HubSpot can say so without undoing the rows before it.

    A batch without traces is refused as a whole, and locked as a whole, before any of it is done.
    """
    if verdict is Verdict.REFUSE and is_alone:
        raise Refusal(400, "A rule of the portal objects.")
    if verdict is Verdict.BUSY and is_alone:
        raise Refusal(423, "The record is locked.", category="LOCKED")
