"""Who works in the org: people in teams, the hub's own user, and what their profiles let them see."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from kamsync_salesforce.sandbox.metadata.field import Field

__all__ = ["ADMINISTRATOR", "INTEGRATION", "People", "Person", "Profiles"]

ADMINISTRATOR = "System Administrator"
INTEGRATION = "Integration User"


class Person(Struct, frozen=True):
    """A user of the org; *integration* says that it is the hub and nobody of flesh and blood."""

    id: str
    username: str
    name: str
    profile: str
    team: str | None = None
    integration: bool = False


class People:
    """The users that act in the org, by id and by username."""

    def __init__(self) -> None:
        self._held: dict[str, Person] = {}

    def __iter__(self) -> Iterator[Person]:
        return iter(self._held.values())

    def add(self, person: Person) -> Person:
        """Let *person* in."""
        self._held[person.id] = person
        return person

    def find(self, who: str) -> Person | None:
        """Return whoever has that id or username."""
        if who in self._held:
            return self._held[who]
        return next((each for each in self if each.username.lower() == who.lower()), None)

    @property
    def integration(self) -> Person:
        """The hub's own user."""
        return next(person for person in self if person.integration)

    @property
    def administrator(self) -> Person:
        """The first of those who may do everything."""
        return next(person for person in self if person.profile == ADMINISTRATOR)


class Profiles:
    """Field-level security: what a profile may not see, and what it may see and not write.

    Source: Object Reference, "Field-Level Security"; SOQL and SOSL Reference, "FIELDS()".
    """

    def __init__(self) -> None:
        self._hidden: dict[str, set[tuple[str, str]]] = {}
        self._sealed: dict[str, set[tuple[str, str]]] = {}
        self.version = 0

    def hide(self, profile: str, object_: str, *fields: str) -> None:
        """Keep fields from everybody with that profile."""
        self._hidden.setdefault(profile, set()).update((object_, field) for field in fields)
        self.version += 1

    def seal(self, profile: str, object_: str, *fields: str) -> None:
        """Let everybody with that profile read fields, and write none of them."""
        self._sealed.setdefault(profile, set()).update((object_, field) for field in fields)
        self.version += 1

    def grant(self, profile: str, object_: str, *fields: str) -> None:
        """Let everybody with that profile read and write fields."""
        for held in (self._hidden.get(profile, set()), self._sealed.get(profile, set())):
            held.difference_update((object_, field) for field in fields)
        self.version += 1

    def sees(self, who: Person, object_: str, field: Field) -> bool:
        """Tell whether *who* may read the field; a compound goes with its parts."""
        hidden = self._hidden.get(who.profile, ())
        return (object_, field.name) not in hidden and (object_, field.compound) not in hidden

    def writes(self, who: Person, object_: str, field: Field) -> bool:
        """Tell whether *who* may write the field, as far as its profile goes."""
        return self.sees(who, object_, field) and (object_, field.name) not in self._sealed.get(
            who.profile, ()
        )
