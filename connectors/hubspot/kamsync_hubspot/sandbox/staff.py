"""Who works in a portal to begin with: the teams that share its accounts."""

from __future__ import annotations

from msgspec import structs

from kamsync_hubspot.sandbox.moments import iso
from kamsync_hubspot.sandbox.people import Person, Team
from kamsync_hubspot.sandbox.portal import Portal
from kamsync_hubspot.sandbox.writing import store

__all__ = ["dismiss", "employ", "hire"]

_FIRST_OWNER = 52_110_000
_FIRST_USER = 9_100_000
_TEAMS = (
    Team("71001", "Sales"),
    Team("71002", "Customer Success"),
    Team("71003", "Account Management"),
)
_STAFF = (
    ("Ada", "Weber", 0),
    ("Jonas", "Holm", 0),
    ("Marek", "Nowak", 0),
    ("Sofia", "Lindqvist", 0),
    ("Tomás", "Rivera", 1),
    ("Noor", "Haddad", 1),
    ("Émile", "Laurent", 1),
    ("Ingrid", "Solberg", 2),
    ("Kofi", "Mensah", 2),
    ("Lucía", "Ferrer", 2),
)
_PLAIN = str.maketrans("áéíÉ", "aeiE")
_AGE_MS = 400 * 86_400_000


def employ(portal: Portal) -> None:
    """Let people work in the portal, unless somebody does already."""
    if portal.people.all:
        return
    since = iso(portal.now - _AGE_MS)
    with portal.atomically():
        for place, (first, last, team) in enumerate(_STAFF):
            email = f"{first}.{last}@kamsync.example".translate(_PLAIN).lower()
            hire(
                portal,
                Person(
                    str(_FIRST_OWNER + 37 * place),
                    _FIRST_USER + 53 * place,
                    email,
                    first,
                    last,
                    since,
                    since,
                    (_TEAMS[team],),
                ),
            )


def hire(portal: Portal, person: Person) -> None:
    """Let somebody work in the portal: a user, the owner that stands for them, and a record of it."""
    portal.people.keep(person)
    values = {
        "hs_email": person.email,
        "hs_given_name": person.first_name,
        "hs_family_name": person.last_name,
        "hs_internal_user_id": str(person.user_id),
        "hubspot_owner_id": person.owner_id,
    }
    store(portal, portal.kind("users"), portal.new_id(), values, person.caller)


def dismiss(portal: Portal, person: Person) -> None:
    """Let somebody work there no more: the owner goes into the bin, and records keep naming it."""
    portal.people.keep(structs.replace(person, archived=True, updated_at=iso(portal.now)))
