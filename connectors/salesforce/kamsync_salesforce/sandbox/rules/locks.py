"""Records that somebody else's transaction holds."""

from __future__ import annotations

from kamsync_salesforce.sandbox.refusal import Refusal
from kamsync_salesforce.sandbox.rules.write import Write
from kamsync_salesforce.sandbox.state import State

__all__ = ["check_lock", "check_locks"]

# The parents that are locked while a child of theirs is written.
# Source: Salesforce Help, "Record Locking Cheat Sheet".
PARENTS = {
    "AccountTeamMember": ("AccountId",),
    "Contact": ("AccountId",),
    "Contract": ("AccountId",),
    "Opportunity": ("AccountId",),
    "OpportunityContactRole": ("OpportunityId",),
    "OpportunityLineItem": ("OpportunityId",),
    "OpportunitySplit": ("OpportunityId",),
    "OpportunityTeamMember": ("OpportunityId",),
}


def check_locks(org: State, write: Write) -> None:
    """Refuse to write a record that is held, or one under a parent that is."""
    if org.settings.locked:
        parents = [write.after.get(name) for name in PARENTS.get(write.object.name, ())]
        check_lock(org, [each for each in (write.id, *parents) if each])


def check_lock(org: State, ids: list[str]) -> None:
    """Refuse where one of *ids* is held.

    Source: REST API Developer Guide, "Status Codes and Error Responses" (UNABLE_TO_LOCK_ROW).
    """
    held = [id_ for id_ in ids if id_ in org.settings.locked]
    if held:
        raise Refusal(
            400,
            "UNABLE_TO_LOCK_ROW",
            f"unable to obtain exclusive access to this record or 200 records: {','.join(held)}",
        )
