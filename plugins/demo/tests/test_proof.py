"""The proof is worth something only if it fails where something is lost."""

from kamsync.memory.acts import Deed
from kamsync.model import Author
from kamsync_demo.chapters import proven
from kamsync_demo.proof import clobbers, created_twice, fates
from kamsync_demo.telling import Mute, Telling
from kamsync_demo.world import HERO

OURS = Author("kamsync", own=True)


def prove(stage):
    """Return the figures, and whether all of them hold."""
    return proven(stage, Telling(Mute()))


def test_it_holds_where_nothing_is_wrong(stage):
    """Whatever the systems met with is accounted for."""
    figures, holds = prove(stage)

    assert holds
    assert figures["values"] > 1000


def test_an_edit_that_vanished_unseen_is_named_as_lost(stage):
    """Somebody writes as kamsync over an edit, in a system without a history."""
    hero = stage.record(HERO)
    stage.edit("Priya Raman", "account", "account", hero, {"description": "Call on Monday."})
    native_id = stage.native("account", hero)
    world = stage.worlds["account"]
    with world.session():
        world.do(Deed.EDIT, "key_account", native_id, {"description": "Never mind."}, OURS)

    figures, holds = prove(stage)

    assert not holds
    assert [f"account {native_id}.description ('Call on Monday.',)"] == figures["lost"]
    assert (1, 0) == clobbers(stage)


def test_an_edit_that_waits_for_a_person_is_not_lost(stage):
    """Two teams name another owner; both are contenders."""
    hero = stage.record(HERO)
    before = fates(stage)
    for person, system, field in (
        ("Ada Weber", "sales", "OwnerId"),
        ("Jonas Holm", "account", "manager"),
    ):
        owner = stage.native(system, stage.record(person))
        stage.edit(person, system, "account", hero, {field: owner})
    stage.round()

    after = fates(stage)

    assert () == after.lost
    assert before.waiting + 2 == after.waiting


def test_a_record_that_kamsync_creates_once_more_is_counted(stage):
    """The same contact, created again as kamsync."""
    world = stage.worlds["success"]
    values = next(row.values for row in world.table("contact").living() if row.acts[0].own is False)
    with world.session():
        world.do(Deed.CREATE, "contact", None, dict(values), OURS)

    assert 1 == created_twice(stage)


def test_a_write_in_the_last_round_fails_the_proof(stage):
    """An edit just before it is not the end of the story."""
    stage.edit(
        "Ada Weber", "sales", "account", stage.record(HERO), {"Notes": "Call them on Monday."}
    )

    figures, holds = prove(stage)

    assert not holds
    assert 2 == figures["last_round_writes"]
