"""Key accounts made from a number: the same number, the same records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from unicodedata import normalize

from kamsync_hubspot.sandbox import splits
from kamsync_hubspot.sandbox.association_types import DEFINED, AssociationType
from kamsync_hubspot.sandbox.kinds import Kind
from kamsync_hubspot.sandbox.links import set_types
from kamsync_hubspot.sandbox.moments import to_ms
from kamsync_hubspot.sandbox.people import Person
from kamsync_hubspot.sandbox.portal import Portal
from kamsync_hubspot.sandbox.words import (
    CITIES,
    DEALS,
    FIRST,
    FORMS,
    INDUSTRIES,
    LAST,
    ROOTS,
    TITLES,
)
from kamsync_hubspot.sandbox.writing import store

__all__ = ["seed"]

ACCOUNTS = 300
PAST_DAYS = 420
# One company in so many belongs to another, and one deal in so many is split.
DAUGHTERS = 5
SPLITS = 3
OPEN = ("appointmentscheduled", "qualifiedtobuy", "presentationscheduled", "contractsent")
DONE = ("closedwon", "closedwon", "closedlost")
SHARES = (("0.6", "0.4"), ("0.7", "0.3"), ("0.5", "0.3", "0.2"))


def seed(
    portal: Portal, number: int = 0, accounts: int = ACCOUNTS, contacts: int = 6, deals: int = 5
) -> dict[str, int]:
    """Fill a portal with companies, and up to so many contacts and deals each; return how many of each.

    Days count back from the clock of the portal.
    """
    with portal.atomically():
        return _Seeding(portal, number).run(accounts, contacts, deals)


class _Seeding:
    """Records under way: each is made by a person of sales, on some day of the past year."""

    def __init__(self, portal: Portal, number: int) -> None:
        self.portal = portal
        self.draw = Random(number)  # noqa: S311 - made-up records, no secret
        self.today = portal.clock.now()
        staff = list(portal.people.all.values())
        self.sellers = [each for each in staff if each.teams and each.teams[0].name == "Sales"]
        self.others = [each for each in staff if each not in self.sellers]
        self.counts: dict[str, int] = {}

    def run(self, accounts: int, contacts: int, deals: int) -> dict[str, int]:
        """Make all records, company by company."""
        parents: list[int] = []
        for place in range(accounts):
            begin = self.today - timedelta(days=self.draw.randint(30, PAST_DAYS))
            seller = self.draw.choice(self.sellers)
            with self.portal.stamped(to_ms(begin)):
                company = self._company(place, seller)
                if parents and not place % DAUGHTERS:
                    self._tie("companies", self.draw.choice(parents), "companies", company, 13)
                else:
                    parents.append(company)
                people = [self._contact(company, seller) for _ in range(self._some(contacts))]
            with self.portal.stamped(to_ms(begin + timedelta(days=self.draw.randint(1, 29)))):
                for _ in range(self.draw.randint(0, deals)):
                    self._deal(company, people, seller)
        return self.counts

    def _some(self, most: int) -> int:
        return self.draw.randint(1, most) if most else 0

    def _make(self, object_: str, who: Person, **values: str) -> int:
        """Make one record."""
        self.counts[object_] = self.counts.get(object_, 0) + 1
        kind = self._kind(object_)
        told = {**values, "hubspot_owner_id": who.owner_id}
        return store(self.portal, kind, self.portal.new_id(), told, who.caller).id

    def _company(self, place: int, seller: Person) -> int:
        """Make a company; its name tells it from every other."""
        root, form = self.draw.choice(ROOTS), self.draw.choice(FORMS)
        city, country, code = self.draw.choice(CITIES)
        name = f"{root} {form}" if place < len(ROOTS) else f"{root} {city} {place} {form}"
        domain = f"{_plain(root)}-{place}.example"
        return self._make(
            "companies",
            seller,
            name=name,
            domain=domain,
            website=f"https://www.{domain}",
            industry=self.draw.choice(INDUSTRIES),
            city=city,
            country=country,
            zip=code,
            address=f"{self.draw.choice(LAST)}straße {self.draw.randint(1, 120)}",
            phone=f"+49 40 {self.draw.randint(100_000, 9_999_999)}",
            annualrevenue=str(self.draw.randint(1, 900) * 1_000_000),
            numberofemployees=str(self.draw.randint(10, 40_000)),
            lifecyclestage=self.draw.choice(("opportunity", "customer", "customer", "lead")),
            hs_target_account=self.draw.choice(("tier_1", "tier_2", "tier_3")),
            type=self.draw.choice(("PROSPECT", "PARTNER", "OTHER")),
        )

    def _contact(self, company: int, seller: Person) -> int:
        """Make somebody who works at a company."""
        first, last = self.draw.choice(FIRST), self.draw.choice(LAST)
        number = self.counts.get("contacts", 0)
        contact = self._make(
            "contacts",
            seller,
            firstname=first,
            lastname=last,
            email=f"{_plain(first)}.{_plain(last)}.{number}@kunde.example",
            jobtitle=self.draw.choice(TITLES),
            lifecyclestage="lead",
            phone=f"+49 40 {self.draw.randint(100_000, 9_999_999)}",
        )
        self._tie("contacts", contact, "companies", company, 1)
        return contact

    def _deal(self, company: int, people: Sequence[int], seller: Person) -> None:
        """Make a deal; split some of them."""
        done = self.draw.randrange(2) == 0
        day = self.today + timedelta(
            days=self.draw.randint(-60, -1) if done else self.draw.randint(5, 200)
        )
        deal = self._make(
            "deals",
            seller,
            dealname=f"{self.draw.choice(ROOTS)} {self.draw.choice(DEALS)}",
            pipeline="default",
            dealstage=self.draw.choice(DONE if done else OPEN),
            amount=str(self.draw.randint(20, 4_000) * 100),
            deal_currency_code="EUR",
            closedate=f"{day:%Y-%m-%dT00:00:00Z}",
            dealtype=self.draw.choice(("newbusiness", "existingbusiness")),
        )
        self._tie("deals", deal, "companies", company, 5)
        if people:
            self._tie("deals", deal, "contacts", self.draw.choice(people), 3)
        if not self.draw.randrange(SPLITS):
            self._split(deal, seller)

    def _split(self, deal: int, seller: Person) -> None:
        """Share a deal between its owner and people of other teams."""
        shares = self.draw.choice(SHARES)
        others = self.draw.sample(self.others, len(shares) - 1)
        rows = [
            {"ownerId": each.owner_id, "percentage": share}
            for each, share in zip((seller, *others), shares, strict=True)
        ]
        splits.replace(self.portal, {"inputs": [{"id": deal, "splits": rows}]}, seller.caller)

    def _tie(self, object_: str, one: int, to: str, other: int, number: int) -> None:
        """Associate two records by the number of a type."""
        kind, far = self._kind(object_), self._kind(to)
        type_: AssociationType = self.portal.association_types.between(kind.id, far.id)[
            DEFINED, number
        ]
        caller = self.sellers[0].caller
        set_types(self.portal, (kind, one), (far, other), [type_], caller)

    def _kind(self, object_: str) -> Kind:
        return self.portal.kind(object_)


def _plain(text: str) -> str:
    """Return a word in the letters of addresses."""
    letters = normalize("NFKD", text.lower().replace("ß", "ss").replace("ø", "o").replace("ł", "l"))
    return letters.encode("ascii", "ignore").decode()
