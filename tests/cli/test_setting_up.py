"""``init``, ``check``, ``schema`` and ``plugins``: the first hour."""

import json
import stat

import pytest

from kamsync.entities import CORE


def test_init_makes_what_a_newcomer_edits(hub, tmp_path):
    """A configuration that connects to nothing, a key for its owner alone, and what to do next."""
    result = hub.run("init", "new")

    new = tmp_path / "new"
    assert 0 == result.exit_code, result.stderr
    assert 0o600 == stat.S_IMODE((new / "kamsync.key").stat().st_mode)
    assert "kamsync.key" in (new / ".gitignore").read_text().splitlines()
    assert (new / "kamsync.toml").exists()
    assert "cd new && kamsync check" in result.stdout.splitlines()[-1]


def test_init_never_overwrites(hub, tmp_path):
    """What is there is left as it is, byte for byte."""
    new = tmp_path / "new"
    new.mkdir()
    (new / ".gitignore").write_text("mine")
    hub.run("init", "new")
    before = {path: path.read_bytes() for path in new.rglob("*") if path.is_file()}

    again = hub.run("init", "new")

    assert 64 == again.exit_code
    assert "There is a configuration in new already" in again.stderr
    assert before == {path: path.read_bytes() for path in new.rglob("*") if path.is_file()}
    assert b"mine" == before[new / ".gitignore"]


def test_init_goes_on_where_it_was_broken_off(hub, tmp_path):
    """The configuration comes last, so a folder without one can be finished; its key is kept."""
    hub.run("init", "new")
    key = (tmp_path / "new" / "kamsync.key").read_bytes()
    (tmp_path / "new" / "kamsync.toml").unlink()

    told = hub.document("init", "new")

    assert ["kamsync.toml"] == told["made"]
    assert key == (tmp_path / "new" / "kamsync.key").read_bytes()


def test_init_where_nothing_can_be_written(hub, tmp_path):
    """One line names the place."""
    (tmp_path / "file").write_text("")

    result = hub.run("init", "file/new")

    assert 64 == result.exit_code
    assert 1 == len(result.stderr.splitlines())
    assert "cannot be written" in result.stderr


def test_a_new_configuration_says_what_is_missing(hub):
    """The first thing that a newcomer does after init leads on."""
    hub.run("init", "new")

    result = hub.run("check", "-c", "new/kamsync.toml")

    assert 1 == result.exit_code
    assert "names no system" in result.stdout
    assert "[system.NAME]" in result.stdout


def levels(told, about):
    """Return the levels of what was found about something."""
    return {each["level"] for each in told["findings"] if each["about"] == about}


def test_check_is_content_where_all_is_well(nordwind):
    """It says so, and what comes next."""
    result = nordwind.run("check")

    assert 0 == result.exit_code
    assert "A round can run" in result.stdout
    assert {"ok"} == levels(nordwind.document("check"), "configuration")


def test_check_calls_every_system_and_writes_to_none(nordwind):
    """It may be run at any time."""
    before = nordwind.state(), nordwind.document("history")

    nordwind.run("check")

    assert before == (nordwind.state(), nordwind.document("history"))


def test_check_tells_where_an_edit_can_be_lost(nordwind):
    """The one exception to the promise is named where it applies, and the promise with it."""
    plain = nordwind.file.read_text()
    nordwind.configure(
        plain.replace('path = "sales', 'can = ["create", "update", "delete"]\npath = "sales')
    )

    result = nordwind.run("check")

    assert 0 == result.exit_code
    assert "an edit made in the instant of a write can be lost there" in result.stdout
    assert "no edit is ever lost" in result.stdout


def test_check_tells_where_a_record_can_be_made_twice(nordwind):
    """Only where records may be made, and nothing tells whether a lost answer was a record."""
    plain = nordwind.file.read_text()
    for can, is_told in (("", True), (', "search"', False)):
        abilities = f'can = ["create", "update", "delete"{can}]\npath = "sales'
        nordwind.configure(plain.replace('path = "sales', abilities))

        result = nordwind.run("check")

        assert is_told == ("a record may be made there twice" in result.stdout), can


def test_check_tells_where_a_create_is_known_only_by_what_people_leave_of_it(nordwind):
    """A search finds nothing else."""
    plain = nordwind.file.read_text()
    for can, is_told in (("", True), (', "stamp"', False), (', "idempotent_create"', False)):
        abilities = f'can = ["create", "update", "delete", "search"{can}]\npath = "sales'
        nordwind.configure(plain.replace('path = "sales', abilities))

        result = nordwind.run("check")

        assert is_told == ("it may be made there twice" in " ".join(result.stdout.split())), can


