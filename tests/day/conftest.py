"""A whole day: two systems behind HTTP, people in both, a daemon between them, and one clock for all."""

import gc
import resource
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

import pytest
from msgspec import structs

from kamsync.config import load_config
from kamsync.daemon import Daemon, Metrics, Tellers, Wish, work_from
from kamsync.engine import preview, run_round
from kamsync.plugins import load_plugins
from kamsync.sandbox.clock import VirtualClock
from kamsync.sandbox.server import Server
from kamsync.store import open_store
from kamsync.testing.fates import Entry, Fate, fate
from kamsync_hubspot.portal.checks import KEPT
from kamsync_hubspot.sandbox import Settings, start
from kamsync_hubspot.sandbox.admin import defining
from kamsync_salesforce.sandbox.http.service import Salesforce
from kamsync_salesforce.sandbox.metadata.field import read_field
from kamsync_salesforce.sandbox.org import Org
from kamsync_salesforce.sandbox.setup import external_id
from kamsync_salesforce.testing import STAMPED, Waits

START = datetime(2026, 3, 2, tzinfo=UTC)
CLIENTS = 40
INDEXED = timedelta(seconds=5)
"""After how long a change is found at the latest."""
HEALTH = "Health__c"

CONFIG = """
plugins = ["salesforce", "hubspot"]

[store]
url = "sqlite:///kamsync.db"

[policy.account]
description = "latest"
employees = {{ team = "sales", otherwise = "review" }}

[system.sales]
connector = "salesforce"
team = "sales"
host = "{org}"
client_id = "{client_id}"
client_secret = {{ env = "SECRET" }}
currency = "EUR"
every = "2m"
fresh_within = "15m"
allow = {{ account = ["create", "update"], contact = ["create", "update"] }}
{health}

[system.success]
connector = "hubspot"
team = "success"
url = "{portal}"
token = {{ env = "TOKEN" }}
every = "5m"
fresh_within = "20m"
allow = {{ account = ["create", "update"], contact = ["create", "update"] }}

[system.success.map.account.fields]
annual_revenue = {{ parts = {{ annual_revenue = "annualrevenue", revenue_currency = {{ value = "EUR" }} }} }}
health = "health"
"""
SALES_HEALTH = f'[system.sales.map.account.fields]\nhealth = "{HEALTH}"'

OBJECTS = {"sales": "Account", "success": "companies"}
CELLS = {
    "sales": {"description": "Description", "employees": "NumberOfEmployees", "health": HEALTH},
    "success": {
        "description": "description",
        "employees": "numberofemployees",
        "health": "health",
    },
}
PERSONS = {"sales": "susan.lindt", "success": "Ada Weber"}
NAMES = {"sales": "Name", "success": "name"}


class Told:
    """Everything that the daemon told, with the time of day."""

    def __init__(self, clock):
        self.clock = clock
        self.rounds = []
        self.alarms = []
        self.other = []

    def round_ended(self, outcome):
        self.rounds.append((self.clock.now(), outcome))

    def systems_are(self, standing):
        pass

    def happened(self, what, *, wrong, **details):  # noqa: ARG002 - the shape of a teller
        told = self.alarms if what in KINDS else self.other
        told.append((self.clock.now(), what, details.get("system", ""), details))


KINDS = {
    *("stale", "fresh_again", "blocked", "unblocked", "unseen", "seen_again"),
    *("quota_low", "quota_enough", "held_up", "flows_again"),
}


class Tape:
    """Time passes in here: what stands on the tape happens in its minute, and people work in between."""

    def __init__(self, clock, work):
        self.clock = clock
        self.work = work
        self.deeds = []
        self.until = START

    def at(self, after, deed):
        """Put a deed on the tape: so long *after* midnight."""
        self.deeds.append((START + after, deed))

    def stops(self):
        return False

    def wait(self, seconds):
        """Let time pass up to the next deed; the last one of a day is its end."""
        then = self.clock.now() + timedelta(seconds=max(seconds, 0.001))
        if self.deeds and self.deeds[0][0] <= then:
            at, deed = self.deeds.pop(0)
            self.clock.set(max(self.clock.now(), at))
            wish = deed()
            return wish if isinstance(wish, Wish) else None
        if then >= self.until:
            return Wish.STOP
        self.clock.set(then)
        self.work()
        return None


