"""The org: what every endpoint, control command and test asks, without a word of HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kamsync.clock import Clock
from kamsync_salesforce.sandbox.metadata.describe import described_object, listed_object
from kamsync_salesforce.sandbox.metadata.field import Field
from kamsync_salesforce.sandbox.people import Person
from kamsync_salesforce.sandbox.records import writing
from kamsync_salesforce.sandbox.records.reading import retrieved
from kamsync_salesforce.sandbox.refusal import Refusal
from kamsync_salesforce.sandbox.rules.write import Options
from kamsync_salesforce.sandbox.setup import set_up
from kamsync_salesforce.sandbox.soql.answer import Result, answered
from kamsync_salesforce.sandbox.state import State

__all__ = ["Options", "Org", "Refusal", "Result"]

NOTHING_SAID = Options()
VERSION = "66.0"


class Org(State):
    """An org in memory, or in the file at *path*; any thread may ask it, one at a time.

    Everything that it does not do is a `Refusal` with the status, the code and the text of a real
    org, and leaves no trace.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        clock: Clock,
        multi_currency: bool = False,
        person_accounts: bool = False,
    ) -> None:
        super().__init__(
            path, clock=clock, multi_currency=multi_currency, person_accounts=person_accounts
        )
        set_up(self)

    def close(self) -> None:
        """Let go of the file."""
        self.store.close()

    def person(self, who: str) -> Person:
        """Return whoever has that id or username; a name before the at sign is enough."""
        found = self.people.find(who) or next(
            (each for each in self.people if each.username.split("@")[0] == who), None
        )
        if found is None:
            raise Refusal(404, "NOT_FOUND", f"No user of this org is called {who}")
        return found

    def describe_global(self, who: Person, version: str = VERSION) -> dict[str, Any]:
        """Return the list of all objects.

        Source: REST API Developer Guide, "Describe Global".
        """
        _ = who
        with self.lock:
            listed = [listed_object(object_, version) for object_ in self.schema]
        listed.sort(key=lambda each: str(each["name"]))
        return {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": listed}

    def describe(self, object_: str, who: Person, version: str = VERSION) -> dict[str, Any]:
        """Return all about one object, as far as *who* may see it."""
        with self.lock:
            return described_object(
                self.schema,
                self.schema.object(object_),
                version,
                sees=lambda name, field: self.profiles.sees(who, name, field),
                record_types=[],
            )

    def query(
        self, soql: str, who: Person, *, all_rows: bool = False, version: str = VERSION
    ) -> Result:
        """Return what a query finds; with *all_rows* also what is in the recycle bin."""
        with self.lock:
            return answered(self, who, soql, all_rows=all_rows, version=version)

    def retrieve(
        self,
        object_: str,
        id_: str,
        names: Sequence[str] | None,
        who: Person,
        version: str = VERSION,
    ) -> dict[str, Any]:
        """Return one record, with the fields of *names* or with all."""
        with self.lock:
            return retrieved(self, object_, id_, names, who, version)

    def create(
        self,
        object_: str,
        values: Mapping[str, Any],
        who: Person,
        options: Options = NOTHING_SAID,
    ) -> str:
        """Make a record; returns its id."""
        with self.lock:
            return writing.create(self, object_, values, who, options)

    def update(
        self,
        object_: str,
        id_: str,
        values: Mapping[str, Any],
        who: Person,
        options: Options = NOTHING_SAID,
    ) -> None:
        """Change what *values* names of a record."""
        with self.lock:
            writing.update(self, object_, id_, values, who, options)

    @contextmanager
    def atomically(self) -> Iterator[None]:
        """Keep all that is written in the block, or nothing of it where it raises."""
        with self.lock, self.store.savepoint():
            yield

    def add_field(self, object_: str, field: Field) -> None:
        """Give an object a field, as the Tooling or Metadata API does."""
        with self.lock:
            self.store.add_field(object_, field)
