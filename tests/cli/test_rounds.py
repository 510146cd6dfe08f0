"""``plan`` and ``sync``: what a person sees before, and what is done."""

import re

import pytest

ACCOUNT = {"name": "Nordwind GmbH", "domains": ["nordwind.de"]}


def test_a_plan_writes_nothing(hub):
    """It shows what would be written, and leaves every system as it is."""
    hub.anna.create("account", ACCOUNT)
    before = hub.state()

    result = hub.run("plan")

    assert 2 == result.exit_code
    assert "+ create  account" in result.stdout
    assert "1 to create, 0 to update, 0 to delete." in result.stdout
    assert before == hub.state()


def test_a_plan_without_writes_is_status_0(nordwind):
    """A script can ask whether everything agrees."""
    result = nordwind.run("plan")

    assert 0 == result.exit_code
    assert "Nothing to write: every system agrees." in result.stdout


def test_a_plan_counts_what_it_may_not_write_and_names_the_setting(nordwind):
    """Some operations are allowed, and what differs wants others."""
    text = nordwind.file.read_text()
    nordwind.configure(text.replace('["create", "update", "delete"]', '["create"]'))
    nordwind.anna.edit("account", "account-1", {"tier": "strategic"})
    nordwind.anna.create("contact", {"last_name": "Voss", "email": "m.voss@nordwind.de"})

    result = nordwind.run("plan", "--show", "success.account")
    nordwind.meet()
    after = nordwind.run("plan")

    assert 2 == result.exit_code
    assert 0 == after.exit_code
    for each in (result, after):
        assert "Not allowed: 1 success account to update." in each.stdout
        assert "add it to allow in [system.success]" in each.stdout
    assert "Nothing to write: 1 difference is not covered by what is allowed." in after.stdout


def test_what_may_not_be_written_is_counted_within_the_scope(nordwind):
    """Of what has left it, nothing would be written whatever is allowed."""
    text = nordwind.file.read_text()
    nordwind.anna.edit("account", "account-1", {"tier": "strategic"})
    update = text.replace('["create", "update", "delete"]', '["create"]')

    nordwind.configure(f"{update}\n[scope.account]\ntier = ['strategic']\n")
    inside = nordwind.document_of_plan()
    nordwind.configure(f"{update}\n[scope.account]\ntier = ['key']\n")
    outside = nordwind.document_of_plan()

    assert [1] == [each["count"] for each in inside["barred"]]
    assert [] == outside["barred"]


def test_a_plan_that_was_approved_before_is_told_with_its_round(nordwind):
    """By the number that `kamsync history` shows."""
    nordwind.anna.create("account", {"name": "Südwind AG", "domains": ["suedwind.de"]})
    plan = nordwind.document_of_plan()["plan"]
    nordwind.run("sync", "--approve", plan)

    result = nordwind.run("sync", "--approve", plan)

    number = nordwind.document("history")[1]["number"]
    assert 3 == result.exit_code
    assert f"already, in round {number};" in result.stderr


def test_a_plan_ends_with_what_to_do(hub):
    """The last line is the next command, with the id that it needs."""
    hub.anna.create("account", ACCOUNT)

    plan = hub.document_of_plan()

    last = hub.run("plan").stdout.splitlines()[-1]
    assert f"kamsync sync --approve {plan['plan']}" in last


def test_a_plan_says_who_said_what(nordwind):
    """Each change shows from what to what, and where it comes from."""
    nordwind.bo.edit("account", "account-1", {"tier": "strategic"})

    result = nordwind.run("plan")

    assert "— → strategic" in result.stdout
    assert "from Bo Li (in success)" in result.stdout


