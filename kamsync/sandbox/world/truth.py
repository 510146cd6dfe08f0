"""What is true of the clients, whoever wrote it down: companies, the people there, deals."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from kamsync.sandbox.world.staff import Colleague

__all__ = ["Company", "Contact", "Deal", "Remark", "World"]


class Contact(Struct, frozen=True):
    """Somebody at a client."""

    key: str
    first: str
    last: str
    email: str
    title: str = ""
    phone: str = ""
    mobile: str = ""


class Deal(Struct, frozen=True):
    """Something that a client buys, or may buy.

    *stage* is one of the words of `kamsync.sandbox.world.words.STAGES`, *owner* a user name, *shares* the
    user names of those who share the credit with how much each has, which is 1 together.
    """

    key: str
    name: str
    kind: str
    stage: str
    amount: int | None
    close_date: date
    opened: date
    owner: str
    contact: str = ""
    shares: tuple[tuple[str, float], ...] = ()


class Company(Struct, frozen=True):
    """A client with all that belongs to it; *parent* is the key of the company that owns it."""

    key: str
    name: str
    form: str = ""
    domain: str = ""
    industry: str = ""
    street: str = ""
    city: str = ""
    code: str = ""
    country: str = ""
    phone: str = ""
    revenue: int | None = None
    employees: int | None = None
    parent: str = ""
    owner: str = ""
    since: date = date(2025, 1, 1)
    contacts: tuple[Contact, ...] = ()
    deals: tuple[Deal, ...] = ()


class Remark(Struct, frozen=True):
    """What the source of a world leaves open about one record, and how it was taken."""

    record: str
    reason: str
    taken: str


class World(Struct, frozen=True):
    """All clients, the deals that are no client's, and whoever works here.

    *number* decides how the teams write all this down.
    """

    number: int
    staff: tuple[Colleague, ...]
    companies: tuple[Company, ...]
    loose: tuple[Deal, ...] = ()
    remarks: tuple[Remark, ...] = ()
