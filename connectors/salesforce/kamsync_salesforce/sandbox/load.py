"""Records from a folder of CSV files: one file for each object, one column for each field."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from kamsync.errors import ConfigurationInvalid
from kamsync.sandbox.tables import opened
from kamsync_salesforce.sandbox.ids import full_id, is_id
from kamsync_salesforce.sandbox.loaded import check_loaded
from kamsync_salesforce.sandbox.metadata.field import Field, read_field
from kamsync_salesforce.sandbox.metadata.sobject import SObject
from kamsync_salesforce.sandbox.records.store import Row
from kamsync_salesforce.sandbox.records.users import let_in
from kamsync_salesforce.sandbox.records.writing import LOADING, prepared, stand_behind
from kamsync_salesforce.sandbox.refusal import Refusal
from kamsync_salesforce.sandbox.rules.persons import shadow_values
from kamsync_salesforce.sandbox.rules.values import held_value
from kamsync_salesforce.sandbox.rules.write import Options
from kamsync_salesforce.sandbox.state import State

__all__ = ["load"]

# What an export has of a record's past, and a load keeps.
# Source: Salesforce Help, "Set Audit Fields upon Record Creation".
KEPT = {
    "CreatedById",
    "CreatedDate",
    "IsDeleted",
    "LastModifiedById",
    "LastModifiedDate",
    "MasterRecordId",
    "SystemModstamp",
}
CHUNK = 5000
TRUTHS = {"1": "true", "0": "false", "yes": "true", "no": "false"}


def load(org: State, folder: Path) -> dict[str, int]:
    """Put the records of all files in *folder* into the org, or none; returns how many of each.

    A file is called after its object (`Account.csv`), its columns after fields, also by a parent's
    key (`Account.KamsyncId__c`). Ids may be those of a real org or any labels; references follow
    them. What an org works out itself is passed over, and a custom field that it has not got is
    made as text.

    Raises:
        ConfigurationInvalid: a file, a column or a value cannot be used; it says which.
    """
    paths = {path.stem: path for path in sorted(folder.glob("*.csv"))}
    if not paths:
        raise ConfigurationInvalid(
            f"There is no CSV file in {folder}.", hint="Name them after objects, as in Account.csv."
        )
    with org.lock:
        objects = _objects(org, paths)
        _make_custom_fields(org, objects, paths)
        with org.store.savepoint():
            ids = _ids(org, objects, paths)
            counts = {
                name: _load_one(org, org.schema.object(name), paths[name], ids)
                for name in _in_order(org, list(objects))
            }
            check_loaded(org, paths)
            _stand_behind_persons(org)
        let_in(org)
    return counts


def _stand_behind_persons(org: State) -> None:
    """Make the contact behind each account that was loaded as a person."""
    if not org.schema.person_accounts:
        return
    for row in org.store.rows("Account", {"IsPersonAccount": 1}):
        if row["PersonContactId"] is None:
            filled = {name: value for name, value in row.items() if value is not None}
            stand_behind(org, row["Id"], shadow_values(org, filled), org.people.administrator)


def _objects(org: State, paths: Mapping[str, Path]) -> dict[str, SObject]:
    """Return the objects that the files are called after."""
    found = {}
    for name, path in paths.items():
        object_ = org.schema.objects.get(name)
        if object_ is None:
            known = ", ".join(sorted(org.schema.objects))
            raise ConfigurationInvalid(
                f"{path.name} is called after no object of the org.", hint=f"There are: {known}."
            )
        found[name] = object_
    return found


def _make_custom_fields(
    org: State, objects: Mapping[str, SObject], paths: Mapping[str, Path]
) -> None:
    """Make the custom fields that a header names and the org has not got."""
    for name, object_ in objects.items():
        for column in _header(paths[name]):
            if column.endswith("__c") and "." not in column and object_.field(column) is None:
                told = {"is": "string(255) fls", "label": column.removesuffix("__c")}
                field = read_field(column, told)
                custom = {key: getattr(field, key) for key in Field.__struct_fields__}
                org.store.add_field(name, Field(**custom | {"custom": True}))


def _header(path: Path) -> list[str]:
    """Return the names of the columns."""
    with opened(path) as file:
        return [column.strip() for column in next(csv.reader(file, strict=True), [])]


def _ids(org: State, objects: Mapping[str, SObject], paths: Mapping[str, Path]) -> dict[str, str]:
    """Return the id that each record gets, by what the files call it."""
    ids: dict[str, str] = {}
    for name, object_ in objects.items():
        if "Id" not in _header(paths[name]):
            continue
        first = org.store.next_number(object_)
        for place, (line, row) in enumerate(_rows(paths[name])):
            told = row.get("Id") or ""
            if told in ids:
                raise ConfigurationInvalid(
                    f"{paths[name].name}, line {line}: {told} is there twice."
                )
            ours = is_id(told) and told.startswith(object_.prefix)
            if told:
                ids[told] = full_id(told) if ours else org.store.id_of(object_, first + place)
    return ids


def _in_order(org: State, names: Sequence[str]) -> list[str]:
    """Return the objects so that what is pointed at comes first, as far as that can be."""
    order: list[str] = []

    def visit(name: str, above: tuple[str, ...]) -> None:
        if name in order or name in above:
            return
        for field in org.schema.object(name).references():
            for target in field.targets:
                if target in names and field.name not in KEPT:
                    visit(target, (*above, name))
        order.append(name)

    for name in names:
        visit(name, ())
    return order


def _load_one(org: State, object_: SObject, path: Path, ids: Mapping[str, str]) -> int:
    """Put the records of one file into its object."""
    read = _read_rows(org, object_, path, ids)
    count = 0
    while chunk := list(islice(read, CHUNK)):
        org.store.insert_many(object_, chunk)
        count += len(chunk)
    return count


def _read_rows(org: State, object_: SObject, path: Path, ids: Mapping[str, str]) -> Iterator[Row]:
    """Yield what the columns of each record hold."""
    who = org.people.administrator
    for line, row in _rows(path):
        try:
            kept, values = _parted(org, object_, row, ids)
            write = prepared(org, object_, values, who, Options(), LOADING)
        except Refusal as refusal:
            raise ConfigurationInvalid(
                f"{path.name}, line {line}: {refusal.message} ({refusal.code})."
            ) from refusal
        signs = {
            "CreatedDate": write.at,
            "CreatedById": who.id,
            "LastModifiedDate": kept.get("CreatedDate", write.at),
            "LastModifiedById": kept.get("CreatedById", who.id),
            "SystemModstamp": kept.get("LastModifiedDate", kept.get("CreatedDate", write.at)),
        }
        yield write.values | signs | kept


def _parted(
    org: State, object_: SObject, row: Mapping[str, str], ids: Mapping[str, str]
) -> tuple[Row, dict[str, Any]]:
    """Return what is kept of a record's past, and the values that its fields are given."""
    kept: Row = {}
    values: dict[str, Any] = {}
    for column, text in row.items():
        if "." in column:
            parent, key = column.split(".", 1)
            values[parent] = {key: text}
            continue
        field = object_.field(column)
        if field is None:
            raise Refusal(400, "INVALID_FIELD", f"{object_.name} has no field {column}")
        told = _followed(org, field, text, ids)
        if field.name == "Id":
            kept["Id"] = ids[text]
        elif field.name in KEPT:
            kept[field.name] = held_value(field, told)
        elif field.createable:
            values[field.name] = told
    return kept, values


def _followed(org: State, field: Field, text: str, ids: Mapping[str, str]) -> str:
    """Return the text of a value: an id for what the files call by a label, or a user by name."""
    if field.type == "boolean":
        return TRUTHS.get(text.lower(), text)
    if field.type != "reference":
        return text
    if text in ids:
        return ids[text]
    if not is_id(text) and "User" in field.targets:
        found = org.people.find(text)
        return found.id if found is not None else text
    return text


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the records of a file with their lines; an empty cell says nothing."""
    with opened(path) as file:
        reader = csv.reader(file, strict=True)
        header = [column.strip() for column in next(reader, [])]
        for cells in reader:
            if len(cells) > len(header):
                raise ConfigurationInvalid(
                    f"{path.name}, line {reader.line_num}: more cells than columns."
                )
            if any(cells):
                pairs = zip(header, cells, strict=False)
                yield reader.line_num, {name: cell for name, cell in pairs if cell != ""}
