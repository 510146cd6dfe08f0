"""Associations in batches, and what is answered about them.

Source: developers.hubspot.com/docs/guides/api/crm/associations/associations-v4, and batches that
github.com/amp-labs/connectors recorded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kamsync_hubspot.sandbox.changing.batches import Batch, inputs
from kamsync_hubspot.sandbox.model.caller import Caller
from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.model.refusal import Refusal, gone
from kamsync_hubspot.sandbox.state import links
from kamsync_hubspot.sandbox.state.association_types import AssociationType
from kamsync_hubspot.sandbox.state.portal import Portal
from kamsync_hubspot.sandbox.state.records import as_id, find, unaliased

__all__ = ["Pair", "archive", "create", "living", "read", "told_end", "told_pair", "unlabel"]

Pair = tuple[Kind, Kind]

MOST_READ = 1_000
MOST_CREATED = 2_000
MOST_ARCHIVED = 100
PAGE = 500


def living(portal: Portal, kind: Kind, text: Any) -> int:
    """Return the id under which a record is now, or refuse."""
    id_ = as_id(text)
    found = unaliased(portal, kind, id_) if id_ is not None else None
    if found is None or find(portal, kind, found) is None:
        raise gone()
    return found


def told_end(portal: Portal, pair: Pair, end: links.End) -> dict[str, Any]:
    """Return one end with its types; its id is a number here, whatever the specification says."""
    known = portal.association_types.between(pair[0].id, pair[1].id)
    types = [known[key] for key in end.types]
    return {
        "toObjectId": end.id,
        "associationTypes": [
            {"category": each.category, "typeId": each.type_id, "label": each.label}
            for each in types
        ],
    }


def told_pair(pair: Pair, one: int, other: int, types: Sequence[AssociationType]) -> dict[str, Any]:
    """Return an association that was made."""
    return {
        "fromObjectTypeId": pair[0].id,
        "fromObjectId": one,
        "toObjectTypeId": pair[1].id,
        "toObjectId": other,
        "labels": [each.label for each in types if each.label],
    }


def read(portal: Portal, pair: Pair, body: Mapping[str, Any]) -> Batch:
    """Read what records are associated with; one that has nothing is told as an error.

    A record that was merged away has nothing: asking for its old id finds none of what it had.
    """
    batch = Batch([], [], 200, portal.now)
    for each in inputs(body, MOST_READ):
        id_, after = as_id(each.get("id", "")), as_id(each.get("after") or 0) or 0
        if id_ is None:
            batch.errors.append(_bad(str(each.get("id"))))
            continue
        found = links.ends(portal, pair[0], id_, pair[1], after)
        if not found:
            batch.errors.append(_nothing(pair, id_))
            continue
        told: dict[str, Any] = {
            "from": {"id": str(id_)},
            "to": [told_end(portal, pair, end) for end in found[:PAGE]],
        }
        if len(found) > PAGE:
            told["paging"] = {"next": {"after": str(found[PAGE].id)}}
        batch.results.append(told)
    return batch


def create(
    portal: Portal, pair: Pair, body: Mapping[str, Any], caller: Caller, *, plainly: bool = False
) -> Batch:
    """Associate records, each pair by the types that are sent, or plainly."""
    batch = Batch([], [], 200 if plainly else 201, portal.now)
    with portal.atomically():
        for each in inputs(body, MOST_CREATED):
            texts = [str((each.get(end) or {}).get("id", "")) for end in ("from", "to")]
            types = (
                _plain(portal, pair)
                if plainly
                else links.meant(portal, *pair, each.get("types") or ())
            )
            try:
                one, other = (
                    living(portal, kind, text) for kind, text in zip(pair, texts, strict=True)
                )
            except Refusal:
                batch.errors.append(_bad(*texts))
                continue
            made = links.set_types(portal, (pair[0], one), (pair[1], other), types, caller)
            batch.results += (
                [default_told(pair, one, other, each) for each in _both_ways(portal, made)]
                if plainly
                else [told_pair(pair, one, other, made)]
            )
    return batch


def default_told(
    pair: Pair, one: int, other: int, way: tuple[AssociationType, bool]
) -> dict[str, Any]:
    """Return a plain association, as seen from one end."""
    type_, back = way
    near, far = (other, one) if back else (one, other)
    del pair
    return {
        "from": {"id": str(near)},
        "to": {"id": str(far)},
        "associationSpec": {
            "associationCategory": type_.category,
            "associationTypeId": type_.type_id,
        },
    }


def archive(portal: Portal, pair: Pair, body: Mapping[str, Any], caller: Caller) -> None:
    """Let records be associated no more; what is not associated is passed over."""
    with portal.atomically():
        for each in inputs(body, MOST_ARCHIVED):
            one = as_id((each.get("from") or {}).get("id", ""))
            to = each.get("to") or ()
            for end in [to] if isinstance(to, Mapping) else to:
                other = as_id(end.get("id", ""))
                if one is not None and other is not None:
                    links.let_go(portal, (pair[0], one), (pair[1], other), caller)


def unlabel(portal: Portal, pair: Pair, body: Mapping[str, Any], caller: Caller) -> None:
    """Take labels away from pairs of records."""
    with portal.atomically():
        for each in inputs(body, MOST_CREATED):
            types = links.meant(portal, *pair, each.get("types") or ())
            one = as_id((each.get("from") or {}).get("id", ""))
            other = as_id((each.get("to") or {}).get("id", ""))
            if one is not None and other is not None:
                links.unlabel(portal, (pair[0], one), (pair[1], other), types, caller)


def _both_ways(
    portal: Portal, types: Sequence[AssociationType]
) -> list[tuple[AssociationType, bool]]:
    """Return types as seen from both ends."""
    back = [portal.association_types.inverse(each) for each in types]
    return [*((each, False) for each in types), *((each, True) for each in back if each)]


def _plain(portal: Portal, pair: Pair) -> list[AssociationType]:
    """Return the plain type between two object types."""
    plain = portal.association_types.plain(pair[0].id, pair[1].id)
    if plain is None:
        raise Refusal(400, f"{pair[0].upper} cannot be associated with {pair[1].upper}.")
    return [plain]


def _nothing(pair: Pair, id_: int) -> dict[str, Any]:
    """Return the error of a record that is associated with nothing."""
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": f"No {pair[1].singular} is associated with {pair[0].singular} {id_}.",
        "context": {
            "fromObjectId": [str(id_)],
            "fromObjectType": [pair[0].singular],
            "toObjectType": [pair[1].singular],
        },
    }


def _bad(*texts: str) -> dict[str, Any]:
    """Return the error of an id that leads nowhere."""
    return {
        "status": "error",
        "category": "VALIDATION_ERROR",
        "subCategory": "crm.associations.INVALID_IDENTIFIER",
        "message": f"The ids {', '.join(texts)} are not valid.",
        "context": {"id": list(texts)},
    }
