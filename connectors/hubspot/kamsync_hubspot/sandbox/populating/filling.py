"""A portal filled with what success has written down of a world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from kamsync.sandbox.world import Answer, Held, World, held_by
from kamsync.sandbox.world.staff import DOMAIN
from kamsync_hubspot.sandbox.changing import splits
from kamsync_hubspot.sandbox.changing.writing import store, update
from kamsync_hubspot.sandbox.model.caller import Caller
from kamsync_hubspot.sandbox.model.moments import to_ms
from kamsync_hubspot.sandbox.populating.staff import employ
from kamsync_hubspot.sandbox.state.association_types import DEFINED
from kamsync_hubspot.sandbox.state.links import set_types
from kamsync_hubspot.sandbox.state.people import Person
from kamsync_hubspot.sandbox.state.portal import Portal

__all__ = ["fill"]

TEAM = "success"
OBJECTS = {"account": "companies", "contact": "contacts", "opportunity": "deals"}
NAMES = {
    "account": {
        "name": "name",
        "website": "website",
        "phone": "phone",
        "street": "address",
        "city": "city",
        "code": "zip",
        "country": "country",
        "revenue": "annualrevenue",
        "employees": "numberofemployees",
        "industry": "industry",
        "owner": "hubspot_owner_id",
    },
    "contact": {
        "first": "firstname",
        "last": "lastname",
        "email": "email",
        "title": "jobtitle",
        "phone": "phone",
        "mobile": "mobilephone",
        "owner": "hubspot_owner_id",
    },
    "opportunity": {
        "name": "dealname",
        "stage": "dealstage",
        "amount": "amount",
        "close_date": "closedate",
        "kind": "dealtype",
        "owner": "hubspot_owner_id",
    },
}
ALWAYS = {
    "account": {"lifecyclestage": "customer"},
    "contact": {"lifecyclestage": "lead"},
    "opportunity": {"pipeline": "default", "deal_currency_code": "EUR"},
}
"""What a portal is told besides."""

TIES = {
    ("account", "parent"): ("companies", 14),
    ("contact", "account"): ("companies", 1),
    ("opportunity", "account"): ("companies", 5),
    ("contact_role", "contact"): ("contacts", 3),
}
"""By which type of association a record leads to another one.

Source: developers.hubspot.com/docs/guides/api/crm/associations (association type ids).
"""

STAGES = {
    "qualification": "appointmentscheduled",
    "analysis": "qualifiedtobuy",
    "proposition": "presentationscheduled",
    "decision": "decisionmakerboughtin",
    "negotiation": "contractsent",
    "won": "closedwon",
    "lost": "closedlost",
}
KINDS = {"new": "newbusiness", "upsell": "existingbusiness", "renewal": "existingbusiness"}
INDUSTRIES = {"energy": "OIL_ENERGY", "transportation": "TRANSPORTATION_TRUCKING_RAILROAD"}
Told: TypeAlias = Callable[[Any], str]


def fill(portal: Portal, world: World) -> list[Answer]:
    """Fill *portal* with what success has of *world*; return which record stands for which thing of it.

    Who made a record, and when, is as in the world, whatever the portal's clock shows.
    """
    with portal.atomically():
        employ(portal, world.staff)
        filling = _Filling(portal)
        answers = [filling.make(held) for held in held_by(world, TEAM, portal.clock.now())]
        filling.share_out()
        return [answer for answer in answers if answer is not None]


class _Filling:
    """Records under way, by their labels."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.ids: dict[str, int] = {}
        self.shares: dict[str, list[Held]] = {}
        self.people = {each.email: each for each in portal.people.all.values()}
        options = portal.catalogue.properties(portal.kind("companies"))["industry"].options
        self.industries = {each.value for each in options}
        self.told: Mapping[str, Told] = {
            "owner": lambda who: self._person(who).owner_id,
            "stage": STAGES.__getitem__,
            "kind": KINDS.__getitem__,
            "close_date": lambda day: f"{day:%Y-%m-%d}T00:00:00Z",
            "industry": self._industry,
        }

    def make(self, held: Held) -> Answer | None:
        """Make one record, with what was changed of it later; what a portal ties to a deal is no record."""
        by = self._person(held.by).caller
        if held.entity == "split":
            self.shares.setdefault(held.values["opportunity"], []).append(held)
            return None
        with self.portal.stamped(to_ms(held.at)):
            if held.entity == "contact_role":
                self._tie(held, "deals", self.ids[held.values["opportunity"]], by)
                return None
            id_ = self._record(held, by)
        for edit in held.edits:
            with self.portal.stamped(to_ms(edit.at)):
                kind = self.portal.kind(OBJECTS[held.entity])
                values = self._values(held.entity, edit.values)
                update(self.portal, kind, id_, values, self._person(edit.by).caller)
        return Answer("hubspot", held.entity, OBJECTS[held.entity], str(id_), held.truth)

    def share_out(self) -> None:
        """Split the deals whose credit is shared."""
        for deal, shares in self.shares.items():
            rows = [
                {
                    "ownerId": self._person(each.values["employee"]).owner_id,
                    "percentage": str(Decimal(str(each.values["share"]))),
                }
                for each in shares
            ]
            with self.portal.stamped(to_ms(shares[0].at)):
                body = {"inputs": [{"id": self.ids[deal], "splits": rows}]}
                splits.replace(self.portal, body, self._person(shares[0].by).caller)

    def _record(self, held: Held, by: Caller) -> int:
        """Make a record and tie it to those that it belongs to."""
        object_ = OBJECTS[held.entity]
        values = self._values(held.entity, held.values) | ALWAYS[held.entity]
        if "website" in held.values and held.entity == "account":
            values["domain"] = held.values["website"]
        id_ = store(self.portal, self.portal.kind(object_), self.portal.new_id(), values, by).id
        self.ids[held.label] = id_
        self._tie(held, object_, id_, by)
        return id_

    def _tie(self, held: Held, object_: str, id_: int, by: Caller) -> None:
        """Associate a record with those that it refers to."""
        for name in held.values:
            if (held.entity, name) in TIES:
                to, number = TIES[held.entity, name]
                near, far = self.portal.kind(object_), self.portal.kind(to)
                type_ = self.portal.association_types.between(near.id, far.id)[DEFINED, number]
                other = self.ids[held.values[name]]
                set_types(self.portal, (near, id_), (far, other), [type_], by)

    def _values(self, entity: str, values: Mapping[str, Any]) -> dict[str, str]:
        """Return values in the words of a portal."""
        names = NAMES[entity]
        told = {
            names[name]: self.told.get(name, str)(value)
            for name, value in values.items()
            if name in names
        }
        return {name: text for name, text in told.items() if text}

    def _industry(self, text: str) -> str:
        """Return the portal's word for an industry, or nothing where it has none."""
        word = INDUSTRIES.get(text.lower(), text.upper())
        return word if word in self.industries else ""

    def _person(self, who: str) -> Person:
        """Return a user by the name before the at sign."""
        return self.people[f"{who}@{DOMAIN}"]
