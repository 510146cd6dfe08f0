"""Single records: read, made, changed, deleted, by id or by a field that identifies them."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from msgspec import json

from kamsync_salesforce.sandbox.http.calls.asked import moment_of, options_of, updates_recent
from kamsync_salesforce.sandbox.http.calls.exchange import Call, Reply
from kamsync_salesforce.sandbox.http.rest.related import related
from kamsync_salesforce.sandbox.ids import full_id, is_id
from kamsync_salesforce.sandbox.refusal import Refusal
from kamsync_salesforce.sandbox.stamps import moment

if TYPE_CHECKING:
    from kamsync_salesforce.sandbox.http.api import Api

__all__ = ["ROWS"]

UNMET = "ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE_CHECK"
A_SECOND = timedelta(seconds=1)
# Below this version an upsert that updated had no body.
ANSWERS_UPSERT = 46


def create(api: Api, call: Call) -> Reply:
    """Make a record. Source: REST API Developer Guide, "sObject Basic Information" (POST)."""
    object_ = call.args["object"]
    id_ = api.org.create(object_, call.fields(), call.who, options_of(call))
    return _made(api, call, object_, id_, created=None)


def read(api: Api, call: Call) -> Reply:
    """Read a record, all of it or some fields; what the caller may not see is left out.

    Source: REST API Developer Guide, "sObject Rows" (GET) and "Conditional Requests".
    """
    names = call.query.get("fields")
    wanted = [name.strip() for name in names.split(",")] if names is not None else None
    return _shown(api, call, call.args["object"], call.args["id"], wanted)


def change(api: Api, call: Call) -> Reply:
    """Change a record. Source: REST API Developer Guide, "sObject Rows" (PATCH)."""
    object_, id_ = call.args["object"], call.args["id"]
    _check_tag(api, call, object_, id_)
    api.org.update(object_, id_, call.fields(), call.who, options_of(call, conditional=True))
    _remember(api, call, object_, id_)
    return Reply(204)


def remove(api: Api, call: Call) -> Reply:
    """Delete a record. Source: REST API Developer Guide, "sObject Rows" (DELETE)."""
    api.org.delete(call.args["object"], call.args["id"], call.who)
    return Reply(204)


def read_by_key(api: Api, call: Call) -> Reply:
    """Read the record that a field identifies; several are answered with their addresses.

    Source: REST API Developer Guide, "sObject Rows by External ID" (GET, 300).
    """
    object_ = call.args["object"]
    if is_id(call.args["field"]):
        return related(api, call, object_, call.args["field"], call.args["key"])
    ids = api.org.find_by_key(object_, call.args["field"], call.args["key"], call.who)
    if not ids:
        raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")
    if len(ids) > 1:
        return _choices(api, call, object_, ids)
    names = call.query.get("fields")
    return _shown(api, call, object_, ids[0], names.split(",") if names else None)


def upsert(api: Api, call: Call) -> Reply:
    """Make or change the record that a field identifies.

    Source: REST API Developer Guide, "sObject Rows by External ID" (PATCH): 201 made, 200 changed,
    300 where several have the key.
    """
    object_, field, key = call.args["object"], call.args["field"], call.args["key"]
    ids = api.org.find_by_key(object_, field, key, call.who)
    if len(ids) > 1:
        return _choices(api, call, object_, ids)
    id_, created = api.org.upsert(
        object_, field, key, call.fields(), call.who, options_of(call, conditional=True)
    )
    if not created and call.version < ANSWERS_UPSERT:
        return Reply(204)
    return _made(api, call, object_, id_, created=created)


def remove_by_key(api: Api, call: Call) -> Reply:
    """Delete the record that a field identifies."""
    object_ = call.args["object"]
    ids = api.org.find_by_key(object_, call.args["field"], call.args["key"], call.who)
    if not ids:
        raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")
    if len(ids) > 1:
        return _choices(api, call, object_, ids)
    api.org.delete(object_, ids[0], call.who)
    return Reply(204)


ROWS = {
    "POST sobjects/{object}": create,
    "GET|HEAD sobjects/{object}/{id}": read,
    "PATCH sobjects/{object}/{id}": change,
    "DELETE sobjects/{object}/{id}": remove,
    "GET|HEAD sobjects/{object}/{field}/{key}": read_by_key,
    "PATCH sobjects/{object}/{field}/{key}": upsert,
    "DELETE sobjects/{object}/{field}/{key}": remove_by_key,
}


def _shown(api: Api, call: Call, object_: str, id_: str, names: list[str] | None) -> Reply:
    """Return a record, or that it is the one that the caller has.

    Source: REST API Developer Guide, "Conditional Requests": ETags are for accounts only.
    """
    row = api.org.retrieve(object_, id_, names, call.who, version=call.release)
    changed = moment(_stamp(api, call, object_, id_, row))
    headers = {"Last-Modified": format_datetime(changed, usegmt=True)}
    if object_.lower() == "account":
        headers["ETag"] = _tag(row)
        if _tag_is_in(headers["ETag"], call.headers.get("If-None-Match")):
            return Reply(304, headers=headers)
        if not _tag_is_in(headers["ETag"], call.headers.get("If-Match", "*")):
            return Reply(412, _unmet())
    since = moment_of(call, "If-Modified-Since")
    if since is not None and changed < since + A_SECOND:
        return Reply(304, headers=headers)
    since = moment_of(call, "If-Unmodified-Since")
    if since is not None and changed >= since + A_SECOND:
        return Reply(412, _unmet())
    return Reply(200, row, headers)


def _check_tag(api: Api, call: Call, object_: str, id_: str) -> None:
    """Refuse to change an account that is not the one that the caller has."""
    asked = call.headers.get("If-Match")
    if asked is None or object_.lower() != "account":
        return
    row = api.org.retrieve(object_, id_, None, call.who, version=call.release)
    if not _tag_is_in(_tag(row), asked):
        raise Refusal(412, UNMET, "A condition of the request is not met.")


def _unmet() -> list[dict[str, Any]]:
    """Return what is said where a condition is not met; the text of a real org is not recorded."""
    return [{"message": "A condition of the request is not met.", "errorCode": UNMET}]


def _stamp(api: Api, call: Call, object_: str, id_: str, row: dict[str, Any]) -> str:
    """Return when a record was changed last, whether or not that was asked for."""
    for name in ("SystemModstamp", "LastModifiedDate", "CreatedDate"):
        if row.get(name):
            return str(row[name])
    whole = api.org.retrieve(object_, id_, None, call.who, version=call.release)
    return str(whole.get("SystemModstamp") or whole.get("CreatedDate"))


def _tag(row: dict[str, Any]) -> str:
    """Return the ETag of a record as it is shown."""
    return f'"{hashlib.sha256(json.encode(row)).hexdigest()[:32]}--gzip"'


def _tag_is_in(tag: str, asked: str | None) -> bool:
    """Return whether a header names a tag. Source: RFC 9110, section 13.1.1."""
    tags = [each.strip().removeprefix("W/") for each in (asked or "").split(",")]
    return tag in tags or "*" in tags


def _made(api: Api, call: Call, object_: str, id_: str, *, created: bool | None) -> Reply:
    """Answer with the id of a record."""
    _remember(api, call, object_, id_)
    body: dict[str, Any] = {"id": id_, "success": True, "errors": []}
    if created is not None:
        body["created"] = created
    address = f"{call.base}/sobjects/{_name(api, object_)}/{id_}"
    return Reply(200 if created is False else 201, body, {"Location": address})


def _choices(api: Api, call: Call, object_: str, ids: list[str]) -> Reply:
    """Answer with the addresses of all records that have the key."""
    return Reply(300, [f"{call.base}/sobjects/{_name(api, object_)}/{id_}" for id_ in ids])


def _name(api: Api, object_: str) -> str:
    """Return the name of an object as the org spells it."""
    return api.org.schema.object(object_).name


def _remember(api: Api, call: Call, object_: str, id_: str) -> None:
    """Keep a record among those that the caller used last."""
    if updates_recent(call):
        api.remember(call.who, _name(api, object_), full_id(id_))
