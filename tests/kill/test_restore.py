"""An older store is put back while the systems have gone on: it sends and creates nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

pytestmark = pytest.mark.slow

SYSTEMS = ("sales", "success", "support")
KILLS = 6


@pytest.fixture
def met(world: Any) -> Any:
    """A world in which three accounts and a contact are known everywhere, and all agree."""
    for name in ("acme", "best", "core"):
        for system in SYSTEMS:
            values = {"name": name, "domains": [f"{name}.example"], "industry": "steel"}
            world.create(system, "account", values)
    contact = {"email": "ann@acme.example", "last_name": "Ann", "account": "acme"}
    world.create("sales", "contact", contact)
    world.settle()
    assert [] == world.differing()
    return world


@pytest.fixture
def backup(met: Any, tmp_path: Path) -> Path:
    """A backup of that world's store, made by the command."""
    made = met.run("backup", str(tmp_path / "backup.gz"))
    assert 0 == made.returncode, made.stderr
    return tmp_path / "backup.gz"


@pytest.fixture
def restore(met: Any, backup: Path) -> Callable[[], None]:
    """Put the store back as it was, by the command."""

    def put_back() -> None:
        done = met.run("restore", str(backup), "--replace")
        assert 0 == done.returncode, done.stderr

    return put_back


def held(world: Any) -> list[tuple[str, str]]:
    """The fields under review."""
    return sorted((name, field) for _, name, field in world.held())


def test_what_was_written_after_the_backup_is_neither_written_nor_created_again(met, restore):
    """A value, a newcomer, and a deletion that the restored store knows nothing of."""
    met.edit("sales", "account", "acme", {"industry": "glass"})
    met.create("success", "account", {"name": "dune", "domains": ["dune.example"]})
    met.delete("sales", "contact", "ann@acme.example")
    met.settle()
    assert [] == met.differing()
    before = met.natives()
    restore()

    rounds = met.settle()

    assert [0] == [each.written for each in rounds]
    assert before == met.natives()
    assert [] == held(met)
    assert [] == met.faults()


def test_what_the_systems_disagree_on_is_held_until_it_is_decided(met, restore):
    """An edit that nobody had heard when the store was put back, and one that was made since."""
    met.edit("sales", "account", "acme", {"industry": "glass"})
    met.settle()
    met.edit("support", "account", "best", {"industry": "paper"})
    restore()
    met.edit("success", "account", "core", {"industry": "linen"})
    before = met.natives()

    rounds = met.settle()

    assert [0] == [each.written for each in rounds]
    assert before == met.natives()
    assert [("best", "industry"), ("core", "industry")] == held(met)
    for name, industry in (("best", "paper"), ("core", "linen")):
        met.decide(("account", name, "industry"), value=industry)
    met.settle()
    assert [] == met.differing()
    assert [] == held(met)
    assert [] == met.repeats()


def test_an_edit_that_lost_after_the_backup_is_asked_about_again(met, restore):
    """A history shows it under a write of ours, and the restored store has never heard of it."""
    for system in ("sales", "success"):
        met.edit(system, "account", "best", {"description": f"as {system} sees it"})
    met.settle()
    met.decide(("account", "best", "description"), value="as both see it")
    met.settle()
    before = met.natives()
    restore()

    rounds = met.settle()

    assert [0] == [each.written for each in rounds]
    assert before == met.natives()
    assert [("best", "description")] == held(met)
    met.decide(("account", "best", "description"), value="as both see it")
    assert [0] == [each.written for each in met.settle()]
    assert [] == held(met)


def test_a_conflict_that_was_open_in_the_backup_and_was_decided_since_asks_for_nothing(
    met, tmp_path
):
    """All systems show what was decided, so nothing is left of the question."""
    for system in ("sales", "success"):
        met.edit(system, "account", "best", {"description": f"as {system} sees it"})
    met.settle()
    assert 0 == met.run("backup", str(tmp_path / "held.gz")).returncode
    met.decide(("account", "best", "description"), value="as both see it")
    met.settle()
    before = met.natives()
    assert 0 == met.run("restore", str(tmp_path / "held.gz"), "--replace").returncode

    rounds = met.settle()

    assert [0] == [each.written for each in rounds]
    assert before == met.natives()
    assert [] == held(met)


def test_a_write_that_was_under_way_in_the_backup_is_not_sent_again(met, tmp_path):
    """The backup is made between the intent and the send; the write lands, then the backup returns."""
    met.edit("sales", "account", "acme", {"industry": "glass"})
    met.create("sales", "account", {"name": "dune", "domains": ["dune.example"]})
    child = met.start("between intent and send", 1)
    assert child.follow("stopped")
    assert 0 == met.run("backup", str(tmp_path / "open.gz")).returncode
    child.kill()
    met.settle()
    before = met.natives()
    assert 0 == met.run("restore", str(tmp_path / "open.gz"), "--replace").returncode

    rounds = met.settle()

    assert [0] == [each.written for each in rounds]
    assert before == met.natives()
    assert [] == met.differing()
    assert [] == met.twins()


def test_a_round_after_a_restore_that_is_killed_believes_no_more_than_one_that_is_not(met, restore):
    """The restoration lasts until every record was read, however often that breaks off."""
    met.edit("sales", "account", "acme", {"industry": "glass"})
    met.settle()
    met.edit("support", "account", "best", {"industry": "paper"})
    restore()
    before = met.natives()

    for place, step in (("pull", 5), ("pull", 60), ("settle", 3), ("settle", 40)):
        child = met.start(place, step)
        assert child.follow("stopped"), child.end()
        child.kill()

    rounds = met.settle()
    assert [0] == [each.written for each in rounds]
    assert before == met.natives()
    assert [("best", "industry")] == held(met)


def test_a_restore_that_is_killed_leaves_the_old_store_or_the_new_one(met, backup):
    """At any moment; and afterwards it can be run again."""
    met.edit("sales", "account", "acme", {"industry": "glass"})
    met.settle()
    args = ("restore", str(backup), "--replace")
    random = Random(1)
    took_s = met.killed_after(args, None)

    for _ in range(KILLS):
        met.settle()
        met.killed_after(args, random.uniform(0.3, 1) * took_s)
        assert [] == met.faults()
        assert [0] == [each.written for each in met.settle()]

    assert [] == met.differing()
    assert [] == held(met)
