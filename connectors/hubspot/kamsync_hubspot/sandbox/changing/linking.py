"""Associations that come with a value or with a new record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kamsync_hubspot.sandbox.model.caller import Caller
from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.model.refusal import Refusal
from kamsync_hubspot.sandbox.state.association_types import DEFINED, AssociationType
from kamsync_hubspot.sandbox.state.links import demote, key_of, set_types
from kamsync_hubspot.sandbox.state.portal import Portal
from kamsync_hubspot.sandbox.state.records import Record, as_id, find, unaliased

__all__ = ["associate", "follow"]


def associate(
    portal: Portal,
    kind: Kind,
    record: Record,
    given: Sequence[Mapping[str, Any]],
    caller: Caller,
) -> None:
    """Associate a new record as its creation asks for.

    Source: developers.hubspot.com/docs/guides/api/crm/using-object-apis (create with associations).
    """
    for each in given:
        types = each.get("types") or ()
        to_id = as_id((each.get("to") or {}).get("id", ""))
        for to, found in _targets(portal, kind, types):
            target = find(portal, to, unaliased(portal, to, to_id)) if to_id is not None else None
            if target is None:
                raise Refusal(400, f"Associations are not valid: {to.upper} {to_id} does not exist")
            set_types(portal, (kind, record.id), (to, target.id), found, caller)
    follow(portal, kind, record, record.properties, caller)


def follow(
    portal: Portal, kind: Kind, record: Record, values: Mapping[str, str], caller: Caller
) -> None:
    """Associate a contact with the company that its ``associatedcompanyid`` was set to."""
    if kind.plural != "contacts" or "associatedcompanyid" not in values:
        return
    company = portal.kind("companies")
    to_id = as_id(values["associatedcompanyid"])
    primary = portal.association_types.between(kind.id, company.id)[(DEFINED, 1)]
    if to_id is None:
        demote(portal, kind, record.id, company)
    elif find(portal, company, to_id):
        set_types(portal, (kind, record.id), (company, to_id), [primary], caller)


def _targets(
    portal: Portal, kind: Kind, types: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[Kind, list[AssociationType]]]:
    """Yield which object type the given types lead to: they alone say so."""
    found: dict[str, list[AssociationType]] = {}
    for given in types:
        key = key_of(given)
        matches = [
            (to, type_)
            for to in portal.kinds
            if (type_ := portal.association_types.between(kind.id, to.id).get(key))
        ]
        if not matches:
            raise Refusal(400, f"Associations are not valid: no type {key[1]} of {key[0]}")
        found.setdefault(matches[0][0].id, []).append(matches[0][1])
    if not found:
        raise Refusal(400, "Associations are not valid: one or more types are required")
    for id_, own in found.items():
        yield portal.kind(id_), own