def test_check_tells_what_becomes_of_records_that_may_only_be_hidden(nordwind):
    """Where a system does not tell of deletes, and the policy asks nobody."""
    plain = nordwind.file.read_text()
    quiet = plain.replace('path = "sales', 'can = ["create", "update", "delete"]\npath = "sales')
    for deletes, said in (
        ("propagate", "counts as gone, and is deleted everywhere else"),
        ("restore", "counts as gone, and is made there a second time"),
        ("review", ""),
    ):
        nordwind.configure(f'{quiet}\n[policy.contact]\ndeletes = "{deletes}"\n')

        result = nordwind.run("check")

        assert ("counts as gone" in result.stdout) == bool(said)
        assert said in result.stdout


def test_check_tells_what_is_allowed_but_impossible(nordwind):
    """A configuration may not promise what a system cannot do."""
    plain = nordwind.file.read_text()
    nordwind.configure(plain.replace('path = "sales', 'can = ["create", "update"]\npath = "sales'))

    result = nordwind.run("check")

    assert 1 == nordwind.run("check").exit_code
    assert "delete of account is allowed, but the system cannot do it" in result.stdout


def test_check_tells_of_a_first_meeting_to_come(hub):
    """Nothing is merged before it was approved."""
    hub.anna.create("account", {"name": "Nordwind GmbH"})

    assert "Its first meeting was not approved yet" in hub.run("check").stdout


def test_check_tells_of_conflicts_and_parked_records(disputed):
    """Each with what to do about it."""
    disputed.anna.edit("account", "account-1", {"employees": "many"})
    disputed.run("sync")

    shown = disputed.run("check").stdout

    assert "1 conflict for a person to decide." in shown
    assert "sales.account account-1.employees (Nordwind GmbH) waits since" in shown
    assert "employees" in shown


def test_check_lists_every_mistake_of_a_configuration(hub):
    """All at once, each with its key."""
    hub.configure(hub.file.read_text() + '\n[policy.acount]\nname = "latest"\n[round]\nbatch = 0\n')

    result = hub.run("check")

    assert 1 == result.exit_code
    assert "✗" in result.stdout
    assert "round.batch" in result.stdout


def test_check_notes_what_is_right_and_could_be_more(hub, plugin):
    """A round can run, and the hint is not hidden among what is well."""
    plugin(
        "wishful",
        """
from kamsync import hookimpl
from kamsync.connector import Finding
from kamsync.memory import Memory

class Wishful(Memory):
    kind = "wishful"

    def check(self):
        yield Finding(ok=True, about="field", text="It is not there.", hint="Make it for SYSTEM.")

@hookimpl
def kamsync_connectors():
    return {"wishful": Wishful}

@hookimpl
def kamsync_mappings(kind, schema):
    from kamsync.lenses import identity_map

    if kind == "wishful":
        return [identity_map(each, each.name) for each in schema.entities.values()]
""",
    )
    hub.configure(
        hub.file.read_text()
        .replace('connector = "memory"', 'connector = "wishful"', 1)
        .replace("[store]", 'plugins = ["wishful"]\n[store]')
    )

    result = hub.run("check")

    assert 0 == result.exit_code
    assert "• field: It is not there.\n    Make it for sales." in result.stdout


def test_check_names_a_broken_plugin(hub, plugin):
    """It is left out, named, and the rest goes on."""
    plugin("broken_one", "raise RuntimeError('no such table')\n")
    hub.configure('plugins = ["broken_one"]\n' + hub.file.read_text())

    result = hub.run("check")

    assert 1 == result.exit_code
    assert "broken_one 1.0" in result.stdout
    assert "RuntimeError: no such table" in result.stdout
    assert "kamsync plugins --check broken_one" in result.stdout


@pytest.mark.parametrize("args", [[], ["account"], ["--markdown"]])
def test_the_schema_is_shown(hub, args):
    """As lines, as one entity, as a page."""
    result = hub.run("schema", *args)

    assert 0 == result.exit_code
    assert "account" in result.stdout


def test_the_schema_is_told_to_scripts(hub):
    """Every entity with every field, its type and its class."""
    told = hub.document("schema")

    assert list(CORE.entities) == [entity["name"] for entity in told]
    [account] = [entity for entity in told if entity["name"] == "account"]
    [name] = [field for field in account["fields"] if field["name"] == "name"]
    assert ("text", "public") == (name["type"], name["class"])


def test_the_schema_needs_no_configuration(hub):
    """A plugin's author looks at it before there is one."""
    hub.file.unlink()

    assert 0 == hub.run("schema").exit_code


def test_the_schema_has_what_plugins_add(hub):
    """Fields of configured plugins stand among the others."""
    hub.configure('plugins = ["company_ids"]\n' + hub.file.read_text())
    core = {field["name"] for field in hub.document("schema", "account")[0]["fields"]}

    assert set(CORE.entity("account").fields) < core


def test_an_unknown_entity_is_refused(hub):
    """It says which there are."""
    result = hub.run("schema", "acount")

    assert 64 == result.exit_code
    assert "There is no entity 'acount'" in result.stderr


def test_plugins_are_listed_and_only_named_ones_loaded(hub, plugin):
    """Installing one is not enough."""
    plugin("quiet_one", "raise SystemExit\n")

    states = {each["name"]: each["state"] for each in hub.document("plugins")}

    assert ("loaded", "installed") == (states["memory"], states["quiet_one"])


