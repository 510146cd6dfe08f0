"""How each of the three systems spells what it knows: its own objects, names, formats and gaps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from kamsync.model import Native
from kamsync_demo.files.world import Client, Colleague, Contact

__all__ = ["SPELLINGS", "Spelling"]

Values = Mapping[str, Native]


class Spelling(Struct, frozen=True):
    """One system: its objects, and what it makes of one colleague, client, contact and renewal.

    The functions take the native ids of what the record refers to.
    """

    system: str
    objects: tuple[str, str, str, str]
    colleague: Callable[[Colleague], dict[str, Any]]
    client: Callable[[Client, str], dict[str, Any]]
    contact: Callable[[Contact, Client, str], dict[str, Any]]
    renewal: Callable[[Client, str, str], dict[str, Any]]


TIER_LETTERS = {"strategic": "A", "key": "B", "emerging": "C", "standard": "D"}


def _sales_colleague(who: Colleague) -> dict[str, Any]:
    return {
        "FirstName": who.first,
        "LastName": who.last,
        "Email": who.email,
        "EmployeeNumber": who.number,
        "Team": who.team,
    }


def _sales_client(client: Client, owner: str) -> dict[str, Any]:
    return {
        "Name": f"{client.name} {client.legal_form}",
        "Website": f"https://www.{client.domain}/",
        "Phone": client.phone,
        "Tier": TIER_LETTERS[client.tier],
        "OwnerId": owner,
        "Industry": client.industry,
    }


def _sales_contact(contact: Contact, client: Client, company: str) -> dict[str, Any]:
    return {
        "CompanyId": company,
        "FirstName": contact.first,
        "LastName": contact.last,
        "Email": _email(contact, client),
        "Title": contact.title,
    }


def _sales_renewal(client: Client, company: str, owner: str) -> dict[str, Any]:
    return {
        "CompanyId": company,
        "Title": _renewal(client),
        "Kind": "renewal",
        "Stage": "Proposal",
        "State": "Open",
        "Percent": 60,
        "Amount": f"{client.renewal}.00",
        "Currency": client.currency,
        "CloseDate": "2026-12-31",
        "OwnerId": owner,
    }


def _success_colleague(who: Colleague) -> dict[str, Any]:
    return {
        "first_name": who.first,
        "last_name": who.last,
        "email": who.email.upper(),
        "team": who.team,
    }


def _success_client(client: Client, owner: str) -> dict[str, Any]:
    return {
        "name": client.name.lower(),
        "domains": [f"www.{client.domain}"],
        "health": client.health,
        "key_account_manager": owner,
    }


def _success_contact(contact: Contact, client: Client, company: str) -> dict[str, Any]:
    return {
        "account": company,
        "first_name": contact.first,
        "last_name": contact.last,
        "email": _email(contact, client).capitalize(),
        "phone": _phone(contact, client),
    }


def _success_renewal(client: Client, company: str, owner: str) -> dict[str, Any]:
    return {
        "account": company,
        "name": _renewal(client),
        "kind": "renewal",
        "value": client.renewal,
        "renews_on": "2026-12-31",
        "owner": owner,
    }


def _account_client(client: Client, owner: str) -> dict[str, Any]:
    return {
        "name": client.name,
        "legal_name": f"{client.name} {client.legal_form}",
        "domains": [client.domain],
        "phone": client.phone.replace("+", "00").replace(" ", "-"),
        "tier": client.tier_in_account or client.tier,
        "key_reasons": ["revenue"] if client.renewal else ["potential"],
        "manager": owner,
    }


def _account_contact(contact: Contact, client: Client, company: str) -> dict[str, Any]:
    return {
        "account": company,
        "first_name": contact.first,
        "last_name": contact.last,
        "email": _email(contact, client),
        "role": "primary" if contact.extension == 11 else "influencer",  # noqa: PLR2004
    }


def _account_renewal(client: Client, company: str, owner: str) -> dict[str, Any]:
    return {
        "account": company,
        "name": _renewal(client),
        "amount": client.renewal,
        "currency": client.currency.lower(),
        "close_date": "2026-12-31",
        "owner": owner,
    }


def _renewal(client: Client) -> str:
    """Return what a renewal is called everywhere."""
    return f"{client.name} renewal 2027"


def _email(contact: Contact, client: Client) -> str:
    """Return the address of a contact."""
    return f"{contact.first}.{contact.last}@{client.domain}".lower()


def _phone(contact: Contact, client: Client) -> str:
    """Return the direct line of a contact."""
    return f"{client.phone} {contact.extension}"


SPELLINGS = (
    Spelling(
        "sales",
        ("User", "Company", "Person", "Deal"),
        _sales_colleague,
        _sales_client,
        _sales_contact,
        _sales_renewal,
    ),
    Spelling(
        "success",
        ("agent", "customer", "contact", "renewal"),
        _success_colleague,
        _success_client,
        _success_contact,
        _success_renewal,
    ),
    Spelling(
        "account",
        ("employee", "key_account", "contact", "business"),
        _success_colleague,
        _account_client,
        _account_contact,
        _account_renewal,
    ),
)
"""The three systems, in the order of the configuration."""
