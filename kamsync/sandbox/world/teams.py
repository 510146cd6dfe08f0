"""What sales and success have written down of one world, each in its own way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Any

from msgspec import structs

from kamsync.sandbox.world.fates import Chances, fates
from kamsync.sandbox.world.held import Edit, Held
from kamsync.sandbox.world.otherwise import OTHERWISE, spelled, twin_of
from kamsync.sandbox.world.staff import Colleague
from kamsync.sandbox.world.truth import Company, Contact, Deal, World

__all__ = ["held_by"]

TEAMS = ("sales", "success")
MINUTE = timedelta(hours=2)
"""How long before now both teams changed some facts in one minute."""

TWINS = {"sales": (43, 7), "success": (89, 11)}
"""A team has one company in so many twice, beginning with which."""

COMPANY = {
    "website": Chances(0.06, 0.04),
    "industry": Chances(0.08, 0.10),
    "phone": Chances(0.08, 0.10, 0.05, 0.01),
    "street": Chances(0.08, 0.10, 0.03),
    "city": Chances(0.02, 0.02),
    "code": Chances(0.05, 0.05),
    "country": Chances(0.02, 0.02),
    "revenue": Chances(0.10, 0.12, 0.06),
    "employees": Chances(0.10, 0.12, 0.08, 0.01),
    "parent": Chances(0.0, 0.3),
    "owner": Chances(0.0, 0.05, 0.015),
}
CONTACT = {
    "email": Chances(0.02, 0.02),
    "title": Chances(0.10, 0.12, 0.06),
    "phone": Chances(0.10, 0.15, 0.03),
    "mobile": Chances(0.25, 0.25),
}
DEAL = {
    "amount": Chances(0.0, 0.03, 0.06, 0.01),
    "close_date": Chances(0.0, 0.0, 0.06),
    "stage": Chances(0.0, 0.0, 0.03),
    "owner": Chances(0.0, 0.04, 0.01),
}
KNOWN = {
    "account": (0.03, 0.14),
    "contact": (0.16, 0.12),
    "opportunity": (0.02, 0.42),
}
"""How often sales, and how often success, does not know a thing at all."""

ROLES = {"sales": "sales_rep", "success": "success_manager", "account": "executive_sponsor"}


def held_by(world: World, team: str, now: datetime) -> Iterator[Held]:
    """Yield what a *team* has: each record after those that it refers to.

    Args:
        world: what is true.
        team: ``sales`` or ``success``.
        now: until when they have worked.
    """
    yield from _View(world, team, now).run()


class _View:
    """One team's records under way."""

    def __init__(self, world: World, team: str, now: datetime) -> None:
        self.world = world
        self.team = team
        self.now = now
        self.here = {
            company.key
            for company in world.companies
            if team in _known_to(world, "account", company.key)
        }

    def run(self) -> Iterator[Held]:
        """Yield all records, company by company, then the deals that belong to none."""
        for place, company in enumerate(self.world.companies):
            if company.key not in self.here:
                continue
            account = self._account(company)
            yield account
            every, first = TWINS[self.team]
            if place % every == first:
                yield twin_of(account)
            yield from self._assignments(company)
            people = {each.key for each in company.contacts if self._knows("contact", each.key)}
            yield from (
                self._contact(company, each) for each in company.contacts if each.key in people
            )
            for deal in company.deals:
                if self._knows("opportunity", deal.key):
                    yield from self._deal(company, deal, people)
        for deal in self.world.loose:
            if self._knows("opportunity", deal.key):
                yield from self._deal(None, deal, set())

    def _account(self, company: Company) -> Held:
        """Return a client."""
        values = {
            "name": f"{company.name} {company.form}".strip(),
            "website": company.domain and f"https://www.{company.domain}",
            "industry": company.industry,
            "phone": company.phone,
            "street": company.street,
            "city": company.city,
            "code": company.code,
            "country": company.country,
            "revenue": company.revenue,
            "employees": company.employees,
            "parent": company.parent if company.parent in self.here else "",
            "owner": company.owner,
        }
        return self._held(
            "account", company.key, values, COMPANY, _morning(company.since), company.owner
        )

    def _contact(self, company: Company, contact: Contact) -> Held:
        """Return somebody at a client."""
        values = {
            "account": company.key,
            "first": contact.first,
            "last": contact.last,
            "email": contact.email,
            "title": contact.title,
            "phone": contact.phone,
            "mobile": contact.mobile,
            "owner": company.owner,
        }
        at = _morning(company.since) + timedelta(minutes=5)
        return self._held("contact", contact.key, values, CONTACT, at, company.owner)

    def _deal(self, company: Company | None, deal: Deal, people: set[str]) -> Iterator[Held]:
        """Yield a deal, with who decides about it and who shares in it."""
        values = {
            "account": company.key if company else "",
            "name": deal.name,
            "kind": deal.kind,
            "stage": deal.stage,
            "amount": deal.amount,
            "close_date": deal.close_date,
            "owner": deal.owner,
        }
        at = _morning(deal.opened) + timedelta(minutes=10)
        held = self._held("opportunity", deal.key, values, DEAL, at, deal.owner)
        yield held
        about = {"opportunity": deal.key}
        if deal.contact in people:
            yield self._about(held, "contact_role", "role", about | {"contact": deal.contact})
        if held.values.get("owner") == deal.owner:
            for employee, share in deal.shares:
                split = about | {"employee": employee, "share": share}
                yield self._about(held, "split", f"split-{employee}", split)

    def _assignments(self, company: Company) -> Iterator[Held]:
        """Yield who looks after a client besides its owner, as sales has it; success keeps no such list."""
        if self.team != "sales":
            return
        draw = Random(f"{self.world.number}:team:{company.key}")  # noqa: S311 (made-up records)
        at = _morning(company.since) + timedelta(minutes=1)
        for team, role in ROLES.items():
            free = [each for each in self._of(team) if each.user_name != company.owner]
            if free:
                employee = draw.choice(free).user_name
                values = {"account": company.key, "employee": employee, "role": role}
                key = f"assignment-{company.key}-{role}"
                yield Held("assignment", key, key, at, company.owner, values)

    def _held(
        self,
        entity: str,
        key: str,
        values: dict[str, Any],
        chances: dict[str, Chances],
        at: datetime,
        by: str,
    ) -> Held:
        """Return a record as this team has it, with what it left out, mistook or changed a while ago."""
        draw = Random(f"{self.world.number}:{self.team}:{key}")  # noqa: S311 (made-up records)
        late: dict[str, Any] = {}
        for name, fate in fates(self.world.number, key, chances).items():
            if fate.silent == self.team:
                values[name] = None
            elif (fate.other == self.team or fate.minute) and values[name] not in {None, ""}:
                told = OTHERWISE[name](draw, values, self.world.staff)
                (late if fate.minute else values)[name] = told
        said = {name: value for name, value in values.items() if value not in {None, ""}}
        if self.team == "success":
            said = spelled(draw, entity, said)
        editor = draw.choice(self._of(self.team)).user_name
        edits = (Edit(self.now - MINUTE, editor, late),) if late else ()
        return Held(entity, key, key, at, by, said, edits)

    def _about(self, deal: Held, entity: str, word: str, values: Mapping[str, Any]) -> Held:
        """Return what belongs to a deal."""
        key = f"{word}-{deal.label}"
        return structs.replace(deal, entity=entity, label=key, truth=key, values=values, edits=())

    def _knows(self, entity: str, key: str) -> bool:
        return self.team in _known_to(self.world, entity, key)

    def _of(self, team: str) -> list[Colleague]:
        return [each for each in self.world.staff if each.team == team]


def _morning(day: Any) -> datetime:
    """Return nine o'clock on a day."""
    return datetime.combine(day, time(9), UTC)


def _known_to(world: World, entity: str, key: str) -> tuple[str, ...]:
    """Return the teams that know a thing; each is known to one of them at least."""
    sales, success = KNOWN[entity]
    drawn = Random(f"{world.number}:known:{key}").random()  # noqa: S311 (made-up records, no secret)
    if drawn < sales:
        return ("success",)
    return ("sales",) if drawn < sales + success else TEAMS
