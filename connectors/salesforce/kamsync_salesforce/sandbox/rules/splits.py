"""Splits of an opportunity: their total, their amounts, and the people who have them."""

from __future__ import annotations

from kamsync_salesforce.sandbox.refusal import Refusal
from kamsync_salesforce.sandbox.rules.write import Write
from kamsync_salesforce.sandbox.state import State

__all__ = ["check_split_total", "follow_amount", "prepare_split"]

WHOLE = 100.0
# What floating point may leave over.
SLACK = 0.005


def prepare_split(org: State, write: Write) -> None:
    """Take the split for one of revenue where no type is named, and work its amount out.

    One person has one split of a type.
    Source: Object Reference, "OpportunitySplit" (SplitTypeId, SplitAmount).
    """
    if write.object.name != "OpportunitySplit":
        return
    if write.is_new and write.after.get("SplitTypeId") is None:
        types = org.store.rows("OpportunitySplitType", {"DeveloperName": "Revenue"})
        write.set("SplitTypeId", types[0]["Id"])
    deal = org.store.row("Opportunity", str(write.after.get("OpportunityId")))
    if deal is not None and "CurrencyIsoCode" in write.object.fields:
        write.set("CurrencyIsoCode", deal["CurrencyIsoCode"])
    write.set("SplitAmount", _share(deal, write.after.get("SplitPercentage")))
    same = {
        name: write.after[name]
        for name in ("OpportunityId", "SplitOwnerId", "SplitTypeId")
        if write.after.get(name)
    }
    twins = [
        row for row in org.store.rows("OpportunitySplit", same, live=True) if row["Id"] != write.id
    ]
    if twins and len(same) == len(("OpportunityId", "SplitOwnerId", "SplitTypeId")):
        raise Refusal(
            400,
            "DUPLICATE_VALUE",
            "duplicate value found: SplitOwnerId duplicates value on record with id:"
            f" {twins[0]['Id'][:15]}",
        )


def check_split_total(org: State, write: Write) -> None:
    """Refuse a split with which those of one opportunity would be more than the whole.

    A real org refuses a total below the whole as well, once a statement is over; here rows may come
    one after the other.
    Source: Object Reference, "OpportunitySplitType" ("IsTotalValidated": of those that come with an
    org, the revenue one); Salesforce Stack Exchange, question 337251, for code, text and fields.
    """
    if write.object.name != "OpportunitySplit" or not write.sets("SplitPercentage"):
        return
    kind = org.store.row("OpportunitySplitType", str(write.after["SplitTypeId"]))
    if not kind or not kind["IsTotalValidated"]:
        return
    held = {name: write.after[name] for name in ("OpportunityId", "SplitTypeId")}
    others = sum(
        row["SplitPercentage"] or 0
        for row in org.store.rows("OpportunitySplit", held, live=True)
        if row["Id"] != write.id
    )
    total = others + (write.after.get("SplitPercentage") or 0)
    if total > WHOLE + SLACK:
        raise Refusal(
            400,
            "FIELD_INTEGRITY_EXCEPTION",
            "Can't update splits: percentages don't add up to 100.00%.",
        )


def follow_amount(org: State, write: Write) -> None:
    """Work the amounts of all splits out anew where the amount of their opportunity changed.

    That is no change of the split: its stamps stay. Source: reference of the API's formula fields,
    "SystemModstamp" does not move for what is calculated.
    """
    if write.object.name != "Opportunity" or write.is_new or not write.sets("Amount"):
        return
    for row in org.store.rows("OpportunitySplit", {"OpportunityId": write.id}, live=True):
        amount = _share(write.after, row["SplitPercentage"])
        org.store.change("OpportunitySplit", row["Id"], {"SplitAmount": amount})


def _share(deal: dict[str, object] | None, share: object) -> float | None:
    """Return the part of a deal's amount."""
    amount = deal.get("Amount") if deal else None
    if not isinstance(amount, int | float) or not isinstance(share, int | float):
        return None
    return round(amount * share / WHOLE, 2)
