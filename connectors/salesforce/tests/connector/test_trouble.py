"""People work on both sides while everything goes wrong in between: nothing is lost or made twice."""

from datetime import timedelta
from random import Random

import pytest

from kamsync.config import load_config
from kamsync.engine import run_round
from kamsync.engine.assemble import assemble
from kamsync.errors import ApprovalMissing, KamsyncError
from kamsync.memory import MemorySystem
from kamsync.plugins import load_plugins
from kamsync.sandbox.mishaps import Cut, LoseAnswer, Refuse
from kamsync.store import open_store
from kamsync_salesforce.sandbox.http.mishaps import CommitLate, ExpireSessions, LockRows

CONFIG = """
plugins = ["salesforce"]

[store]
url = "sqlite:///unused.db"

[guards]
create = {{ count = 1000, share = 1.0 }}
update = {{ count = 1000, share = 1.0 }}
blank = {{ count = 1000, share = 1.0 }}

[system.sales]
connector = "salesforce"
host = "{host}"
client_id = "{client_id}"
client_secret = {{ env = "SECRET" }}
currency = "EUR"
allow = {{ account = ["create", "update"], contact = ["create", "update"] }}

[system.success]
connector = "memory"
allow = {{ account = ["create", "update"], contact = ["create", "update"], employee = ["create", "update"] }}
"""

API = "/services/data/*"
ROUNDS = 12
FIELDS = ("Name", "Industry", "Description")


class Company:
    """A hub between an org and another system, and what its people last entered where."""

    def __init__(self, org, folder, seed):
        self.org = org
        self.random = Random(seed)
        self.count = 0
        self.entered = {}
        credentials = org.service.credentials
        file = folder / "kamsync.toml"
        file.write_text(CONFIG.format(host=org.server.url, client_id=credentials.client_id))
        config = load_config(file, {"SECRET": credentials.client_secret})
        self.store = open_store("sqlite://", clock=org.waits)
        self.hub = assemble(config, load_plugins(config.plugins), self.store, org.waits)
        self.hub.sweep_every = timedelta(hours=1)
        sales, success = (self.hub.systems[name].connector for name in ("sales", "success"))
        sales.clock = org.waits
        self.success = MemorySystem(clock=org.waits)
        success.connect(self.success, success.can)

    def word(self, name):
        """Return a text that nobody has entered before."""
        self.count += 1
        return f"{name} {self.count}"

    def name(self):
        """Return a name that no other resembles."""
        return "".join(self.random.choices("bcdfghklmnprstvz", k=14)).title()

    def work(self):
        """Let people make and edit records on both sides; each side has fields of its own."""
        for _ in range(self.random.randint(1, 4)):
            native_ids = [row["Id"] for row in self.org.rows("SELECT Id FROM Account")]
            theirs = self.success.act("bo", "Bo Li")
            records = list(self.success.records("account"))
            deed = self.random.random()
            if deed < 0.15 or not native_ids:
                name = self.name()
                self.org.create("Account", {"Name": name}, "susan.lindt")
                self.entered["name", name] = name
            elif deed < 0.3 or not records:
                name = self.name()
                theirs.create("account", {"name": name})
                self.entered["name", name] = name
            elif deed < 0.65:
                self._edit_there(self.random.choice(native_ids))
            else:
                native_id = self.random.choice(records)
                word = self.word("phrase")
                theirs.edit("account", native_id, {"description": word})
                self.entered["description", self.success.records("account")[native_id]["name"]] = (
                    word
                )
            self.org.clock.forward(self.random.choice((0.0, 0.3, 2.0, 30.0)))

    def _edit_there(self, native_id):
        word = self.word("industry")
        self.org.act(
            "edit", "susan.lindt", object="Account", id=native_id, values={"Industry": word}
        )
        [row] = self.org.rows(f"SELECT Name FROM Account WHERE Id = '{native_id}'")
        self.entered["industry", row["Name"]] = word

    def trouble(self):
        """Let things go wrong in the next calls."""
        share = self.random.choice((0.0, 0.1, 0.2))
        faults = (
            LoseAnswer(path=API, share=share),
            Cut(path=API, share=share),
            Refuse(path=API, status=self.random.choice((429, 500, 503)), share=share),
            ExpireSessions(path=API, share=share),
            LockRows(path=API, share=share),
            CommitLate(path=API, share=share, by_s=300),
        )
        self.org.server.faults.replace(faults, self.random.randrange(10**6))

    def round(self):
        """Run one round; what is down is down, and a first meeting is approved."""
        self.org.clock.forward(self.random.choice((1.0, 20.0, 600.0)))
        try:
            run_round(self.hub)
        except ApprovalMissing as missing:
            plan = str(missing).rsplit("--approve ", 1)[1].rstrip(".")
            try:
                run_round(self.hub, approve=plan)
            except KamsyncError:
                return
        except KamsyncError:
            return

    def here(self):
        """Return what the org holds, each account once."""
        rows = self.org.rows("SELECT Name,Industry,Description FROM Account")
        held = {row["Name"]: {name.lower(): row[name] for name in FIELDS} for row in rows}
        assert len(rows) == len(held), "made twice in the org"
        return held

    def there(self):
        """Return what the other system holds, each account once."""
        records = self.success.records("account").values()
        held = {
            values["name"]: {name.lower(): values.get(name.lower()) for name in FIELDS}
            for values in records
        }
        assert len(records) == len(held), "made twice in the other system"
        return held

    def asked(self):
        """Return what a person is asked to choose from: it was unclear what became of a write."""
        conflicts = self.store.reviews.open()
        return {each.value for conflict in conflicts for each in conflict.contenders} - {None}

    def close(self):
        """Give everything back."""
        for system in self.hub.systems.values():
            system.connector.close()
        self.store.close()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_lost_and_nothing_is_made_twice(org, tmp_path, seed):
    """Each side enters into fields of its own, so that each value has one right place in the end."""
    company = Company(org, tmp_path, seed)
    company.round()
    for _ in range(ROUNDS):
        company.trouble()
        company.work()
        company.round()
    org.server.faults.clear()
    for _ in range(6):
        org.clock.forward(7200)
        company.round()

    here, there, asked = company.here(), company.there(), company.asked()
    lost = {
        (field, name): value
        for (field, name), value in company.entered.items()
        if value not in (here[name][field], *asked)
    }
    differ = {
        (name, field): (value, there[name][field])
        for name, values in here.items()
        for field, value in values.items()
        if value != there[name][field] and not {value, there[name][field]} & set(asked)
    }
    assert {} == lost
    assert {} == differ
    assert set(here) == set(there)
    company.close()
