"""One way out to HubSpot: through the official client, at its pace, with a time-out on every call.

What the client (hubspot-api-client 12) leaves to its caller is done here, and held by tests: it is
made once and kept, since each access to one of its properties opens new connections; it is asked not
to decode, which takes it seventy times as long; it never waits without an end; and it does not try
again by itself, because it would leave out every POST and knows nothing of budgets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

from msgspec import Struct

from kamsync.clock import Clock
from kamsync.errors import RetryLater, SystemDown
from kamsync.redact import visible
from kamsync.retry import retrying
from kamsync_hubspot.client.pace import GENERAL, Pace
from kamsync_hubspot.client.paths import Paths
from kamsync_hubspot.client.refusals import AnswerLost, is_passing, meaning, problem_of
from kamsync_hubspot.client.tokens import Token
from kamsync_hubspot.client.wire import decoded

__all__ = ["Answer", "Transport"]

CONNECT_S = 10.0
READ_S = 60.0
ATTEMPTS = 5
SCARCE = 1000
"""From how few calls on it is worth one to know when there will be more."""

UNAUTHORIZED = 401

T = TypeVar("T")


class Answer(Struct, frozen=True):
    """A success: its status, its headers in lower case, and its body as it came."""

    status: int
    headers: Mapping[str, str]
    data: bytes

    def as_(self, kind: type[T]) -> T:
        """Return the body as *kind*."""
        return decoded(self.data, kind)

    @property
    def at(self) -> datetime | None:
        """The time of the other side, to the second, where it tells one."""
        try:
            return parsedate_to_datetime(self.headers.get("date", "")).astimezone(UTC)
        except ValueError:
            return None


class _Final(Exception):
    """An error that another try would not cure."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class Transport:
    """Calls HubSpot; several threads may call at once.

    Args:
        url: where it answers.
        token: what each call carries.
        paths: the paths of the interface.
        clock: what waits, and tells the time where HubSpot does not.
        parallel: how many calls may be on their way at once.
        read_s: how long to wait for an answer.
    """

    def __init__(
        self,
        url: str,
        token: Token,
        paths: Paths,
        clock: Clock,
        *,
        parallel: int = 8,
        read_s: float = READ_S,
    ) -> None:
        self.paths = paths
        self.clock = clock
        self.pace = Pace(clock)
        self.zone = ""
        """The time zone of the portal, once it is known."""
        self.when_scarce: Callable[[], object] | None = None
        """What is still to be asked before the day's calls are spent; it is called once."""
        self.daily_left: int | None = None
        """How many calls are left today, where HubSpot tells."""
        self.daily_limit: int | None = None
        """How many calls a day has, where HubSpot tells."""
        self._token = token
        self._client = client_to(url, parallel)
        self._timeout = (CONNECT_S, read_s)

    def get(self, path: str, query: Mapping[str, str] | None = None, **named: str) -> Answer:
        """Read from *path*, whose parts in braces are *named*."""
        return self.call("GET", path, named, query=query)

    def ask(
        self,
        path: str,
        body: Mapping[str, Any],
        query: Mapping[str, str] | None = None,
        lane: str = GENERAL,
        **named: str,
    ) -> Answer:
        """Read with a question in the body."""
        return self.call("POST", path, named, query=query, body=body, lane=lane)

    def send(self, path: str, body: Mapping[str, Any], **named: str) -> Answer:
        """Write; `AnswerLost` says that it may have had an effect."""
        return self.call("POST", path, named, body=body, writes=True)

    def call(
        self,
        method: str,
        path: str,
        named: Mapping[str, str],
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        lane: str = GENERAL,
        writes: bool = False,
    ) -> Answer:
        """Return a success, trying again what may work soon.

        Raises:
            Refusal: HubSpot does not do what was asked.
            QuotaSpent: a budget is spent for longer than anybody waits here.
            AnswerLost: the answer did not arrive, or said that HubSpot itself failed.
            SystemDown: HubSpot cannot be reached.
        """

        def attempt() -> Answer:
            try:
                return self._once(method, path, named, query, body, lane, writes=writes)
            except RetryLater as error:
                if is_passing(error):
                    raise
                raise _Final(error) from error

        try:
            return retrying(attempt, self.clock, attempts=ATTEMPTS)
        except _Final as final:
            raise final.error from final.error.__cause__

    def close(self) -> None:
        """Close the connections."""
        self._client.rest_client.pool_manager.clear()
        self._client.close()

    def _once(
        self,
        method: str,
        path: str,
        named: Mapping[str, str],
        query: Mapping[str, str] | None,
        body: Mapping[str, Any] | None,
        lane: str,
        *,
        writes: bool,
    ) -> Answer:
        """Make one call; a token that was refused is got anew once."""
        for is_last in (False, True):
            token = self._token.secret()
            self.pace.wait(lane)
            answer = self._sent(method, path, named, query, body, token.reveal(), writes=writes)
            self.pace.note(lane, answer.headers)
            self._count_down(answer)
            if answer.status < 300:  # noqa: PLR2004 - every 2xx is a success
                return answer
            if answer.status == UNAUTHORIZED and not is_last and self._token.refused(token):
                continue
            break
        now = answer.at or self.clock.now()
        error = meaning(answer.status, problem_of(answer.data), answer.headers, now, self.zone)
        if isinstance(error, RetryLater) and answer.status == 429 and error.wait_s:  # noqa: PLR2004
            self.pace.hold(lane, error.wait_s)
        raise error

    def _count_down(self, answer: Answer) -> None:
        """Take note of how many calls are left today."""
        left = answer.headers.get("x-hubspot-ratelimit-daily-remaining", "")
        if left.isdecimal():
            self.daily_left = int(left)
            most = answer.headers.get("x-hubspot-ratelimit-daily", "")
            self.daily_limit = int(most) if most.isdecimal() else None
            if self.daily_left < SCARCE and not self.zone and self.when_scarce is not None:
                ask, self.when_scarce = self.when_scarce, None
                ask()

    def _sent(
        self,
        method: str,
        path: str,
        named: Mapping[str, str],
        query: Mapping[str, str] | None,
        body: Mapping[str, Any] | None,
        token: str,
        *,
        writes: bool,
    ) -> Answer:
        """Send one request and return whatever was answered."""
        import urllib3

        try:
            response = self._client.call_api(
                path,
                method,
                path_params=dict(named),
                query_params=list((query or {}).items()),
                header_params={"Accept": "application/json", "Authorization": f"Bearer {token}"},
                body=body,
                _preload_content=False,
                _request_timeout=self._timeout,
            )
            return Answer(response.status, lowered(response.headers), response.data)
        except urllib3.exceptions.HTTPError as error:
            raise _broken(error, writes=writes) from error
        # The client's exceptions have no common base but Exception: one family for each package.
        except Exception as error:
            status = getattr(error, "status", None)
            if not isinstance(status, int) or not status:
                # Where there is no body, the client fails over its own error and hides what it says.
                raise _broken(error.__context__ or error, writes=writes) from error
            raw = getattr(error, "body", None) or ""
            data = raw.encode() if isinstance(raw, str) else raw
            return Answer(status, lowered(getattr(error, "headers", None) or {}), data)


