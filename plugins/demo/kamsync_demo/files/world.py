"""A made-up company's key accounts: its clients, the people there, its own people, the renewals."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from random import Random

from msgspec import Struct, convert

__all__ = ["HERO", "PEOPLE", "TWIN", "Client", "Colleague", "Contact", "World", "make_world"]


class Colleague(Struct, frozen=True):
    """One of our own people, and the team that they speak for."""

    number: str
    first: str
    last: str
    team: str

    @property
    def name(self) -> str:
        """Return what everybody calls them."""
        return f"{self.first} {self.last}"

    @property
    def email(self) -> str:
        """Return their address at work."""
        return f"{self.first}.{self.last}@ourselves.example".lower().replace("á", "a")


class Contact(Struct, frozen=True):
    """Somebody at a client."""

    first: str
    last: str
    title: str
    extension: int


class Client(Struct, frozen=True):
    """One client, with the truth about it that each system spells in its own way.

    *seen_by* are the systems that know it, *owner* is a place among our people, *renewal* the yearly
    amount in *currency*, and *twice_in* the system that holds it twice.
    """

    name: str
    legal_form: str
    domain: str
    phone: str
    industry: str
    tier: str
    health: str
    owner: int
    contacts: tuple[Contact, ...]
    seen_by: tuple[str, ...]
    renewal: int = 0
    currency: str = "EUR"
    twice_in: str = ""
    tier_in_account: str = ""


class World(Struct, frozen=True):
    """Everything that the three systems know, between them."""

    people: tuple[Colleague, ...]
    clients: tuple[Client, ...]


PEOPLE = (
    Colleague("1001", "Ada", "Weber", "sales"),
    Colleague("1002", "Mateo", "Silva", "sales"),
    Colleague("1003", "Ingrid", "Dahl", "sales"),
    Colleague("1004", "Kofi", "Mensah", "sales"),
    Colleague("2001", "Tomás", "Rivera", "success"),
    Colleague("2002", "Yuki", "Tanaka", "success"),
    Colleague("2003", "Nora", "Byrne", "success"),
    Colleague("3001", "Priya", "Raman", "account"),
    Colleague("3002", "Jonas", "Holm", "account"),
    Colleague("3003", "Chiara", "Conti", "account"),
    Colleague("9001", "Mara", "Lindqvist", "other"),
)

HERO = "Nordwind Logistik"
"""The account of the story."""

TWIN = "Blauhaus Interiors"
"""The account that sales holds twice."""

SYSTEMS = ("sales", "success", "account")

TIERS = ("strategic", "key", "key", "emerging", "standard")
HEALTHS = ("green", "green", "green", "yellow", "red")


class _Names(Struct, frozen=True):
    """The words that clients and the people there are named by."""

    stems: tuple[str, ...]
    trades: tuple[str, ...]
    forms: tuple[str, ...]
    industries: tuple[str, ...]
    first: tuple[str, ...]
    last: tuple[str, ...]
    titles: tuple[str, ...]


def make_world(seed: int = 0) -> World:
    """Return the same world for the same *seed*; the hero of the story is in every one of them."""
    random = Random(seed)  # noqa: S311 - records for a demo, not secrets
    text = (files("kamsync_demo.files") / "names.toml").read_text(encoding="utf-8")
    names = convert(tomllib.loads(text), _Names)
    clients = [_client(random, names, at) for at in range(len(names.stems))]
    return World(PEOPLE, (_hero(), _twin(), *clients))


def _hero() -> Client:
    """Return the account of the story: known everywhere, and about to renew."""
    return Client(
        name=HERO,
        legal_form="GmbH",
        domain="nordwind.example",
        phone="+49 40 555 0100",
        industry="Logistics",
        tier="strategic",
        health="green",
        owner=1,
        contacts=(
            Contact("Greta", "Sommer", "Head of Procurement", 11),
            Contact("Anton", "Reuter", "Chief Operating Officer", 12),
        ),
        seen_by=SYSTEMS,
        renewal=40_000,
    )


def _twin() -> Client:
    """Return the account that sales holds twice."""
    return Client(
        name=TWIN,
        legal_form="GmbH",
        domain="blauhaus.example",
        phone="+49 30 555 0199",
        industry="Retail",
        tier="key",
        health="yellow",
        owner=2,
        contacts=(Contact("Ilse", "Brandt", "Buyer", 11),),
        seen_by=("sales", "account"),
        twice_in="sales",
    )


def _client(random: Random, names: _Names, at: int) -> Client:
    """Return one client more; every tenth is ranked differently by two teams."""
    stem, trade = names.stems[at], random.choice(names.trades)
    tier = random.choice(TIERS)
    missing = random.choice((*SYSTEMS, "", ""))
    is_disputed = at % 10 == 9 and tier != "emerging"  # noqa: PLR2004
    return Client(
        name=f"{stem} {trade}",
        legal_form=random.choice(names.forms),
        domain=f"{stem}-{trade}.example".lower(),
        phone=f"+44 20 7946 {random.randrange(1000, 9999)}",
        industry=random.choice(names.industries),
        tier=tier,
        health=random.choice(HEALTHS),
        owner=random.randrange(len(PEOPLE) - 1),
        contacts=tuple(
            _contact(random, names, at, place) for place in range(random.choice((1, 1, 2)))
        ),
        seen_by=tuple(system for system in SYSTEMS if system != missing),
        renewal=random.choice((0, 0, 12_000, 18_500, 36_000, 75_000)),
        currency=random.choice(("EUR", "GBP", "USD")),
        tier_in_account="emerging" if is_disputed else "",
    )


def _contact(random: Random, names: _Names, at: int, place: int) -> Contact:
    """Return somebody who works at a client; no two have one name."""
    first = names.first[(at + 5 * place) % len(names.first)]
    last = names.last[(3 * at + 7 * place + at // len(names.first)) % len(names.last)]
    return Contact(first, last, random.choice(names.titles), 11 + place)
