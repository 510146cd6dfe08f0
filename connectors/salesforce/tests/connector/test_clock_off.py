"""A signed login by a machine whose clock is wrong, and a session that ends amid a batch."""

import json
import time

import pytest
from click.testing import CliRunner

from kamsync.cli import root
from kamsync.memory import MemorySystem
from kamsync.redact import Secret
from kamsync.seal import write_key
from kamsync_salesforce.api.tokens import NotLetIn
from kamsync_salesforce.sandbox.http.mishaps import ExpireSessions

TWELVE_MINUTES = 720

CONFIG = """
plugins = ["salesforce"]

[system.sales]
connector = "salesforce"
host = "{host}"
client_id = "{client_id}"
username = "{username}"
jwt_key = {{ file = "sales.key" }}
currency = "EUR"
allow = {{ account = ["create", "update"], contact = ["create", "update"] }}

[system.success]
connector = "memory"
path = "success.jsonl"
allow = {{ account = ["create", "update"], contact = ["create", "update"] }}
"""


class Machine:
    """The clock of the machine, as a login asks for it: off by so many seconds from some login on."""

    def __init__(self):
        self.off_s = 0
        self.right = 0

    def time(self):
        self.right -= 1
        return time.time() + (0 if self.right >= 0 else self.off_s)


@pytest.fixture
def machine(monkeypatch):
    """The machine on which kamsync runs; that of the org is right."""
    made = Machine()
    monkeypatch.setattr("kamsync_salesforce.login.login.time", made)
    return made


@pytest.fixture
def hub(org, machine, tmp_path, monkeypatch):
    """A folder with a configuration whose first meeting is over."""
    for place in (
        "kamsync.clock",
        "kamsync_salesforce.connector",
        "kamsync_salesforce.login.login",
    ):
        monkeypatch.setattr(f"{place}.SystemClock", lambda: org.waits)
    monkeypatch.chdir(tmp_path)
    ours = org.service.credentials
    config = CONFIG.format(host=org.server.url, client_id=ours.client_id, username=ours.username)
    (tmp_path / "kamsync.toml").write_text(config)
    (tmp_path / "sales.key").write_text(ours.private_key)
    (tmp_path / "sales.key").chmod(0o600)
    write_key(tmp_path / "kamsync.key")
    org.create("Account", {"Name": "Nordwind", "Phone": "+4942100000"}, "susan.lindt")
    org.clock.forward(60)
    run("sync", "--approve", run("plan")["plan"])
    return machine


def run(*args):
    """Run a command that has to go well, and return what it answers."""
    return json.loads(told(*args).stdout)


def told(*args):
    """Run a command, however it ends."""
    return CliRunner().invoke(root, [*args, "--json"], prog_name="kamsync")


def success(act):
    """Let somebody do something in the other system."""
    system = MemorySystem(path="success.jsonl")
    try:
        return act(system.act("u2", "Bo Li"), system.records("account"))
    finally:
        system.close()


@pytest.mark.parametrize(
    ("off_s", "words"),
    [
        (-TWELVE_MINUTES, "clock is 12 minutes behind Salesforce's"),
        (TWELVE_MINUTES, "clock is 12 minutes ahead of Salesforce's"),
        (-7200, "clock is 2 hours behind Salesforce's"),
    ],
)
def test_a_clock_that_is_off_is_named_with_how_far(org, machine, off_s, words):
    """The org itself speaks of an expired code, which leads nobody to a clock."""
    machine.off_s = off_s
    ours = org.service.credentials
    connector = org.connect(
        client_id=ours.client_id,
        client_secret=None,
        username=ours.username,
        jwt_key=Secret(ours.private_key),
    )

    with pytest.raises(NotLetIn, match=words) as error:
        list(connector.read("Account", ["Name"], None))

    assert "Set the clock of this machine" in (error.value.hint or "")
    machine.off_s = 0
    assert list(connector.read("Account", ["Name"], None))
    connector.close()


def test_no_edit_is_lost_while_the_clock_is_off(org, hub):
    """Both sides edit meanwhile; once the clock is right, both edits are everywhere."""
    hub.off_s = -TWELVE_MINUTES
    success(
        lambda bo, held: bo.edit("account", next(iter(held)), {"website": "https://nord.example"})
    )
    [row] = org.rows("SELECT Id FROM Account")
    org.act("edit", "susan.lindt", object="Account", id=row["Id"], values={"Phone": "+4942111111"})
    org.clock.forward(60)

    refused = told("sync")

    assert "clock is" in refused.output
    assert 0 != refused.exit_code
    hub.off_s = 0
    org.clock.forward(600)
    run("sync")
    [row] = org.rows("SELECT Phone,Website FROM Account")
    assert ("+4942111111", "https://nord.example") == (row["Phone"], row["Website"])
    assert ["+4942111111"] == success(lambda _, held: [each["phone"] for each in held.values()])


def test_a_session_that_ends_amid_a_batch_while_the_clock_is_off_costs_a_round(org, hub):
    """What was made is not made again, and the rest is made once somebody has set the clock."""
    account = success(lambda bo, _: bo.create("account", {"name": "Pinewood"}))
    person = {"last_name": "Weber", "account": account, "email": "weber@pine.example"}
    success(lambda bo, _: bo.create("contact", person))
    hub.off_s, hub.right = -TWELVE_MINUTES, 1
    org.server.faults.add(
        ExpireSessions(path="/services/data/*/composite", method="POST", nth=(3,))
    )
    org.clock.forward(60)

    broken = told("sync")

    assert "clock is" in broken.output
    rows = org.rows("SELECT Name,(SELECT LastName FROM Contacts) FROM Account ORDER BY Name")
    assert [("Nordwind", 0), ("Pinewood", 0)] == [_named(row) for row in rows]
    org.server.faults.clear()
    hub.off_s = 0
    org.clock.forward(600)
    run("sync")
    rows = org.rows("SELECT Name,(SELECT LastName FROM Contacts) FROM Account ORDER BY Name")
    assert [("Nordwind", 0), ("Pinewood", 1)] == [_named(row) for row in rows]


def _named(row):
    """Return the name of an account with how many people it has."""
    return row["Name"], len((row["Contacts"] or {"records": []})["records"])
