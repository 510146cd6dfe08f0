"""Histories of the simulation, played on a portal behind HTTP instead of a system in memory.

Needs the extras ``kamsync-hubspot[sandbox]`` and ``kamsync[testing]``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from threading import get_ident
from typing import Any, ClassVar, TypeVar
from zlib import crc32

from msgspec import structs

from kamsync.clock import Clock, SetClock
from kamsync.connector import Connector
from kamsync.model import Native
from kamsync.redact import Secret
from kamsync.sandbox.server import Server
from kamsync.testing.simulation import Change, Site, SiteRefused, Stage, Words
from kamsync.testing.simulation.serving import FollowingClock
from kamsync_hubspot.client.objects import COMPANIES, CONTACTS, shape_of
from kamsync_hubspot.connector import ABLE, HubSpot
from kamsync_hubspot.sandbox import Settings
from kamsync_hubspot.sandbox.changing import binning, merging, writing
from kamsync_hubspot.sandbox.model.caller import Caller
from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.model.refusal import Refusal
from kamsync_hubspot.sandbox.populating.staff import employ
from kamsync_hubspot.sandbox.state import links
from kamsync_hubspot.sandbox.state.portal import Portal
from kamsync_hubspot.sandbox.state.records import as_id
from kamsync_hubspot.testing.watched import Watch, WatchedService

__all__ = ["HubSpotStage", "PortalSite"]

T = TypeVar("T")

STAMP = "kamsync_id"
WORDS = {
    "account": Words(
        COMPANIES,
        {
            "number": "name",
            "name": "about_us",
            "note": "description",
            "street": "address",
            "city": "city",
            "parent": "association.parent",
        },
        frozenset({"number"}),
        beside=frozenset({"parent"}),
    ),
    "contact": Words(
        CONTACTS,
        {"code": "lastname", "name": "jobtitle", "account": "association.company"},
        frozenset({"code"}),
        beside=frozenset({"account"}),
    ),
}
TOUCHED = "hs_lead_status"
"""A property of no history: who saves without a change to what is synced changes this one."""

MUCH = 1_000_000
SETTINGS = Settings(
    versions=1000, versions_of_contacts=1000, per_ten_seconds=MUCH, searches_per_second=MUCH
)
"""As a portal behaves; how much it keeps and how often it may be called is another test's matter."""

PAGE = 3
ARCHIVE_EVERY_S = 60.0


