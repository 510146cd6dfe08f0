"""Who works in a portal: the teams that share its accounts."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import structs

from kamsync.sandbox.world import STAFF, Colleague
from kamsync_hubspot.sandbox.changing.writing import store
from kamsync_hubspot.sandbox.model.moments import iso
from kamsync_hubspot.sandbox.state.people import Person, Team
from kamsync_hubspot.sandbox.state.portal import Portal

__all__ = ["dismiss", "employ", "hire"]

_FIRST_OWNER = 52_110_000
_FIRST_USER = 9_100_000
_TEAMS = {
    "sales": Team("71001", "Sales"),
    "success": Team("71002", "Customer Success"),
    "account": Team("71003", "Account Management"),
}
_AGE_MS = 400 * 86_400_000


def employ(portal: Portal, staff: Iterable[Colleague] = STAFF) -> None:
    """Let people work in the portal who do not yet."""
    known = {each.email for each in portal.people.all.values()}
    since = iso(portal.now - _AGE_MS)
    with portal.atomically():
        for each in staff:
            if each.email not in known:
                hire(portal, _person(each, len(known), since))
                known.add(each.email)


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


def _person(colleague: Colleague, place: int, since: str) -> Person:
    """Return a colleague as a user of the portal."""
    return Person(
        str(_FIRST_OWNER + 37 * place),
        _FIRST_USER + 53 * place,
        colleague.email,
        colleague.first,
        colleague.last,
        since,
        since,
        (_TEAMS[colleague.team],),
    )
