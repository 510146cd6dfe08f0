"""Deal splits: who gets which share of the credit for a deal.

Source: developers.hubspot.com/docs/api-reference/crm-deal-splits-v3/guide: shares sum to one, with
up to eight decimals; the owner of the deal is among those who share; what is sent replaces what was
there; one deal that is not valid refuses the whole batch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from kamsync_hubspot.sandbox.changing.batches import Batch, inputs
from kamsync_hubspot.sandbox.changing.binning import purge
from kamsync_hubspot.sandbox.changing.writing import stamp, store
from kamsync_hubspot.sandbox.model.caller import CALCULATED, Caller
from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.model.moments import iso
from kamsync_hubspot.sandbox.model.refusal import Refusal
from kamsync_hubspot.sandbox.state.history import remember
from kamsync_hubspot.sandbox.state.lag import hide
from kamsync_hubspot.sandbox.state.links import ends, set_types
from kamsync_hubspot.sandbox.state.portal import Portal
from kamsync_hubspot.sandbox.state.records import Record, as_id, find, keep, many, unaliased

__all__ = ["read", "replace"]

Share = tuple[str, Decimal]
OWNER = "hubspot_owner_id"
SHARE = "hs_deal_split_percentage"
MOST_DECIMALS = 8
MOST_SHARES = 10


def read(portal: Portal, body: Mapping[str, Any]) -> Batch:
    """Read the splits of deals."""
    batch = Batch([], [], 200, portal.now)
    for each in inputs(body):
        deal = _deal(portal, each)
        if deal is None:
            batch.errors.append(_missing(each))
        else:
            batch.results.append({"id": str(deal.id), "splits": _told(portal, deal.id)})
    return batch


def replace(portal: Portal, body: Mapping[str, Any], caller: Caller) -> Batch:
    """Let deals be split as is said, and no longer as before."""
    batch = Batch([], [], 200, portal.now)
    kind = portal.kind("deals")
    with portal.atomically():
        for each in inputs(body):
            deal = _deal(portal, each)
            if deal is None:
                raise Refusal(400, f"Deal {each.get('id')} does not exist.")
            _replace(portal, kind, deal, _shares(portal, deal, each.get("splits") or ()), caller)
            batch.results.append({"id": str(deal.id), "splits": _told(portal, deal.id)})
    return batch


def _deal(portal: Portal, given: Mapping[str, Any]) -> Record | None:
    """Return the deal that is meant."""
    kind, id_ = portal.kind("deals"), as_id(given.get("id", ""))
    return find(portal, kind, unaliased(portal, kind, id_)) if id_ is not None else None


def _shares(portal: Portal, deal: Record, given: Sequence[Mapping[str, Any]]) -> list[Share]:
    """Return who gets how much, or refuse it."""
    shares = [_share(portal, deal, each) for each in given]
    owners = [owner for owner, _ in shares]
    if len(set(owners)) < len(owners) or not 0 < len(owners) <= MOST_SHARES:
        raise Refusal(
            400, f"Deal {deal.id} must be split among 1 to {MOST_SHARES} users, each once."
        )
    total = sum(share for _, share in shares)
    if total != 1:
        raise Refusal(
            400, f"Deal split percentages of deal {deal.id} must sum up to 1.0, and are {total}."
        )
    owner = deal.properties.get("hubspot_owner_id")
    if owner and owner not in owners:
        raise Refusal(400, f"The owner {owner} of deal {deal.id} must be among its splits.")
    return shares


def _share(portal: Portal, deal: Record, given: Mapping[str, Any]) -> Share:
    """Return one share."""
    owner = str(given.get("ownerId", ""))
    if owner not in portal.people.all:
        raise Refusal(400, f"Owner {owner} in a split of deal {deal.id} does not exist.")
    try:
        share = Decimal(str(given.get("percentage")))
    except InvalidOperation:
        share = Decimal(0)
    exponent = share.as_tuple().exponent
    if (
        not share.is_finite()
        or not 0 < share <= 1
        or not isinstance(exponent, int)
        or -exponent > MOST_DECIMALS
    ):
        raise Refusal(
            400,
            f"The percentage of owner {owner} in deal {deal.id} must be between 0 and 1, with up to"
            f" {MOST_DECIMALS} decimals.",
        )
    return owner, share


def _replace(
    portal: Portal, kind: Kind, deal: Record, shares: Sequence[Share], caller: Caller
) -> None:
    """Keep the shares, each as a record of its own; what is the same changes nothing."""
    told = [(owner, str(share)) for owner, share in shares]
    before = _records(portal, deal.id)
    if told == [(each.properties[OWNER], each.properties[SHARE]) for each in before]:
        return
    split = portal.kind("deal_splits")
    plain = portal.association_types.plain(kind.id, split.id)
    assert plain is not None
    for each in before:
        purge(portal, split, each.id)
    for owner, share in told:
        made = store(portal, split, portal.new_id(), {OWNER: owner, SHARE: share}, caller)
        set_types(portal, (kind, deal.id), (split, made.id), [plain], caller)
    hide(portal, kind, deal.id, deal)
    values = {"hs_is_deal_split": "true", "hs_num_associated_deal_splits": str(len(shares))}
    news = {name: text for name, text in values.items() if deal.properties.get(name) != text}
    remember(portal, kind, deal, news, CALCULATED)
    stamp(portal, kind, deal, news, caller)
    keep(portal, kind, deal)


def _records(portal: Portal, deal: int) -> list[Record]:
    """Return the splits of a deal, in the order in which they were sent."""
    split = portal.kind("deal_splits")
    return list(
        many(
            portal, split, [end.id for end in ends(portal, portal.kind("deals"), deal, split)]
        ).values()
    )


def _told(portal: Portal, deal: int) -> list[dict[str, Any]]:
    """Return the splits of a deal, each as a record. Source: the changelog of May 2024."""
    return [
        {
            "id": str(each.id),
            "properties": {SHARE: each.properties[SHARE], OWNER: each.properties[OWNER]},
            "createdAt": iso(each.created),
            "updatedAt": iso(each.modified),
            "archived": False,
        }
        for each in _records(portal, deal)
    ]


def _missing(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the error of a deal that is not there."""
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": "Could not get some DEAL objects, they may be deleted or not exist. Check that"
        " ids are valid.",
        "context": {"ids": [str(given.get("id"))]},
    }