class PortalSite(Site):
    """A portal behind HTTP, with people in it."""

    def __init__(self, clock: Clock, number: int) -> None:
        self._clock = clock
        here = FollowingClock(clock)
        settings = structs.replace(SETTINGS, portal_id=1 + number % 10**8)
        self._portal = Portal(clock=here, settings=settings)
        employ(self._portal)
        self._watch = Watch(self._portal, WORDS, STAMP)
        self._watch.told = self._tell
        self._service = WatchedService(self._watch, here)
        self._server = Server(self._service)
        self._thread = self._server.run(get_ident)
        self._people: dict[str, Caller] = {}
        self._touches = 0
        first = self._connector()
        first.setup([COMPANIES, CONTACTS], dry_run=False)
        first.close()

    def connect(self) -> Connector:
        """Return a new connector to it."""
        self._watch.gate = self.gate
        return self._connector()

    def create(self, object_: str, values: Mapping[str, Native], person: str) -> str:
        """Let a person make a record."""

        def make(portal: Portal, kind: Kind, who: Caller) -> str:
            record = writing.create(portal, kind, _properties(values), who)
            _refer(portal, kind, record.id, values, who)
            return str(record.id)

        return self._let(make, object_, "", person)

    def edit(self, object_: str, native_id: str, values: Mapping[str, Native], person: str) -> None:
        """Let a person change a record; without values, something else about it is changed."""

        def change(portal: Portal, kind: Kind, who: Caller) -> None:
            given = _properties(values) if values else self._touch()
            if given:
                writing.update(portal, kind, int(native_id), given, who)
            _refer(portal, kind, int(native_id), values, who)

        self._let(change, object_, native_id, person)

    def delete(self, object_: str, native_id: str, person: str) -> None:
        """Let a person put a record into the bin."""

        def delete(portal: Portal, kind: Kind, who: Caller) -> None:
            binning.archive(portal, kind, int(native_id), who)

        self._let(delete, object_, native_id, person)

    def undelete(self, object_: str, native_id: str, person: str) -> None:
        """Let a person bring a record back, which sets the time of its last change.

        That it does was observed by users: integrate.hubspot.com, "Restoring recently deleted contacts".
        """

        def restore(portal: Portal, kind: Kind, who: Caller) -> None:
            binning.restore(portal, kind, int(native_id), who)
            writing.update(portal, kind, int(native_id), self._touch(), who)

        self._let(restore, object_, native_id, person)

    def merge(
        self,
        object_: str,
        loser: str,
        survivor: str,
        filled: Mapping[str, Native],
        person: str,
    ) -> None:
        """Let a person merge two records: both go into a new one, which the portal fills."""
        del filled

        def merge(portal: Portal, kind: Kind, who: Caller) -> None:
            merging.merge(portal, kind, survivor, loser, who)

        self._let(merge, object_, survivor, person)

    def close(self) -> None:
        """Break off."""
        self._server.close()

    def _connector(self) -> HubSpot:
        """Return a connector whose calls come one after the other, so that a tape plays the same again."""
        connector = HubSpot(
            token=Secret(self._service.tokens.credentials["token"]),
            url=self._server.url,
            stamp=STAMP,
            app=str(SETTINGS.app_id),
            page=PAGE,
            parallel=1,
            archive_every_s=ARCHIVE_EVERY_S,
        )
        # Its pace must not move the clock of a history: two orders of reading see one moment.
        connector.use(SetClock())
        return connector

    def _tell(self, change: Change) -> None:
        """Hand on what landed to whoever listens by now."""
        self.told(change)

    def _touch(self) -> dict[str, str]:
        """Return a change to something that is not synced."""
        self._touches += 1
        return {TOUCHED: ("NEW", "OPEN")[self._touches % 2]}

    def _let(
        self,
        act: Callable[[Portal, Kind, Caller], T],
        object_: str,
        native_id: str,
        person: str,
    ) -> T:
        """Let a person act between two calls, or, in the server's thread, between two rows."""
        landing = partial(self._land, act, object_, native_id, person)
        try:
            return landing() if get_ident() == self._thread else self._server.run(landing)
        except Refusal as refusal:
            raise SiteRefused(refusal.message) from refusal

    def _land(
        self,
        act: Callable[[Portal, Kind, Caller], T],
        object_: str,
        native_id: str,
        person: str,
    ) -> T:
        kind, who = self._portal.kind(object_), self._who(person)

        def whole() -> T:
            with self._portal.atomically():
                return act(self._portal, kind, who)

        return self._watch.land(who.label, (object_, native_id), whole)

    def _who(self, person: str) -> Caller:
        """Return the user that a person of the history is."""
        if person not in self._people:
            staff = list(self._portal.people.all.values())
            self._people[person] = staff[len(self._people) % len(staff)].caller
        return self._people[person]


def _properties(values: Mapping[str, Native]) -> dict[str, Any]:
    """Return what is said of properties; a blank is an empty text."""
    return {
        name: "" if value is None else value for name, value in values.items() if "." not in name
    }


def _refer(portal: Portal, kind: Kind, id_: int, values: Mapping[str, Native], who: Caller) -> None:
    """Let a record refer to what is said, and to nothing else in that way."""
    to = portal.kind(COMPANIES)
    for reference in shape_of(kind.plural).referring(list(values)):
        target = as_id(values[reference.name] or "")
        known = portal.association_types.between(kind.id, to.id)
        type_ = known["HUBSPOT_DEFINED", reference.type]
        for end in links.ends(portal, kind, id_, to):
            if type_.key in end.types and end.id != target:
                links.unlabel(portal, (kind, id_), (to, end.id), [type_], who)
        if target is not None:
            links.add_types(portal, (kind, id_), (to, target), [type_], who)


class HubSpotStage(Stage):
    """Portals: the connector, its protocol and its server, in place of a system in memory."""

    name: ClassVar[str] = "hubspot"
    can = ABLE
    words: ClassVar[Mapping[str, Words]] = WORDS

    def open(self, clock: Clock, name: str) -> Site:
        """Return a new portal in memory."""
        return PortalSite(clock, crc32(name.encode()))
