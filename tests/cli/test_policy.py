"""``policy check``: who is right when teams disagree, in words."""

import pytest

from kamsync.config import templates
from kamsync.entities import CORE

SYNCED = ("account", "contact", "employee", "assignment", "opportunity", "split", "contact_role")

SYSTEMS = """
[system.sales]
connector = "memory"
team = "sales"
path = "sales.jsonl"
[system.sales.map.employee.fields]
team = false
[system.sales.map.account.fields]
health = false

[system.success]
connector = "memory"
team = "success"
path = "success.jsonl"
[system.success.map.employee.fields]
team = false
[system.success.map.account.fields]
tier = false
health = { native = "h", direction = "out" }
"""


def texts(found, section="policy"):
    """Return the sentences of a section by field."""
    rules = [each for each in found["rules"] if each["section"] == section]
    return {f"{each['entity']}.{each['field']}": each["text"] for each in rules}


def idle(found):
    """Return the rules that have nothing to decide, with the reason, by field."""
    return [
        (f"{each['entity']}.{each['field']}", each["rule"], each["why"]) for each in found["idle"]
    ]


@pytest.fixture
def shipped(tmp_path):
    """The policy that init writes, in a folder without a configuration."""
    (text,) = [text for path, text in templates().items() if path.name == "teams.toml"]
    (tmp_path / "teams.toml").write_text(text)
    return tmp_path / "teams.toml"


@pytest.fixture
def alone(hub, tmp_path, monkeypatch):
    """A folder with no configuration, as the current one."""
    (tmp_path / "alone").mkdir()
    monkeypatch.chdir(tmp_path / "alone")
    return hub


def test_a_rule_is_one_sentence(hub):
    """Every field that a system has is there, with its rule or with a person."""
    hub.configure(SYSTEMS + "[policy.account]\nphone = ['latest', { team = 'sales' }]\n")

    found = texts(hub.document("policy", "check"))

    assert {"account.name", "account.phone", "account.tier", "account.deletes"} <= set(found)
    assert "A person decides." == found["account.name"]
    told = "The latest edit wins by more than 2 s, else sales decides, else a person decides."
    assert told == found["account.phone"]


def test_a_rule_of_a_plugin_is_said_in_its_words(hub):
    """Here that of the plugin `team_policy`."""
    rule = "[policy.account]\nphone = [{ rule = 'responsible', among = 'sales' }, 'latest']\n"
    hub.configure(f'plugins = ["team_policy"]\n{SYSTEMS}{rule}')

    told = texts(hub.document("policy", "check"))["account.phone"]

    assert "The owner of the account decides if speaking for sales, else the latest edit" in told


def test_the_rule_that_the_shipped_policy_shows_can_be_used(hub, shipped):
    """It stands there in a comment, since it needs a plugin; the file itself needs none."""
    (line,) = [
        line.removeprefix("#   ")
        for line in shipped.read_text().splitlines()
        if line.startswith("#   ") and "responsible" in line
    ]
    hub.configure(f'plugins = ["team_policy"]\n{SYSTEMS}[policy.account]\n{line}\n')

    told = texts(hub.document("policy", "check"))["account.description"]

    assert told.startswith("The owner of the account decides, else the latest edit wins")


def test_fields_that_no_rule_covers_are_named(hub):
    """That a person is asked by a rule is not the same as that nobody thought of it."""
    hub.configure(SYSTEMS + "[policy.account]\nphone = 'latest'\ntier = 'review'\n")

    assert ["account.name"] == [
        each
        for each in hub.document("policy", "check")["uncovered"]
        if each in {"account.name", "account.phone", "account.tier"}
    ]


def test_a_team_that_no_system_speaks_for_has_nothing_to_decide(hub):
    """It is told, and is no mistake: a colleague of that team may be known one day."""
    hub.configure(SYSTEMS + "[policy.account]\nname = { team = ['finance', 'sales'] }\n")

    told = idle(hub.document("policy", "check"))

    assert [
        ("account.name", "finance decides", "no system with this field speaks for finance")
    ] == told


def test_a_colleague_may_speak_for_any_team(hub):
    """Where it is known which team people belong to, a rule for each of them may apply."""
    rule = "[policy.account]\nname = { team = 'finance' }\n"
    hub.configure(SYSTEMS.replace("team = false", "team = 'Team'", 1) + rule)

    assert [] == idle(hub.document("policy", "check"))


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("health = { team = 'success' }", "no system has it"),
        ("tier = 'latest'", "only sales has it"),
        ("phone = ['latest', { rule = 'latest', tolerance = '5s' }]", "before it, the latest edit"),
        ("phone = [{ team = 'sales' }, { team = 'sales' }]", "before it, sales decides"),
        ("phone = { team = 'sales', while = { health = 'red' } }", "no system holds health"),
        ("phone = { team = 'sales', while = { tier = 'key' } }", ""),
        ("phone = { team = 'sales', while = { health = '' } }", ""),
    ],
)
def test_a_rule_that_cannot_be_the_one_that_decides_is_told(hub, rule, why):
    """With the reason; a rule that may have its day is not."""
    hub.configure(f"{SYSTEMS}[policy.account]\n{rule}\n")

    told = idle(hub.document("policy", "check"))

    assert bool(why) == bool(told)
    assert all(reason.startswith(why) for *_, reason in told)


