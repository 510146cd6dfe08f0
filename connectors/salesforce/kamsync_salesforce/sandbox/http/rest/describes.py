"""What there is: versions, resources, objects, limits, and what was used last."""

from __future__ import annotations

from email.utils import format_datetime
from typing import TYPE_CHECKING

from kamsync_salesforce.sandbox.http.calls.asked import moment_of
from kamsync_salesforce.sandbox.http.calls.exchange import Call, Reply

if TYPE_CHECKING:
    from kamsync_salesforce.sandbox.http.api import Api

__all__ = ["DESCRIBES"]

NAMES = [
    "tooling",
    "metadata",
    "eclair",
    "folders",
    "prechatForms",
    "contactTracing",
    "jsonxform",
    "chatter",
    "payments",
    "tabs",
    "appMenu",
    "quickActions",
    "queryAll",
    "commerce",
    "wave",
    "iot",
    "analytics",
    "search",
    "smartdatadiscovery",
    "identity",
    "composite",
    "parameterizedSearch",
    "fingerprint",
    "theme",
    "nouns",
    "domino",
    "event",
    "serviceTemplates",
    "recent",
    "connect",
    "licensing",
    "limits",
    "process",
    "dedupe",
    "async-queries",
    "query",
    "jobs",
    "localizedvalue",
    "emailConnect",
    "consent",
    "tokenizer",
    "compactLayouts",
    "sobjects",
    "actions",
    "support",
]
MOST_RECENT = 200


def resources(api: Api, call: Call) -> Reply:
    """Map the names of resources to their addresses.

    Source: REST API Developer Guide, "Resources by Version".
    """
    told = {name: f"{call.base}/{name}" for name in NAMES}
    told["identity"] = f"{call.origin}/id/{api.credentials.organization}/{call.who.id}"
    return Reply(200, told)


def describe_all(api: Api, call: Call) -> Reply:
    """List the objects. Source: REST API Developer Guide, "Describe Global"."""
    return _unless_unchanged(api, call, api.org.describe_global(call.who, version=call.release))


def basic(api: Api, call: Call) -> Reply:
    """Say what an object is, and which of its records were used last.

    Source: REST API Developer Guide, "sObject Basic Information" (GET).
    """
    object_ = api.org.schema.object(call.args["object"]).name
    every = api.org.describe_global(call.who, version=call.release)["sobjects"]
    listed = next(each for each in every if each["name"] == object_)
    return Reply(200, {"objectDescribe": listed, "recentItems": _recent(api, call, object_)})


def describe(api: Api, call: Call) -> Reply:
    """Describe an object as the caller may see it.

    Source: REST API Developer Guide, "sObject Describe" (If-Modified-Since: 304).
    """
    told = api.org.describe(call.args["object"], call.who, version=call.release)
    return _unless_unchanged(api, call, told)


def recent(api: Api, call: Call) -> Reply:
    """List the records that the caller used last. Source: the same, "Recently Viewed Items"."""
    text = call.query.get("limit", "")
    most = int(text) if text.isdecimal() else MOST_RECENT
    return Reply(200, _recent(api, call, None)[:most])


def limits(api: Api, call: Call) -> Reply:
    """Tell what is left of each limit. Source: REST API Developer Guide, "Limits"."""
    del call
    used = {"DailyApiRequests": api.quota.used}
    told = {
        name: {"Max": most, "Remaining": most - used.get(name, 0)}
        for name, most in {**LIMITS, "DailyApiRequests": api.quota.maximum}.items()
    }
    return Reply(200, dict(sorted(told.items())))


def counts(api: Api, call: Call) -> Reply:
    """Tell how many records objects have. Source: the same, "Record Count" (approximate there)."""
    asked = [name for name in call.query.get("sObjects", "").split(",") if name]
    names = asked or [each.name for each in api.org.schema if each.flags["queryable"]]
    found = []
    for name in names:
        object_ = api.org.schema.find(name)
        if object_ is not None:
            soql = f"SELECT count() FROM {object_.name}"
            count = api.org.query(soql, call.who).total
            found.append({"count": count, "name": object_.name})
    return Reply(200, {"sObjects": found})


LIMITS = {
    "ActiveScratchOrgs": 3,
    "ConcurrentAsyncGetReportInstances": 200,
    "ConcurrentSyncReportRuns": 20,
    "DailyAsyncApexExecutions": 250_000,
    "DailyBulkApiBatches": 15_000,
    "DailyBulkV2QueryFileStorageMB": 976_562,
    "DailyBulkV2QueryJobs": 10_000,
    "DailyGenericStreamingApiEvents": 10_000,
    "DailyWorkflowEmails": 1_000,
    "DataStorageMB": 1_024,
    "FileStorageMB": 1_024,
    "HourlyPublishedPlatformEvents": 50_000,
    "MassEmail": 5_000,
    "SingleEmail": 5_000,
}
"""Source: REST API Developer Guide, "Limits"; amounts as an Enterprise org has them."""

DESCRIBES = {
    "GET ": resources,
    "GET|HEAD sobjects": describe_all,
    "GET|HEAD sobjects/{object}": basic,
    "GET|HEAD sobjects/{object}/describe": describe,
    "GET recent": recent,
    "GET limits": limits,
    "GET limits/recordCount": counts,
}


def _unless_unchanged(api: Api, call: Call, told: dict[str, object]) -> Reply:
    """Answer with a describe, unless nothing of the schema was changed since."""
    changed = api.schema_changed()
    since = moment_of(call, "If-Modified-Since")
    headers = {"Last-Modified": format_datetime(changed, usegmt=True)}
    if since is not None and changed.replace(microsecond=0) <= since:
        return Reply(304, headers=headers)
    return Reply(200, told, headers)


def _recent(api: Api, call: Call, object_: str | None) -> list[dict[str, object]]:
    """Return the records that the caller used last and that are still there."""
    found = []
    for name, id_ in api.recent(call.who):
        if object_ is not None and name != object_:
            continue
        named = api.org.schema.object(name).name_field
        rows = api.org.retrieve_many(
            name, [id_], ["Id", *([named.name] if named else [])], call.who, version=call.release
        )
        found += [row for row in rows if row]
    return found
