"""The users of a portal, as whom people work, and the owners that records name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, json

from kamsync_hubspot.sandbox.model.caller import Caller
from kamsync_hubspot.sandbox.state.database import Database

__all__ = ["People", "Person", "Team"]


class Team(Struct, frozen=True):
    """A team of users."""

    id: str
    name: str


class Person(Struct, frozen=True):
    """One user with the owner that stands for them: two numbers that are never the same.

    Source: developers.hubspot.com/docs/guides/api/crm/owners (`id`, `userId`, teams).
    """

    owner_id: str
    user_id: int
    email: str
    first_name: str
    last_name: str
    created_at: str
    updated_at: str
    teams: tuple[Team, ...] = ()
    archived: bool = False

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"

    @property
    def caller(self) -> Caller:
        """This person, at the screen."""
        return Caller.person(self.user_id, self.name)

    def owner(self) -> dict[str, Any]:
        """Return the owner as the API tells it."""
        teams = [
            {"id": team.id, "name": team.name, "primary": place == 0}
            for place, team in enumerate(self.teams)
        ]
        return {
            "id": self.owner_id,
            "email": self.email,
            "type": "PERSON",
            "firstName": self.first_name,
            "lastName": self.last_name,
            "userId": None if self.archived else self.user_id,
            "userIdIncludingInactive": self.user_id,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
            "archived": self.archived,
            **({"teams": teams} if teams else {}),
        }

    def user(self) -> dict[str, Any]:
        """Return the user as the settings tell it."""
        ids = [team.id for team in self.teams]
        return {
            "id": str(self.user_id),
            "email": self.email,
            "firstName": self.first_name,
            "lastName": self.last_name,
            "roleIds": [],
            "superAdmin": False,
            **({"primaryTeamId": ids[0]} if ids else {}),
            **({"secondaryTeamIds": ids[1:]} if ids[1:] else {}),
        }


class People:
    """The users and teams, kept in the database and read once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, Person] | None = None

    @property
    def all(self) -> Mapping[str, Person]:
        """Everybody by the id of the owner."""
        if self._known is None:
            rows = self._database.execute("SELECT body FROM definition WHERE what = 'person'")
            found = [json.decode(body, type=Person) for (body,) in rows.fetchall()]
            self._known = {each.owner_id: each for each in sorted(found, key=_number)}
        return self._known

    @property
    def teams(self) -> dict[str, Team]:
        """Every team by its id."""
        return {team.id: team for person in self.all.values() for team in person.teams}

    def keep(self, person: Person) -> None:
        """Keep somebody, new or changed."""
        self._database.execute(
            "INSERT OR REPLACE INTO definition VALUES ('person', '', ?, ?, ?)",
            (person.owner_id, person.archived, json.encode(person).decode()),
        )
        self._known = None

    def find(self, who: str) -> Person | None:
        """Return a person by owner id, user id, e-mail, name or first name."""
        for person in self.all.values():
            names = {
                person.owner_id,
                str(person.user_id),
                person.email.lower(),
                person.name.lower(),
                person.first_name.lower(),
            }
            if who.lower() in names:
                return person
        return None


def _number(person: Person) -> int:
    return int(person.owner_id)