def test_what_needs_care_is_told_from_the_configuration_alone(hub):
    """Times of whole seconds, times at a first meeting, two systems of one team, one of none."""
    systems = SYSTEMS.replace('team = "success"', 'team = "sales"')
    third = '[system.legacy]\nconnector = "memory"\npath = "legacy.jsonl"\n'
    policy = """
[policy.account]
phone = { rule = "latest", tolerance = "0.5s" }
name = { team = "sales" }
[first_meeting.account]
name = "latest"
"""
    hub.configure(systems + third + policy)

    told = hub.document("policy", "check")["warnings"]

    assert 4 == len(told)
    assert told[0].startswith("policy.account.phone: ")
    assert "whole seconds" in told[0]
    assert told[1].startswith("first_meeting.account.name: ")
    assert told[2].startswith("sales and success speak for sales")
    assert told[3].startswith("system.legacy speaks for no team")


def test_a_rule_for_pay_needs_care(hub):
    """Nobody is to find out from the payroll that a rule settled it."""
    pay = [
        (entity.name, field.name)
        for entity in CORE.entities.values()
        for field in entity.fields.values()
        if field.data_class.value == "pay" and entity.nature.value == "record"
    ]
    entity, field = pay[0]
    (hub.folder / "pay.toml").write_text(f"[policy.{entity}]\n{field} = 'latest'\n")
    hub.file.unlink()

    told = hub.document("policy", "check", "pay.toml")["warnings"]

    assert [f"policy.{entity}.{field}: somebody is paid by it, and a rule may settle it."] == told


def test_a_wrong_policy_is_refused_by_key(hub):
    """With the status of a configuration that cannot be carried out."""
    (hub.folder / "wrong.toml").write_text("[policy.account]\nname = 'highest'\nfoo = 'latest'\n")

    result = hub.run("policy", "check", "wrong.toml")

    assert 64 == result.exit_code
    assert "wrong.toml: policy.account.name: 'highest' needs" in result.stderr
    assert "policy.account.foo: account has no field 'foo'" in result.stderr
    assert "" == result.stdout


def test_a_file_takes_the_place_of_those_that_are_configured(hub):
    """So that rules can be tried before they hold; the configuration's own still go before."""
    (hub.folder / "now.toml").write_text("[policy.account]\nname = 'latest'\nphone = 'first'\n")
    (hub.folder / "next.toml").write_text("[policy.account]\nphone = 'latest'\n")
    hub.configure(f"policies = ['now.toml']\n{SYSTEMS}[policy.account]\ntier = 'review'\n")

    found = texts(hub.document("policy", "check", "next.toml"))

    assert found["account.phone"].startswith("The latest edit")
    assert "A person decides." == found["account.name"]
    assert "A person decides." == found["account.tier"]


def test_files_are_judged_without_a_configuration(alone, shipped):
    """Somebody who only writes policies needs no systems."""
    found = alone.document("policy", "check", str(shipped))

    assert [] == found["systems"]
    assert set(SYNCED) <= {each["entity"] for each in found["rules"]}


def test_without_a_configuration_or_a_file_it_says_what_is_missing(alone):
    """And how to make one."""
    result = alone.run("policy", "check")

    assert 64 == result.exit_code
    assert "kamsync init" in result.stderr


def test_a_file_that_is_not_there_is_named(hub):
    """In one line."""
    result = hub.run("policy", "check", "nowhere.toml")

    assert 64 == result.exit_code
    assert "nowhere.toml is not there" in result.stderr


def test_no_store_is_opened_and_no_system_is_called(hub):
    """It is safe anywhere, and leaves nothing behind."""
    hub.configure(SYSTEMS)
    for name in ("kamsync.db", "kamsync.key", "sales.jsonl", "success.jsonl"):
        (hub.folder / name).unlink(missing_ok=True)
    before = sorted(path.name for path in hub.folder.iterdir())

    result = hub.run("policy", "check")

    assert 0 == result.exit_code, result.stderr
    assert before == sorted(path.name for path in hub.folder.iterdir())


def test_the_table_ends_with_what_it_comes_to(hub):
    """A person sees at once whether there is anything to look at."""
    hub.configure(SYSTEMS + "[policy.account]\nname = { team = ['finance', 'sales'] }\n")

    lines = hub.run("policy", "check").stdout.splitlines()

    assert "Every day" == lines[0]
    assert any(
        "policy.account: name: “finance decides”: no system with this field speaks" in line
        for line in lines
    )
    assert lines[-2].startswith("The policy is sound; 1 field with rules, ")
    assert "Next: kamsync plan" == lines[-1]


def test_the_shipped_policy_has_a_rule_for_every_field_that_is_synced(alone, shipped):
    """For everyday and for the first meeting, and none of them stands in another's way."""
    found = alone.document("policy", "check", str(shipped))

    every = {f"{name}.{field}" for name in SYNCED for field in CORE.entity(name).fields}
    assert set() == every - set(texts(found))
    assert set() == every - set(texts(found, "first_meeting"))
    assert [] == found["uncovered"]
    assert [] == idle(found)
    assert [] == found["warnings"]


def test_the_shipped_policy_writes_each_of_those_fields_by_name(shipped):
    """None is only caught by "*": somebody has thought about it."""
    from kamsync.config import read_policies

    tables = read_policies(shipped).policy

    left = [
        f"{name}.{field}"
        for name in SYNCED
        for field in CORE.entity(name).fields
        if field not in tables[name]
    ]
    assert [] == left