def test_a_plan_tells_scripts_the_same(nordwind):
    """The document names counts, changes and who said them."""
    nordwind.bo.edit("account", "account-1", {"tier": "strategic"})

    plan = nordwind.document("plan", status=2)

    [change] = plan["changes"]
    assert (0, 1, 0, 1) == tuple(plan[key] for key in ("creates", "updates", "deletes", "writes"))
    assert ("sales", "account", "update") == tuple(change[k] for k in ("system", "entity", "op"))
    assert ("account-1", "Nordwind GmbH") == (change["native_id"], change["label"])
    assert [[None], ["strategic"]] == [change["fields"]["tier"][k] for k in ("before", "after")]
    assert ("success", "Bo Li") == tuple(
        change["fields"]["tier"]["said"][k] for k in ("system", "person")
    )


def test_a_first_meeting_is_counted_field_by_field(hub):
    """Before anything is merged, it shows what agrees, what fills blanks and what is disputed."""
    hub.anna.create("account", {**ACCOUNT, "tier": "key", "phone": "+49301234567"})
    hub.bo.create("account", {**ACCOUNT, "phone": "+49307654321"})

    shown = hub.run("plan").stdout

    assert "First meeting with sales, success" in shown
    rows = {line.split()[0]: line.split()[1:5] for line in shown.splitlines() if "account." in line}
    assert ["0", "1", "0", "0"] == rows["account.tier"]
    assert ["1", "0", "0", "0"] == rows["account.name"]
    assert "1" == rows["account.phone"][3]
    assert "sales 1 · success 1" in shown


def test_a_plan_tells_new_conflicts_from_open_ones(disputed):
    """What would be held is not in the list of conflicts before the round was run."""
    disputed.anna.edit("account", "account-1", {"tier": "key"})
    disputed.bo.edit("account", "account-1", {"tier": "strategic"})

    plan = disputed.document_of_plan()

    assert (2, 1) == (plan["held"], plan["new"])
    assert "Held back: 2 conflicts, 1 of them new" in disputed.run("plan").stdout
    assert 1 == disputed.document("conflicts", "list")["total"]


def test_show_keeps_to_what_was_asked_for(nordwind):
    """A long plan is read part by part."""
    nordwind.bo.edit("account", "account-1", {"tier": "strategic"})
    nordwind.anna.edit("account", "account-1", {"phone": "+491111111"})

    def changes(selector):
        found = nordwind.document("plan", "--show", selector, status=2)["changes"]
        return {name for change in found for name in change["fields"]}

    assert {"tier"} == changes("sales")
    assert {"phone"} == changes("success.account")
    assert {"phone", "tier"} == changes("account")
    assert {"phone"} == changes("account.phone")
    assert {"phone", "tier"} == changes("Nordwind GmbH")
    assert (
        "No change of this plan fits 'nobody'." in nordwind.run("plan", "--show", "nobody").stdout
    )


def test_a_long_plan_is_cut_and_says_so(hub):
    """Nobody reads a thousand lines; --full shows them."""
    for number in range(30):
        hub.anna.create("account", {"name": f"Client {number}", "domains": [f"client{number}.de"]})

    short, full = hub.run("plan").stdout, hub.run("plan", "--full").stdout

    assert 20 == short.count("+ create success account")
    assert "10 more changes; --full shows them." in short
    assert 30 == full.count("+ create success account")


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


def test_a_pilot_before_the_first_meeting_is_found_by_its_name_and_approved_alone(hub):
    """The first thing that is written may be one account with what belongs to it."""
    hub.anna.create("account", {"name": "Südwind AG", "domains": ["suedwind.de"]})
    account = hub.anna.create("account", {"name": "Nordwind GmbH", "domains": ["nordwind.de"]})
    hub.anna.create("contact", {"account": account, "last_name": "Ost", "email": "o@nordwind.de"})

    shown = hub.run("plan", "--only", "Nordwind GmbH")
    plan = hub.document("plan", "--only", "Nordwind GmbH", status=2)
    done = hub.run("sync", "--approve", plan["plan"])

    assert "Pilot: account 1 · contact 1." in shown.stdout
    assert f"kamsync sync --approve {plan['plan']}" in shown.stdout.splitlines()[-1]
    assert 0 == done.exit_code, done.stderr
    assert ["Nordwind GmbH"] == [each["name"] for each in hub.success.records("account").values()]


