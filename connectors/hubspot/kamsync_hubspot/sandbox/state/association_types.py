"""How records can be associated: the types and labels between two object types."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from kamsync_hubspot.sandbox.state.database import Database

__all__ = ["DEFINED", "PRIMARY", "AssociationType", "AssociationTypes"]

DEFINED = "HUBSPOT_DEFINED"
PRIMARY = "Primary"

_PAIRS = """
0-1 0-2 279 280 contact_to_company_unlabeled company_to_contact_unlabeled
0-3 0-1 3 4 deal_to_contact contact_to_deal
0-3 0-2 341 342 deal_to_company_unlabeled company_to_deal_unlabeled
0-3 0-5 27 28 deal_to_ticket ticket_to_deal
0-3 0-8 19 20 deal_to_line_item line_item_to_deal
0-3 0-72 313 314 deal_to_deal_split deal_split_to_deal
0-3 0-14 63 64 deal_to_quote quote_to_deal
0-5 0-1 16 15 ticket_to_contact contact_to_ticket
0-5 0-2 339 340 ticket_to_company_unlabeled company_to_ticket_unlabeled
0-2 0-2 450 450 company_to_company company_to_company
0-1 0-1 449 449 contact_to_contact contact_to_contact
0-3 0-3 451 451 deal_to_deal deal_to_deal
0-14 0-8 67 68 quote_to_line_item line_item_to_quote
0-14 0-1 69 70 quote_to_contact contact_to_quote
0-14 0-2 71 72 quote_to_company company_to_quote
0-46 0-1 202 201 note_to_contact contact_to_note
0-46 0-2 190 189 note_to_company company_to_note
0-46 0-3 214 213 note_to_deal deal_to_note
0-46 0-5 228 227 note_to_ticket ticket_to_note
0-27 0-1 204 203 task_to_contact contact_to_task
0-27 0-2 192 191 task_to_company company_to_task
0-27 0-3 216 215 task_to_deal deal_to_task
0-27 0-5 230 229 task_to_ticket ticket_to_task
0-48 0-1 194 193 call_to_contact contact_to_call
0-48 0-2 182 181 call_to_company company_to_call
0-48 0-3 206 205 call_to_deal deal_to_call
0-48 0-5 220 219 call_to_ticket ticket_to_call
0-49 0-1 198 197 email_to_contact contact_to_email
0-49 0-2 186 185 email_to_company company_to_email
0-49 0-3 210 209 email_to_deal deal_to_email
0-49 0-5 224 223 email_to_ticket ticket_to_email
0-47 0-1 200 199 meeting_event_to_contact contact_to_meeting_event
0-47 0-2 188 187 meeting_event_to_company company_to_meeting_event
0-47 0-3 212 211 meeting_event_to_deal deal_to_meeting_event
0-47 0-5 226 225 meeting_event_to_ticket ticket_to_meeting_event
0-136 0-1 578 579 lead_to_primary_contact contact_to_lead
0-136 0-2 610 611 lead_to_company company_to_lead
"""
"""From, to, the number of each direction and its name; the plain association of a pair.

Source: the table in developers.hubspot.com/docs/guides/api/crm/associations/associations-v4.
"""

_LABELLED = (
    ("0-1", "0-2", 1, 2, PRIMARY, PRIMARY, "contact_to_company", "company_to_contact"),
    ("0-3", "0-2", 5, 6, PRIMARY, PRIMARY, "deal_to_company", "company_to_deal"),
    ("0-5", "0-2", 26, 25, PRIMARY, PRIMARY, "ticket_to_company", "company_to_ticket"),
    (
        "0-2",
        "0-2",
        13,
        14,
        "Child Company",
        "Parent Company",
        "parent_to_child_company",
        "child_to_parent_company",
    ),
)


class AssociationType(Struct, frozen=True, rename="camel"):
    """One way in which a record of one type points at one of another, and its way back."""

    from_type: str
    to_type: str
    category: str
    type_id: int
    label: str | None
    name: str
    inverse: int

    @property
    def key(self) -> tuple[str, int]:
        """What names it: category and number."""
        return (self.category, self.type_id)


class AssociationTypes:
    """The types, kept in the database and read once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[tuple[str, str], dict[tuple[str, int], AssociationType]] | None = None

    def begin(self) -> None:
        """Keep what every portal begins with."""
        for line in _PAIRS.split("\n"):
            if line:
                one, two, there, back, name, name_back = line.split()
                self.keep(*_both(one, two, int(there), int(back), None, None, name, name_back))
        for row in _LABELLED:
            self.keep(*_both(*row))

    def between(self, from_type: str, to_type: str) -> dict[tuple[str, int], AssociationType]:
        """Return the types from one object type to another, by category and number."""
        if self._known is None:
            self._known = {}
            for row in self._database.execute("SELECT * FROM association_type").fetchall():
                found = AssociationType(*row)
                self._known.setdefault((found.from_type, found.to_type), {})[found.key] = found
        return self._known.get((from_type, to_type), {})

    def plain(self, from_type: str, to_type: str) -> AssociationType | None:
        """Return the type without a label."""
        found = self.between(from_type, to_type).values()
        return next((each for each in found if each.label is None), None)

    def inverse(self, type_: AssociationType) -> AssociationType | None:
        """Return the same association, seen from the other end."""
        return self.between(type_.to_type, type_.from_type).get((type_.category, type_.inverse))

    def keep(self, *types: AssociationType) -> None:
        """Keep types, new or changed."""
        self._database.many(
            "INSERT OR REPLACE INTO association_type VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (t.from_type, t.to_type, t.category, t.type_id, t.label, t.name, t.inverse)
                for t in types
            ],
        )
        self._known = None

    def drop(self, type_: AssociationType) -> None:
        """Forget a type, seen from both ends."""
        for each in (type_, self.inverse(type_)):
            if each is not None:
                self._database.execute(
                    "DELETE FROM association_type WHERE from_type = ? AND to_type = ?"
                    " AND category = ? AND type_id = ?",
                    (each.from_type, each.to_type, *each.key),
                )
        self._known = None


def _both(
    one: str,
    two: str,
    there: int,
    back: int,
    label: str | None,
    label_back: str | None,
    name: str,
    name_back: str,
) -> Iterator[AssociationType]:
    """Yield an association as seen from both ends."""
    yield AssociationType(one, two, DEFINED, there, label, name, back)
    if (one, there) != (two, back):
        yield AssociationType(two, one, DEFINED, back, label_back, name_back, there)
