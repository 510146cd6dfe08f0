"""Names and numbers that an org gives: the full name of a person, the running number of a case."""

from __future__ import annotations

from kamsync_salesforce.sandbox.rules.write import Write
from kamsync_salesforce.sandbox.state import State

__all__ = ["give_names", "give_numbers"]

FULL_NAMES = {"Contact", "Lead", "User"}
# How running numbers look. Source: recordings of real orgs (cases), the others after them.
NUMBERS = {
    "Case": ("CaseNumber", "{:08d}", 1000),
    "Contract": ("ContractNumber", "{:08d}", 99),
    "Order": ("OrderNumber", "{:08d}", 99),
    "OpportunitySplit": ("Split", "S-{:06d}", 0),
}


def give_names(_: State, write: Write) -> None:
    """Put the name of a person together; it is a field of its own that nobody writes.

    Source: Object Reference, "Contact", "Lead" and "User" ("Name": concatenation of the parts).
    """
    if write.object.name not in FULL_NAMES:
        return
    if write.is_new or write.sets("FirstName") or write.sets("LastName"):
        parts = (write.after.get("FirstName"), write.after.get("LastName"))
        write.set("Name", " ".join(part for part in parts if part) or None)
    if write.object.name == "User" and write.is_new:
        write.set("UserType", "Standard")
        if write.after.get("CommunityNickname") is None:
            write.set("CommunityNickname", str(write.after.get("Username")).split("@")[0][:40])


def give_numbers(org: State, write: Write) -> None:
    """Give a new record the next number of its object."""
    told = NUMBERS.get(write.object.name)
    if told is None or not write.is_new:
        return
    name, look, before = told
    write.set(name, look.format(before + org.store.next_number(write.object)))