def test_a_pilot_may_be_of_several_records(hub):
    """Each is named by itself."""
    for name in ("Nord", "Ost", "Süd"):
        hub.anna.create("account", {"name": name, "domains": [f"{len(name)}{name[0]}.de"]})

    told = hub.document("plan", "--only", "Nord", "--only", "Süd", status=2)

    assert {"account": 2} == told["pilot"]


def test_a_pilot_that_wants_an_approval_says_how_to_see_and_approve_it(hub):
    """The refusal names the plan of the pilot, not that of everything."""
    hub.anna.create("account", {"name": "Nordwind GmbH", "domains": ["nordwind.de"]})

    result = hub.run("sync", "--only", "Nordwind GmbH")

    assert 3 == result.exit_code
    assert "kamsync plan --only account-" in result.stderr
    assert "kamsync sync --approve " in result.stderr


def test_a_first_meeting_shows_for_each_field_the_lines_that_choose_otherwise(hub):
    """How many differ, for whom they are settled, and what each other choice would do."""
    for name, phone in (("Nord", "+49301"), ("Ost", "+49302")):
        shared = {"name": name, "domains": [f"{name.lower()}.de"]}
        hub.anna.create("account", {**shared, "phone": phone, "tier": "key"})
        hub.bo.create("account", {**shared, "phone": f"{phone}99", "tier": "key"})
    hub.configure(hub.file.read_text() + '[first_meeting.account]\nphone = { team = "sales" }\n')

    shown = hub.run("plan").stdout
    [phone] = hub.document("plan", status=2)["meeting"]

    assert "2 differ: 2 settled for sales" in shown
    assert {"sales": 2} == phone["settled"]
    assert [
        ('phone = { team = "sales" }', 2, 2, 0),
        ('phone = { team = "success" }', 2, 2, 0),
        ('phone = "review"', 0, 0, 2),
    ] == [tuple(option.values()) for option in phone["options"]]


@pytest.mark.parametrize(
    ("line", "settled", "held"),
    [('phone = { team = "success" }', {"success": 1}, 0), ('phone = "review"', {}, 1)],
)
def test_a_line_that_chooses_otherwise_does_what_it_says(hub, line, settled, held):
    """It is copied as it stands."""
    hub.anna.create("account", {"name": "Nord", "domains": ["nord.de"], "phone": "+49301"})
    hub.bo.create("account", {"name": "Nord", "domains": ["nord.de"], "phone": "+49302"})
    assert line in hub.run("plan").stdout

    hub.configure(f"{hub.file.read_text()}[first_meeting.account]\n{line}\n")
    [phone] = hub.document_of_plan()["meeting"]

    assert (settled, held) == (phone["settled"], phone["held"])


def test_a_first_meeting_that_may_write_nothing_leads_on_to_allow(hub):
    """To approve a plan of nothing would be no next step."""
    hub.anna.create("account", {"name": "Nord", "domains": ["nord.de"]})
    hub.configure(re.sub(r"^allow = .*$", "", hub.file.read_text(), flags=re.MULTILINE))

    last = hub.run("plan").stdout.splitlines()[-1]

    assert "Next: kamsync plan, once allow says what you expect" == last


def test_a_pilot_that_has_nothing_to_write_leads_on_to_the_rest(hub):
    """And so does one that is done."""
    hub.anna.create("account", {"name": "Nord", "domains": ["nord.de"]})
    hub.anna.create("account", {"name": "Ost", "domains": ["ost.de"]})
    plan = hub.document("plan", "--only", "Nord", status=2)["plan"]

    done = hub.run("sync", "--approve", plan).stdout.splitlines()[-1]
    again = hub.run("plan", "--only", "Nord").stdout.splitlines()[-1]

    assert done.startswith("Next: kamsync plan ·")
    assert "Next: kamsync plan" == again