def client_to(url: str, parallel: int) -> Any:
    """Return the official client's own way of calling, made once for one address.

    It never tries again by itself, and keeps as many connections as there are calls at once.
    """
    from hubspot import HubSpot  # type: ignore[import-untyped]
    from urllib3.util.retry import Retry

    kept = HubSpot(
        access_token="",
        host=url.rstrip("/"),
        retry=Retry(total=0, raise_on_status=False, redirect=0),
        connection_pool_maxsize=parallel,
    )
    return kept.crm.objects.basic_api.api_client


def lowered(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers by their names in lower case."""
    return {name.lower(): value for name, value in headers.items()}


def _where(error: BaseException) -> str:
    """Return which address a call went to, where its error tells it."""
    import urllib3

    pool = getattr(error, "pool", None)
    if not isinstance(pool, urllib3.HTTPConnectionPool):
        return ""
    return f" at {pool.scheme}://{pool.host}:{pool.port}"


def _broken(error: BaseException, *, writes: bool) -> SystemDown:
    """Return what a call that broke off means: a read is tried again, a write may have landed."""
    import urllib3

    reason = getattr(error, "reason", None) or error
    never_left = isinstance(
        reason, urllib3.exceptions.NewConnectionError | urllib3.exceptions.ConnectTimeoutError
    )
    text = f"HubSpot cannot be reached{_where(error)} ({type(reason).__name__})."
    if isinstance(reason, urllib3.exceptions.SSLError):
        return SystemDown(
            text, hint=f"Check the address and the certificates: {visible(str(reason))}"
        )
    if writes and not never_left:
        return AnswerLost(text, hint="What was sent may have arrived; it is looked for.")
    return SystemDown(text, hint="Check the network, and url in its section.", wait_s=1.0)
