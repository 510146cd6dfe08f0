"""The connector to a HubSpot portal: the contract of `kamsync.connector`, in HubSpot's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import ClassVar

from kamsync.clock import Clock, SystemClock
from kamsync.connector import (
    Budget,
    Can,
    Connector,
    Finding,
    NativeEntity,
    NativeField,
    Safe,
    SetupStep,
    SignIn,
    Upcoming,
)
from kamsync.draft import Draft
from kamsync.errors import ConfigurationInvalid, Unsupported
from kamsync.model import Entry, Op, Page, Reading, Receipt, Write
from kamsync.redact import Secret
from kamsync_hubspot.client.address import require_address
from kamsync_hubspot.client.associations import References
from kamsync_hubspot.client.objects import (
    ASSIGNMENTS,
    COMPANIES,
    DEALS,
    OWNERS,
    SPLITS,
    Shape,
    shape_of,
)
from kamsync_hubspot.client.paths import NUMBERED, paths_of
from kamsync_hubspot.client.records import BATCH, LISTED, Records, unsupported
from kamsync_hubspot.client.refusals import Refusal
from kamsync_hubspot.client.tokens import Fixed, Refreshed, Token, require_word
from kamsync_hubspot.client.transport import Transport
from kamsync_hubspot.credit.assignments import Assignments
from kamsync_hubspot.credit.splits import Splits
from kamsync_hubspot.portal.account import Account
from kamsync_hubspot.portal.catalogue import Catalogue
from kamsync_hubspot.portal.checks import KEPT, findings, needed, steps, wished
from kamsync_hubspot.portal.ourselves import Ourselves
from kamsync_hubspot.portal.people import People
from kamsync_hubspot.portal.signing import REDIRECT, REFRESH, BrowserSignIn, Endpoint, renewed
from kamsync_hubspot.portal.stages import FIELDS as STAGE_FIELDS
from kamsync_hubspot.portal.stages import Stages
from kamsync_hubspot.reading.histories import Histories
from kamsync_hubspot.reading.read import Reader, Schedule
from kamsync_hubspot.writing.values import field_of
from kamsync_hubspot.writing.write import Writer

__all__ = ["HubSpot"]

URL = "https://api.hubapi.com"
WRITES = Can.CREATE | Can.UPDATE | Can.DELETE
ABLE = WRITES | Can.HISTORY | Can.TOMBSTONES | Can.MERGES | Can.STAMP
BESIDE = frozenset({OWNERS, SPLITS, ASSIGNMENTS})
"""What is no object of the portal with records of its own kind."""


class HubSpot(Connector):
    """Speaks to one portal of HubSpot.

    Args:
        token: a service key, or the token of a private app.
        client_id: the id of an app that people sign in with, in place of a token.
        client_secret: its secret.
        refresh_token: what the app was given at a sign-in; `kamsync connect` gets and keeps one.
        url: where HubSpot answers.
        api: the version of the interface: ``v3``, or a date such as ``2026-03``.
        stamp: the unique property that keeps our id.
        app: the id of the app, by which our own edits are told, where HubSpot does not tell it.
        roles: the company property that names the owner, for each role of an assignment.
        objects: further objects to describe, such as ``tickets`` or ``2-1234567``.
        without: objects that are left alone, such as ``deals`` where the token may not see them.
        parallel: how many calls may be on their way at once.
        page: how many records one call brings at most.
        search_lag_s: how long the index of the search may be behind.
        archive_every_s: how long a deletion may wait to be noticed.
        timeout_s: how long to wait for an answer.
        redirect: the address that the app lets the answer of a sign-in go to.
        sign_in_page: where people sign in, if it is not HubSpot's own page.
    """

    kind: ClassVar[str] = "hubspot"

    @classmethod
    def draft(cls) -> Draft:
        """Return the section that a new one begins with."""
        from kamsync_hubspot.portal.start import draft

        return draft()

    def __init__(  # noqa: PLR0913 - each is a key of a configuration
        self,
        *,
        token: Secret | None = None,
        client_id: str = "",
        client_secret: Secret | None = None,
        refresh_token: Secret | None = None,
        url: str = URL,
        api: str = NUMBERED,
        stamp: str = "kamsync_id",
        app: str = "",
        roles: Mapping[str, str] | None = None,
        objects: Sequence[str] = (),
        without: Sequence[str] = (),
        parallel: int = 12,
        page: int = LISTED,
        search_lag_s: float = 15 * 60,
        archive_every_s: float = 60 * 60,
        timeout_s: float = 60.0,
        redirect: str = REDIRECT,
        sign_in_page: str = "",
    ) -> None:
        if not 1 <= page <= LISTED:
            raise ConfigurationInvalid(f"page must be between 1 and {LISTED}; it is {page}.")
        if parallel < 1:
            raise ConfigurationInvalid(f"parallel must be at least 1; it is {parallel}.")
        require_address(url)
        self._url = url
        self._paths = paths_of(api)
        self._token = token
        self._refresh_token = refresh_token
        self._endpoint = self._app(client_id, client_secret)
        self._safe: Safe | None = None
        self._stamp = stamp
        self._roles = dict(roles or {})
        self._without = frozenset(without)
        self._kept = [name for name in KEPT if name not in self._without]
        self._objects = tuple(objects)
        self._parallel = parallel
        self._schedule = Schedule(int(search_lag_s * 1000), int(archive_every_s * 1000), page)
        self._timeout_s = timeout_s
        self._redirect = redirect
        self._sign_in_page = sign_in_page
        self.ourselves = Ourselves(app)
        self.use(SystemClock())

    def _app(self, client_id: str, client_secret: Secret | None) -> Endpoint | None:
        """Return the app as which kamsync signs in, None where it has a token."""
        if self._token is not None:
            require_word(self._token)
            return None
        if not client_id or client_secret is None:
            raise ConfigurationInvalid(
                "HubSpot needs a token, or the client_id and client_secret of an app.",
                hint='Write token = { env = "HUBSPOT_TOKEN" } with a service key.',
            )
        return Endpoint(self._url, self._paths, client_id, client_secret)

    def use(self, clock: Clock) -> None:
        """Go by *clock* from now on, anew: it waits, and tells the time where HubSpot does not."""
        carried = self._carried(clock)
        self.transport = Transport(
            self._url,
            carried,
            self._paths,
            clock,
            parallel=self._parallel,
            read_s=self._timeout_s,
        )
        self._pool = ThreadPoolExecutor(self._parallel, "hubspot")
        self._account = Account(self.transport, carried, granted=self._endpoint is not None)
        self.transport.when_scarce = self._account.look
        self._catalogue = Catalogue(self.transport)
        self._records = Records(self.transport, self._stamp)
        references, stages = References(self.transport), Stages(self.transport)
        self._people = People(self.transport)
        self._reader = Reader(
            self._records, references, stages, self._schedule, self._pool, self._parallel
        )
        self._writer = Writer(self._records, references, stages, self._catalogue, self.ourselves)
        self._histories = Histories(self._records, self._people, self.ourselves, stages, self._pool)
        self._splits = Splits(self.transport, self._reader, self._people)
        self._assignments = Assignments(self._roles, self._reader, self._writer, self._histories)

    def _carried(self, clock: Clock) -> Token:
        """Return what gives each call its token."""
        if self._token is not None:
            return Fixed(self._token)
        assert self._endpoint is not None
        endpoint = self._endpoint
        return Refreshed(lambda: renewed(endpoint, self._refresh_token, self._safe), clock)

    @property
    def can(self) -> Can:
        """It creates once and tells who did what; it refuses no stale write."""
        return ABLE

    @property
    def batch_limit(self) -> int:
        """How many rows one batch carries."""
        return BATCH

    def identity(self) -> str | None:
        """The id of the portal, which stays whatever its name becomes."""
        with _spoken("accounts"):
            return str(self._account.details.portal_id)

    def keep_in(self, safe: Safe) -> None:
        """Keep what a sign-in gives in *safe*."""
        self._safe = safe

    def describe(self) -> Mapping[str, NativeEntity]:
        """Return the objects that the token may see, with their properties."""
        described = {}
        for name in dict.fromkeys((*self._kept, *self._objects)):
            try:
                described[name] = self._described(shape_of(name))
            except Unsupported:
                continue
        beside = [self._people.described, self._splits.described, self._assignments.described]
        shown = {each.name: each for each in beside if each.name not in self._without}
        return {**described, **shown}

    def read(self, object_: str, names: Sequence[str], cursor: str | None) -> Iterator[Page]:
        """Yield everything in the order of ids, then what changed; each page knows its place."""
        if object_ in self._without:
            yield Page((), cursor or "")
            return
        with _spoken(object_):
            if object_ == OWNERS:
                yield from self._people.read(names, cursor)
            elif object_ == SPLITS:
                yield from self._splits.read(names, cursor)
            elif object_ == ASSIGNMENTS:
                yield from self._assignments.read(names, cursor)
            else:
                yield from self._reader.read(shape_of(object_), names, cursor)

    def foresee(self, reads: Sequence[Upcoming]) -> None:
        """Hear what is read next: deals and their splits, or companies and who looks after them."""
        wanted = [each for each in reads if each.object not in self._without]
        beside = {SPLITS: DEALS, ASSIGNMENTS: COMPANIES}
        self._reader.foresee(
            [(beside.get(e.object, e.object), e.cursor) for e in wanted if e.object != OWNERS]
        )

    def fetch(
        self, object_: str, names: Sequence[str], native_ids: Sequence[str]
    ) -> Mapping[str, Reading]:
        """Return records as they are stored, not as a search would find them."""
        self._require_with(object_)
        with _spoken(object_):
            if object_ == OWNERS:
                return self._people.fetch(names, native_ids)
            if object_ == SPLITS:
                return self._splits.fetch(names, native_ids)
            if object_ == ASSIGNMENTS:
                return self._assignments.fetch(names, native_ids)
            return self._reader.fetch(shape_of(object_), names, native_ids)

    def write(self, object_: str, writes: Sequence[Write]) -> Sequence[Receipt]:
        """Carry out writes in batches; a version is not looked at, since HubSpot cannot."""
        self._require_able(object_, writes)
        self._reader.sharing.forget()
        with _spoken(object_):
            if object_ == SPLITS:
                return self._splits.write(writes)
            if object_ == ASSIGNMENTS:
                return self._assignments.write(writes)
            return self._writer.write(shape_of(object_), writes)

    def history(
        self, object_: str, names: Sequence[str], since: Mapping[str, str]
    ) -> Mapping[str, Sequence[Entry]]:
        """Return the histories of properties; what is no property has none."""
        if object_ in {OWNERS, SPLITS}:
            return {}
        self._require_with(object_)
        with _spoken(object_):
            self._know_ourselves()
            if object_ == ASSIGNMENTS:
                return self._assignments.history(names, since)
            return self._histories.of(shape_of(object_), names, since)

    def find(
        self, object_: str, names: Sequence[str], stamps: Sequence[str]
    ) -> Mapping[str, Reading]:
        """Return the living records that keep one of *stamps*; splits and owners keep none."""
        if object_ in BESIDE:
            return {}
        self._require_with(object_)
        with _spoken(object_):
            return self._reader.find(shape_of(object_), names, stamps)

    def budget(self) -> Budget | None:
        """Return the calls of the day, where HubSpot tells them: not to an app that people sign in with."""
        left, limit = self.transport.daily_left, self.transport.daily_limit
        return Budget(left, limit) if left is not None and limit else None

    def check(self) -> Sequence[Finding]:
        """Say what is right and wrong, and what to do."""
        return list(
            findings(
                self.transport,
                self._account,
                self._catalogue,
                self.ourselves,
                self._stamp,
                self._kept,
            )
        )

    def setup(self, objects: Sequence[str], *, dry_run: bool) -> Sequence[SetupStep]:
        """Make the unique property that keeps our id, where it is missing."""
        return list(steps(self._catalogue, objects, self._stamp, dry_run=dry_run))

    def sign_in(self) -> SignIn:
        """Return the sign-in in a browser, for an app."""
        if self._endpoint is None or self._safe is None:
            raise self._unsupported("a sign-in in a browser, because it has a token")
        scopes = ["oauth", *needed(self._kept)]
        return BrowserSignIn(
            self._endpoint,
            self._safe,
            scopes,
            self._redirect,
            self._sign_in_page,
            optional=wished(self._kept, splits=SPLITS not in self._without),
        )

    def sign_out(self) -> Sequence[Finding]:
        """Forget what a sign-in gave; HubSpot ends it where the app is taken out of the portal."""
        if self._endpoint is None or self._safe is None:
            raise self._unsupported("a sign-in in a browser, because it has a token")
        self._safe.put(REFRESH, None)
        text = "kamsync has forgotten its sign-in. Take its app out of the portal as well."
        return (Finding(ok=True, about="sign-in", text=text),)

    def close(self) -> None:
        """Close the connections."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self.transport.close()

    def _know_ourselves(self) -> None:
        """Learn whose entries are ours, as far as HubSpot tells before there are any."""
        if not self.ourselves.is_told and self._account.grant.app:
            self.ourselves.name(self._account.grant.app)

    def _described(self, shape: Shape) -> NativeEntity:
        """Return one object with its properties and what is kept beside them."""
        known = self._catalogue.of(shape.name)
        fields = {n: field_of(each, writable=n != self._stamp) for n, each in known.items()}
        fields |= {r.name: NativeField(r.name, "reference") for r in shape.references}
        fields |= {f.name: f for f in STAGE_FIELDS if f.name in dict(shape.derived)}
        stamped = self._stamp in known and known[self._stamp].has_unique_value
        can = ABLE if stamped else ABLE & ~(Can.CREATE | Can.STAMP)
        return NativeEntity(shape.name, fields, can)

    def _require_able(self, object_: str, writes: Sequence[Write]) -> None:
        """Raise `Unsupported` for what cannot be done at all, before anything is."""
        self._require_with(object_)
        if object_ == OWNERS and writes:
            raise self._unsupported("any writing of owners")
        if object_ == ASSIGNMENTS and writes and not self._roles:
            raise self._unsupported("assignments, because the configuration names no roles for it")
        if any(write.op is Op.CREATE and write.native_id for write in writes):
            raise self._unsupported("undelete")

    def _require_with(self, object_: str) -> None:
        """Raise `Unsupported` for an object that is left alone."""
        if object_ in self._without:
            raise self._unsupported(f"anything with {object_}, which the configuration leaves out")


@contextmanager
def _spoken(object_: str) -> Iterator[None]:
    """Let nothing out but what the contract names."""
    try:
        yield
    except Refusal as refusal:
        raise unsupported(object_, refusal) from refusal
