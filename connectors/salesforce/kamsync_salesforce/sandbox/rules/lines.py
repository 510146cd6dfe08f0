"""Products of an opportunity: prices, totals, and the amount that they add up to."""

from __future__ import annotations

from kamsync_salesforce.sandbox.refusal import Refusal
from kamsync_salesforce.sandbox.rules.write import Write
from kamsync_salesforce.sandbox.state import State

__all__ = ["add_up_lines", "check_amount", "prepare_line", "prepare_price"]


def prepare_price(org: State, write: Write) -> None:
    """Give a price of a book the name and the code of its product.

    Source: Object Reference, "PricebookEntry".
    """
    if write.object.name != "PricebookEntry" or not write.is_new:
        return
    product = org.store.row("Product2", str(write.after.get("Product2Id")))
    if product is not None:
        write.set("Name", product["Name"])
        write.set("ProductCode", product["ProductCode"])


def prepare_line(org: State, write: Write) -> None:
    """Take the product and the price from the book, and work the total out.

    Source: Object Reference, "OpportunityLineItem": unit price or total, not both.
    """
    if write.object.name != "OpportunityLineItem":
        return
    if write.sets("UnitPrice") and write.sets("TotalPrice"):
        raise Refusal(
            400,
            "FIELD_INTEGRITY_EXCEPTION",
            "field integrity exception: unknown (only one of unit price or total price may be"
            " specified)",
        )
    entry = org.store.row("PricebookEntry", str(write.after.get("PricebookEntryId")))
    if write.is_new:
        if entry is None:
            raise Refusal(
                400,
                "FIELD_INTEGRITY_EXCEPTION",
                "field integrity exception: PricebookEntryId (pricebook entry is required)",
                ["PricebookEntryId"],
            )
        write.set("Product2Id", entry["Product2Id"])
        write.set("ProductCode", entry["ProductCode"])
        write.set("ListPrice", entry["UnitPrice"])
        deal = org.store.row("Opportunity", str(write.after.get("OpportunityId")))
        write.set("Name", f"{deal['Name'] if deal else ''} {entry['Name']}".strip())
    quantity = write.after.get("Quantity")
    if quantity is None:
        return
    if write.sets("TotalPrice") and write.after.get("TotalPrice") is not None:
        write.set("UnitPrice", round(write.after["TotalPrice"] / quantity, 2) if quantity else 0.0)
        return
    if write.after.get("UnitPrice") is None:
        write.set("UnitPrice", entry["UnitPrice"] if entry else 0.0)
    write.set("TotalPrice", round(write.after["UnitPrice"] * quantity, 2))


def check_amount(_: State, write: Write) -> None:
    """Refuse another amount for an opportunity that has products: it is their sum.

    Source: Object Reference, "Opportunity" ("Amount").
    """
    is_deal = write.object.name == "Opportunity" and write.before is not None
    if is_deal and write.after.get("HasOpportunityLineItem") and write.sets("Amount"):
        raise Refusal(
            400,
            "FIELD_INTEGRITY_EXCEPTION",
            "field integrity exception: Amount (the amount of an opportunity with products is"
            " their total)",
            ["Amount"],
        )


def add_up_lines(org: State, deal_id: str, at: str) -> None:
    """Give an opportunity the sum of its products; a roll-up moves SystemModstamp alone."""
    lines = org.store.rows("OpportunityLineItem", {"OpportunityId": deal_id}, live=True)
    deal = org.store.row("Opportunity", deal_id)
    if deal is None:
        return
    values = {"HasOpportunityLineItem": int(bool(lines)), "SystemModstamp": at}
    if lines:
        amount = round(sum(line["TotalPrice"] or 0 for line in lines), 2)
        values["Amount"] = amount
        values["ExpectedRevenue"] = round(amount * (deal["Probability"] or 0) / 100, 2)
    org.store.change("Opportunity", deal_id, values)
