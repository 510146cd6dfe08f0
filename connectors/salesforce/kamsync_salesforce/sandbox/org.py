"""The org: what every endpoint, control command and test asks, without a word of HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from kamsync.clock import Clock
from kamsync_salesforce.sandbox.late import Late
from kamsync_salesforce.sandbox.metadata.describe import described_object, listed_object
from kamsync_salesforce.sandbox.metadata.field import Field
from kamsync_salesforce.sandbox.people import Person
from kamsync_salesforce.sandbox.records import bin as recycle_bin
from kamsync_salesforce.sandbox.records import keys, merging, replication, writing
from kamsync_salesforce.sandbox.records.reading import retrieved, retrieved_many
from kamsync_salesforce.sandbox.records.record_types import add_record_type, record_type_infos
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
        self.late = Late(self)
        set_up(self)

    def close(self) -> None:
        """Let go of the file."""
        self.store.close()

    def person(self, who: str) -> Person:
        """Return whoever has that id or username; what stands before the at sign is enough."""
        found = self.people.find(who) or next(
            (each for each in self.people if each.username.split("@")[0] == who), None
        )
        if found is None:
            raise Refusal(404, "NOT_FOUND", f"No user of this org is called {who}")
        return found

    def describe_global(self, who: Person, version: str = VERSION) -> dict[str, Any]:
        """Return the list of all objects. Source: REST API Developer Guide, "Describe Global"."""
        _ = who
        with self._turn():
            listed = [listed_object(object_, version) for object_ in self.schema]
        listed.sort(key=lambda each: str(each["name"]))
        return {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": listed}

    def describe(self, object_: str, who: Person, version: str = VERSION) -> dict[str, Any]:
        """Return all about one object, as far as *who* may see it."""
        with self._turn():
            found = self.schema.object(object_)
            return described_object(
                self.schema,
                found,
                version,
                sees=lambda name, field: self.profiles.sees(who, name, field),
                record_types=record_type_infos(self, found, version),
            )

    def query(
        self, soql: str, who: Person, *, all_rows: bool = False, version: str = VERSION
    ) -> Result:
        """Return what a query finds; with *all_rows* also what is in the recycle bin."""
        with self._turn():
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
        with self._turn():
            return retrieved(self, object_, id_, names, who, version)

    def retrieve_many(
        self,
        object_: str,
        ids: Sequence[str],
        names: Sequence[str],
        who: Person,
        version: str = VERSION,
    ) -> list[dict[str, Any] | None]:
        """Return records in the order of *ids*, and None for each that is not there."""
        with self._turn():
            return retrieved_many(self, object_, ids, names, who, version)

    def find_by_key(self, object_: str, field: str, key: str, who: Person) -> list[str]:
        """Return the ids of the records with *key* in a field that identifies records."""
        with self._turn():
            return keys.find_by_key(self, object_, field, key, who)

    def create(
        self,
        object_: str,
        values: Mapping[str, Any],
        who: Person,
        options: Options = NOTHING_SAID,
    ) -> str:
        """Make a record; returns its id."""
        with self._turn():
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
        with self._turn():
            writing.update(self, object_, id_, values, who, options)

    def upsert(
        self,
        object_: str,
        field: str,
        key: str,
        values: Mapping[str, Any],
        who: Person,
        options: Options = NOTHING_SAID,
    ) -> tuple[str, bool]:
        """Make or change the record with *key*; returns its id, and whether it is new."""
        with self._turn():
            return keys.upsert(self, object_, field, key, values, who, options)

    def delete(self, object_: str, id_: str, who: Person) -> None:
        """Put a record into the recycle bin, with what belongs to it."""
        with self._turn():
            recycle_bin.delete(self, object_, id_, who)

    def undelete(self, object_: str, id_: str, who: Person) -> None:
        """Bring a record back, with what was deleted along with it."""
        with self._turn():
            recycle_bin.undelete(self, object_, id_, who)

    def purge(self, object_: str, ids: Sequence[str]) -> None:
        """Take deleted records out for good."""
        with self._turn():
            recycle_bin.purge(self, object_, list(ids))

    def merge(
        self,
        object_: str,
        survivor: str,
        losers: Sequence[str],
        values: Mapping[str, Any],
        who: Person,
    ) -> None:
        """Let *losers* go into *survivor*, which takes *values* over."""
        with self._turn():
            merging.merge(self, object_, survivor, losers, values, who)

    def updated(self, object_: str, start: datetime, end: datetime) -> dict[str, Any]:
        """Return the ids of what was made or changed within a span."""
        with self._turn():
            return replication.updated(self, object_, start, end)

    def deleted(self, object_: str, start: datetime, end: datetime) -> dict[str, Any]:
        """Return what was deleted within a span."""
        with self._turn():
            return replication.deleted(self, object_, start, end)

    @contextmanager
    def atomically(self) -> Iterator[None]:
        """Keep all that is written in the block, or nothing of it where it raises."""
        with self._turn(), self.store.savepoint():
            yield

    def commit_later(self, delay_s: float, change: Callable[[], Any]) -> None:
        """Let *change* (which calls this org) be stamped now, and be seen after *delay_s* seconds.

        It is carried out, and judged by the rules, when the clock has come that far.
        """
        with self._turn():
            self.late.begin(delay_s, change)

    def add_field(self, object_: str, field: Field) -> None:
        """Give an object a field, as the Tooling or Metadata API does."""
        with self._turn():
            self.store.add_field(object_, field)
            self.schema_changed = self.clock.now()

    def drop_field(self, object_: str, name: str) -> None:
        """Take a custom field away."""
        with self._turn():
            self.store.drop_field(object_, name)
            self.schema_changed = self.clock.now()

    def add_record_type(
        self, object_: str, developer_name: str, label: str, *, default: bool = False
    ) -> str:
        """Set up a kind of an object; returns its id."""
        with self._turn():
            self.schema_changed = self.clock.now()
            return add_record_type(self, object_, developer_name, label, default=default)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Take a turn: nobody else asks the org meanwhile, and what is due has been carried out."""
        with self.lock:
            self.late.settle()
            yield
