"""The properties that every portal begins with, read from the tables in ``definitions/``.

Source: names, types, options and which of them are read-only are facts of
developers.hubspot.com/docs/guides/api/crm/properties and of the default properties of
knowledge.hubspot.com/properties/hubspots-default-contact-properties (and of companies, deals and
tickets); the tables hold the ones that matter for accounts, not all of them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from msgspec import Struct, field

from kamsync_hubspot.sandbox.model.kinds import Kind

__all__ = ["Choice", "Group", "Modification", "Property", "groups_of", "properties_of"]


class Choice(Struct, frozen=True, rename="camel"):
    """One option of an enumeration."""

    label: str
    value: str
    display_order: int = -1
    hidden: bool = False
    description: str = ""


class Modification(Struct, frozen=True, rename="camel"):
    """What may be changed of a property. A write is refused by `read_only_value` alone."""

    archivable: bool = True
    read_only_definition: bool = False
    read_only_value: bool = False


class Property(Struct, frozen=True, rename="camel", omit_defaults=False):
    """The definition of a property, in the shape in which the API tells it."""

    name: str
    label: str
    type: str
    field_type: str
    group_name: str
    description: str = ""
    options: tuple[Choice, ...] = ()
    display_order: int = -1
    calculated: bool = False
    external_options: bool = False
    has_unique_value: bool = False
    hidden: bool = False
    hubspot_defined: bool = False
    form_field: bool = False
    data_sensitivity: str = "non_sensitive"
    archived: bool = False
    modification_metadata: Modification = field(default_factory=Modification)
    referenced_object_type: str | None = None
    calculation_formula: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    archived_at: str | None = None
    created_user_id: str | None = None
    updated_user_id: str | None = None

    @property
    def read_only(self) -> bool:
        """Whether its value cannot be set from outside."""
        return self.modification_metadata.read_only_value


class Group(Struct, frozen=True, rename="camel"):
    """A group of properties."""

    name: str
    label: str
    display_order: int = -1
    archived: bool = False


@cache
def _table(name: str) -> Mapping[str, Any]:
    """Read one of the tables."""
    file = files("kamsync_hubspot.sandbox.model") / "definitions" / f"{name}.toml"
    return tomllib.loads(file.read_text("utf-8"))


def _own(kind: Kind) -> Mapping[str, Any]:
    """Return the table of *kind* alone."""
    if kind.plural in {"contacts", "companies", "deals", "tickets"}:
        return _table(kind.plural)
    for page in ("commerce", "engagements"):
        if kind.plural in _table(page):
            found: Mapping[str, Any] = _table(page)[kind.plural]
            return found
    return {}


def groups_of(kind: Kind) -> Iterator[Group]:
    """Yield the groups that *kind* begins with."""
    own = _own(kind).get("groups") or {f"{kind.singular}_information": f"{kind.singular.title()}"}
    for place, (name, label) in enumerate(own.items()):
        yield Group(name, label, place)


def properties_of(kind: Kind) -> Iterator[Property]:
    """Yield the properties that *kind* begins with, each once."""
    own = _own(kind)
    group = next(groups_of(kind)).name
    tables = [_table("common")["properties"]]
    if kind.engagement:
        tables.append(_table("engagements")["shared"]["properties"])
    tables.append(own.get("properties", {}))
    merged = {name: row for table in tables for name, row in table.items()}
    if kind.modified != "hs_lastmodifieddate":
        # It is defined for contacts, and never filled.
        merged["hs_lastmodifieddate"] = merged["hs_lastmodifieddate"] | {"hidden": True}
    for name, row in merged.items():
        yield _property(name, row, group)


def _property(name: str, row: Mapping[str, Any], group: str) -> Property:
    """Return the property of one line of a table."""
    type_, _, shape = row["kind"].partition("/")
    # What is worked out is not always closed to writes, here as there.
    read_only = bool(row.get("read_only", row.get("calculated", False)))
    return Property(
        name,
        row["label"],
        type_,
        shape,
        row.get("group", group),
        options=tuple(_choices(row.get("options", "@bool" if type_ == "bool" else []))),
        calculated=row.get("calculated", False),
        external_options=row.get("external", False),
        has_unique_value=row.get("unique", False),
        hidden=row.get("hidden", False),
        hubspot_defined=True,
        form_field=not read_only and type_ != "datetime",
        modification_metadata=Modification(
            archivable=False, read_only_definition=True, read_only_value=read_only
        ),
        referenced_object_type=row.get("refers"),
    )


def _choices(given: str | list[str]) -> Iterator[Choice]:
    """Yield the options of a line: a list, or the name of one that several share.

    Those of a pipeline are told by its stages and are added when a property is shown.
    """
    if given in {"@stages", "@pipelines"} if isinstance(given, str) else False:
        return
    lines = _table("options")[given[1:]] if isinstance(given, str) else given
    for place, line in enumerate(lines):
        value, _, label = line.partition("=")
        yield Choice(label or value.replace("_", " ").title(), value, place)
