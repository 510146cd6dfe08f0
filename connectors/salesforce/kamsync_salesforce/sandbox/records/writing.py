"""Creating and changing records: every rule is asked before a row is touched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from kamsync_salesforce.sandbox.ids import full_id, is_id
from kamsync_salesforce.sandbox.metadata.sobject import SObject
from kamsync_salesforce.sandbox.people import Person
from kamsync_salesforce.sandbox.records.history import keep_history
from kamsync_salesforce.sandbox.records.record_types import give_record_type
from kamsync_salesforce.sandbox.records.store import Row
from kamsync_salesforce.sandbox.refusal import Refusal
from kamsync_salesforce.sandbox.rules.activities import derive_activity, derive_contract
from kamsync_salesforce.sandbox.rules.incoming import read_values
from kamsync_salesforce.sandbox.rules.lines import (
    add_up_lines,
    check_amount,
    prepare_line,
    prepare_price,
)
from kamsync_salesforce.sandbox.rules.locks import check_locks
from kamsync_salesforce.sandbox.rules.naming import give_names, give_numbers
from kamsync_salesforce.sandbox.rules.opportunities import derive_opportunity
from kamsync_salesforce.sandbox.rules.presence import (
    check_picklists,
    check_required,
    give_defaults,
)
from kamsync_salesforce.sandbox.rules.references import check_references, check_unique
from kamsync_salesforce.sandbox.rules.splits import check_split_total, follow_amount, prepare_split
from kamsync_salesforce.sandbox.rules.teams import prepare_member
from kamsync_salesforce.sandbox.rules.validation import check_duplicates, check_validation_rules
from kamsync_salesforce.sandbox.rules.write import Options, Write
from kamsync_salesforce.sandbox.stamps import moment
from kamsync_salesforce.sandbox.state import State

__all__ = ["create", "found", "must", "prepared", "touch", "update"]

# What is worked out before a record is judged, then what it is judged by, in the order in which a
# real org comes to them. Source: Apex Developer Guide, "Triggers and Order of Execution".
BEFORE: tuple[Callable[[State, Write], None], ...] = (
    give_record_type,
    give_defaults,
    check_picklists,
    check_references,
    check_locks,
    give_names,
    prepare_member,
    prepare_price,
    prepare_line,
    check_amount,
    derive_opportunity,
    derive_activity,
    derive_contract,
    check_required,
    prepare_split,
    check_unique,
    check_split_total,
    check_duplicates,
    give_numbers,
)
UNMET = "ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE_CHECK"
A_SECOND = timedelta(seconds=1)


def create(org: State, name: str, values: Mapping[str, Any], who: Person, options: Options) -> str:
    """Make a record; returns its id. Nothing is there where a rule refuses."""
    object_ = org.schema.object(name)
    must(object_, "createable")
    with org.store.savepoint():
        write = prepared(org, object_, values, who, options)
        id_ = org.store.insert(object_, _signed(write))
        _after(org, write, id_)
    return id_


def prepared(
    org: State, object_: SObject, values: Mapping[str, Any], who: Person, options: Options
) -> Write:
    """Return the write that makes a record, with all that follows from *values*."""
    read = read_values(org, object_, values, who, new=True)
    after = dict.fromkeys(field.name for field in object_.stored()) | read
    write = Write(object_, None, None, read, after, who, options, org.stamp())
    for rule in BEFORE:
        rule(org, write)
    return write


def update(
    org: State, name: str, id_: str, values: Mapping[str, Any], who: Person, options: Options
) -> None:
    """Change a record; what is not named stays as it is."""
    object_ = org.schema.object(name)
    must(object_, "updateable")
    before = found(org, object_, id_)
    _check_unmodified(before, options)
    read = read_values(org, object_, values, who, new=False)
    write = Write(object_, before["Id"], before, read, before | read, who, options, org.stamp())
    with org.store.savepoint():
        for rule in BEFORE:
            rule(org, write)
        org.store.change(object_.name, before["Id"], _signed(write))
        _after(org, write, before["Id"])


def touch(org: State, object_: SObject, id_: str, who: Person) -> None:
    """Let a record show that *who* changed it now."""
    at = org.stamp()
    signs = {"LastModifiedDate": at, "LastModifiedById": who.id, "SystemModstamp": at}
    org.store.change(object_.name, id_, signs)


def found(org: State, object_: SObject, id_: str) -> Row:
    """Return the row that is asked for by id; a deleted one is told from one that never was.

    Source: REST API Developer Guide, "sObject Rows"; recordings of real orgs show
    ENTITY_IS_DELETED for writes, and MALFORMED_ID for an id of another object.
    """
    if not is_id(id_):
        raise Refusal(
            400, "MALFORMED_ID", f"{object_.label} ID: id value of incorrect type: {id_}", ["Id"]
        )
    if not full_id(id_).startswith(object_.prefix):
        raise Refusal(
            400, "MALFORMED_ID", f"{object_.label} ID: id value of incorrect type: {id_}", ["Id"]
        )
    row = org.store.row(object_.name, full_id(id_))
    if row is None:
        raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")
    if row.get("IsDeleted"):
        raise Refusal(404, "ENTITY_IS_DELETED", "entity is deleted")
    return row


def must(object_: SObject, flag: str) -> None:
    """Refuse what the object does not allow at all.

    Source: REST API Developer Guide, "Status Codes and Error Responses"
    (METHOD_NOT_ALLOWED); the flags are those of the describe.
    """
    if not object_.flags[flag]:
        raise Refusal(
            405,
            "METHOD_NOT_ALLOWED",
            f"HTTP Method not allowed. {object_.name} is not {flag}.",
        )


def _after(org: State, write: Write, id_: str) -> None:
    """Do what follows from a write that was taken, unless a rule of the admin takes it back."""
    check_validation_rules(org, write, id_)
    keep_history(org, write, id_)
    follow_amount(org, write)
    if write.object.name == "OpportunityLineItem":
        add_up_lines(org, write.after["OpportunityId"], write.at)


def _check_unmodified(before: Row, options: Options) -> None:
    """Refuse to write over a change that the caller has not seen; a second is the finest it knows.

    Source: REST API Developer Guide, "Conditional Requests" (If-Unmodified-Since).
    """
    changed = moment(before.get("SystemModstamp") or before["CreatedDate"])
    since = options.unmodified_since
    if since is not None and changed >= since + A_SECOND:
        raise Refusal(412, UNMET, "The record was modified after the time of If-Unmodified-Since")
    since = options.modified_since
    if since is not None and changed < since + A_SECOND:
        raise Refusal(412, UNMET, "The record was not modified after the time of If-Modified-Since")


def _signed(write: Write) -> Row:
    """Return the columns to write, with who and when.

    Source: Object Reference, "System Fields".
    """
    signs = {
        "LastModifiedDate": write.at,
        "LastModifiedById": write.who.id,
        "SystemModstamp": write.at,
    }
    if write.is_new:
        signs |= {"CreatedDate": write.at, "CreatedById": write.who.id}
    shown = {name: sign for name, sign in signs.items() if name in write.object.fields}
    return write.values | shown
