"""A write on its way into the org: what it sets, what was there, who makes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from kamsync_salesforce.sandbox.metadata.field import Field
from kamsync_salesforce.sandbox.metadata.sobject import SObject
from kamsync_salesforce.sandbox.people import Person
from kamsync_salesforce.sandbox.records.store import Row

__all__ = ["Options", "Write"]


class Options(Struct, frozen=True, kw_only=True):
    """What the headers of a call say about its writes.

    Args:
        unmodified_since: refuse where the record was changed after that time.
        modified_since: refuse where the record was not changed after that time.
        allow_duplicates: save where a duplicate rule only warns.
        client: the name that the caller gave itself.
        update_only: an upsert makes no new record.
    """

    unmodified_since: datetime | None = None
    modified_since: datetime | None = None
    allow_duplicates: bool = False
    client: str | None = None
    update_only: bool = False


class Write(Struct):
    """A create or an update: *values* are what a client set, *after* is the record as it would be.

    Rules that fill in what follows put it into both.
    """

    object: SObject
    id: str | None
    before: Row | None
    values: Row
    after: Row
    who: Person
    options: Options
    at: str

    @property
    def is_new(self) -> bool:
        """Whether it makes a record."""
        return self.before is None

    def set(self, name: str, value: Any) -> None:
        """Let the record have *value*."""
        self.values[name] = value
        self.after[name] = value

    def sets(self, name: str) -> bool:
        """Tell whether the field is given another value than it has."""
        if name not in self.values:
            return False
        return self.before is None or self.before.get(name) != self.values[name]

    def fields(self) -> list[Field]:
        """Return the fields that are set."""
        return [self.object.fields[name] for name in self.values if name in self.object.fields]
