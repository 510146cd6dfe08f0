"""Key accounts made from a number: the same number, the same records."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from kamsync_salesforce.sandbox.people import Person
from kamsync_salesforce.sandbox.records.writing import create
from kamsync_salesforce.sandbox.rules.write import Options
from kamsync_salesforce.sandbox.state import State
from kamsync_salesforce.sandbox.words import CITIES, FIRST, INDUSTRIES, KINDS, LAST, ROOTS, TITLES

__all__ = ["seed"]

ACCOUNTS = 300
# One account in so many belongs to another, and one deal in so many is split.
DAUGHTERS = 5
SPLITS = 3
PAST_DAYS = 420
OPEN = ("Prospecting", "Qualification", "Needs Analysis", "Value Proposition", "Negotiation/Review")
DONE = ("Closed Won", "Closed Won", "Closed Lost")
ROLES = {"sales": "Sales Rep", "success": "Account Manager", "account": "Executive Sponsor"}
SHARES = ((60.0, 40.0), (70.0, 30.0), (50.0, 30.0, 20.0))
NOTHING_SAID = Options()


def seed(org: State, number: int = 0, accounts: int = ACCOUNTS) -> dict[str, int]:
    """Fill *org* with key accounts, their people, deals, splits and teams; returns how many of each.

    The days count back from the org's clock, so that reports of the present have something in them.
    """
    with org.lock, org.store.savepoint():
        return _Seeding(org, number).run(accounts)


class _Seeding:
    """Records under way: each is made by a person of a team, some day within the past year."""

    def __init__(self, org: State, number: int) -> None:
        self.org = org
        self.draw = Random(number)  # noqa: S311 (made-up records, no secret)
        self.today = org.clock.now()
        self.teams = {team: [each for each in org.people if each.team == team] for team in ROLES}
        self.counts: dict[str, int] = {}

    def run(self, accounts: int) -> dict[str, int]:
        """Make all records, account by account."""
        made: list[str] = []
        for place in range(accounts):
            begin = self.today - timedelta(days=self.draw.randint(30, PAST_DAYS))
            seller = self.draw.choice(self.teams["sales"])
            with self.org.stamped(begin):
                parent = self.draw.choice(made) if made and not place % DAUGHTERS else None
                account = self._account(place, seller, parent)
                contacts = [self._contact(account, seller) for _ in range(self.draw.randint(1, 6))]
                self._team(account, seller)
            if parent is None:
                made.append(account)
            for _ in range(self.draw.randint(0, 5)):
                self._deal(account, contacts, seller, begin)
        return self.counts

    def _make(self, object_: str, who: Person, **values: Any) -> str:
        """Make one record."""
        self.counts[object_] = self.counts.get(object_, 0) + 1
        told = {name: value for name, value in values.items() if value is not None}
        return create(self.org, object_, told, who, NOTHING_SAID)

    def _account(self, place: int, seller: Person, parent: str | None) -> str:
        """Make an account; its name tells it from every other."""
        name = f"{self.draw.choice(ROOTS)} {self.draw.choice(KINDS)}"
        city, country = self.draw.choice(CITIES)
        return self._make(
            "Account",
            seller,
            Name=f"{name} {city}" if place % 3 else f"{name} {place}",
            ParentId=parent,
            Industry=self.draw.choice(INDUSTRIES),
            Type=self.draw.choice(("Prospect", "Customer - Direct", "Customer - Channel")),
            Rating=self.draw.choice(("Hot", "Warm", "Cold", None)),
            AnnualRevenue=self.draw.randint(1, 900) * 1_000_000,
            NumberOfEmployees=self.draw.randint(10, 40_000),
            Phone=f"+49 {self.draw.randint(30, 999)} {self.draw.randint(10_000, 9_999_999)}",
            Website=f"https://{name.split(maxsplit=1)[0].lower()}{place}.example",
            AccountNumber=f"KA-{10_000 + place}",
            BillingStreet=f"{self.draw.choice(LAST)}straße {self.draw.randint(1, 120)}",
            BillingCity=city,
            BillingCountry=country,
            BillingPostalCode=f"{self.draw.randint(10_000, 99_999)}",
        )

    def _contact(self, account: str, seller: Person) -> str:
        """Make somebody who works at an account."""
        first, last = self.draw.choice(FIRST), self.draw.choice(LAST)
        number = self.counts.get("Contact", 0)
        return self._make(
            "Contact",
            seller,
            AccountId=account,
            FirstName=first,
            LastName=last,
            Title=self.draw.choice(TITLES),
            Email=f"{first}.{last}{number}@example.com".lower().encode("ascii", "ignore").decode(),
            Phone=f"+49 {self.draw.randint(30, 999)} {self.draw.randint(10_000, 9_999_999)}",
        )

    def _team(self, account: str, seller: Person) -> None:
        """Give an account somebody of each team who is not its owner."""
        for team, role in ROLES.items():
            free = [each for each in self.teams[team] if each.id != seller.id]
            member = self.draw.choice(free)
            self._make(
                "AccountTeamMember",
                seller,
                AccountId=account,
                UserId=member.id,
                TeamMemberRole=role,
            )

    def _deal(self, account: str, contacts: list[str], seller: Person, begin: datetime) -> None:
        """Make a deal, won and lost ones in the past, and split some of those that bring money."""
        opened = begin + timedelta(days=self.draw.randint(1, 29))
        done = self.draw.random() < 0.5  # noqa: PLR2004 (every second one)
        last = (self.today - opened).days
        days = self.draw.randint(0, last) if done else last + self.draw.randint(5, 200)
        with self.org.stamped(opened):
            deal = self._make(
                "Opportunity",
                seller,
                AccountId=account,
                Name=f"{self.draw.choice(ROOTS)} {self.draw.choice(('renewal', 'upgrade', 'pilot'))}",
                StageName=self.draw.choice(DONE if done else OPEN),
                CloseDate=(opened + timedelta(days=days)).date().isoformat(),
                Amount=round(self.draw.uniform(2_000, 400_000), 2),
                Type="New Customer",
            )
            self._make(
                "OpportunityContactRole",
                seller,
                OpportunityId=deal,
                ContactId=self.draw.choice(contacts),
                Role="Decision Maker",
                IsPrimary=True,
            )
            if not self.draw.randrange(SPLITS):
                self._split(deal, seller)

    def _split(self, deal: str, seller: Person) -> None:
        """Share a deal between its owner and people of other teams; all of it is shared out."""
        others = [self.draw.choice(self.teams[team]) for team in ("success", "account")]
        shares = self.draw.choice(SHARES)
        for person, share in zip([seller, *others], shares, strict=False):
            self._make(
                "OpportunityTeamMember",
                seller,
                OpportunityId=deal,
                UserId=person.id,
                TeamMemberRole=ROLES[person.team or "sales"],
            )
            self._make(
                "OpportunitySplit",
                seller,
                OpportunityId=deal,
                SplitOwnerId=person.id,
                SplitPercentage=share,
            )
