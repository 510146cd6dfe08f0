"""Record types: kinds of one object that an admin sets up, and how a describe lists them."""

from __future__ import annotations

from typing import Any

from kamsync_salesforce.sandbox.metadata.field import read_field
from kamsync_salesforce.sandbox.metadata.sobject import SObject
from kamsync_salesforce.sandbox.rules.write import Write
from kamsync_salesforce.sandbox.state import State

__all__ = ["MASTER", "add_record_type", "give_record_type", "record_type_infos"]

# Source: recordings of real orgs; every org has this one.
MASTER = "012000000000000AAA"


def add_record_type(
    org: State, name: str, developer_name: str, label: str, *, default: bool = False
) -> str:
    """Set up a kind of *name*; the first one brings the field that tells the kinds apart.

    Source: Object Reference, "RecordType"; RecordTypeId is there only where an object has some.
    """
    object_ = org.schema.object(name)
    if "RecordTypeId" not in object_.fields:
        told = {"is": "reference nofls", "to": ["RecordType"], "label": "Record Type ID"}
        org.store.add_field(object_.name, read_field("RecordTypeId", told))
    at, admin = org.stamp(), org.people.administrator.id
    id_ = org.store.insert(
        org.schema.object("RecordType"),
        {
            "Name": label,
            "DeveloperName": developer_name,
            "SobjectType": object_.name,
            "IsActive": 1,
            "CreatedDate": at,
            "CreatedById": admin,
            "LastModifiedDate": at,
            "LastModifiedById": admin,
            "SystemModstamp": at,
        },
    )
    if default:
        org.store.keep(f"record type of {object_.name}", id_)
    return id_


def give_record_type(org: State, write: Write) -> None:
    """Give a new record the kind that its maker's profile makes where none is named."""
    if (
        write.is_new
        and "RecordTypeId" in write.object.fields
        and not write.after.get("RecordTypeId")
    ):
        kind = org.store.fact(f"record type of {write.object.name}")
        if kind is not None:
            write.set("RecordTypeId", kind)


def record_type_infos(org: State, object_: SObject, version: str) -> list[dict[str, Any]]:
    """Return what a describe says about the kinds of an object; the last is the master."""
    base = f"/services/data/v{version}/sobjects/{object_.name}/describe/layouts"
    default = org.store.fact(f"record type of {object_.name}")
    infos = [
        {
            "active": bool(row["IsActive"]),
            "available": True,
            "defaultRecordTypeMapping": row["Id"] == default,
            "developerName": row["DeveloperName"],
            "master": False,
            "name": row["Name"],
            "recordTypeId": row["Id"],
            "urls": {"layout": f"{base}/{row['Id']}"},
        }
        for row in org.store.rows("RecordType", {"SobjectType": object_.name})
    ]
    master = {
        "active": True,
        "available": True,
        "defaultRecordTypeMapping": default is None,
        "developerName": "Master",
        "master": True,
        "name": "Master",
        "recordTypeId": MASTER,
        "urls": {"layout": f"{base}/{MASTER}"},
    }
    return [*infos, master]
