"""A system behind a connector of its own, as histories are played on it.

In memory, the simulation is the system. A *site* is one that runs by itself, such as the sandbox of
a real protocol: people work in it, it tells of everything that lands, and it asks before and after
each row of kamsync's own what goes wrong there.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol

from msgspec import Struct, structs

from kamsync.clock import Clock
from kamsync.connector import Can, Connector
from kamsync.lenses import identity_map
from kamsync.mapping import EntityMap
from kamsync.memory.acts import Deed
from kamsync.model import Native
from kamsync.testing.simulation.schema import SCHEMA

__all__ = ["Change", "Gate", "Site", "SiteRefused", "Stage", "Verdict", "Words"]


class Verdict(StrEnum):
    """What becomes of a row that kamsync sent: it lands, is refused, is put off, or the line breaks.

    A site that is told to break keeps what has landed so far, carries out no further row of that
    call, and lets the caller find its connection gone.
    """

    GO = "go"
    REFUSE = "refuse"
    BUSY = "busy"
    BREAK = "break"


class Change(Struct, frozen=True):
    """One thing that landed in a site, by anybody, in the site's own words.

    *own* says that it was the user as whom kamsync writes. *into* is the survivor of a merge. *silent*
    is what follows by itself: a reference to what was deleted that is cleared without a stamp, or what
    goes along with what kamsync has deleted. Nobody has entered that.
    """

    deed: Deed
    object: str
    id: str
    at: datetime
    by: str
    own: bool = False
    values: Mapping[str, Native] = {}
    stamp: str | None = None
    into: str | None = None
    silent: bool = False


class Gate(Protocol):
    """What a site asks around each row of kamsync's own."""

    def before(self, object_: str, native_id: str | None, stamp: str | None) -> Verdict:
        """Return what becomes of a row that is about to land."""

    def after(self, object_: str, native_id: str | None, stamp: str | None) -> Verdict:
        """Return GO, or BREAK if nobody is to hear of the row that has just landed."""


class SiteRefused(Exception):
    """A site does not let a person do this, as when a record has just gone."""


class Words(Struct, frozen=True):
    """How a site says one entity of the simulation: its object, and its fields by our names.

    *required* are those of our names that the site wants of every new record. *beside* are those
    that it keeps beside its records: they are changed by a call of their own, and no history tells
    of them.
    """

    object: str
    names: Mapping[str, str]
    required: frozenset[str] = frozenset()
    stamp: str = ""
    beside: frozenset[str] = frozenset()

    def native(self, values: Mapping[str, Native]) -> dict[str, Native]:
        """Return values by the site's names."""
        return {self.names[name]: value for name, value in values.items()}

    def ours(self, values: Mapping[str, Native]) -> dict[str, Native]:
        """Return values by our names; fields of no history are left out."""
        back = {native: name for name, native in self.names.items()}
        return {back[name]: value for name, value in values.items() if name in back}

    def map(self, entity: str) -> EntityMap:
        """Return the map by which the hub reads and writes the object."""
        plain = identity_map(SCHEMA.entity(entity), self.object, stamp=self.stamp)
        fields = {
            name: structs.replace(field, native=tuple(self.names[each] for each in field.native))
            for name, field in plain.fields.items()
        }
        return structs.replace(plain, fields=fields)


class Site(ABC):
    """One running system. Whatever lands there is given to *told*, at once and in order.

    A call of the connector may let the *gate* call people's deeds from within the site's own thread,
    between two rows; at any other time they come from outside.
    """

    told: Callable[[Change], None]
    gate: Gate

    @abstractmethod
    def connect(self) -> Connector:
        """Return a new connector to it, as a process that has just begun would have."""

    @abstractmethod
    def create(self, object_: str, values: Mapping[str, Native], person: str) -> str:
        """Let a person make a record, and return its native id; `SiteRefused` if that cannot be."""

    @abstractmethod
    def edit(self, object_: str, native_id: str, values: Mapping[str, Native], person: str) -> None:
        """Let a person change a record; without values, save it as it is."""

    @abstractmethod
    def delete(self, object_: str, native_id: str, person: str) -> None:
        """Let a person delete a record."""

    @abstractmethod
    def undelete(self, object_: str, native_id: str, person: str) -> None:
        """Let a person bring a record back."""

    @abstractmethod
    def merge(
        self,
        object_: str,
        loser: str,
        survivor: str,
        filled: Mapping[str, Native],
        person: str,
    ) -> None:
        """Let a person merge two records; *filled* is what the survivor takes from the loser."""

    @abstractmethod
    def close(self) -> None:
        """End it."""


class Stage(ABC):
    """A kind of site: what it is able to do, and how it says the entities of the simulation."""

    name: ClassVar[str]
    can: ClassVar[Can]
    """What its connector declares."""
    words: ClassVar[Mapping[str, Words]]

    @abstractmethod
    def open(self, clock: Clock, name: str) -> Site:
        """Return a new and empty site that goes by *clock*; sites of other names are other systems."""
