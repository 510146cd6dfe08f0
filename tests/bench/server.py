"""A light server that answers like a HubSpot portal and a Salesforce org, as far as accounts are read.

``python server.py COUNT`` prints its address and serves until its standard input ends. A page is made
once and answered as bytes from then on, so that what is measured beside it waits for nothing. Other
objects are there and empty. ``POST /_bench/edit/SHARE`` edits a share of the accounts of each system.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
from aiohttp import web
from rows import OWNERS, company, company_id, employee, joined, org_account, org_id, owner

PAGES_KEPT = 2_000
COMPANIES_A_PAGE = 100
ACCOUNTS_A_PAGE = 2_000
EMPTY = {"results": [], "total": 0}
SINCE = re.compile(r"SystemModstamp>=([^ ]+)")
ASKED = re.compile(r" FROM (\w+)(?: |$)")


class Portal:
    """The companies of the portal, by their places."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.edited: dict[int, datetime] = {}
        self.page = lru_cache(PAGES_KEPT)(self._page)

    def rows(self, places: Sequence[int]) -> bytes:
        """Return companies as the inside of a list."""
        return joined([company(place, self.count, self.edited.get(place)) for place in places])

    def _page(self, start: int) -> bytes:
        """Return the page that begins at a place."""
        end = min(start + COMPANIES_A_PAGE, self.count)
        more = ""
        if end < self.count:
            more = f',"paging":{{"next":{{"after":"{company_id(end - 1)}"}}}}'
        return b'{"results":[' + self.rows(range(start, end)) + b"]" + more.encode() + b"}"

    def found(self, body: dict[str, Any]) -> bytes:
        """Return what a search finds: of what was edited since, or only how many there are."""
        told = [each for group in body["filterGroups"] for each in group["filters"]]
        values = {each["operator"]: int(each["value"]) for each in told}
        if not told:
            rows, total = self.rows([self.count - 1]), self.count
        else:
            since = values.get("GTE", 0) / 1000
            hits = sorted(p for p, at in self.edited.items() if at.timestamp() >= since)
            left = [p for p in hits if int(company_id(p)) > values.get("GT", 0)]
            rows, total = self.rows(left[: body["limit"]]), len(left)
            if total > body["limit"]:
                return b'{"total":%d,"results":[%b],"paging":{"next":{"after":"1"}}}' % (
                    total,
                    rows,
                )
        return b'{"total":%d,"results":[%b]}' % (total, rows)


