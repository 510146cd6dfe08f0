"""The transport: a requests session that every call to one org goes through.

simple-salesforce leaves these to its caller, or does them in ways that lose something, so they are
done here, below it: time-outs, retries where the API calls an error retryable, one refresh of the
session with all headers kept, plain HTTP for a sandbox on this machine, counting, and the quota.
"""

from __future__ import annotations

from typing import Any

import requests
from requests import PreparedRequest, Response
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from kamsync.clock import Clock
from kamsync.errors import QuotaSpent, RetryLater, SystemDown
from kamsync.retry import retrying
from kamsync_salesforce.api.address import with_address
from kamsync_salesforce.api.answers import body_of, problem_of
from kamsync_salesforce.api.quota import Quota
from kamsync_salesforce.api.servertime import ServerTime
from kamsync_salesforce.api.tokens import NotLetIn, Token, Tokens

__all__ = ["OrgSession", "Unclear", "unsent"]

REPEATABLE = frozenset({"GET", "HEAD"})
CONNECT_S = 10.0
DAY_S = 3600.0
NOTHING_DONE = frozenset({420, 429})
"""The org was asked too often and did nothing."""
MAYBE_DONE = frozenset({408, 500, 502, 503, 504})
"""The org, or something before it, failed, and may have done it already."""


class Unclear(Exception):
    """A call broke off after it may have had an effect; *text* says how."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class OrgSession(requests.Session):
    """Sends requests to one org, with its session's token and its headers, however often it takes."""

    def __init__(
        self, tokens: Tokens, quota: Quota, clock: Clock, *, timeout_s: float, attempts: int
    ) -> None:
        super().__init__()
        self.tokens = tokens
        self.quota = quota
        self.time = ServerTime()
        self._clock = clock
        self._timeout = (CONNECT_S, timeout_s)
        self._attempts = attempts
        self.headers["Accept"] = "application/json"
        self.headers["Accept-Encoding"] = "gzip"

    def send(self, request: PreparedRequest, **kwargs: Any) -> Response:
        """Send what simple-salesforce asks for; only what reads is ever repeated."""
        return self.carry(request, repeatable=request.method in REPEATABLE, **kwargs)

    def carry(self, request: PreparedRequest, *, repeatable: bool, **kwargs: Any) -> Response:
        """Send one request, again where nothing was done or where it is *repeatable*.

        Raises:
            Unclear: it broke off and may have had an effect.
            SystemDown, QuotaSpent: it had none.
            NotLetIn: the session is over and cannot be renewed.
        """
        return retrying(
            lambda: self._attempted(request, repeatable=repeatable, **kwargs),
            self._clock,
            attempts=self._attempts,
        )

    def wait(self, wait_s: float) -> None:
        """Wait for a job of the org."""
        self._clock.wait(wait_s)

    def _attempted(self, request: PreparedRequest, *, repeatable: bool, **kwargs: Any) -> Response:
        """Send once, and once more with a new session if this one is over."""
        self.quota.require()
        token = self.tokens.current()
        response = self._sent(request, token, repeatable=repeatable, **kwargs)
        if response.status_code == requests.codes.unauthorized:
            response = self._sent(request, self._renewed(token), repeatable=repeatable, **kwargs)
        if response.status_code == requests.codes.unauthorized:
            raise NotLetIn(
                f"Salesforce takes no session of ours: {problem_of(body_of(response.content), 401)}.",
                hint="Look at the user's login history in Setup, and at the app's policies.",
            )
        trouble = _trouble(response, repeatable=repeatable)
        if trouble is not None:
            raise trouble
        return response

    def _renewed(self, over: Token) -> Token:
        if not self.tokens.lasts:
            raise NotLetIn(
                "The Salesforce session is over, and a session id cannot be renewed.",
                hint="Give another session_id, or log in with client_id and a key or secret.",
            )
        return self.tokens.renewed(over)

    def _sent(
        self, request: PreparedRequest, token: Token, *, repeatable: bool, **kwargs: Any
    ) -> Response:
        """Put the token of now on a request, send it to where that is for, and note what comes back."""
        request = request.copy()
        request.url = with_address(request.url or "", token.instance)
        request.headers["Authorization"] = f"Bearer {token.access.reveal()}"
        # What the environment says of proxies and certificates holds for prepared requests too.
        around = self.merge_environment_settings(request.url, {}, None, None, None)
        kwargs = {**around, **kwargs, "timeout": kwargs.get("timeout") or self._timeout}
        kwargs["allow_redirects"] = False
        self.quota.count(request.method or "")
        began = self.time.begin()
        try:
            response = super().send(request, **kwargs)
        except requests.RequestException as error:
            raise self._broken(error, repeatable=repeatable) from None
        looked = self.time.note(response.headers.get("Date", ""), began)
        response.looked = looked  # type: ignore[attr-defined]
        self.quota.note(response.headers.get("Sforce-Limit-Info"))
        return response

    def _broken(self, error: requests.RequestException, *, repeatable: bool) -> Exception:
        """Say of a request without an answer whether it can have had an effect."""
        # The text of a library's error may hold the address with all that stands in it.
        text = f"Salesforce could not be reached ({type(error).__name__})."
        if repeatable or unsent(error):
            return SystemDown(text, hint="Look at the network, and at status.salesforce.com.")
        return Unclear(text)


def unsent(error: requests.RequestException) -> bool:
    """Whether a request surely never left this machine."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    cause = error.args[0] if error.args else None
    if isinstance(cause, MaxRetryError):
        cause = cause.reason
    return isinstance(cause, NewConnectionError | ConnectTimeoutError)


def _trouble(response: Response, *, repeatable: bool) -> Exception | None:
    """Return the error of an answer that says nothing about what was asked; None for all others."""
    status = response.status_code
    if status == requests.codes.forbidden:
        return _limited(response)
    if status not in NOTHING_DONE | MAYBE_DONE:
        return None
    problem = problem_of(body_of(response.content), status)
    text = f"Salesforce cannot serve now: {problem}."
    if status in NOTHING_DONE or repeatable:
        return SystemDown(text, wait_s=_asked_s(response))
    return Unclear(text)


def _limited(response: Response) -> RetryLater | None:
    """Return the error of a limit that was reached; nothing was done then, and no wait is asked for."""
    problem = problem_of(body_of(response.content), response.status_code)
    if problem.code != "REQUEST_LIMIT_EXCEEDED":
        return None
    if "Concurrent" in problem.text:
        return SystemDown("Salesforce serves too many long calls at once.")
    return QuotaSpent(
        "Salesforce allows no more calls today.",
        hint="It goes on by itself when older calls drop out of the day.",
        wait_s=DAY_S,
    )


def _asked_s(response: Response) -> float | None:
    """Return the wait in seconds that an answer asks for."""
    asked = response.headers.get("Retry-After", "").strip()
    return float(asked) if asked.isdecimal() else None
