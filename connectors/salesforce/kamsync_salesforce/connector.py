"""The connector to one Salesforce org."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import ClassVar

from kamsync.clock import Clock, SystemClock
from kamsync.connector import (
    Budget,
    Can,
    Connector,
    Finding,
    NativeEntity,
    Safe,
    SetupStep,
    SignIn,
    Upcoming,
)
from kamsync.draft import Draft
from kamsync.errors import ConfigurationInvalid, SystemDown, Unsupported
from kamsync.model import Op, Page, Reading, Receipt, Write
from kamsync.redact import Secret
from kamsync_salesforce.api.client import Refusal
from kamsync_salesforce.api.session import Unclear
from kamsync_salesforce.api.tokens import NotLetIn
from kamsync_salesforce.login.login import Endpoint
from kamsync_salesforce.login.options import Login, version_of
from kamsync_salesforce.objects.traits import READ_ONLY
from kamsync_salesforce.org import Org, Ways

__all__ = ["CAN", "Salesforce"]

CAN = (
    Can.CREATE
    | Can.UPDATE
    | Can.DELETE
    | Can.REFUSE_STALE
    | Can.WHO_EDITED
    | Can.TOMBSTONES
    | Can.MERGES
    | Can.STAMP
)
"""What an org is able to do.

Stamps have whole seconds, so versions are not exact. Only tracked fields have a history, so it is no
history of the record; what it tells is told with each reading. Nothing is undeleted over REST.
"""

NEEDED = {Op.CREATE: Can.CREATE, Op.UPDATE: Can.UPDATE, Op.DELETE: Can.DELETE}
LARGEST_PAGE = 2000
SHORTEST_OVERLAP = 10


class Salesforce(Connector):
    """Speaks to one org over its REST API.

    Args:
        host: ``production``, ``sandbox``, or the org's own domain.
        version: of the API.
        client_id: the consumer key of the app that lets kamsync in.
        username: as whom a JWT is signed.
        jwt_key: the private key whose certificate the app has.
        client_secret: the app's consumer secret.
        refresh_token: one that was got elsewhere; `kamsync connect` gets one here.
        session_id: a session that was got elsewhere, good until it is over.
        external_id: the field that keeps kamsync's id.
        objects: further objects to describe.
        currency: that of an org that has only one, such as ``EUR``.
        leave_out_persons: whether person accounts are no accounts here.
        history: whether the field history is read along, where the org tracks it.
        overlap: how many minutes each reading reaches back, for changes that were committed late.
        deletes_every: how many minutes pass between two looks into the log of deletes.
        page: how many records one page holds.
        bulk_from: from how many records on a first reading uses the Bulk API.
        quota_share: which share of the org's daily calls may be used, by everybody together.
        timeout: how many seconds an answer may take.
        redirect: where the answer of a sign-in comes to.
    """

    kind: ClassVar[str] = "salesforce"

    @classmethod
    def draft(cls) -> Draft:
        """Return the section that a new one begins with."""
        from kamsync_salesforce.setup.start import draft

        return draft()

    def __init__(  # noqa: PLR0913 - each option of a section has its name here
        self,
        host: str = "production",
        version: str = "66.0",
        *,
        client_id: str = "",
        username: str = "",
        jwt_key: Secret | None = None,
        client_secret: Secret | None = None,
        refresh_token: Secret | None = None,
        session_id: Secret | None = None,
        external_id: str = "KamsyncId__c",
        objects: Sequence[str] = (),
        currency: str = "",
        leave_out_persons: bool = False,
        history: bool = True,
        overlap: int = 15,
        deletes_every: int = 15,
        page: int = LARGEST_PAGE,
        bulk_from: int = 100_000,
        quota_share: float = 0.8,
        timeout: float = 120.0,
        redirect: str = "http://localhost:8765/callback",
    ) -> None:
        self.login = Login(
            host, client_id, username, client_secret, jwt_key, refresh_token, session_id
        )
        self.login.require_sound()
        self.redirect = redirect
        self.endpoint = Endpoint(self.login.address)
        self.clock: Clock = SystemClock()
        self._ways = Ways(
            version=version_of(version),
            stamp=external_id,
            objects=tuple(objects),
            currency=currency,
            companies=leave_out_persons,
            history=history,
            overlap=timedelta(minutes=_within("overlap", overlap, SHORTEST_OVERLAP, 24 * 60)),
            deletes_every=timedelta(minutes=_within("deletes_every", deletes_every, 0, 24 * 60)),
            page=_within("page", page, 200, LARGEST_PAGE),
            bulk_from=_within("bulk_from", bulk_from, LARGEST_PAGE, 10**9),
            quota_share=_share(quota_share),
            timeout_s=float(_within("timeout", timeout, 1, 600)),
        )
        self.safe: Safe | None = None
        self._org: Org | None = None

    @property
    def can(self) -> Can:
        """What an org is able to do."""
        return CAN

    @property
    def batch_limit(self) -> int:
        """Five collections of 200 rows in one call."""
        return 1000

    def identity(self) -> str | None:
        """Return the id of the org, which stays whatever its domain and name become."""
        with _spoken():
            return self.org.id()

    @property
    def org(self) -> Org:
        """The org; there is no call before something is asked of it."""
        if self._org is None:
            self._org = Org(self.login, self.endpoint, self.safe, self._ways, CAN, self.clock)
        return self._org

    def keep_in(self, safe: Safe) -> None:
        """Hear where refresh tokens are kept."""
        self.safe = safe

    def describe(self) -> Mapping[str, NativeEntity]:
        """Return the objects by name; those of key accounts are listed, and all others known."""
        with _spoken():
            self.org.described.names()
            return self.org.described

    def foresee(self, reads: Sequence[Upcoming]) -> None:
        """Read the first pages of five objects in one call, once one of them is asked for."""
        with _spoken():
            self.org.reads.announce([(each.object, each.names, each.cursor) for each in reads])

    def read(self, object_: str, names: Sequence[str], cursor: str | None) -> Iterator[Page]:
        """Yield what changed since *cursor*, in the order of `SystemModstamp`, then of ids."""
        with _spoken():
            yield from self.org.reads.pages(object_, names, cursor)

    def fetch(
        self, object_: str, names: Sequence[str], native_ids: Sequence[str]
    ) -> Mapping[str, Reading]:
        """Return the present state of records."""
        with _spoken():
            return self.org.fetches.fetch(object_, names, native_ids)

    def find(
        self, object_: str, names: Sequence[str], stamps: Sequence[str]
    ) -> Mapping[str, Reading]:
        """Return the living records that keep one of *stamps* in the external id field."""
        if object_ in READ_ONLY:
            raise self._unsupported(f"to find {object_} records by our id")
        with _spoken():
            return self.org.fetches.find(object_, names, stamps)

    def write(self, object_: str, writes: Sequence[Write]) -> Sequence[Receipt]:
        """Carry out writes; those that name a version are refused if somebody was faster."""
        with _spoken():
            self._require_able(object_, writes)
            self.org.reads.ahead.forget()
            return self.org.writes.write(object_, writes)

    def budget(self) -> Budget | None:
        """Return the calls of the day that are kamsync's share, and how many are left of them."""
        return self.org.quota.budget() if self._org is not None else None

    def check(self) -> Sequence[Finding]:
        """Say what is right and wrong with the login, the permissions, the fields and the quota."""
        from kamsync_salesforce.setup.checking import findings

        with _spoken():
            return findings(self.org, self.login)

    def sign_in(self) -> SignIn:
        """Return the sign-in in a browser."""
        from kamsync_salesforce.login.signing import BrowserSignIn

        return BrowserSignIn(self.login, self.endpoint, self.safe, self.redirect)

    def sign_out(self) -> Sequence[Finding]:
        """Revoke the refresh token, and forget it."""
        from kamsync_salesforce.login.signing import sign_out

        return sign_out(self.endpoint, self.safe)

    def setup(self, objects: Sequence[str], *, dry_run: bool) -> Sequence[SetupStep]:
        """Make the external id field where it is missing, and let our user see it."""
        from kamsync_salesforce.setup.external_id import steps

        with _spoken():
            return steps(self.org, objects, dry_run=dry_run)

    def close(self) -> None:
        """Give back the connections."""
        if self._org is not None:
            self._org.close()
        self.endpoint.close()

    def _require_able(self, object_: str, writes: Sequence[Write]) -> None:
        """Raise `Unsupported` for what cannot be done at all, before anything is done."""
        if any(write.op is Op.CREATE and write.native_id is not None for write in writes):
            raise self._unsupported("an undelete")
        if object_ in READ_ONLY:
            raise self._unsupported(f"a write to {object_}, which is only read")
        described = self.org.described.known(object_)
        if described is None and any(write.op is Op.CREATE for write in writes):
            # Without a unique field for our id, a create that is repeated would make a second record.
            described = self.org.described.described(object_)
            if described is None:
                raise self._unsupported(f"anything with {object_!r}, which this org does not show")
        if described is None:
            return
        able = described.entity(CAN, self._ways.stamp).can
        for op in {write.op for write in writes}:
            if NEEDED[op] not in able:
                lacks = op is Op.CREATE and Can.STAMP not in able
                raise Unsupported(
                    f"Salesforce does not let kamsync's user {op} {object_} records"
                    + (f": {object_} has no unique field {self._ways.stamp}." if lacks else "."),
                    hint="Run: kamsync setup SYSTEM." if lacks else "See: kamsync check.",
                )


