"""The API as a whole: which resources there are, and what they share."""

from __future__ import annotations

from collections import deque
from datetime import datetime

from kamsync.sandbox.clock import VirtualClock
from kamsync_salesforce.sandbox.http.batch import BATCH
from kamsync_salesforce.sandbox.http.composite import COMPOSITE
from kamsync_salesforce.sandbox.http.credentials import Credentials
from kamsync_salesforce.sandbox.http.describes import DESCRIBES
from kamsync_salesforce.sandbox.http.exchange import Call, Reply, refusal_reply
from kamsync_salesforce.sandbox.http.extract import EXTRACT, QueryJob
from kamsync_salesforce.sandbox.http.finding import FINDING
from kamsync_salesforce.sandbox.http.ingest import INGEST, IngestJob
from kamsync_salesforce.sandbox.http.locators import Locators
from kamsync_salesforce.sandbox.http.many import MANY
from kamsync_salesforce.sandbox.http.oauth import OAuth
from kamsync_salesforce.sandbox.http.one import Job
from kamsync_salesforce.sandbox.http.queries import QUERIES
from kamsync_salesforce.sandbox.http.quota import Quota
from kamsync_salesforce.sandbox.http.replication import REPLICATION
from kamsync_salesforce.sandbox.http.router import Router
from kamsync_salesforce.sandbox.http.rows import ROWS
from kamsync_salesforce.sandbox.http.sessions import Sessions
from kamsync_salesforce.sandbox.http.tooling import TOOLING
from kamsync_salesforce.sandbox.ids import new_id
from kamsync_salesforce.sandbox.metadata.field import Field
from kamsync_salesforce.sandbox.org import Org
from kamsync_salesforce.sandbox.people import Person
from kamsync_salesforce.sandbox.refusal import Refusal

__all__ = ["ROUTER", "Api"]

MOST_RECENT = 200

# What is more special comes first: `sobjects/Account/describe` is no record called "describe".
ROUTER = Router(
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
        self.field_ids: dict[str, tuple[str, str]] = {}
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
        """Make a custom field; returns the id that it has as a record of the set-up."""
        self.org.add_field(object_, field)
        id_ = self.job_id("00N")
        self.field_ids[id_] = (object_, field.name)
        return id_

    def drop_field(self, object_: str, name: str) -> None:
        """Delete a custom field."""
        self.org.drop_field(object_, name)
        kept = {id_: each for id_, each in self.field_ids.items() if each != (object_, name)}
        self.field_ids = kept

    def schema_changed(self) -> datetime:
        """Return when what describes say was changed last."""
        now = self._schema_now()
        if now != self._schema[0]:
            self._schema = (now, self.clock.now())
        return self._schema[1]

    def _schema_now(self) -> tuple[int, int]:
        """Return what is different after every change of what describes say."""
        return self.org.schema.version, self.org.profiles.version
