"""An object of the org: its prefix, its fields by name, and what may be done with its records."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from msgspec import Struct
from msgspec.structs import force_setattr

from kamsync_salesforce.sandbox.metadata.field import Field, read_field

__all__ = ["STANDARD", "SObject", "standard_objects"]

# What most objects allow; a file names what its object has otherwise.
FLAGS = {
    "activateable": False,
    "compactLayoutable": True,
    "createable": True,
    "customSetting": False,
    "deepCloneable": False,
    "deletable": True,
    "deprecatedAndHidden": False,
    "feedEnabled": False,
    "hasSubtypes": False,
    "isInterface": False,
    "isSubtype": False,
    "layoutable": True,
    "mergeable": False,
    "mruEnabled": True,
    "queryable": True,
    "replicateable": True,
    "retrieveable": True,
    "searchLayoutable": True,
    "searchable": True,
    "triggerable": True,
    "undeletable": True,
    "updateable": True,
}
STANDARD = "kamsync_salesforce.sandbox.metadata"


class SObject(Struct, frozen=True):
    """An object; *fields* stand in the order in which a describe lists them."""

    name: str
    prefix: str
    label: str
    plural: str
    flags: dict[str, bool]
    fields: dict[str, Field]
    needs: str | None = None
    custom: bool = False
    lowered: dict[str, Field] = {}
    followed: dict[str, Field] = {}

    def __post_init__(self) -> None:
        fields = self.fields.values()
        force_setattr(self, "lowered", {each.name.lower(): each for each in fields})
        paths = {each.relationship.lower(): each for each in fields if each.relationship}
        force_setattr(self, "followed", paths)

    def field(self, name: str) -> Field | None:
        """Return the field of that name, in whatever case it is written."""
        return self.fields.get(name) or self.lowered.get(name.lower())

    def path(self, name: str) -> Field | None:
        """Return the reference that a query follows by that name."""
        return self.followed.get(name.lower())

    def stored(self) -> list[Field]:
        """Return the fields that have a column."""
        return [field for field in self.fields.values() if field.is_stored]

    def references(self) -> list[Field]:
        """Return the fields that point at other records."""
        return [field for field in self.fields.values() if field.targets]

    @property
    def name_field(self) -> Field | None:
        """The field that people know a record by."""
        return next((field for field in self.fields.values() if field.name_field), None)


@cache
def standard_objects() -> Mapping[str, SObject]:
    """Return the objects that every org has, as the object files note them.

    Source: Object Reference, "Standard Objects", one page each; flags as real describes have them.
    """
    folder = files(STANDARD) / "objects"
    found = {}
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".toml"):
            name = file.name.removesuffix(".toml")
            found[name] = _read(name, tomllib.loads(file.read_text(encoding="utf-8")))
    return found


def _read(name: str, told: Mapping[str, Any]) -> SObject:
    """Return the object that a file notes."""
    fields = {field: read_field(field, said) for field, said in told["fields"].items()}
    return SObject(
        name=name,
        prefix=told["prefix"],
        label=told["label"],
        plural=told["plural"],
        flags=FLAGS | told["flags"],
        fields=fields,
        needs=told.get("needs"),
    )
