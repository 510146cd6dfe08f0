"""Merging: up to two records go into a third, which keeps all that pointed at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kamsync_salesforce.sandbox.metadata.sobject import SObject
from kamsync_salesforce.sandbox.people import Person
from kamsync_salesforce.sandbox.records.bin import put_away
from kamsync_salesforce.sandbox.records.store import Row
from kamsync_salesforce.sandbox.records.writing import found, must, touch, update
from kamsync_salesforce.sandbox.refusal import Refusal
from kamsync_salesforce.sandbox.rules.write import Options
from kamsync_salesforce.sandbox.state import State

__all__ = ["merge"]

# Source: SOAP API Developer Guide, "merge()" ("up to three records").
MOST_LOSERS = 2
# In each of these a person stands once; a second entry is dropped, not moved.
ONCE = {"AccountTeamMember": "UserId"}


def merge(
    org: State,
    name: str,
    survivor: str,
    losers: Sequence[str],
    values: Mapping[str, Any],
    who: Person,
) -> None:
    """Let *losers* go into *survivor*, which takes *values* over.

    The losers are deleted and say in MasterRecordId where they went. What pointed at them points
    at the survivor, silently: unless the org is set otherwise, no stamp of a child moves.
    Source: SOAP API Developer Guide, "merge()"; Apex Developer Guide, "Triggers and Merge
    Statements".
    """
    object_ = org.schema.object(name)
    if not object_.flags["mergeable"]:
        raise Refusal(400, "INVALID_OPERATION", f"Merge is not allowed on {object_.name}")
    must(object_, "updateable")
    if not 1 <= len(losers) <= MOST_LOSERS:
        raise Refusal(400, "NUMBER_OUTSIDE_VALID_RANGE", "A merge takes one or two losers")
    kept = found(org, object_, survivor)
    gone = [found(org, object_, loser) for loser in losers]
    if kept["Id"] in {row["Id"] for row in gone}:
        raise Refusal(400, "INVALID_OPERATION", "A record cannot be merged with itself")
    with org.store.savepoint():
        batch = int(org.store.value("SELECT COALESCE(MAX(batch), 0) + 1 FROM org_bin"))
        for row in gone:
            _move_children(org, object_, row["Id"], kept["Id"])
            put_away(org, object_, row, who, batch)
            org.store.change(object_.name, row["Id"], {"MasterRecordId": kept["Id"]})
        update(org, object_.name, kept["Id"], values, who, Options())
        touch(org, object_, kept["Id"], who)


def _move_children(org: State, object_: SObject, loser: str, survivor: str) -> None:
    """Point at the survivor whatever pointed at a loser, deleted or not."""
    for relation in org.schema.children(object_.name):
        field = relation.field.name
        if field == "MasterRecordId" or relation.child.endswith("History"):
            continue
        for row in org.store.rows(relation.child, {field: loser}):
            _move(org, relation.child, field, row, survivor)


def _move(org: State, child: str, field: str, row: Row, survivor: str) -> None:
    """Point one record at the survivor; one that would point at itself points at nothing."""
    once = ONCE.get(child)
    if once and org.store.rows(child, {field: survivor, once: row[once]}, live=True):
        org.store.remove(child, [row["Id"]])
        return
    values: Row = {field: None if row["Id"] == survivor else survivor}
    if org.settings.merge_moves_stamps:
        values["SystemModstamp"] = org.stamp()
    org.store.change(child, row["Id"], values)
