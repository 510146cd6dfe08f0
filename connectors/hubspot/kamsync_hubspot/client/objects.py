"""The objects of a portal: what their paths are called, and what is particular about each.

Ids of types and associations are those of developers.hubspot.com, "Associate records".
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

__all__ = [
    "ASSIGNMENTS",
    "COMPANIES",
    "CONTACTS",
    "DEALS",
    "MERGED",
    "OWNERS",
    "SPLITS",
    "Reference",
    "Shape",
    "shape_of",
]

COMPANIES = "companies"
CONTACTS = "contacts"
DEALS = "deals"
OWNERS = "owners"
SPLITS = "deal_splits"
ASSIGNMENTS = "company_owners"

MERGED = "hs_merged_object_ids"
"""The property of a record that names, with ``;`` between them, those that it took over."""

MODIFIED = "hs_lastmodifieddate"


class Reference(Struct, frozen=True):
    """A reference that is kept as an association: to which object, and as which type.

    *type* is the labelled type that says it, such as primary. *plain* is the type without a label
    that goes with it, 0 where there is no other. *only* says that one record may be named of
    several, so that the reference is shown only where there is exactly one.
    """

    name: str
    to: str
    type: int
    plain: int = 0
    only: bool = False


class Shape(Struct, frozen=True):
    """One object that keeps records: its path, its type id, and when its records changed.

    *modified* is the property that a search for changes has to use: a search of contacts by the one
    that all others have finds nothing, and does not say so.
    """

    name: str
    type: str = ""
    modified: str = MODIFIED
    references: tuple[Reference, ...] = ()
    derived: tuple[tuple[str, str], ...] = ()
    """Fields that follow from a property, each with the property."""

    def referring(self, names: Sequence[str]) -> list[Reference]:
        """Return the references among *names*."""
        return [each for each in self.references if each.name in names]

    def plain(self, names: Sequence[str]) -> list[str]:
        """Return the properties behind *names*; none of them has a dot in its name."""
        behind = [property_ for field, property_ in self.derived if field in names]
        return [name for name in dict.fromkeys([*names, *behind]) if "." not in name]


SHAPES = {
    COMPANIES: Shape(
        COMPANIES, "0-2", references=(Reference("association.parent", COMPANIES, 14),)
    ),
    CONTACTS: Shape(
        CONTACTS,
        "0-1",
        modified="lastmodifieddate",
        references=(Reference("association.company", COMPANIES, 1, plain=279),),
    ),
    DEALS: Shape(
        DEALS,
        "0-3",
        references=(
            Reference("association.company", COMPANIES, 5, plain=341),
            Reference("association.contact", CONTACTS, 3, only=True),
        ),
        derived=(("stage.status", "dealstage"), ("stage.probability", "dealstage")),
    ),
}


def shape_of(object_: str) -> Shape:
    """Return what is known of *object_*; any other one changes as most objects do."""
    return SHAPES.get(object_) or Shape(object_)
