"""Required values, defaults and the values that a picklist takes."""

from __future__ import annotations

from typing import Any

from kamsync_salesforce.sandbox.metadata.field import Field
from kamsync_salesforce.sandbox.refusal import Refusal
from kamsync_salesforce.sandbox.rules.write import Write
from kamsync_salesforce.sandbox.state import State

__all__ = ["check_picklists", "check_required", "give_defaults"]


def give_defaults(org: State, write: Write) -> None:
    """Give a new record what nobody said: an owner, the default of a picklist, a plain no.

    Source: Object Reference, field properties ("Defaulted on create"); the owner of a record is
    whoever makes it.
    """
    if not write.is_new:
        return
    for field in write.object.fields.values():
        if write.after.get(field.name) is None and field.is_stored:
            value = _default(write, field)
            if value is not None:
                write.set(field.name, value)
    if org.schema.multi_currency and "CurrencyIsoCode" in write.object.fields:
        write.set("CurrencyIsoCode", write.after.get("CurrencyIsoCode") or "EUR")


def _default(write: Write, field: Field) -> Any:
    """Return what a new record has in the field where nothing was said."""
    if field.type == "boolean":
        return int(bool(field.default))
    if field.name == "OwnerId":
        return write.who.id
    if field.default is not None and field.name not in write.values:
        return field.default
    return None


def check_required(_: State, write: Write) -> None:
    """Refuse a record without what it must have, and name all that it lacks.

    Source: REST API Developer Guide, "Status Codes and Error Responses" (REQUIRED_FIELD_MISSING).
    """
    fields = write.object.fields.values() if write.is_new else write.fields()
    missing = [
        field.name
        for field in fields
        if (field.required or (not field.nillable and field.createable))
        and write.after.get(field.name) is None
    ]
    if missing:
        raise Refusal(
            400,
            "REQUIRED_FIELD_MISSING",
            f"Required fields are missing: [{', '.join(missing)}]",
            missing,
        )


def check_picklists(_: State, write: Write) -> None:
    """Refuse a value that a restricted picklist has not got, or has no longer.

    A value that stays as it was is let be, and a picklist that is not restricted takes any text.
    Source: Object Reference, "Picklist Field Type" ("restricted picklists").
    """
    for field in write.fields():
        if not (field.restricted and field.choices and write.sets(field.name)):
            continue
        value = write.values[field.name]
        if value is None:
            continue
        parts = value.split(";") if field.type == "multipicklist" else [value]
        known = {each.lower(): each for each in field.active()}
        for part in parts:
            if part.lower() not in known:
                raise Refusal(
                    400,
                    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                    f"{field.label}: bad value for restricted picklist field: {part}",
                    [field.name],
                )
        write.set(field.name, ";".join(known[part.lower()] for part in parts))
