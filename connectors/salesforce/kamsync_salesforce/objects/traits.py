"""What is the same for a standard object in every org, so that nothing need be asked to read it.

Object Reference for the Salesforce Platform, each object's page; Apex Developer Guide, "Merging
Records", for those that merge.
"""

from __future__ import annotations

from msgspec import Struct

__all__ = ["DERIVED", "KEY_OBJECTS", "READ_ONLY", "Traits", "traits_of"]

KEY_OBJECTS = (
    "Account",
    "Contact",
    "User",
    "AccountTeamMember",
    "Opportunity",
    "OpportunitySplit",
)
"""The objects of key accounts, in the order of their references."""

READ_ONLY = frozenset({"User"})
"""People of the company are matched and never made; kamsync changes nothing about them."""

DERIVED = {"Opportunity": frozenset({"IsClosed", "IsWon"})}
"""Fields that the org derives from another one: they are taken along with it, if they agree."""


class Traits(Struct, frozen=True):
    """How one object behaves.

    *vanishes* says that a delete leaves no row behind, so that only getDeleted tells it; *parents*
    are the references whose records are locked by a write, the most shared first. *whole* names the
    reference to the record whose rows are only right together.
    """

    deletes: bool = True
    merges: bool = False
    vanishes: bool = False
    history: str = ""
    parents: tuple[str, ...] = ()
    whole: str = ""


KNOWN = {
    "Account": Traits(merges=True, history="Histories", parents=("ParentId",)),
    "Contact": Traits(merges=True, history="Histories", parents=("AccountId",)),
    "Lead": Traits(merges=True, history="Histories"),
    "Case": Traits(merges=True, history="Histories", parents=("AccountId",)),
    "User": Traits(deletes=False),
    "Opportunity": Traits(history="Histories", parents=("AccountId",)),
    "Contract": Traits(history="Histories", parents=("AccountId",)),
    "AccountTeamMember": Traits(vanishes=True, parents=("AccountId",)),
    "OpportunityTeamMember": Traits(vanishes=True, parents=("OpportunityId",)),
    "OpportunitySplit": Traits(parents=("OpportunityId",), whole="OpportunityId"),
}


def traits_of(object_: str) -> Traits:
    """Return how an object behaves; one that is not known is a custom one, which can be deleted."""
    return KNOWN.get(object_, Traits())
