"""The first meeting and its pilots: what is shown, chosen and approved before anything is written."""

import re

import pytest

ACCOUNT = {"name": "Nordwind GmbH", "domains": ["nordwind.de"]}


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
