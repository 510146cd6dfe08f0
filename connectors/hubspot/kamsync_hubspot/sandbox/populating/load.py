"""Records from a folder of CSV files: one file for each object type, one column for each property."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from kamsync.errors import ConfigurationInvalid
from kamsync.sandbox.tables import opened
from kamsync_hubspot.sandbox.admin import defining
from kamsync_hubspot.sandbox.changing.writing import create
from kamsync_hubspot.sandbox.model.caller import Caller, Source
from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.model.refusal import Refusal
from kamsync_hubspot.sandbox.state import links
from kamsync_hubspot.sandbox.state.association_types import PRIMARY
from kamsync_hubspot.sandbox.state.catalogue import Catalogue
from kamsync_hubspot.sandbox.state.portal import Portal

__all__ = ["load"]

_TIES = "associations."
_LABEL = "id"
LONGEST_REASON = 200
_IMPORT = Caller(Source("IMPORT", "1"), "Import")
Labels = dict[tuple[str, str], int]


def load(portal: Portal, folder: Path) -> dict[str, int]:
    """Put the records of all files into the portal, or none; return how many of each.

    A file is called after its object type (``companies.csv``), a column after a property; one that
    the portal has not got is made as a text. ``id`` is any label; a column ``associations.companies``
    names labels or ids of that file, with ``;`` between them, the first of which is the primary one.
    An owner may be an e-mail address or a name.

    Raises:
        ConfigurationInvalid: a file, a column or a value cannot be used; it says which.
    """
    paths = sorted(folder.glob("*.csv"))
    if not paths:
        raise ConfigurationInvalid(
            f"There is no CSV file in {folder}.",
            hint="Name them after object types, as in companies.csv.",
        )
    labels: Labels = {}
    with portal.atomically(), portal.stamped(portal.now):
        kinds = [(_kind(portal, path), path) for path in paths]
        counts = {kind.plural: _records(portal, kind, path, labels) for kind, path in kinds}
        for kind, path in kinds:
            _ties(portal, kind, path, labels)
    return counts


def _kind(portal: Portal, path: Path) -> Kind:
    """Return the object type that a file is called after."""
    try:
        return portal.kind(path.stem)
    except Refusal as refusal:
        known = ", ".join(sorted(kind.plural for kind in portal.kinds))
        raise ConfigurationInvalid(
            f"{path.name} is called after no object type of the portal.",
            hint=f"There are: {known}.",
        ) from refusal


def _records(portal: Portal, kind: Kind, path: Path, labels: Labels) -> int:
    """Make the records of one file."""
    count = 0
    for line, row in _rows(path):
        values = {
            name: text
            for name, text in row.items()
            if text and name != _LABEL and not name.startswith(_TIES)
        }
        _define(portal, kind, values, portal.catalogue)
        try:
            record = create(portal, kind, _owned(portal, _settable(portal, kind, values)), _IMPORT)
        except Refusal as refusal:
            told = [each["message"] for each in refusal.errors] or [refusal.message]
            raise ConfigurationInvalid(
                f"{path.name}, line {line}: {told[0][:LONGEST_REASON]}"
            ) from refusal
        labels[kind.id, row.get(_LABEL) or str(record.id)] = record.id
        count += 1
    return count


def _define(portal: Portal, kind: Kind, values: Mapping[str, str], catalogue: Catalogue) -> None:
    """Make the properties that the portal has not got."""
    for name in values:
        if name not in catalogue.properties(kind):
            body = {
                "name": name,
                "label": name,
                "type": "string",
                "fieldType": "text",
                "groupName": next(iter(catalogue.groups(kind))),
            }
            defining.add_property(portal, kind, body, _IMPORT)


def _settable(portal: Portal, kind: Kind, values: Mapping[str, str]) -> dict[str, str]:
    """Return the values without what a portal works out itself."""
    known = portal.catalogue.properties(kind)
    return {name: text for name, text in values.items() if not known[name].read_only}


def _owned(portal: Portal, values: dict[str, str]) -> dict[str, str]:
    """Return the values with the owner's id."""
    owner = portal.people.find(values.get("hubspot_owner_id", ""))
    return values | {"hubspot_owner_id": owner.owner_id} if owner else values


def _ties(portal: Portal, kind: Kind, path: Path, labels: Labels) -> None:
    """Associate the records of one file."""
    for line, row in _rows(path):
        for column in (name for name in row if name.startswith(_TIES) and row[name]):
            to = portal.kind(column.removeprefix(_TIES))
            if _LABEL not in row:
                raise ConfigurationInvalid(f"{path.name}: {column} needs a column id beside it.")
            for place, label in enumerate(row[column].split(";")):
                far = labels.get((to.id, label.strip()))
                if far is None:
                    raise ConfigurationInvalid(
                        f"{path.name}, line {line}: {label} is in no file of {to.plural}."
                    )
                near = labels[kind.id, row[_LABEL]]
                _tie(portal, (kind, near), (to, far), first=place == 0)


def _tie(portal: Portal, one: tuple[Kind, int], other: tuple[Kind, int], *, first: bool) -> None:
    """Associate two records, the first of several as the primary one where there is such a label."""
    known = portal.association_types.between(one[0].id, other[0].id).values()
    types = [each for each in known if each.label == PRIMARY] if first else []
    types = types or [each for each in known if each.label is None]
    links.add_types(portal, one, other, types, _IMPORT)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the lines of a file with their numbers."""
    with opened(path) as file:
        reader = csv.DictReader(file, restkey="", restval="", strict=True)
        for row in reader:
            if "" in row:
                raise ConfigurationInvalid(
                    f"{path.name}, line {reader.line_num}: more cells than columns."
                )
            yield reader.line_num, {name.strip(): text.strip() for name, text in row.items()}
