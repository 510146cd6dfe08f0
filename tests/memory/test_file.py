import errno
import fcntl
import os
import subprocess
import sys
from multiprocessing import get_context

import pytest

from kamsync.clock import SetClock
from kamsync.errors import ConfigurationInvalid, SystemDown
from kamsync.memory import Memory, MemorySystem
from kamsync.memory import log as log_module
from kamsync.model import Op, Outcome, Write


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sales.jsonl"


def creates(count):
    """Make writes of new records, each with a stamp and a key."""
    return [Write(Op.CREATE, None, {"n": n}, key=f"k{n}", stamp=f"s{n}") for n in range(count)]


def reopened(path):
    """Open the file as another process would."""
    return MemorySystem(clock=SetClock(), path=path)


def test_a_reopened_system_is_the_same(path):
    """The file holds everything that ever happened: values, stamps, keys, gone records, histories."""
    system = reopened(path)
    ann = system.act("ann", "Ann")
    kept, gone, merged = (ann.create("account", {"name": "Zürich 🏦", "n": n}) for n in range(3))
    ann.edit("account", kept, {"name": None})
    ann.delete("account", gone)
    ann.merge("account", merged, kept)
    memory = Memory.over(system)
    memory.write("account", creates(2))

    again = Memory.over(reopened(path))

    assert list(memory.read("account", ["name", "n"], None)) == list(
        again.read("account", ["name", "n"], None)
    )
    assert system.acts("account", kept) == again.system.acts("account", kept)
    assert [None, None] == [each.reading for each in again.write("account", creates(2))]


def test_two_systems_on_one_file_see_each_other(path):
    """What one has done, the other shows at its next call, and builds upon."""
    first, second = reopened(path), reopened(path)
    native_id = first.create("account", {"name": "Acme"})
    second.edit("account", native_id, {"name": "Acme Ltd"})

    assert {"name": "Acme Ltd"} == first.values("account", native_id)
    assert native_id != first.create("account", {"name": "Beta"})
    assert first.records("account") == second.records("account")


def _work(path, name):
    system = MemorySystem(path=path)
    for number in range(20):
        system.act(name).create("account", {"name": f"{name} {number}"})
    system.close()


def test_processes_take_turns(path):
    """Nothing is lost and no id is given twice, whoever writes at the same time."""
    context = get_context("spawn")
    workers = [context.Process(target=_work, args=(path, name)) for name in ("ann", "bob")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)

    names = sorted(values["name"] for values in reopened(path).records("account").values())
    assert sorted(f"{name} {n}" for name in ("ann", "bob") for n in range(20)) == names


def test_a_torn_line_is_not_read_and_makes_room(path):
    """A crash in the middle of a line leaves what was before, and the next act takes its place."""
    system = reopened(path)
    system.create("account", {"name": "Acme"})
    whole = path.read_bytes()
    torn = whole + b'{"seq":2,"deed":"edit","obj'
    path.write_bytes(torn)

    again = reopened(path)
    assert {"account-1": {"name": "Acme"}} == again.records("account")
    assert torn == path.read_bytes(), "reading changes nothing"

    again.create("account", {"name": "Beta"})
    assert ["Acme", "Beta"] == [each["name"] for each in reopened(path).records("account").values()]


def test_a_torn_header_is_a_new_file(path):
    """A crash while the file was made leaves nothing to repair."""
    path.write_bytes(b'{"kamsync mem')

    system = reopened(path)
    system.create("account", {"name": "Acme"})

    assert 1 == len(reopened(path).records("account"))


@pytest.mark.parametrize("content", [b"id,name\n1,Acme\n", b"{}", b"\x00\xff"])
def test_a_file_of_something_else_is_left_as_it_is(path, content):
    """A wrong path in a configuration harms nobody's data."""
    path.write_bytes(content)
    with pytest.raises(ConfigurationInvalid, match="not the file of a memory system"):
        reopened(path)

    assert content == path.read_bytes()


def test_a_line_that_is_no_act_is_told(path):
    """A damaged file is named, with what to do."""
    reopened(path).create("account", {"name": "Acme"})
    with path.open("ab") as file:
        file.write(b'{"seq":"two"}\n')
    with pytest.raises(ConfigurationInvalid, match="no act of a memory system"):
        reopened(path)


