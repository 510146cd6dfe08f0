"""An org filled with what sales has written down of a world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from kamsync.sandbox.world import Answer, Held, World, held_by
from kamsync.sandbox.world.staff import DOMAIN
from kamsync_salesforce.sandbox.people import Person
from kamsync_salesforce.sandbox.records.writing import create, update
from kamsync_salesforce.sandbox.rules.write import Options
from kamsync_salesforce.sandbox.setup import hire
from kamsync_salesforce.sandbox.state import State

__all__ = ["fill"]

TEAM = "sales"
NOTHING_SAID = Options()
OBJECTS = {
    "account": "Account",
    "contact": "Contact",
    "opportunity": "Opportunity",
    "assignment": "AccountTeamMember",
    "split": "OpportunitySplit",
    "contact_role": "OpportunityContactRole",
}
NAMES = {
    "account": {
        "name": "Name",
        "website": "Website",
        "industry": "Industry",
        "phone": "Phone",
        "street": "BillingStreet",
        "city": "BillingCity",
        "code": "BillingPostalCode",
        "country": "BillingCountry",
        "revenue": "AnnualRevenue",
        "employees": "NumberOfEmployees",
        "parent": "ParentId",
        "owner": "OwnerId",
    },
    "contact": {
        "account": "AccountId",
        "first": "FirstName",
        "last": "LastName",
        "email": "Email",
        "title": "Title",
        "phone": "Phone",
        "mobile": "MobilePhone",
        "owner": "OwnerId",
    },
    "opportunity": {
        "account": "AccountId",
        "name": "Name",
        "kind": "Type",
        "stage": "StageName",
        "amount": "Amount",
        "close_date": "CloseDate",
        "owner": "OwnerId",
    },
    "assignment": {"account": "AccountId", "employee": "UserId", "role": "TeamMemberRole"},
    "split": {
        "opportunity": "OpportunityId",
        "employee": "SplitOwnerId",
        "share": "SplitPercentage",
    },
    "contact_role": {"opportunity": "OpportunityId", "contact": "ContactId"},
}
ALWAYS = {"contact_role": {"Role": "Decision Maker", "IsPrimary": True}}
"""What an org is told besides."""

STAGES = {
    "qualification": "Qualification",
    "analysis": "Needs Analysis",
    "proposition": "Value Proposition",
    "decision": "Id. Decision Makers",
    "negotiation": "Negotiation/Review",
    "won": "Closed Won",
    "lost": "Closed Lost",
}
KINDS = {
    "new": "New Customer",
    "upsell": "Existing Customer - Upgrade",
    "renewal": "Existing Customer - Renewal",
}
ROLES = {
    "sales_rep": "Sales Rep",
    "success_manager": "Customer Success Manager",
    "executive_sponsor": "Executive Sponsor",
}
TEAM_ROLES = {"sales": "Sales Rep", "success": "Account Manager", "account": "Executive Sponsor"}
Told: TypeAlias = Callable[[Any], Any]


def fill(org: State, world: World) -> list[Answer]:
    """Fill *org* with what sales has of *world*; returns which record stands for which thing of it.

    Who made a record, and when, is as in the world, whatever the org's clock shows.
    """
    with org.lock, org.store.savepoint():
        hire(org, world.staff)
        filling = _Filling(org)
        return [filling.make(held) for held in held_by(world, TEAM, org.clock.now())]


class _Filling:
    """Records under way, by their labels."""

    def __init__(self, org: State) -> None:
        self.org = org
        self.ids: dict[str, str] = {}
        self.told: Mapping[str, Told] = {
            "account": self.ids.__getitem__,
            "parent": self.ids.__getitem__,
            "opportunity": self.ids.__getitem__,
            "contact": self.ids.__getitem__,
            "owner": lambda who: self._person(who).id,
            "employee": lambda who: self._person(who).id,
            "stage": STAGES.__getitem__,
            "kind": KINDS.__getitem__,
            "role": ROLES.__getitem__,
            "close_date": lambda day: day.isoformat(),
            "share": lambda share: share * 100,
        }

    def make(self, held: Held) -> Answer:
        """Make one record, with what was changed of it later."""
        object_, by = OBJECTS[held.entity], self._person(held.by)
        with self.org.stamped(held.at):
            values = self._values(held.entity, held.values) | ALWAYS.get(held.entity, {})
            if held.entity == "split":
                self._join(values, by)
            id_ = create(self.org, object_, values, by, NOTHING_SAID)
        for edit in held.edits:
            with self.org.stamped(edit.at):
                values = self._values(held.entity, edit.values)
                update(self.org, object_, id_, values, self._person(edit.by), NOTHING_SAID)
        self.ids[held.label] = id_
        return Answer("salesforce", held.entity, object_, id_, held.truth)

    def _values(self, entity: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return values in the words of an org."""
        names = NAMES[entity]
        return {names[name]: self.told.get(name, _as_is)(value) for name, value in values.items()}

    def _join(self, split: Mapping[str, Any], by: Person) -> None:
        """Put whoever shares in a deal on its team, as an org asks for.

        Source: Salesforce Help, "Opportunity Splits": those who share are members of the team.
        """
        user = split["SplitOwnerId"]
        team = next(each.team for each in self.org.people if each.id == user)
        values = {
            "OpportunityId": split["OpportunityId"],
            "UserId": user,
            "TeamMemberRole": TEAM_ROLES[team or "sales"],
        }
        create(self.org, "OpportunityTeamMember", values, by, NOTHING_SAID)

    def _person(self, who: str) -> Person:
        """Return a user by the name to log in with."""
        found = self.org.people.find(f"{who}@{DOMAIN}")
        assert found is not None, who
        return found


def _as_is(value: Any) -> Any:
    return value
