"""What is asked of many records once all of them are there: references lead somewhere, keys are unique."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kamsync.errors import ConfigurationInvalid
from kamsync_salesforce.sandbox.metadata.field import Field
from kamsync_salesforce.sandbox.metadata.sobject import SObject
from kamsync_salesforce.sandbox.records.store import quoted
from kamsync_salesforce.sandbox.state import State

__all__ = ["check_loaded"]


def check_loaded(org: State, paths: Mapping[str, Path]) -> None:
    """Refuse files in which a record points at none, or two have one key; says which.

    Raises:
        ConfigurationInvalid: as told.
    """
    for name, path in paths.items():
        object_ = org.schema.object(name)
        for field in object_.fields.values():
            if field.type == "reference" and field.name != "RecordTypeId":
                _check_references(org, object_, field, path)
            if field.unique:
                _check_unique(org, object_, field, path)


def _check_references(org: State, object_: SObject, field: Field, path: Path) -> None:
    """Refuse a reference to no record."""
    targets = [target for target in field.targets if org.schema.find(target) is not None]
    column = quoted(field.name)
    tests = " AND ".join(f"{column} NOT IN (SELECT Id FROM {quoted(target)})" for target in targets)
    broken = org.store.value(
        f"SELECT {column} FROM {quoted(object_.name)} WHERE {column} IS NOT NULL"
        f"{' AND ' if tests else ''}{tests} LIMIT 1"
    )
    if broken is not None:
        raise ConfigurationInvalid(
            f"{path.name}: {field.name} {broken} leads to no record.",
            hint="Add the record that it names to the file of its object, or leave the cell empty.",
        )


def _check_unique(org: State, object_: SObject, field: Field, path: Path) -> None:
    """Refuse a key that two records have."""
    column = quoted(field.name)
    twice = org.store.value(
        f"SELECT {column} FROM {quoted(object_.name)} WHERE {column} IS NOT NULL"
        f" GROUP BY {column} HAVING COUNT(*) > 1 LIMIT 1"
    )
    if twice is not None:
        raise ConfigurationInvalid(f"{path.name}: {field.name} {twice} is there twice.")
