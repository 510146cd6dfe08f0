"""``sync``: one round, its approval, and what it tells."""

import pytest

ACCOUNT = {"name": "Nordwind GmbH", "domains": ["nordwind.de"]}


def test_a_first_meeting_needs_an_approval(hub):
    """Without it nothing is merged or written, and the line says how to give it."""
    hub.anna.create("account", ACCOUNT)

    result = hub.run("sync")

    assert 3 == result.exit_code
    assert {} == hub.success.records("account")
    assert f"kamsync sync --approve {hub.document_of_plan()['plan']}" in result.stderr


def test_an_approved_plan_is_carried_out(hub):
    """Afterwards every system agrees."""
    hub.anna.create("account", ACCOUNT)

    result = hub.meet()

    assert "success  + 1 created" in result.stdout
    assert ["Nordwind GmbH"] == [each["name"] for each in hub.success.records("account").values()]
    assert 0 == hub.run("plan").exit_code


def test_an_approval_is_of_that_plan_alone(hub):
    """If somebody edits in between, nothing is written, and the line says what has changed."""
    hub.anna.create("account", ACCOUNT)
    plan = hub.document_of_plan()["plan"]
    hub.anna.create("account", {"name": "Südwind AG", "domains": ["suedwind.de"]})

    result = hub.run("sync", "--approve", plan)

    assert 3 == result.exit_code
    assert {} == hub.success.records("account")
    assert (
        "is not what would be written any more: it had 1 write, now it would be 2." in result.stderr
    )
    assert "Among what changed: create success account-" in result.stderr


@pytest.mark.parametrize("empty", ["", " "])
def test_an_approval_of_nothing_is_none(hub, empty):
    """``--approve "$PLAN"`` of a script that never set PLAN meets no system and writes nothing."""
    hub.anna.create("account", ACCOUNT)
    hub.document_of_plan()

    result = hub.run("sync", "--approve", empty)

    assert 64 == result.exit_code
    assert {} == hub.success.records("account")
    assert "There is no plan" in result.stderr


def test_a_plan_names_nobody_who_said_something_else(nordwind):
    """What Bo wrote cannot be read; that Anna's value is put back is none of his doing."""
    nordwind.anna.edit("account", "account-1", {"employees": 5})
    nordwind.run("sync")
    nordwind.anna.edit("account", "account-1", {"employees": 6})
    last = nordwind.document("sync")["round"].removeprefix("round-")
    nordwind.bo.edit("account", "account-1", {"employees": "lots"})
    nordwind.run("sync")
    nordwind.run("undo", last, "--yes")

    [change] = nordwind.document("plan", status=2)["changes"]

    shown = change["fields"]["employees"]
    assert ("sales", [6], [5]) == (change["system"], shown["before"], shown["after"])
    assert "" == shown["said"].get("person", "")


def test_an_unknown_plan_reads_nothing(nordwind):
    """A slip of the finger costs no call."""
    before = nordwind.document("history")

    result = nordwind.run("sync", "--approve", "nothing")

    assert 64 == result.exit_code
    assert "There is no plan 'nothing'" in result.stderr
    assert before == nordwind.document("history")


def test_a_round_carries_edits(nordwind):
    """Both ways at once, and it says how many."""
    nordwind.anna.edit("account", "account-1", {"tier": "strategic"})
    nordwind.bo.edit("account", "account-1", {"health": "red"})

    result = nordwind.run("sync")

    assert 0 == result.exit_code
    assert "2 records written." in result.stdout
    values = [
        system.values("account", "account-1") for system in (nordwind.sales, nordwind.success)
    ]
    assert values[0] == values[1]


def test_a_round_tells_scripts_the_same(nordwind):
    """The document counts by system."""
    nordwind.anna.edit("account", "account-1", {"tier": "strategic"})

    told = nordwind.document("sync")

    assert 1 == told["written"]
    assert 1 == told["systems"]["success"]["updated"]
    assert ([], 0, 0) == (told["down"], told["held"], told["parked"])