class Day:
    """The two systems, the daemon, and everything that anybody entered."""

    def __init__(self, folder, seed=1):
        self.folder, self.random = folder, Random(seed)
        self.clock = VirtualClock(START)
        self.org = Org(clock=self.clock)
        for object_ in STAMPED:
            self.org.add_field(object_, external_id())
        field = read_field(HEALTH, {"is": "string(40) fls", "label": "Health"})
        self.org.add_field("Account", structs.replace(field, custom=True))
        self.service = Salesforce(self.org, None, self.clock)
        self.sales = Server(self.service)
        self.portal = start(clock=self.clock, settings=Settings())
        self._add_health()
        self.systems = {"sales": self.sales, "success": self.portal}
        self.token = self.portal.credentials["token"]
        self.entries, self.entered_at = [], []
        self.number = 0
        self.left_alone = set()
        """The accounts that nobody edits any more."""
        self.notices = []
        self.store = open_store(
            f"sqlite:///{folder / 'kamsync.db'}", clock=self.clock, key=bytes(32)
        )
        self.told, self.metrics = Told(self.clock), Metrics(self.clock)
        self.tape = Tape(self.clock, self.work)
        self.configure()
        load = self.load()
        load.hub.systems["success"].connector.setup(KEPT, dry_run=False)
        self.maps = {name: each.maps["account"] for name, each in load.hub.systems.items()}
        self.daemon = Daemon(
            load, self.load, self.clock, self.tape, Tellers((self.told, self.metrics))
        )
        for _ in range(CLIENTS):
            self.make("sales")
        self.clock.forward(60)
        self.approve()

    @property
    def start(self):
        """When the day begins."""
        return START

    def play(self, until):
        """Let the daemon run until so long after midnight."""
        self.tape.until = START + until
        self.daemon.run()

    @property
    def hub(self):
        return self.daemon.work.hub

    def configure(self, health=SALES_HEALTH):
        """Write the configuration, with or without the field that sales has lost."""
        told = {"org": self.sales.url, "portal": self.portal.url, "health": health}
        client_id = self.service.credentials.client_id
        text = CONFIG.format(client_id=client_id, **told)
        (self.folder / "kamsync.toml").write_text(text, encoding="utf-8")

    def load(self):
        """Read the configuration, as a start and SIGHUP do."""
        secrets = {"SECRET": self.service.credentials.client_secret, "TOKEN": self.token}
        config = load_config(self.folder / "kamsync.toml", secrets)
        work = work_from(config, load_plugins(config.plugins), self.store, config.store.url)
        work.hub.systems["sales"].connector.clock = Waits(self.clock)
        work.hub.systems["success"].connector.use(self.clock)
        work.hub.notify = self.notices.extend
        return work

    def approve(self):
        """Approve what waits, as a person at a terminal does."""
        plan = preview(self.hub).plan
        return run_round(self.hub, approve=plan.id)

    # What people do.

    def make(self, system, **values):
        """Let a person make an account that no other resembles."""
        name = "".join(self.random.choices("bcdfghklmnprstvz", k=14)).title()
        told = {NAMES[system]: name, **values}
        native_id = self._act(system, "create", values=told)
        self._note(system, native_id, "name", name)
        return native_id

    def edit(self, system, native_id, field):
        """Let a person enter something that nobody has entered before."""
        self.number += 1
        value = f"{field} {self.number}"
        if field == "employees":
            value = self.number
        elif field == "health":
            value = self.random.choice(("green", "yellow", "red"))
        self.enter(system, native_id, field, value)

    def enter(self, system, native_id, field, value):
        """Let a person enter a value."""
        native = CELLS[system][field]
        self._act(system, "edit", id=native_id, values={native: value})
        self._note(system, native_id, field, str(value) if system == "success" else value)

    def import_accounts(self, count):
        """Let an administrator load many accounts into sales, as a job at night does."""
        who = self.org.person("ada.admin")
        names = [
            "".join(self.random.choices("bcdfghklmnprstvz", k=14)).title() for _ in range(count)
        ]

        def load():
            return [
                self.org.create(
                    "Account", {"Name": name, "Website": f"https://{name}.example"}, who
                )
                for name in names
            ]

        for native_id, name in zip(self.sales.run(load), names, strict=True):
            self._note("sales", native_id, "name", name)

    def work(self):
        """Let people do something, or nothing: more of them by day."""
        hour = self.clock.now().hour
        if self.random.random() > (0.25 if 8 <= hour < 18 else 0.02):
            return
        system = self.random.choice(("sales", "success"))
        if self.random.random() < 0.04:
            self.make(system)
            return
        known = [each for each in self.natives(system) if each not in self.left_alone]
        fields = [f for f in CELLS[system] if f != "health" or self.shows_health(system)]
        self.edit(system, self.random.choice(known), self.random.choice(fields))

    def natives(self, system):
        """Return the accounts that people work with: the first ones, not what was imported."""
        ids = self.store.records.ids("account", "", 60)
        return sorted(self.store.links.natives(system, ids).values())

    def shows_health(self, system):
        """Whether there still is a field for the health of an account."""
        return system == "success" or HEALTH in self.org.schema.object("Account").fields

    def fate(self, entry):
        """Return what became of what a person entered; None if it was replaced before anybody read it."""
        found = fate(self.hub, entry, self.maps[entry.system].fields[entry.field])

        return None if found is Fate.LOST and self._is_replaced(entry) else found

    def _is_replaced(self, entry):
        """Whether people of the same system entered something else there before a round could read it."""
        place = self.entries.index(entry)
        began = self.entered_at[place]
        cell = structs.replace(entry, cells=())
        later = zip(self.entries[place + 1 :], self.entered_at[place + 1 :], strict=True)
        ended = next((at for each, at in later if structs.replace(each, cells=()) == cell), None)
        return ended is not None and not any(
            began + INDEXED < at - timedelta(seconds=outcome.took_s) < ended
            for at, outcome in self.told.rounds
            if entry.system in set(outcome.systems) - outcome.down.keys()
        )

    def lost(self):
        """Return what was lost, and when it was entered."""
        both = zip(self.entries, self.entered_at, strict=True)
        return [(entry, at) for entry, at in both if self.fate(entry) is Fate.LOST]

    def held_now(self):
        """Return what each system holds, by name."""
        return {name: self.held(name) for name in self.systems}

    def held(self, system):
        """Return what a system holds of every account, asked of itself."""
        connector, map_ = (
            self.hub.systems[system].connector,
            self.hub.systems[system].maps["account"],
        )
        ids = self.store.records.ids("account", "", 10**6)
        natives = sorted(self.store.links.natives(system, ids).values())
        found = {}
        for begin in range(0, len(natives), connector.batch_limit):
            part = natives[begin : begin + connector.batch_limit]
            found |= connector.fetch(map_.object, map_.names, part)
        return {id_: reading.values for id_, reading in found.items() if reading.values is not None}

    def size(self):
        """Return how many objects live, and how much memory the process has had at most, in MB."""
        for server in self.systems.values():
            server.calls.clear()
        gc.collect()
        return len(gc.get_objects()), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

    def close(self):
        self.daemon.work.close()
        self.store.close()
        self.sales.close()
        self.portal.close()

    def _act(self, system, verb, **options):
        server = self.systems[system]
        return server.act(PERSONS[system], verb, object=OBJECTS[system], **options)

    def _note(self, system, native_id, field, cell):
        self.entries.append(Entry(system, "account", str(native_id), field, (cell,)))
        self.entered_at.append(self.clock.now())

    def _add_health(self):
        portal = self.portal.portal
        told = {"name": "health", "label": "Health", "type": "string", "fieldType": "text"}
        told["groupName"] = "companyinformation"
        who = portal.people.find(PERSONS["success"]).caller
        kind = partial(portal.kind, "companies")
        self.portal.run(lambda: defining.add_property(portal, kind(), told, who))


@pytest.fixture
def day(tmp_path):
    here = Day(tmp_path)
    yield here
    here.close()
