"""The admin's own rules: what may not be saved, and what is taken for a duplicate."""

from __future__ import annotations

from typing import Any

from kamsync_salesforce.sandbox.refusal import Refusal
from kamsync_salesforce.sandbox.rules.settings import DuplicateRule
from kamsync_salesforce.sandbox.rules.write import Write
from kamsync_salesforce.sandbox.soql.select import meets
from kamsync_salesforce.sandbox.state import State

__all__ = ["check_duplicates", "check_validation_rules"]


def check_validation_rules(org: State, write: Write, id_: str) -> None:
    """Refuse a record, as it stands now, that a rule of the admin does not allow, in its words.

    Source: REST API Developer Guide, "Status Codes and Error Responses"
    (FIELD_CUSTOM_VALIDATION_EXCEPTION).
    """
    for rule in org.settings.validation_rules:
        if rule.object == write.object.name and meets(org, write.object, id_, rule.fails_where):
            raise Refusal(
                400,
                "FIELD_CUSTOM_VALIDATION_EXCEPTION",
                rule.message,
                [rule.field] if rule.field else [],
            )


def check_duplicates(org: State, write: Write) -> None:
    """Refuse a record that matches others, unless the rule only warns and the caller saves anyway.

    A rule is asked for a new record, and for one whose matched fields change.
    Source: REST API Developer Guide, "Duplicate Rule Header"; the misspelled member is what real
    answers have.
    """
    for rule in org.settings.duplicate_rules:
        if rule.object != write.object.name or not _asks(write, rule):
            continue
        matches = _matches(org, write, rule)
        if matches and (rule.blocks or not write.options.allow_duplicates):
            raise Refusal(
                400,
                "DUPLICATES_DETECTED",
                rule.message,
                extra={"duplicateResut": _told(rule, matches)},
            )


def _asks(write: Write, rule: DuplicateRule) -> bool:
    """Tell whether a rule has something to say about a write."""
    filled = all(write.after.get(name) for name in rule.fields)
    return filled and (write.is_new or any(write.sets(name) for name in rule.fields))


def _matches(org: State, write: Write, rule: DuplicateRule) -> list[str]:
    """Return the records with the same values, however they are cased."""
    where = {name: write.after[name] for name in rule.fields}
    held = org.store.rows(write.object.name, where, live=True)
    return [row["Id"] for row in held if row["Id"] != write.id]


def _told(rule: DuplicateRule, ids: list[str]) -> dict[str, Any]:
    """Return what an answer says about the matches."""
    records = [
        {
            "additionalInformation": [],
            "fieldDiffs": [],
            "matchConfidence": 100.0,
            "record": {
                "attributes": {
                    "type": rule.object,
                    "url": f"/services/data/v66.0/sobjects/{rule.object}/{id_}",
                },
                "Id": id_,
            },
        }
        for id_ in ids
    ]
    result = {
        "entityType": rule.object,
        "errors": [],
        "matchEngine": "FuzzyMatchEngine",
        "matchRecords": records,
        "rule": rule.matching_rule or f"{rule.name}_Match",
        "size": len(records),
        "success": True,
    }
    return {
        "allowSave": not rule.blocks,
        "duplicateRule": rule.name,
        "duplicateRuleEntityType": rule.object,
        "errorMessage": rule.message,
        "matchResults": [result],
    }
