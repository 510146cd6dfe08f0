"""Who may see which field, as administrators ask for it and grant it: permission sets.

Every profile has a permission set of its own, and there are no others.
Source: Object Reference, "PermissionSet", "PermissionSetAssignment" and "FieldPermissions".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kamsync_salesforce.sandbox.http.admin.simple import SimpleQuery, chosen
from kamsync_salesforce.sandbox.http.calls.exchange import Call, Reply
from kamsync_salesforce.sandbox.refusal import Refusal

if TYPE_CHECKING:
    from kamsync_salesforce.sandbox.http.api import Api

__all__ = ["PERMISSIONS", "permission_rows"]

Row = dict[str, Any]


def permission_rows(api: Api, call: Call, query: SimpleQuery) -> list[Row] | None:
    """Return what a query for permissions finds; None where it is for something else."""
    source = SOURCES.get(query.source.lower())
    return chosen(source(api, call), query) if source else None


def grant(api: Api, call: Call) -> Reply:
    """Let the profile of a permission set see a field, and write it.

    Source: Object Reference, "FieldPermissions": whoever may edit a field may read it.
    """
    asked = call.fields()
    profile = next(
        (row for row in _sets(api, call) if row["Id"] == asked.get("ParentId")), {"ProfileName": ""}
    )["ProfileName"]
    if not profile:
        raise Refusal(
            400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", ["ParentId"]
        )
    object_ = api.org.schema.find(str(asked.get("SobjectType")))
    where, _, name = str(asked.get("Field")).partition(".")
    field = object_.field(name) if object_ else None
    if object_ is None or field is None or where.lower() != object_.name.lower():
        text = f"Field Name: bad value for restricted picklist field: {asked.get('Field')}"
        raise Refusal(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, ["Field"])
    if not asked.get("PermissionsRead"):
        raise Refusal(
            400, "FIELD_INTEGRITY_EXCEPTION", "Read is needed to edit", ["PermissionsRead"]
        )
    api.org.profiles.grant(profile, object_.name, field.name)
    if not asked.get("PermissionsEdit"):
        api.org.profiles.seal(profile, object_.name, field.name)
    return Reply(201, {"id": api.job_id("01k"), "success": True, "errors": []})


PERMISSIONS = {"POST sobjects/FieldPermissions": grant}


def _sets(api: Api, call: Call) -> list[Row]:
    """Return the permission set of each profile."""
    found = api.org.query("SELECT Id, Name FROM Profile", api.org.people.administrator)
    return [
        {
            "attributes": _attributes(call, "PermissionSet", f"0PS{row['Id'][3:]}"),
            "Id": f"0PS{row['Id'][3:]}",
            "Name": f"X{row['Id'][:15]}",
            "Label": row["Name"],
            "ProfileId": row["Id"],
            "ProfileName": row["Name"],
            "Profile": {"Name": row["Name"]},
            "IsOwnedByProfile": True,
        }
        for row in found.rows
    ]


def _assignments(api: Api, call: Call) -> list[Row]:
    """Return who has which permission set."""
    by_profile = {row["ProfileName"]: row for row in _sets(api, call)}
    return [
        {
            "attributes": _attributes(call, "PermissionSetAssignment", f"0Pa{person.id[3:]}"),
            "Id": f"0Pa{person.id[3:]}",
            "AssigneeId": person.id,
            "PermissionSetId": by_profile[person.profile]["Id"],
            "PermissionSet": by_profile[person.profile],
        }
        for person in api.org.people
    ]


def _attributes(call: Call, type_: str, id_: str) -> Row:
    return {"type": type_, "url": f"{call.base}/sobjects/{type_}/{id_}"}


SOURCES: dict[str, Callable[[Api, Call], list[Row]]] = {
    "permissionset": _sets,
    "permissionsetassignment": _assignments,
}