class Org:
    """The accounts of the org, by their numbers, which is the order of their stamps at first."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.edited: dict[int, datetime] = {}
        self.page = lru_cache(PAGES_KEPT)(self._page)

    def _page(self, start: int) -> bytes:
        """Return the page of all accounts that begins at a number."""
        end = min(start + ACCOUNTS_A_PAGE, self.count)
        return self._told(range(start, end), self.count, f"all-{end}" if end < self.count else "")

    def since(self, at: datetime, start: int = 0) -> bytes:
        """Return a page of what was edited since then."""
        hits = sorted(number for number, edited in self.edited.items() if edited >= at)
        end = start + ACCOUNTS_A_PAGE
        more = f"{at.isoformat()}_{end}" if end < len(hits) else ""
        return self._told(hits[start:end], len(hits), more)

    def _told(self, numbers: Sequence[int], total: int, more: str) -> bytes:
        rows = joined([org_account(n, self.edited.get(n)) for n in numbers])
        done = b"true" if not more else b'false,"nextRecordsUrl":"/services/data/v66.0/query/%b"'
        tail = done % more.encode() if more else done
        return b'{"totalSize":%d,"done":%b,"records":[%b]}' % (total, tail, rows)

    def answer(self, query: str) -> bytes:
        """Return the first page of a query."""
        asked = ASKED.findall(query)[-1]
        since = SINCE.search(query)
        if asked == "Account":
            return self.since(_moment(since[1])) if since else self.page(0)
        users = [] if asked != "User" or since else [employee(n) for n in range(OWNERS)]
        return msgspec.json.encode({"totalSize": len(users), "done": True, "records": users})

    def further(self, place: str) -> bytes:
        """Return the page that another page has named."""
        which, _, start = place.rpartition("-" if place.startswith("all-") else "_")
        return self.page(int(start)) if which == "all" else self.since(_moment(which), int(start))


class Service:
    """Both systems behind one address."""

    def __init__(self, count: int) -> None:
        self.portal = Portal(count)
        self.org = Org(count)

    def app(self) -> web.Application:
        """Return all that is answered."""
        app = web.Application(client_max_size=1 << 24)
        hubspot, org = "/crm/v3/objects/{object}", "/services/data/v66.0"
        for method, path, answer in (
            ("GET", "/account-info/v3/details", self.details),
            ("GET", "/crm/v3/owners/", self.owners),
            ("GET", "/crm/v3/pipelines/{object}", self.nothing),
            ("GET", hubspot, self.listed),
            ("POST", f"{hubspot}/search", self.searched),
            ("POST", f"{hubspot}/batch/read", self.read),
            ("POST", "/crm/v4/associations/{object}/{to}/batch/read", self.nothing),
            ("GET", "/services/oauth2/userinfo", self.whose),
            ("GET", f"{org}/query", self.queried),
            ("GET", f"{org}/queryAll", self.queried),
            ("GET", f"{org}/query/{{place}}", self.further),
            ("POST", f"{org}/composite", self.together),
            ("GET", f"{org}/sobjects/{{object}}/deleted", self.deleted),
            ("POST", "/_bench/edit/{share}", self.edit),
        ):
            app.router.add_route(method, path, _spoken(answer))
        return app

    def details(self, _request: web.Request, _body: Any) -> bytes:
        """Say whose portal it is."""
        return b'{"portalId":4711,"timeZone":"UTC"}'

    def owners(self, request: web.Request, _body: Any) -> bytes:
        """Tell the owners."""
        here = request.query.get("archived") != "true"
        return msgspec.json.encode({"results": [owner(n) for n in range(OWNERS)] if here else []})

    def nothing(self, _request: web.Request, _body: Any) -> bytes:
        """Tell that there is nothing."""
        return msgspec.json.encode(EMPTY)

    def listed(self, request: web.Request, _body: Any) -> bytes:
        """Tell a page of companies."""
        if request.match_info["object"] != "companies" or request.query.get("archived") == "true":
            return msgspec.json.encode(EMPTY)
        after = request.query.get("after")
        return self.portal.page(int(after) - int(company_id(0)) + 1 if after else 0)

    def searched(self, request: web.Request, body: Any) -> bytes:
        """Tell what a search finds."""
        is_ours = request.match_info["object"] == "companies"
        return self.portal.found(body) if is_ours else msgspec.json.encode(EMPTY)

    def read(self, request: web.Request, body: Any) -> bytes:
        """Tell companies by their ids."""
        if request.match_info["object"] != "companies" or request.query.get("archived") == "true":
            return msgspec.json.encode(EMPTY)
        places = [int(each["id"]) - int(company_id(0)) for each in body["inputs"]]
        return b'{"status":"COMPLETE","results":[%b]}' % self.portal.rows(places)

    def whose(self, request: web.Request, _body: Any) -> bytes:
        """Say whose session it is."""
        told = {"user_id": org_id("005", 99), "organization_id": org_id("00D", 1)}
        return msgspec.json.encode({**told, "sub": str(request.url)})

    def queried(self, request: web.Request, _body: Any) -> bytes:
        """Answer a query."""
        return self.org.answer(request.query["q"])

    def further(self, request: web.Request, _body: Any) -> bytes:
        """Tell a further page."""
        return self.org.further(request.match_info["place"])

    def together(self, _request: web.Request, body: Any) -> bytes:
        """Answer several queries at once."""
        told = []
        for sub in body["compositeRequest"]:
            query = parse_qs(urlsplit(sub["url"]).query)["q"][0]
            answer, name = msgspec.Raw(self.org.answer(query)), sub["referenceId"]
            told.append({"httpStatusCode": 200, "referenceId": name, "body": answer})
        return msgspec.json.encode({"compositeResponse": told})

    def deleted(self, request: web.Request, _body: Any) -> bytes:
        """Tell that nothing was deleted."""
        end = request.query["end"]
        told = {"deletedRecords": [], "earliestDateAvailable": end, "latestDateCovered": end}
        return msgspec.json.encode(told)

    def edit(self, request: web.Request, _body: Any) -> bytes:
        """Let people edit a share of the accounts, each system's own ones among those of both."""
        count = self.portal.count
        step = max(2, round(1 / float(request.match_info["share"])))
        now = datetime.now(UTC)
        self.portal.edited |= dict.fromkeys(range(0, count, step), now)
        self.org.edited |= dict.fromkeys(range(step // 2, count, step), now)
        self.portal.page.cache_clear()
        self.org.page.cache_clear()
        return msgspec.json.encode([len(self.portal.edited), len(self.org.edited)])


def _spoken(answer: Callable[[web.Request, Any], bytes]) -> Any:
    """Return *answer* as the server calls it."""

    async def handle(request: web.Request) -> web.Response:
        raw = await request.read() if request.method == "POST" else b""
        told = answer(request, msgspec.json.decode(raw) if raw else None)
        return web.Response(body=told, content_type="application/json")

    return handle


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def _serve(count: int) -> None:
    """Serve until nobody is there any more."""
    runner = web.AppRunner(Service(count).app(), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    over, loop = asyncio.Event(), asyncio.get_running_loop()

    def wait() -> None:
        sys.stdin.read()
        loop.call_soon_threadsafe(over.set)

    Thread(target=wait, daemon=True).start()
    await over.wait()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
