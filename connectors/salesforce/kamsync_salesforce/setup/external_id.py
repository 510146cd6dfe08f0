"""Making the field that keeps kamsync's id, and letting our user see it.

Tooling API, "CustomField", with the metadata of Metadata API, "CustomField"; who may see it is a
record of Object Reference, "FieldPermissions".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kamsync.connector import SetupStep
from kamsync_salesforce.api.answers import Problem
from kamsync_salesforce.api.client import Refusal
from kamsync_salesforce.objects.queries import quoted
from kamsync_salesforce.objects.traits import READ_ONLY
from kamsync_salesforce.org import Org

__all__ = ["steps"]

LENGTH = 80
NAME = "kamsync"
"""The permission set that is preferred, where our user has one of that name."""

NOWHERE = Problem("NOT_FOUND", "Its user has no permission set that can be changed")
CLICKS = (
    "Setup, Object Manager, {object}, Fields & Relationships, New: Text, length {length}, field name"
    " {short}; tick Unique (case sensitive) and External ID; make it visible to kamsync's user."
)


def steps(org: Org, objects: Sequence[str], *, dry_run: bool) -> list[SetupStep]:
    """Return one step for each of *objects*: what is there, was made, or is left to a person."""
    if not org.ways.stamp:
        hint = "Name a field in external_id, or leave the option out."
        return [SetupStep(False, 'external_id is "", so that nothing can be created.', hint)]
    return [
        step
        for object_ in objects
        if object_ not in READ_ONLY
        for step in _for_object(org, object_, dry_run=dry_run)
    ]


def _for_object(org: Org, object_: str, *, dry_run: bool) -> Iterator[SetupStep]:
    name = f"{object_}.{org.ways.stamp}"
    described = org.described.described(object_, anew=True)
    if described is None:
        hint = "Let kamsync's user read it, or take it out of the mapping."
        yield SetupStep(False, f"{object_} cannot be seen.", hint)
    elif described.keeps(org.ways.stamp):
        yield SetupStep(True, f"{name} is there, unique and writable.")
    elif org.ways.stamp in described.fields:
        hint = (
            "Tick Unique and External ID in the field's settings, and let kamsync's user edit it."
        )
        yield SetupStep(False, f"{name} is there, and is not unique or not writable.", hint)
    elif dry_run:
        yield SetupStep(False, f"{name} would be made, or shown to kamsync's user.", _clicks(name))
    else:
        yield from _made(org, object_, name)


def _made(org: Org, object_: str, name: str) -> Iterator[SetupStep]:
    """Make the field, unless it is there and hidden, and let our user see it."""
    try:
        made = _make(org, object_, name)
    except Refusal as refusal:
        yield SetupStep(False, f"{name} was not made: {refusal.problem}.", _clicks(name))
        return
    yield SetupStep(True, f"{name} was made." if made else f"{name} is there, and was hidden.")
    try:
        _grant(org, object_, name)
    except Refusal as refusal:
        text = f"kamsync's user was not let see {name}: {refusal.problem}."
        yield SetupStep(False, text, _clicks(name))
        return
    described = org.described.described(object_, anew=True)
    seen = described is not None and described.keeps(org.ways.stamp)
    hint = "" if seen else _clicks(name)
    yield SetupStep(seen, f"kamsync's user {'sees and writes' if seen else 'cannot see'} it.", hint)


def _make(org: Org, object_: str, name: str) -> bool:
    """Make the field; return False if there is one already, which our user does not see."""
    short = org.ways.stamp.removesuffix("__c")
    query = (
        f"SELECT Id FROM CustomField WHERE TableEnumOrId={quoted(object_)}"
        f" AND DeveloperName={quoted(short)}"
    )
    if org.client.get("/tooling/query", {"q": query}).body["records"]:
        return False
    metadata = {
        "type": "Text",
        "label": "kamsync id",
        "description": "The id under which kamsync keeps this record. Nobody edits it.",
        "length": LENGTH,
        "externalId": True,
        "unique": True,
        "caseSensitive": True,
        "required": False,
    }
    body = {"FullName": name, "Metadata": metadata}
    answer = org.client.call("POST", "/tooling/sobjects/CustomField", body=body)
    if answer.failed:
        raise Refusal(answer.status, answer.problem)
    return True


def _grant(org: Org, object_: str, name: str) -> None:
    """Let our user read and write the field, through a permission set that is theirs."""
    permissions: dict[str, Any] = {
        "ParentId": _permission_set(org),
        "SobjectType": object_,
        "Field": name,
        "PermissionsRead": True,
        "PermissionsEdit": True,
    }
    answer = org.client.call("POST", "/sobjects/FieldPermissions", body=permissions)
    if answer.failed and answer.problem.code != "DUPLICATE_VALUE":
        raise Refusal(answer.status, answer.problem)


def _permission_set(org: Org) -> str:
    """Return a permission set of our user: that of our name, else the one of their profile."""
    query = (
        "SELECT PermissionSetId,PermissionSet.Name,PermissionSet.IsOwnedByProfile"
        f" FROM PermissionSetAssignment WHERE AssigneeId={quoted(org.own())}"
    )
    rows = org.client.query(query).rows
    own = [row for row in rows if (row.get("PermissionSet") or {}).get("Name") == NAME]
    profile = [row for row in rows if (row.get("PermissionSet") or {}).get("IsOwnedByProfile")]
    for row in (*own, *profile, *rows):
        return str(row["PermissionSetId"])
    raise Refusal(404, NOWHERE)


def _clicks(name: str) -> str:
    object_, _, field = name.partition(".")
    return CLICKS.format(object=object_, length=LENGTH, short=field.removesuffix("__c"))
