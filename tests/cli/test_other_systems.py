"""A section that leads to another system, a system that cannot be used, a round that was killed."""

import os
import signal

import pytest


@pytest.fixture
def swapped(nordwind):
    """The section of sales leads to another file, in which account-1 is somebody else."""
    from kamsync.memory import MemorySystem

    other = MemorySystem(path=nordwind.folder / "other.jsonl")
    other.act("u9").create("account", {"name": "Somebody Else", "phone": None})
    other.close()
    nordwind.configure(nordwind.file.read_text().replace("sales.jsonl", "other.jsonl"))
    return nordwind


@pytest.mark.parametrize("command", [["sync"], ["sync", "--sweep"], ["plan", "--sweep"]])
def test_another_system_under_the_same_name_is_refused(swapped, command):
    """One line names the system, both identities and the next step; nothing was taken in."""
    result = swapped.run(*command)

    assert 64 == result.exit_code
    [line] = result.stderr.splitlines()
    assert "sales is another system than before: it was '" in line
    assert "kamsync moved sales" in line
    assert ["Nordwind GmbH"] == [a["name"] for a in swapped.success.records("account").values()]


@pytest.fixture
def doubled(hub):
    """Both sections lead to one file."""
    hub.configure(hub.file.read_text().replace("success.jsonl", "sales.jsonl"))
    return hub


@pytest.mark.parametrize("command", ["sync", "plan"])
def test_two_sections_that_lead_to_one_system_are_refused(doubled, command):
    """Its records would be matched with themselves."""
    doubled.anna.create("account", {"name": "Nordwind"})

    result = doubled.run(command)

    assert 64 == result.exit_code
    [line] = result.stderr.splitlines()
    assert "[system.success] and [system.sales] lead to one and the same system" in line
    assert "take one of the two out" in line


def test_check_tells_of_two_sections_that_lead_to_one_system(doubled):
    """Before any round was run, too."""
    findings = doubled.document("check", status=1)["findings"]

    (told,) = (each for each in findings if "one and the same system" in each["text"])
    assert ("success", "problem") == (told["about"], told["level"])


@pytest.mark.parametrize("command", ["sync", "plan", "check"])
def test_a_section_that_leads_to_the_system_of_another_one_has_not_moved(nordwind, command):
    """Whoever believed that would take one system for two, so nobody is advised to say so."""
    nordwind.configure(nordwind.file.read_text().replace("sales.jsonl", "success.jsonl"))

    result = nordwind.run(command)

    assert "lead to one and the same system" in result.stdout + result.stderr
    assert "kamsync moved" not in result.stdout + result.stderr


def test_a_system_has_not_moved_to_where_another_one_is(nordwind):
    """Neither is met again, and with the section put right all goes on."""
    text = nordwind.file.read_text()
    nordwind.configure(text.replace("sales.jsonl", "success.jsonl"))

    result = nordwind.run("moved", "sales")

    assert 64 == result.exit_code
    assert "lead to one and the same system" in result.stderr
    nordwind.configure(text)
    assert 0 == nordwind.run("sync").exit_code


def test_check_tells_which_system_it_is(swapped):
    """As a problem where it is another one than before, with what to do."""
    findings = swapped.document("check", status=1)["findings"]

    told = {each["about"]: each for each in findings if "system than before" in each["text"]}
    assert ["sales"] == [*told]
    assert "Correct [system.sales]" in told["sales"]["hint"]
    known = swapped.success.identity
    assert f"It is {known}." in [e["text"] for e in findings if e["about"] == "success"]


def test_a_system_that_moved_is_met_again(swapped):
    """Whoever says so is asked to look at the plan, and what differs is held."""
    told = swapped.document("moved", "sales")
    assert ("sales", swapped.sales.identity) == (told["system"], told["before"])
    assert "moved" in swapped.run("history").stdout
    assert "sales has another identity" in swapped.run("history").stdout

    assert 3 == swapped.run("sync").exit_code
    swapped.meet()

    assert "Nordwind GmbH" == swapped.success.values("account", "account-1")["name"]
    assert {"name", "phone"} <= {
        each["field"] for each in swapped.document("conflicts", "list")["items"]
    }


@pytest.mark.parametrize("system", ["success", "nobody"])
def test_only_a_system_that_is_another_one_has_moved(swapped, system):
    """Nothing is forgotten by a slip of the name."""
    assert 64 == swapped.run("moved", system).exit_code


def test_a_system_that_cannot_be_read_does_not_stop_the_others(nordwind):
    """Its reason is told at the end, and the exit status says that something is missing."""
    text = nordwind.file.read_text()
    third = text[text.index("[system.success]") : text.index("[policy")]
    third = third.replace("success", "support").replace("support.jsonl", "support/../third.jsonl")
    (nordwind.folder / "support").mkdir()
    (nordwind.folder / "third.jsonl").write_text("id,name\n1,Acme\n")
    nordwind.configure(text.replace("[policy", f"{third}\n[policy"))
    nordwind.anna.edit("account", "account-1", {"tier": "key"})

    result = nordwind.run("sync")

    assert 1 == result.exit_code
    assert "! support did not answer: " in result.stdout
    assert "is not the file of a memory system" in result.stdout
    assert "key" == nordwind.success.values("account", "account-1")["tier"]
    assert "id,name\n1,Acme\n" == (nordwind.folder / "third.jsonl").read_text()


def test_a_folder_in_the_place_of_a_file_does_not_stop_the_others(nordwind):
    """It is told like any other system that does not answer, with what to do."""
    (nordwind.folder / "sales.jsonl").unlink()
    (nordwind.folder / "sales.jsonl").mkdir()

    result = nordwind.run("sync")

    assert 1 == result.exit_code
    assert "! sales did not answer: " in result.stdout
    assert "Is a directory. Give the path of a file" in result.stdout
    findings = nordwind.document("check", status=1)["findings"]
    assert ["sales"] == [each["about"] for each in findings if each["level"] == "problem"]


def test_a_folder_that_is_not_there_is_a_mistake_in_the_configuration(nordwind):
    """It is seen before anybody connects, and told before anything is read."""
    nordwind.configure(nordwind.file.read_text().replace('"sales.', '"nowhere/sales.'))

    assert 64 == nordwind.run("sync").exit_code


@pytest.mark.usefixtures("slow")
def test_a_round_that_was_killed_is_told_as_interrupted(nordwind, program):
    """While its process lives it runs; afterwards it was interrupted, before another one begins."""
    process = program("sync", env={**os.environ, "SLOW": "1"}, stdin=-1)
    assert "reading\n" == process.stdout.readline()
    assert "running" == nordwind.document("history")[0]["state"]

    process.send_signal(signal.SIGKILL)
    process.wait()

    assert "interrupted" == nordwind.document("history")[0]["state"]
    assert "was interrupted." in nordwind.run("check").stdout


def test_what_is_newly_allowed_wants_an_approval(nordwind):
    """The plan and the refusal say what it is."""
    text = nordwind.file.read_text()
    nordwind.configure(text.replace('contact = ["create", "update"]', "contact = []"))
    nordwind.run("sync")
    nordwind.configure(text)
    nordwind.anna.create("contact", {"last_name": "Li", "account": "account-1", "email": "li@n.de"})

    plan = nordwind.run("plan")
    result = nordwind.run("sync")

    assert "Allowed since the last approval: create success contact." in plan.stdout
    assert "Next: kamsync sync --approve" in plan.stdout
    assert 3 == result.exit_code
    assert "nobody has approved it yet: create success contact." in result.stderr
    nordwind.meet()
    assert 1 == len(nordwind.success.records("contact"))