def test_only_one_record_is_written(nordwind):
    """--only keeps a round to what was asked for."""
    other = nordwind.anna.create("account", {"name": "Südwind AG", "domains": ["suedwind.de"]})
    nordwind.run("sync")
    nordwind.anna.edit("account", "account-1", {"tier": "strategic"})
    nordwind.anna.edit("account", other, {"tier": "strategic"})

    nordwind.run("sync", "--only", "Nordwind GmbH")

    tiers = {
        each["name"]: each.get("tier") for each in nordwind.success.records("account").values()
    }
    assert {"Nordwind GmbH": "strategic", "Südwind AG": None} == tiers


@pytest.mark.parametrize("command", ["plan", "sync"])
def test_only_an_unknown_record_is_refused(nordwind, command):
    """It says what a record may be called by."""
    result = nordwind.run(command, "--only", "Nobody AG")

    assert 64 == result.exit_code
    assert "There is no record 'Nobody AG'" in result.stderr


def test_open_conflicts_are_normal(disputed):
    """A round with conflicts is done, unless somebody asks for the status."""
    assert 0 == disputed.run("sync").exit_code
    assert 3 == disputed.run("sync", "--fail-on-conflict").exit_code
    assert "1 conflict waits for a person." in disputed.run("sync").stdout


def test_a_guard_stops_the_round(nordwind):
    """A plan out of proportion is not carried out; the line says why and how to approve it."""
    for number in range(7):
        nordwind.anna.create("account", {"name": f"Client {number}", "domains": [f"c{number}.de"]})
    nordwind.run("sync")
    nordwind.configure(
        nordwind.file.read_text() + '\n[policy.contact]\ndeletes = "review"\n'
        "\n[guards]\nupdate = { count = 1, share = 0.1 }\n"
    )
    for native_id in nordwind.sales.records("account"):
        nordwind.anna.edit("account", native_id, {"tier": "standard"})

    result = nordwind.run("sync")

    assert 3 == result.exit_code
    assert "success.account" in result.stderr
    assert {None} == {each.get("tier") for each in nordwind.success.records("account").values()}
    assert "STOP" in nordwind.run("plan").stdout


def test_a_system_that_is_down_does_not_stop_the_other(nordwind, plugin):
    """What could be done is done; the status says that not all could."""
    plugin("broken_line", DOWN)
    nordwind.configure(
        nordwind.file.read_text()
        .replace(
            'connector = "memory"\nteam = "success"', 'connector = "broken_line"\nteam = "success"'
        )
        .replace("[store]", 'plugins = ["broken_line"]\n[store]')
    )
    nordwind.anna.edit("account", "account-1", {"tier": "strategic"})

    result = nordwind.run("sync")

    assert 1 == result.exit_code, result.stderr
    assert "! success did not answer: The line is cut." in result.stdout
    assert "1 field merged" in result.stdout


def test_who_is_asked_to_approve_is_told_what_did_not_answer(hub, plugin):
    """Else the first meeting with one system passes for the one with both."""
    plugin("broken_line", DOWN)
    hub.configure(
        hub.file.read_text()
        .replace(
            'connector = "memory"\nteam = "success"', 'connector = "broken_line"\nteam = "success"'
        )
        .replace("[store]", 'plugins = ["broken_line"]\n[store]')
    )
    hub.anna.create("account", {"name": "Nordwind"})

    result = hub.run("sync")

    assert 3 == result.exit_code
    assert "first meeting with sales;" in result.stderr
    assert "! success did not answer: The line is cut." in result.stdout


DOWN = """
from kamsync import hookimpl
from kamsync.errors import SystemDown
from kamsync.lenses import identity_map
from kamsync.memory import Memory

class BrokenLine(Memory):
    kind = "broken_line"

    def read(self, object_, names, cursor):
        raise SystemDown("The line is cut.")

@hookimpl
def kamsync_connectors():
    return {"broken_line": BrokenLine}

@hookimpl
def kamsync_mappings(kind, schema):
    if kind == "broken_line":
        return [identity_map(each, each.name) for each in schema.entities.values()]
"""
