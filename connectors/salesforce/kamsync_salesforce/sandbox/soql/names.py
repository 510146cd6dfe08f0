"""What a reference to several objects is followed to: the few fields that all of them have."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from kamsync_salesforce.sandbox.metadata.field import read_field
from kamsync_salesforce.sandbox.metadata.schema import Schema
from kamsync_salesforce.sandbox.metadata.sobject import SObject
from kamsync_salesforce.sandbox.records.store import quoted

__all__ = ["NAME", "name_table"]

NAME = "Name"
SHARED = ("FirstName", "LastName", "Title", "Email", "Phone", "Username", "Alias", "IsActive")


def name_table(schema: Schema, targets: Sequence[str]) -> tuple[SObject, str]:
    """Return the object Name, and SQL for a row of each record of *targets*.

    Source: Object Reference, "Name"; SOQL and SOSL Reference, "Understanding Polymorphic Keys and
    Relationships".
    """
    parts = []
    for name in targets:
        if (object_ := schema.find(name)) is not None:
            named = object_.name_field
            title = quoted(named.name) if named is not None else "NULL"
            others = ", ".join(
                f"{quoted(each)}" if each in object_.fields else f"NULL AS {quoted(each)}"
                for each in SHARED
            )
            parts.append(
                f"SELECT Id, {title} AS Name, '{object_.name}' AS Type, {others}"
                f" FROM {quoted(object_.name)}"
            )
    return _name(), f"({' UNION ALL '.join(parts)})"


@cache
def _name() -> SObject:
    """Return the object Name, which has no records of its own."""
    kinds = {"Id": "id ro", "Name": "string(255) ro name", "Type": "string(40) ro"}
    kinds |= dict.fromkeys(SHARED, "string(255) ro") | {"IsActive": "boolean ro"}
    fields = {name: read_field(name, {"is": kind}) for name, kind in kinds.items()}
    return SObject(NAME, "", NAME, "Names", {}, fields)
