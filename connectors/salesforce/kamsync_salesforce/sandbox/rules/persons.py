"""Accounts that are persons, and the contact that stands behind each of them."""

from __future__ import annotations

from kamsync_salesforce.sandbox.metadata.persons import OWN_NAMES, contact_names
from kamsync_salesforce.sandbox.records.store import Row
from kamsync_salesforce.sandbox.refusal import Refusal
from kamsync_salesforce.sandbox.rules.write import Write
from kamsync_salesforce.sandbox.state import State

__all__ = ["check_shadow", "prepare_person", "shadow_values"]


def prepare_person(org: State, write: Write) -> None:
    """Tell persons from businesses; neither takes the fields of the other.

    A new account is a person by its record type, or by having a last name where none is named. Its
    name is put together and cannot be written.
    Source: Object Reference, "Account" ("Person Accounts").
    """
    if write.object.name != "Account" or not org.schema.person_accounts:
        return
    if write.is_new:
        write.set("IsPersonAccount", int(_is_person(org, write)))
    of_contact = contact_names(org.schema.object("Contact"))
    wrong = [name for name in write.values if name in of_contact and write.values[name] is not None]
    if write.after["IsPersonAccount"]:
        wrong = ["Name"] if "Name" in write.values else []
    if wrong:
        raise Refusal(
            400,
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            f"Account: bad field names on insert/update call: {', '.join(wrong)}",
            wrong,
        )
    if write.after["IsPersonAccount"]:
        _name(write)


def check_shadow(_: State, write: Write) -> None:
    """Refuse to write the contact behind a person: it follows its account.

    Source: Object Reference, "Contact" ("IsPersonAccount"); the text for a real org's refusal is
    not recorded.
    """
    if write.object.name != "Contact" or write.is_new or write.before is None:
        return
    if write.before.get("IsPersonAccount") and not write.options.by_org:
        raise Refusal(
            400, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id"
        )


def shadow_values(org: State, values: Row) -> Row:
    """Return what the columns of a person mean for the contact behind it."""
    contact = org.schema.object("Contact")
    told: Row = {}
    for name, theirs in contact_names(contact).items():
        field = contact.fields[theirs]
        if name in values and field.createable:
            value = values[name]
            told[theirs] = bool(value) if field.type == "boolean" else value
    return told


def _is_person(org: State, write: Write) -> bool:
    """Tell whether a new account is a person, and give it the record type of one."""
    named = org.store.row("RecordType", str(write.after.get("RecordTypeId")))
    if named is not None and named["IsPersonType"]:
        return True
    if write.after.get("LastName") is None or write.after.get("Name") is not None:
        return False
    kinds = org.store.rows("RecordType", {"SobjectType": "Account", "IsPersonType": 1})
    if kinds:
        write.set("RecordTypeId", kinds[0]["Id"])
    return bool(kinds)


def _name(write: Write) -> None:
    """Put the name of a person together."""
    if write.after.get("LastName") is None:
        raise Refusal(
            400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", ["LastName"]
        )
    if write.is_new or any(name in write.values for name in OWN_NAMES):
        parts = (write.after.get("FirstName"), write.after.get("LastName"))
        write.set("Name", " ".join(str(part) for part in parts if part))
