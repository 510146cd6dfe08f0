"""Histories of the simulation, played on an org behind HTTP instead of a system in memory.

Needs the extras ``kamsync-salesforce[sandbox]`` and ``kamsync[testing]``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from threading import get_ident
from typing import Any, ClassVar, TypeVar
from zlib import crc32

from msgspec import Struct, structs

from kamsync.clock import Clock
from kamsync.connector import Connector
from kamsync.memory.acts import Deed
from kamsync.model import Native
from kamsync.redact import Secret
from kamsync.sandbox.server import Server
from kamsync.sandbox.world import STAFF
from kamsync.testing.simulation import Change, Gate, Site, SiteRefused, Stage, Verdict, Words
from kamsync.testing.simulation.serving import (
    BreakingService,
    FollowingClock,
    LineBroken,
    SentRow,
)
from kamsync_salesforce.connector import CAN, Salesforce
from kamsync_salesforce.sandbox.http.service import Salesforce as Service
from kamsync_salesforce.sandbox.org import Options, Org, Refusal
from kamsync_salesforce.sandbox.people import Person
from kamsync_salesforce.sandbox.setup import EXTERNAL_ID, external_id, name_org

__all__ = ["SalesforceStage"]

T = TypeVar("T")

WORDS = {
    "account": Words(
        "Account",
        {
            "number": "Name",
            "name": "AccountNumber",
            "note": "Description",
            "street": "BillingStreet",
            "city": "BillingCity",
            "parent": "ParentId",
        },
        frozenset({"number"}),
        EXTERNAL_ID,
    ),
    "contact": Words(
        "Contact",
        {"code": "LastName", "name": "Department", "account": "AccountId"},
        frozenset({"code"}),
        EXTERNAL_ID,
    ),
}
WORKERS = [each.user_name for each in STAFF]
PARENT = "ParentId"
NOBODY = "the org"
"""Who deletes what goes along with what kamsync has deleted."""


class Held(Struct, frozen=True):
    """One row as it is: what a history can tell a change by."""

    deleted: bool
    into: str | None
    stamp: str | None
    modified: str
    values: dict[str, Native]


class WatchedOrg(Org):
    """An org that tells of every change, and asks before and after each row of kamsync's own."""

    gate: Gate
    told: Callable[[Change], None]

    def create(
        self,
        object_: str,
        values: Mapping[str, Any],
        who: Person,
        options: Options = Options(),  # noqa: B008 - a frozen value
    ) -> str:
        """Make a record."""
        make = partial(super().create, object_, values, who, options)
        return self._watched(object_, None, values.get(EXTERNAL_ID), who, make)

    def update(
        self,
        object_: str,
        id_: str,
        values: Mapping[str, Any],
        who: Person,
        options: Options = Options(),  # noqa: B008 - a frozen value
    ) -> None:
        """Change a record."""
        change = partial(super().update, object_, id_, values, who, options)
        self._watched(object_, id_, None, who, change)

    def delete(self, object_: str, id_: str, who: Person) -> None:
        """Put a record into the recycle bin."""
        self._watched(object_, id_, None, who, partial(super().delete, object_, id_, who))

    def undelete(self, object_: str, id_: str, who: Person) -> None:
        """Bring a record back."""
        self._watched(object_, id_, None, who, partial(super().undelete, object_, id_, who))

    def merge(
        self,
        object_: str,
        survivor: str,
        losers: Any,
        values: Mapping[str, Any],
        who: Person,
    ) -> None:
        """Let losers go into a survivor."""
        merged = partial(super().merge, object_, survivor, losers, values, who)
        self._watched(object_, survivor, None, who, merged)

    @contextmanager
    def atomically(self) -> Iterator[None]:
        """Keep what has landed where the line broke, or a row was refused.

        Neither undoes what a person did before that row; the row itself has been undone by then.
        """
        stopped: LineBroken | Refusal | None = None
        with super().atomically():
            try:
                yield
            except (LineBroken, Refusal) as error:
                stopped = error
        if stopped is not None:
            raise stopped

    def _watched(
        self, object_: str, id_: str | None, stamp: str | None, who: Person, act: Callable[[], T]
    ) -> T:
        """Carry out one act; a row of kamsync's own asks the gate."""
        known = {words.object for words in WORDS.values()}
        if object_ not in known:
            return act()
        land = partial(self._landed, id_, who, act)
        if not who.integration:
            return land()
        return SentRow(object_, id_, stamp).land(self.gate, _refuse, land)

    def _landed(self, id_: str | None, who: Person, act: Callable[[], T]) -> T:
        """Carry out one act, and tell of what is another way than it was."""
        before = self._held()
        done = act()
        self._tell(before, self._held(), who, id_)
        return done

    def _held(self) -> dict[tuple[str, str], Held]:
        """Return all rows that a history knows."""
        return {
            (words.object, row["Id"]): Held(
                deleted=bool(row["IsDeleted"]),
                into=row["MasterRecordId"],
                stamp=row[EXTERNAL_ID],
                modified=row["SystemModstamp"],
                values={name: row[name] for name in words.names.values()},
            )
            for words in WORDS.values()
            for row in self.store.rows(words.object, {})
        }

    def _tell(
        self,
        before: Mapping[tuple[str, str], Held],
        after: Mapping[tuple[str, str], Held],
        who: Person,
        id_: str | None,
    ) -> None:
        """Tell of what is another way than it was; the gone first, then what follows from that.

        What kamsync did to one record may take others along: that is the org's own doing.
        """
        changed = [(key, before.get(key), now) for key, now in after.items()]
        changed = [each for each in changed if each[1] != each[2]]
        # What is in the recycle bin may be led on to the survivor of a merge; it stays there.
        changed = [
            each for each in changed if not (each[1] and each[1].deleted and each[2].deleted)
        ]
        merged = {row_id for (_, row_id), _, now in changed if now.into == id_}
        for (object_, row_id), held, now in sorted(changed, key=lambda each: not each[2].deleted):
            was = held
            if was is not None and row_id == id_ and was.values.get(PARENT) in merged:
                was = self._tell_orphan(object_, row_id, was, now)
            follows = who.integration and was is not None and row_id != id_
            self.told(
                Change(
                    deed=_deed(was, now),
                    object=object_,
                    id=row_id,
                    at=self.clock.now(),
                    by=NOBODY if follows else who.id,
                    own=who.integration and not follows,
                    values=_news(was, now),
                    stamp=now.stamp,
                    into=now.into,
                    silent=follows or (row_id != id_ and _is_unsigned(was, now)),
                )
            )

    def _tell_orphan(self, object_: str, row_id: str, was: Held, now: Held) -> Held:
        """Tell that a record into which its own parent was merged has no parent; return it so."""
        change = Change(Deed.EDIT, object_, row_id, self.clock.now(), NOBODY, silent=True)
        self.told(structs.replace(change, values={PARENT: None}, stamp=now.stamp))
        return structs.replace(was, values={**was.values, PARENT: None})


