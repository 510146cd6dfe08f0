"""Endpoints about the account: what it is, and how much of its calls were used.

Source: developers.hubspot.com/docs/guides/api/account-information.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from kamsync_hubspot.sandbox.http.calls import Call
from kamsync_hubspot.sandbox.http.paths import Routes
from kamsync_hubspot.sandbox.model.moments import iso, to_ms

__all__ = ["ROUTES"]

ROUTES = Routes()


@ROUTES.area("GET", "/account-info", "/details")
def details(call: Call) -> dict[str, Any]:
    """Tell what the account is."""
    settings = call.portal.settings
    offset = call.portal.clock.now().astimezone(ZoneInfo(settings.time_zone)).utcoffset()
    seconds = int(offset.total_seconds()) if offset else 0
    sign, rest = "-" if seconds < 0 else "+", abs(seconds)
    return {
        "portalId": settings.portal_id,
        "accountType": settings.account_type,
        "timeZone": settings.time_zone,
        "companyCurrency": settings.currency,
        "additionalCurrencies": ["USD", "GBP"],
        "utcOffset": f"{sign}{rest // 3600:02d}:{rest % 3600 // 60:02d}",
        "utcOffsetMilliseconds": seconds * 1000,
        "uiDomain": settings.ui_domain,
        "dataHostingLocation": "eu1",
    }


@ROUTES.area("GET", "/account-info", "/api-usage/daily/private-apps")
@ROUTES.area("GET", "/account-info", "/api-usage/daily")
def usage(call: Call) -> dict[str, Any]:
    """Tell how many calls were made today, and when the day is over."""
    limits = call.service.limits
    return {
        "results": [
            {
                "name": "private-apps-api-calls-daily",
                "usageLimit": call.portal.settings.per_day,
                "currentUsage": limits.today,
                "collectedAt": iso(call.portal.now),
                "fetchStatus": "SUCCESS",
                "resetsAt": iso(to_ms(limits.resets_at)),
            }
        ]
    }
