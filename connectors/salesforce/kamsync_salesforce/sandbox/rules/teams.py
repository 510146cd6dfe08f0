"""Members of account and opportunity teams."""

from __future__ import annotations

from kamsync_salesforce.sandbox.refusal import Refusal
from kamsync_salesforce.sandbox.rules.write import Write
from kamsync_salesforce.sandbox.state import State

__all__ = ["prepare_member"]

PARENTS = {"AccountTeamMember": "AccountId", "OpportunityTeamMember": "OpportunityId"}


def prepare_member(org: State, write: Write) -> None:
    """Show a member by the name and title of the user; nobody is twice in one team.

    Source: Object Reference, "AccountTeamMember" and "OpportunityTeamMember".
    """
    parent = PARENTS.get(write.object.name)
    if parent is None or not write.is_new:
        return
    user = org.store.row("User", str(write.after.get("UserId")))
    if user is None:
        return
    if "Name" in write.object.fields:
        write.set("Name", user["Name"])
    write.set("Title", user["Title"])
    where = {parent: write.after.get(parent), "UserId": user["Id"]}
    twins = org.store.rows(write.object.name, where, live=True)
    if twins:
        raise Refusal(
            400,
            "DUPLICATE_VALUE",
            f"duplicate value found: UserId duplicates value on record with id: {twins[0]['Id'][:15]}",
        )
