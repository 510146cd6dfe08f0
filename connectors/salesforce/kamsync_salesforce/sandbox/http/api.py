"""The API as a whole: which resources there are, and what they share."""

from __future__ import annotations

from collections import deque
from datetime import datetime

from kamsync.sandbox.clock import VirtualClock
from kamsync_salesforce.sandbox.http.admin.permissions import PERMISSIONS
from kamsync_salesforce.sandbox.http.admin.tooling import TOOLING
from kamsync_salesforce.sandbox.http.bulk.extract import EXTRACT, QueryJob
from kamsync_salesforce.sandbox.http.bulk.ingest import INGEST, IngestJob
from kamsync_salesforce.sandbox.http.bulk.v1 import Job
from kamsync_salesforce.sandbox.http.calls.exchange import Call, Reply, refusal_reply
from kamsync_salesforce.sandbox.http.calls.quota import Quota
from kamsync_salesforce.sandbox.http.calls.router import Router
from kamsync_salesforce.sandbox.http.login.credentials import Credentials
from kamsync_salesforce.sandbox.http.login.oauth import OAuth
from kamsync_salesforce.sandbox.http.login.sessions import Sessions
from kamsync_salesforce.sandbox.http.rest.batch import BATCH
from kamsync_salesforce.sandbox.http.rest.collections import MANY
from kamsync_salesforce.sandbox.http.rest.composite import COMPOSITE
from kamsync_salesforce.sandbox.http.rest.describes import DESCRIBES
from kamsync_salesforce.sandbox.http.rest.finding import FINDING
from kamsync_salesforce.sandbox.http.rest.locators import Locators
from kamsync_salesforce.sandbox.http.rest.queries import QUERIES
from kamsync_salesforce.sandbox.http.rest.replication import REPLICATION
from kamsync_salesforce.sandbox.http.rest.rows import ROWS
from kamsync_salesforce.sandbox.ids import new_id
from kamsync_salesforce.sandbox.metadata.field import Field
from kamsync_salesforce.sandbox.org import Org
from kamsync_salesforce.sandbox.people import ADMINISTRATOR, Person
from kamsync_salesforce.sandbox.refusal import Refusal

__all__ = ["ROUTER", "Api"]

MOST_RECENT = 200

# What is more special comes first: `sobjects/Account/describe` is no record called "describe".
ROUTER = Router(
    PERMISSIONS,
    DESCRIBES,
    QUERIES,
    FINDING,
    REPLICATION,
    BATCH,
    COMPOSITE,
    MANY,
    INGEST,
    EXTRACT,
    TOOLING,
    ROWS,
)


class Api:
    """An org behind its API: sessions, quota, answers that have more pages, and jobs.

    Attributes:
        bulk_polls: how often a job is asked for its state before it says that it is done.
        bulk_stops_after: after so many rows an ingest job fails; what it wrote stays.
    """

    def __init__(self, org: Org, credentials: Credentials, clock: VirtualClock) -> None:
        self.org = org
        self.credentials = credentials
        self.clock = clock
        self.quota = Quota(clock)
        self.sessions = Sessions(clock, credentials.organization)
        self.oauth = OAuth(credentials, org.people, self.sessions, clock)
        self.locators = Locators(clock)
        self.ingest: dict[str, IngestJob] = {}
        self.jobs: dict[str, Job] = {}
        self.extracts: dict[str, QueryJob] = {}
        self._field_ids: dict[tuple[str, str], str] = {}
        self.bulk_polls = 0
        self.bulk_stops_after: int | None = None
        self._jobs = 0
        self._counted = 0
        self._recent: dict[str, deque[tuple[str, str]]] = {}
        self._schema = (self._schema_now(), clock.now())

    def answer(self, call: Call) -> Reply:
        """Return what a call is answered; a refusal is an answer too."""
        try:
            resource, args = ROUTER.find(call.method, call.path)
            call.args = args
            return resource(self, call)
        except Refusal as refusal:
            return self.refused(refusal, call)

    def refused(self, refusal: Refusal, call: Call | None) -> Reply:
        """Return a refusal as an answer."""
        return refusal_reply(refusal, call)

    def count(self, calls: int) -> None:
        """Count further calls within the one that is answered.

        Raises:
            Refusal: no more are allowed.
        """
        self.quota.take(calls)
        self._counted += calls

    def counted(self) -> int:
        """Return how many further calls were counted since this was last asked."""
        counted, self._counted = self._counted, 0
        return counted

    def job_id(self, prefix: str = "750") -> str:
        """Return the id of a new job, or of something else that is no record."""
        self._jobs += 1
        return new_id(prefix, self._jobs)

    def remember(self, who: Person, object_: str, id_: str) -> None:
        """Keep a record among those that *who* used last."""
        held = self._recent.setdefault(who.id, deque(maxlen=MOST_RECENT))
        if (object_, id_) in held:
            held.remove((object_, id_))
        held.appendleft((object_, id_))

    def recent(self, who: Person) -> list[tuple[str, str]]:
        """Return the records that *who* used last, the newest first."""
        return list(self._recent.get(who.id, ()))

    def add_field(self, object_: str, field: Field) -> str:
        """Make a custom field; returns the id that it has as a record of the set-up.

        Nobody but administrators sees it before it is granted.
        Source: Salesforce Help, "Field-Level Security": fields made by an API are hidden.
        """
        self.org.add_field(object_, field)
        for profile in {person.profile for person in self.org.people} - {ADMINISTRATOR}:
            self.org.profiles.hide(profile, object_, field.name)
        fields = self.custom_fields().items()
        return next(id_ for id_, each in fields if each == (object_, field.name))

    def drop_field(self, object_: str, name: str) -> None:
        """Delete a custom field."""
        self.org.drop_field(object_, name)

    def custom_fields(self) -> dict[str, tuple[str, str]]:
        """Return the object and the name of each custom field, by its id in the set-up."""
        there = [
            (each.name, name) for each in self.org.schema for name in each.fields if "__" in name
        ]
        for field in there:
            if field not in self._field_ids:
                self._field_ids[field] = self.job_id("00N")
        return {self._field_ids[field]: field for field in there}

    def schema_changed(self) -> datetime:
        """Return when what describes say was changed last."""
        now = self._schema_now()
        if now != self._schema[0]:
            self._schema = (now, self.clock.now())
        return self._schema[1]

    def _schema_now(self) -> tuple[int, int]:
        """Return what is different after every change of what describes say."""
        return self.org.schema.version, self.org.profiles.version
