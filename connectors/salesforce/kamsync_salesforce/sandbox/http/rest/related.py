"""The records that one record is related to, by the name of the relationship."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kamsync_salesforce.sandbox.http.calls.asked import batch_size
from kamsync_salesforce.sandbox.http.calls.exchange import Call, Reply
from kamsync_salesforce.sandbox.http.rest.queries import paged
from kamsync_salesforce.sandbox.ids import full_id
from kamsync_salesforce.sandbox.refusal import Refusal

if TYPE_CHECKING:
    from kamsync_salesforce.sandbox.http.api import Api
    from kamsync_salesforce.sandbox.metadata.schema import ChildRelation

__all__ = ["related"]

NOT_THERE = "The requested resource does not exist"
COMPOUND = {"address", "location"}


def related(api: Api, call: Call, object_: str, id_: str, name: str) -> Reply:
    """Return the parent, or the children, that a relationship of a record leads to.

    Source: REST API Developer Guide, "sObject Relationships".
    """
    schema = api.org.schema
    here = schema.object(object_)
    for relation in schema.children(here.name):
        if (relation.name or "").lower() == name.lower():
            return _children(api, call, relation, id_)
    link = here.path(name)
    if link is None or not link.targets:
        raise Refusal(404, "NOT_FOUND", NOT_THERE)
    row = api.org.retrieve(object_, id_, [link.name], call.who, version=call.release)
    parent = row.get(link.name)
    target = schema.of_id(parent) if parent else None
    if target is None:
        raise Refusal(404, "NOT_FOUND", NOT_THERE)
    asked = call.query.get("fields")
    names = asked.split(",") if asked else None
    found = api.org.retrieve(target.name, str(parent), names, call.who, version=call.release)
    return Reply(200, found)


def _children(api: Api, call: Call, relation: ChildRelation, id_: str) -> Reply:
    """Return the first page of the records that point at a record."""
    shown = api.org.describe(relation.child, call.who)["fields"]
    every = [each["name"] for each in shown if each["type"] not in COMPOUND]
    names = call.query.get("fields") or ", ".join(every)
    test = f"{relation.field.name} = '{full_id(id_)}'"
    soql = f"SELECT {names} FROM {relation.child} WHERE {test}"
    found = api.org.query(soql, call.who, version=call.release)
    return paged(call, api.locators.first(found.rows, found.total, batch_size(call)))