def _refuse(verdict: Verdict) -> None:
    """Refuse a row in the words of an org, where the gate says so."""
    if verdict is Verdict.REFUSE:
        raise Refusal(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "A rule of the org objects.")
    if verdict is Verdict.BUSY:
        raise Refusal(400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record")


def _is_unsigned(was: Held | None, now: Held) -> bool:
    """Whether the org changed a row without a stamp; what comes and goes is stamped to the second."""
    return was is not None and _deed(was, now) is Deed.EDIT and was.modified == now.modified


def _deed(was: Held | None, now: Held) -> Deed:
    if was is None:
        return Deed.CREATE
    if now.deleted and not was.deleted:
        return Deed.MERGE if now.into else Deed.DELETE
    return Deed.UNDELETE if was.deleted and not now.deleted else Deed.EDIT


def _news(was: Held | None, now: Held) -> dict[str, Native]:
    """Return what a row says otherwise than it did; nothing of one that has gone, all of one that is back."""
    if was is None or (was.deleted and not now.deleted):
        return now.values
    if now.deleted:
        return {}
    return {name: value for name, value in now.values.items() if value != was.values[name]}


class WatchedService(BreakingService, Service):
    """The org's server, on which the line breaks where the gate says so."""


class OrgSite(Site):
    """An org behind HTTP, with people in it."""

    def __init__(self, clock: Clock, number: int) -> None:
        self._clock = clock
        self._org = WatchedOrg(clock=FollowingClock(clock))
        name_org(self._org, number)
        for words in WORDS.values():
            self._org.add_field(words.object, external_id())
        self._org.told = self._tell
        self._service = WatchedService(self._org, None, FollowingClock(clock))
        self._server = Server(self._service)
        self._thread = self._server.run(get_ident)
        self._people: dict[str, Person] = {}

    def connect(self) -> Connector:
        """Return a new connector to it."""
        self._org.gate = self.gate
        credentials = self._service.credentials
        connector = Salesforce(
            self._server.url,
            currency="EUR",
            client_id=credentials.client_id,
            client_secret=Secret(credentials.client_secret),
        )
        connector.clock = self._clock
        return connector

    def create(self, object_: str, values: Mapping[str, Native], person: str) -> str:
        """Let a person make a record."""
        return self._let(self._org.create, object_, values, self._who(person))

    def edit(self, object_: str, native_id: str, values: Mapping[str, Native], person: str) -> None:
        """Let a person change a record; a save of nothing is a save."""
        self._let(self._org.update, object_, native_id, values, self._who(person))

    def delete(self, object_: str, native_id: str, person: str) -> None:
        """Let a person delete a record, with what belongs to it."""
        self._let(self._org.delete, object_, native_id, self._who(person))

    def undelete(self, object_: str, native_id: str, person: str) -> None:
        """Let a person bring a record back, with what went along."""
        self._let(self._org.undelete, object_, native_id, self._who(person))

    def merge(
        self,
        object_: str,
        loser: str,
        survivor: str,
        filled: Mapping[str, Native],
        person: str,
    ) -> None:
        """Let a person merge two records."""
        self._let(self._org.merge, object_, survivor, [loser], filled, self._who(person))

    def close(self) -> None:
        """Break off."""
        self._server.close()

    def _tell(self, change: Change) -> None:
        """Hand on what landed to whoever listens by now."""
        self.told(change)

    def _let(self, act: Callable[..., T], *what: Any) -> T:
        """Let a person act between two calls, or, in the server's thread, between two rows."""
        try:
            if get_ident() == self._thread:
                return act(*what)
            return self._server.run(act, *what)
        except Refusal as refusal:
            raise SiteRefused(refusal.message) from refusal

    def _who(self, person: str) -> Person:
        """Return the user that a person of the history is."""
        if person not in self._people:
            worker = WORKERS[len(self._people) % len(WORKERS)]
            self._people[person] = self._org.person(worker)
        return self._people[person]


class SalesforceStage(Stage):
    """Orgs: the connector, its protocol and its server, in place of a system in memory."""

    name: ClassVar[str] = "salesforce"
    can = CAN
    words: ClassVar[Mapping[str, Words]] = WORDS

    def open(self, clock: Clock, name: str) -> Site:
        """Return a new org in memory."""
        return OrgSite(clock, 1 + crc32(name.encode()))