def test_a_folder_that_is_not_there_is_told(tmp_path):
    """The path is named, with what would do."""
    with pytest.raises(ConfigurationInvalid, match="No such file or directory"):
        Memory(path=tmp_path / "nowhere" / "sales.jsonl")


def test_a_full_disk_undoes_the_act(path, monkeypatch):
    """What could not be kept never happened, here as in the file."""
    system = reopened(path)
    native_id = system.create("account", {"name": "Acme"})

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(log_module.os, "fsync", full)
    with pytest.raises(SystemDown, match="No space left"):
        system.edit("account", native_id, {"name": "Acme Ltd"})
    monkeypatch.undo()

    assert {"name": "Acme"} == system.values("account", native_id)
    assert {"name": "Acme"} == reopened(path).values("account", native_id)


def test_a_held_file_is_waited_for_and_then_told(path, monkeypatch):
    """The wait for another process has an end."""
    system = reopened(path)
    monkeypatch.setattr(log_module, "LOCK_WAIT_S", 0.02)
    with path.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(SystemDown, match="Another process has held"):
            system.create("account", {"name": "Acme"})

    assert {} == system.records("account")


def test_a_refused_row_leaves_the_others_on_disk(path):
    """A batch keeps what landed, whatever else was in it."""
    memory = Memory.over(reopened(path))

    receipts = memory.write("account", [*creates(2), Write(Op.UPDATE, "none", {}, key="k")])

    assert [Outcome.DONE, Outcome.DONE, Outcome.GONE] == [each.outcome for each in receipts]
    assert 2 == len(reopened(path).records("account"))


@pytest.mark.slow
def test_a_killed_writer_leaves_a_whole_file(path):
    """After kill -9 at any moment the file is read as if the last act had or had not been."""
    program = (
        "import sys\n"
        "from kamsync.memory import MemorySystem\n"
        "system = MemorySystem(path=sys.argv[1])\n"
        "while True:\n"
        "    print(system.create('account', {'name': 'x' * 500}), flush=True)\n"
    )
    for _ in range(3):
        told = []
        with subprocess.Popen(
            [sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True
        ) as worker:
            for line in worker.stdout:
                told.append(line.strip())
                if len(told) == 20:
                    worker.kill()
                    break
            told += [line.strip() for line in worker.stdout if line.endswith("\n")]

        assert set(told) <= set(reopened(path).records("account"))


def test_a_file_keeps_what_its_system_is_and_a_copy_is_the_same_system(path, tmp_path):
    """Who put a copy back has the same system; a file that was made anew is another one."""
    system = reopened(path)
    told = Memory(path=path).identity()
    system.create("account", {"name": "Acme"})
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes(path.read_bytes())

    assert told
    assert told == Memory(path=path).identity() == Memory(path=copy).identity()
    assert told != Memory(path=tmp_path / "other.jsonl").identity()


def test_a_file_from_before_systems_had_an_identity_is_read(path):
    """It tells none."""
    act = (
        b'{"seq":1,"deed":"create","object":"a","id":"a-1","at":"2026-01-01T00:00:00Z","by":"u"}\n'
    )
    path.write_bytes(b'{"kamsync memory":1}\n' + act)

    assert ["a-1"] == list(reopened(path).records("a"))
    assert None is Memory(path=path).identity()


def test_a_connector_opens_its_file_when_it_is_first_asked(path):
    """What is wrong with one system is told where that system is read, and stops no other."""
    path.write_bytes(b"id,name\n")
    memory = Memory(path=path)
    memory.close()

    with pytest.raises(ConfigurationInvalid, match="not the file of a memory system"):
        memory.describe()


def test_a_cursor_from_beyond_the_end_of_a_file_means_everything(path):
    """An older copy was put back, and what people do there since is read at once."""
    system = reopened(path)
    native_id = system.create("account", {"name": "Acme"})
    older = path.read_bytes()
    system.edit("account", native_id, {"name": "Acme Ltd"})
    cursor = [*Memory.over(system).read("account", ["name"], None)][-1].cursor
    path.write_bytes(older)
    again = reopened(path)

    pages = Memory.over(again).read("account", ["name"], cursor)

    assert [{"name": "Acme"}] == [each.values for page in pages for each in page.readings]