GOOD = """
import click
from kamsync import hookimpl
from kamsync.extensions import Sandbox

@click.command(help="Say hello.")
def greet():
    click.echo("Hello.")

@hookimpl
def kamsync_commands():
    return [greet]

class Running:
    url = "http://127.0.0.1:1"
    options = {"url": url}

    def close(self):
        print("closed", flush=True)

@hookimpl
def kamsync_sandboxes():
    return [Sandbox("greeter", "It greets.", lambda options: Running())]
"""


def test_a_plugin_is_checked_alone(hub, plugin):
    """Its author sees what it joins and offers, without a configuration that names it."""
    plugin("greet", GOOD)

    told = hub.document("plugins", "--check", "greet")

    assert told["ok"]
    assert ["kamsync_commands", "kamsync_sandboxes"] == told["hooks"]
    assert {"commands": ["greet"], "sandboxes": ["greeter"]} == {
        what: names for what, names in told["offers"].items() if names
    }


def test_a_plugin_that_answers_wrongly_is_told_so(hub, plugin):
    """By name, hook and reason, with status 1."""
    plugin("wrong_one", GOOD.replace("return [greet]", "return 5"))

    result = hub.run("plugins", "--check", "wrong_one")

    assert 1 == result.exit_code
    assert "kamsync_commands" in result.stdout
    assert "expected a list" in result.stdout


def test_an_unknown_plugin_is_refused(hub):
    """It says which are installed."""
    result = hub.run("plugins", "--check", "memry")

    assert 64 == result.exit_code
    assert "Did you mean 'memory'?" in result.stderr


def test_a_command_of_a_plugin_is_found_by_its_own_name(hub, plugin):
    """Without any configuration, as ``kamsync demo`` is."""
    plugin("greet", GOOD)
    hub.file.unlink()

    assert "Hello.\n" == hub.run("greet").stdout


def test_commands_of_configured_plugins_stand_in_help(hub, plugin):
    """Beside those of the core, under their own names."""
    plugin("polite", GOOD)
    hub.configure('plugins = ["polite"]\n' + hub.file.read_text())

    assert "Say hello." in hub.run("--help").stdout
    assert "Hello.\n" == hub.run("greet").stdout


def test_a_command_never_takes_the_place_of_the_cores(hub, plugin):
    """A plugin cannot stand in for ``sync``."""
    plugin("sync", GOOD.replace("def greet():", "def sync():").replace("[greet]", "[sync]"))

    assert "Hello." not in hub.run("sync").stdout


@pytest.mark.parametrize("text", ["plugins = 5", "plugins = [", 'plugins = ["gone"]'])
def test_help_is_there_whatever_the_configuration_says(hub, text):
    """A broken file must not keep anybody from reading help."""
    hub.configure(text)

    assert 0 == hub.run("--help").exit_code


def test_sandboxes_are_listed(hub, plugin):
    """Those of every plugin that is installed, each with a sentence: to run one needs no configuration."""
    plugin("greet", GOOD)

    assert {"name": "greeter", "help": "It greets."} in hub.document("sandbox")


def test_a_sandbox_runs_until_it_is_stopped(hub, plugin, program):
    """One line of JSON says when it answers; SIGTERM closes it and is no error."""
    plugin("greet", GOOD)
    hub.configure('plugins = ["greet"]\n' + hub.file.read_text())
    process = program("sandbox", "greeter")

    ready = json.loads(process.stdout.readline())
    process.terminate()
    out, err = process.communicate()

    assert ("greeter", "http://127.0.0.1:1") == (ready["name"], ready["url"])
    assert (0, "closed\n", "") == (process.returncode, out, err)


def test_an_unknown_sandbox_is_refused(hub, plugin):
    """It says which there are, also of plugins that no configuration names."""
    plugin("greet", GOOD)

    result = hub.run("sandbox", "greter")

    assert 64 == result.exit_code
    assert "No plugin offers the sandbox 'greter'; there are greeter" in result.stderr
    assert "Did you mean 'greeter'?" in result.stderr


def test_a_sandbox_that_cannot_listen_says_so(hub, plugin):
    """A port that is taken is no fault of anybody's."""
    start = "lambda options: (_ for _ in ()).throw(OSError(98, 'Address already in use'))"
    plugin("greeter", GOOD.replace("lambda options: Running()", start))

    result = hub.run("sandbox", "greeter", "--port", "8080")

    assert 1 == result.exit_code
    assert "cannot listen on port 8080: Address already in use" in result.stderr


def test_a_sandbox_that_fails_is_its_plugins_fault(hub, plugin):
    """It is named, and what it says stays out of the line."""
    plugin("greeter", GOOD.replace("lambda options: Running()", "lambda options: 1 / 0"))

    result = hub.run("sandbox", "greeter")

    assert 64 == result.exit_code
    assert "The sandbox greeter cannot be started (ZeroDivisionError)" in result.stderr
