"""Rate limits: in ten seconds for each app, in a second for searches, in a day for the account.

Source: developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines for the numbers;
headers as recorded in github.com/NangoHQ/integration-templates; bodies as quoted by clients, among
them the retries of the npm package @hubspot/api-client, which go by their exact words.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from kamsync_hubspot.sandbox.model.caller import Caller
from kamsync_hubspot.sandbox.model.refusal import Refusal
from kamsync_hubspot.sandbox.state.portal import Portal

__all__ = ["OAUTH_PER_TEN_SECONDS", "Limits", "limited"]

OAUTH_PER_TEN_SECONDS = 110
_TEN_S = 10_000
_ONE_S = 1_000


class Limits:
    """What was called in the last seconds and today, by the clock of the portal.

    A search counts for its own second and for the day, not for the ten seconds.
    """

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._calls: dict[str, deque[int]] = {}
        self._searches: deque[int] = deque()
        self._day = ""
        self.today = 0

    def count(self, caller: Caller, *, search: bool) -> dict[str, str]:
        """Count a call, and return the headers that its answer bears; or refuse it."""
        now = self._portal.now
        self._turn_day()
        if self.today >= self._portal.settings.per_day:
            raise limited("DAILY", "daily", self._portal, caller)
        if search:
            self._count_search(now, caller)
            self.today += 1
            return {}
        key, most = self._allowed(caller)
        calls = self._calls.setdefault(key, deque())
        _leave(calls, now - _TEN_S)
        if len(calls) >= most:
            raise limited("TEN_SECONDLY_ROLLING", "ten_secondly_rolling", self._portal, caller)
        calls.append(now)
        self.today += 1
        return self._headers(calls, most, caller)

    @property
    def resets_at(self) -> datetime:
        """When the next day begins for the portal: at midnight in its time zone."""
        here = self._portal.clock.now().astimezone(ZoneInfo(self._portal.settings.time_zone))
        return (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)

    def _count_search(self, now: int, caller: Caller) -> None:
        """Count a search for its second."""
        _leave(self._searches, now - _ONE_S)
        if len(self._searches) >= self._portal.settings.searches_per_second:
            raise limited("SECONDLY", "secondly", self._portal, caller)
        self._searches.append(now)

    def _allowed(self, caller: Caller) -> tuple[str, int]:
        """Return whose ten seconds these are, and how many calls fit into them."""
        if caller.label == "oauth":
            return f"oauth {caller.app_id}", OAUTH_PER_TEN_SECONDS
        return f"private {caller.app_id}", self._portal.settings.per_ten_seconds

    def _headers(self, calls: deque[int], most: int, caller: Caller) -> dict[str, str]:
        """Return what is told of the limits; the day is not told to OAuth apps."""
        secondly = most // 10
        last = sum(1 for each in calls if each > calls[-1] - _ONE_S)
        told = {
            "X-HubSpot-RateLimit-Interval-Milliseconds": str(_TEN_S),
            "X-HubSpot-RateLimit-Max": str(most),
            "X-HubSpot-RateLimit-Remaining": str(most - len(calls)),
            "X-HubSpot-RateLimit-Secondly": str(secondly),
            "X-HubSpot-RateLimit-Secondly-Remaining": str(max(0, secondly - last)),
        }
        if caller.label != "oauth":
            day = self._portal.settings.per_day
            told["X-HubSpot-RateLimit-Daily"] = str(day)
            told["X-HubSpot-RateLimit-Daily-Remaining"] = str(day - self.today)
        return told

    def _turn_day(self) -> None:
        """Begin to count anew at midnight of the portal."""
        day = self.resets_at.isoformat()
        if day != self._day:
            self._day, self.today = day, 0


def limited(policy: str, words: str, portal: Portal, caller: Caller | None = None) -> Refusal:
    """Return the refusal of one call too many."""
    app = caller.app_id if caller else portal.settings.app_id
    group = f"publicapi:private_app-api-calls-{words.replace('_', '-')}"
    return Refusal(
        429,
        f"You have reached your {words} limit.",
        category=None,
        extra={
            "errorType": "RATE_LIMIT",
            "policyName": policy,
            "groupName": f"{group}:{app}:{portal.settings.portal_id}",
        },
    )


def _leave(calls: deque[int], since: int) -> None:
    """Forget what was called before."""
    while calls and (calls[0] <= since):
        calls.popleft()
