"""Creating and changing records: every rule is asked before a row is touched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from kamsync_salesforce.sandbox.ids import full_id, is_id
from kamsync_salesforce.sandbox.metadata.sobject import SObject
from kamsync_salesforce.sandbox.people import Person
from kamsync_salesforce.sandbox.records.store import Row
from kamsync_salesforce.sandbox.refusal import Refusal
from kamsync_salesforce.sandbox.rules.incoming import read_values
from kamsync_salesforce.sandbox.rules.opportunities import derive_opportunity
from kamsync_salesforce.sandbox.rules.presence import (
    check_picklists,
    check_required,
    give_defaults,
)
from kamsync_salesforce.sandbox.rules.references import check_references, check_unique
from kamsync_salesforce.sandbox.rules.write import Options, Write
from kamsync_salesforce.sandbox.state import State
from kamsync_salesforce.sandbox.stamps import moment

__all__ = ["create", "found", "update"]

# In the order in which a real org comes to them.
# Source: Apex Developer Guide, "Triggers and Order of Execution".
BEFORE: tuple[Callable[[State, Write], None], ...] = (
    give_defaults,
    check_picklists,
    check_references,
    derive_opportunity,
    check_required,
    check_unique,
)


def create(org: State, name: str, values: Mapping[str, Any], who: Person, options: Options) -> str:
    """Make a record; returns its id. Nothing is there where a rule refuses."""
    object_ = org.schema.object(name)
    _must(object_, "createable")
    read = read_values(org, object_, values, who, new=True)
    write = Write(object_, None, None, read, dict(read), who, options, org.stamp())
    with org.store.savepoint():
        for rule in BEFORE:
            rule(org, write)
        return org.store.insert(object_, _signed(write))


def update(
    org: State, name: str, id_: str, values: Mapping[str, Any], who: Person, options: Options
) -> None:
    """Change a record; what is not named stays as it is."""
    object_ = org.schema.object(name)
    _must(object_, "updateable")
    before = found(org, object_, id_)
    _check_unmodified(before, options)
    read = read_values(org, object_, values, who, new=False)
    write = Write(object_, before["Id"], before, read, before | read, who, options, org.stamp())
    with org.store.savepoint():
        for rule in BEFORE:
            rule(org, write)
        org.store.change(object_.name, before["Id"], _signed(write))


def found(org: State, object_: SObject, id_: str) -> Row:
    """Return the row that is asked for by id; a deleted one is told from one that never was.

    Source: REST API Developer Guide, "sObject Rows"; recordings show ENTITY_IS_DELETED for writes.
    """
    if not is_id(id_):
        raise Refusal(
            404,
            "NOT_FOUND",
            f"Provided external ID field does not exist or is not accessible: {id_}",
        )
    row = org.store.row(object_.name, full_id(id_))
    if row is None:
        raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")
    if row.get("IsDeleted"):
        raise Refusal(404, "ENTITY_IS_DELETED", "entity is deleted")
    return row


def _must(object_: SObject, flag: str) -> None:
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


def _check_unmodified(before: Row, options: Options) -> None:
    """Refuse to write over a change that the caller has not seen; a second is the finest it knows.

    Source: REST API Developer Guide, "Conditional Requests" (If-Unmodified-Since).
    """
    changed = moment(before.get("SystemModstamp") or before["CreatedDate"])
    since = options.unmodified_since
    if since is not None and changed >= since + timedelta(seconds=1):
        raise Refusal(
            412,
            "ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE_CHECK",
            "The entity was modified after the date of the If-Unmodified-Since header",
        )
    since = options.modified_since
    if since is not None and changed < since + timedelta(seconds=1):
        raise Refusal(
            412,
            "ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE_CHECK",
            "The entity was not modified after the date of the If-Modified-Since header",
        )


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
    return write.values | {
        name: sign for name, sign in signs.items() if name in write.object.fields
    }
