"""A field of an object, and how it is read from the notation of the object files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

__all__ = ["Choice", "Field", "read_field"]

SIZED = {"string", "textarea", "picklist", "multipicklist", "phone", "url", "email", "combobox"}
NUMBERS = {"double", "currency", "percent"}
TEXTS = SIZED | {"anyType", "encryptedstring"}
ID_LENGTH = 18
LONG_TEXT = 255
NOTATION = re.compile(r"(?P<type>\w+)(?:\((?P<first>\d+)(?:,(?P<second>\d+))?\))?")


class Choice(Struct, frozen=True):
    """A value of a picklist; one that is not *active* is kept where it is and taken nowhere new."""

    value: str
    label: str
    active: bool = True
    default: bool = False


class Field(Struct, frozen=True):
    """A field: its type and size, who may write it, and what it points at."""

    name: str
    type: str
    label: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    digits: int = 0
    createable: bool = True
    updateable: bool = True
    nillable: bool = True
    defaulted: bool = False
    restricted: bool = False
    filterable: bool = True
    id_lookup: bool = False
    name_field: bool = False
    auto_number: bool = False
    calculated: bool = False
    formula: str | None = None
    custom: bool = False
    external_id: bool = False
    unique: bool = False
    case_sensitive: bool = False
    help: str | None = None
    default: Any = None
    choices: tuple[Choice, ...] = ()
    targets: tuple[str, ...] = ()
    relationship: str | None = None
    children: str | None = None
    cascade: bool = False
    restrict: bool = False
    compound: str | None = None
    extra: str | None = None
    permissionable: bool = True
    aggregatable: bool = True
    groupable: bool = True
    sortable: bool = True
    prefilterable: bool = False

    @property
    def required(self) -> bool:
        """Whether a new record has to bring a value."""
        return self.createable and not self.nillable and not self.defaulted

    @property
    def is_text(self) -> bool:
        """Whether values are text that is compared without regard to case."""
        return self.type in TEXTS

    @property
    def is_id(self) -> bool:
        """Whether values are ids."""
        return self.type in {"id", "reference"}

    @property
    def is_number(self) -> bool:
        """Whether values are numbers."""
        return self.type in NUMBERS or self.type in {"int", "long"}

    @property
    def is_stored(self) -> bool:
        """Whether the record holds it; a compound field is made from its parts."""
        return self.type not in {"address", "location"}

    def active(self) -> list[str]:
        """Return the values that a record may be given."""
        return [choice.value for choice in self.choices if choice.active]


def read_field(name: str, told: Mapping[str, Any]) -> Field:
    """Return the field that *told* notes: `is` has the type, then words for what is unusual.

    `ro`, `create` and `update` say who may write; `required`, `filled`, `defaulted` and `never-null`
    how it gets a value; the other words turn a flag of the describe away from what its type has.
    """
    kind, *words = str(told["is"]).split()
    match = NOTATION.fullmatch(kind)
    assert match is not None, (name, kind)
    type_, said = match["type"], set(words)
    long = type_ == "textarea" and int(match["first"]) > LONG_TEXT
    createable, updateable = not {"ro", "update"} & said, not {"ro", "create"} & said
    always = type_ in {"id", "boolean"}
    nillable = not always and not {"required", "filled", "never-null"} & said
    fls = (createable or updateable) and nillable and type_ != "id"
    return Field(
        name=name,
        type=type_,
        label=str(told.get("label") or label_of(name)),
        **_size(type_, match),
        createable=createable,
        updateable=updateable,
        nillable=nillable,
        defaulted=always or bool({"filled", "defaulted"} & said),
        restricted="restricted" in said,
        filterable="unfiltered" not in said,
        id_lookup=type_ == "id" or "lookup" in said,
        name_field="name" in said,
        auto_number="auto" in said,
        calculated="calculated" in said,
        default=told.get("default"),
        choices=_choices(told),
        targets=tuple(told.get("to", ())),
        relationship=_relationship(name, told),
        children=told.get("children"),
        cascade=bool(told.get("cascade")),
        restrict=bool(told.get("restrict")),
        compound=told.get("of"),
        extra=told.get("extra") or ("plaintextarea" if type_ == "textarea" else None),
        permissionable="fls" in said or (fls and "nofls" not in said),
        aggregatable=_flag(said, "aggregatable", type_ not in {"boolean", "address"} and not long),
        groupable=_flag(
            said,
            "groupable",
            type_ not in NUMBERS | {"datetime", "address", "anyType"} and not long,
        ),
        sortable=_flag(said, "sortable", type_ not in {"address", "anyType"} and not long),
        prefilterable="prefilterable" in said,
    )


def label_of(name: str) -> str:
    """Return the label that a field of that name has where nothing else is said."""
    if name.endswith("Id") and name != "Id":
        name = name[: -len("Id")] + " ID"
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)


def _flag(said: set[str], word: str, usual: bool) -> bool:  # noqa: FBT001
    """Return a flag as its type has it, unless a word says otherwise."""
    return word in said or (usual and f"un{word}" not in said)


def _size(type_: str, match: re.Match[str]) -> dict[str, Any]:
    """Return the members that hold the size of a field of *type_*."""
    first, second = int(match["first"] or 0), int(match["second"] or 0)
    if type_ in NUMBERS:
        return {"precision": first, "scale": second}
    if type_ == "int":
        return {"digits": first or 9}
    if type_ in {"id", "reference"}:
        return {"length": ID_LENGTH}
    return {"length": first}


def _choices(told: Mapping[str, Any]) -> tuple[Choice, ...]:
    """Return the values of a picklist; a pair is a value and its label."""
    pairs = [(each, each) if isinstance(each, str) else each for each in told.get("values", ())]
    first, stale = told.get("preset", told.get("default")), told.get("inactive", ())
    return tuple(
        Choice(value, label, active=value not in stale, default=value == first)
        for value, label in pairs
    )


def _relationship(name: str, told: Mapping[str, Any]) -> str | None:
    """Return the name that a query follows the reference by."""
    usual = name.removesuffix("Id") if "to" in told else None
    return told.get("via", usual) or None