@contextmanager
def _spoken() -> Iterator[None]:
    """Let nothing out but what the contract names."""
    try:
        yield
    except Unclear as error:
        raise SystemDown(error.text) from None
    except Refusal as refusal:
        raise _told(refusal) from None


def _told(refusal: Refusal) -> Exception:
    """Return the error of a call that was refused as a whole."""
    problem = refusal.problem
    if problem.code in {"INVALID_TYPE", "NOT_FOUND"}:
        return Unsupported(f"This org does not show it to kamsync's user: {problem}.")
    if problem.code.startswith("API_") or problem.code == "INSUFFICIENT_ACCESS":
        return NotLetIn(
            f"Salesforce does not let kamsync's user use its API: {problem}.",
            hint='Give the user the permission "API Enabled"; the edition must have the API.',
        )
    return SystemDown(f"Salesforce did not do what was asked: {problem}.")


def _within(name: str, number: float, least: float, most: float) -> int:
    """Return a number that lies in its bounds."""
    if isinstance(number, bool) or not least <= number <= most:
        raise ConfigurationInvalid(f"{name} is {number!r}; give a number from {least} to {most}.")
    return int(number)


def _share(number: float) -> float:
    if isinstance(number, bool) or not 0 < number <= 1:
        raise ConfigurationInvalid(
            f"quota_share is {number!r}; give a share of the daily calls, such as 0.8."
        )
    return float(number)
