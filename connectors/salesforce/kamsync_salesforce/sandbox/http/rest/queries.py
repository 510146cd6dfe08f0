"""Queries, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kamsync_salesforce.sandbox.http.admin.permissions import permission_rows
from kamsync_salesforce.sandbox.http.admin.simple import simple_query
from kamsync_salesforce.sandbox.http.calls.asked import batch_size
from kamsync_salesforce.sandbox.http.calls.exchange import Call, Reply
from kamsync_salesforce.sandbox.http.rest.columns import columns_reply
from kamsync_salesforce.sandbox.http.rest.locators import Page
from kamsync_salesforce.sandbox.refusal import Refusal

if TYPE_CHECKING:
    from kamsync_salesforce.sandbox.http.api import Api

__all__ = ["QUERIES", "paged"]

PERMISSIONS = "from permissionset"


def query(api: Api, call: Call) -> Reply:
    """Answer a query. Source: REST API Developer Guide, "Query"."""
    return _answered(api, call, all_rows=False)


def query_all(api: Api, call: Call) -> Reply:
    """Answer a query with deleted rows among the others. Source: the same, "QueryAll"."""
    return _answered(api, call, all_rows=True)


def more(api: Api, call: Call) -> Reply:
    """Return the next page. Source: REST API Developer Guide, "Query More Results"."""
    return paged(call, api.locators.more(call.args["locator"]))


QUERIES = {
    "GET|HEAD query": query,
    "GET|HEAD queryAll": query_all,
    "GET|HEAD query/{locator}": more,
    "GET|HEAD queryAll/{locator}": more,
}


def _answered(api: Api, call: Call, *, all_rows: bool) -> Reply:
    """Return the first page of what a query finds."""
    soql = call.query.get("q")
    if soql is None:
        raise Refusal(400, "MALFORMED_QUERY", "A query string has to be specified")
    if call.query.get("columns") == "true":
        return columns_reply(api, soql)
    asked = simple_query(soql) if PERMISSIONS in soql.lower() else None
    rows = permission_rows(api, call, asked) if asked else None
    if rows is not None:
        return Reply(200, {"totalSize": len(rows), "done": True, "records": rows})
    found = api.org.query(soql, call.who, all_rows=all_rows, version=call.release)
    return paged(call, api.locators.first(found.rows, found.total, batch_size(call)))


def paged(call: Call, page: Page) -> Reply:
    """Return a page; the address of the next one says ``query`` for both kinds."""
    body: dict[str, Any] = {"totalSize": page.total, "done": page.next is None}
    if page.next is not None:
        body["nextRecordsUrl"] = f"{call.base}/query/{page.next}"
    return Reply(200, {**body, "records": page.rows})
