"""Endpoints of owners, and of the users and teams behind them.

Source: developers.hubspot.com/docs/guides/api/crm/owners and
developers.hubspot.com/docs/guides/api/settings/users.
"""

from __future__ import annotations

from typing import Any

from kamsync_hubspot.sandbox.http.calls import Call
from kamsync_hubspot.sandbox.http.paths import DATED, Routes
from kamsync_hubspot.sandbox.model.refusal import not_found

__all__ = ["ROUTES"]

ROUTES = Routes()
LARGEST_PAGE = 500
_USERS = "/settings/users"
"""Before a version that is a date; the third one stands after the settings."""


@ROUTES.crm("GET", "owners", scope="crm.objects.owners.read")
def list_owners(call: Call) -> dict[str, Any]:
    """List owners: those in use or the others, or the one with an e-mail address."""
    email, archived = call.text("email").lower(), call.flag("archived")
    found = [
        each
        for each in call.portal.people.all.values()
        if each.archived == archived and (not email or each.email.lower() == email)
    ]
    return _page(call, [each.owner() for each in found], 100)


@ROUTES.crm("GET", "owners/{id}", scope="crm.objects.owners.read")
def get_owner(call: Call) -> dict[str, Any]:
    """Tell one owner, by its id or by that of its user."""
    by_user = call.text("idProperty") == "userId"
    for each in call.portal.people.all.values():
        own = str(each.user_id) if by_user else each.owner_id
        if own == call.path["id"] and each.archived == call.flag("archived"):
            return each.owner()
    raise not_found(f"Owner with {'userId' if by_user else 'id'} {call.path['id']} not found")


@ROUTES.area("GET", "/settings", "/users", scope="settings.users.read")
@ROUTES.area("GET", _USERS, versions=DATED, scope="settings.users.read")
def list_users(call: Call) -> dict[str, Any]:
    """List users."""
    found = [each.user() for each in call.portal.people.all.values() if not each.archived]
    return _page(call, found, 100)


@ROUTES.area("GET", "/settings", "/users/teams", scope="settings.users.teams.read")
@ROUTES.area("GET", _USERS, "/teams", versions=DATED, scope="settings.users.teams.read")
def list_teams(call: Call) -> dict[str, Any]:
    """List teams with their users."""
    people = [each for each in call.portal.people.all.values() if not each.archived]
    return {
        "results": [
            {
                "id": team.id,
                "name": team.name,
                "userIds": [str(each.user_id) for each in people if each.teams[:1] == (team,)],
                "secondaryUserIds": [
                    str(each.user_id) for each in people if team in each.teams[1:]
                ],
            }
            for team in call.portal.people.teams.values()
        ]
    }


@ROUTES.area("GET", "/settings", "/users/roles", scope="settings.users.read")
@ROUTES.area("GET", _USERS, "/roles", versions=DATED, scope="settings.users.read")
def list_roles(call: Call) -> dict[str, Any]:
    """List roles: there are none."""
    del call
    return {"results": []}


@ROUTES.area("PUT", "/settings", "/users/{id}", scope="settings.users.write")
@ROUTES.area("PUT", _USERS, "/{id}", versions=DATED, scope="settings.users.write")
@ROUTES.area("GET", "/settings", "/users/{id}", scope="settings.users.read")
@ROUTES.area("GET", _USERS, "/{id}", versions=DATED, scope="settings.users.read")
def get_user(call: Call) -> dict[str, Any]:
    """Tell one user, by id or e-mail address; roles that are sent are taken and not kept."""
    by, wanted = call.text("idProperty", "USER_ID"), call.path["id"].lower()
    for each in call.portal.people.all.values():
        if wanted == (each.email.lower() if by == "EMAIL" else str(each.user_id)):
            return each.user()
    raise not_found(f"User {call.path['id']} not found")


def _page(call: Call, rows: list[dict[str, Any]], default: int) -> dict[str, Any]:
    """Return a page of *rows*; `after` is how many came before."""
    limit = call.number("limit", default, LARGEST_PAGE)
    after = int(call.text("after", "0")) if call.text("after", "0").isdigit() else 0
    page: dict[str, Any] = {"results": rows[after : after + limit]}
    if len(rows) > after + limit:
        link = call.request.url.update_query(after=str(after + limit))
        page["paging"] = {"next": {"after": str(after + limit), "link": str(link)}}
    return page
