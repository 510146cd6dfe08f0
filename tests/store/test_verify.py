"""Verify: what is wrong with a store is found and told in sentences."""

from __future__ import annotations

import pytest

from kamsync.model import Fact, Intent, Link, Op, Record
from kamsync.store import OutboxRow


def test_a_store_in_use_is_whole(store):
    """Nothing is found where nothing is wrong."""
    store.records.save([Record("a", "account", {})])
    store.links.save([Link(store.take("link"), "sales", "account", "1", "a", {})])
    row = OutboxRow(0, "", "sales", "account", 1, "a", Op.UPDATE, {"n": Intent((1,), 1)}, "k")
    [row] = store.outbox.add("plan", [row])
    store.outbox.start({row.id: "v"})

    assert [] == store.verify()


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        ("UPDATE link SET moved = 0", "The flags of link 1 do not say what its facts say."),
        ("UPDATE link SET alive = 0", "The flags of link 1 do not say what its facts say."),
        ("UPDATE link SET facts = 'x'", "The flags of link 1 do not say what its facts say."),
        ("UPDATE record SET fields = '[]'", "1 row of record cannot be read."),
        ("UPDATE outbox SET link = 7", "1 open write has no link."),
        (
            "UPDATE record SET merged_into = 'x'",
            "1 record was merged into one that does not exist.",
        ),
        ("UPDATE match_key SET record = 'x'", "1 match key names a record that does not exist."),
        ("UPDATE counter SET value = 0 WHERE name = 'outbox'", "The counter of outbox stands at 0"),
    ],
)
def test_what_is_wrong_is_told(store, damage, sentence):
    """Each in a sentence, and nothing else beside it."""
    store.records.save([Record("a", "account", {})])
    store.records.save_keys("account", {"a": ["domain:x"]})
    facts = {"name": Fact(("x",))}
    store.links.save([Link(store.take("link"), "sales", "account", "1", "a", facts)])
    row = OutboxRow(0, "", "sales", "account", 1, "a", Op.UPDATE, {"n": Intent((1,), 1)}, "k")
    [row] = store.outbox.add("plan", [row])
    store.outbox.start({row.id: "v"})
    store.database.run(damage)

    [told] = store.verify()
    assert told.startswith(sentence)


def test_many_faults_of_one_kind_are_counted(store):
    """A page of them is enough to see what it is."""
    store.links.save(
        [Link(store.take("link"), "s", "account", str(n), None, {}) for n in range(50)]
    )
    store.database.run("UPDATE link SET moved = 1")

    told = store.verify()
    assert (21, "So it is with 30 more links.") == (len(told), told[-1])
