"""The outbox: planned writes and open intents."""

from __future__ import annotations

from msgspec import structs

from kamsync.model import Intent, Op
from kamsync.store import OutboxRow


def write(link: int, **more) -> OutboxRow:
    """Return a planned update of two cells."""
    fields = {"name": Intent(("Acme", None), 7)}
    what = {"system": "sales", "link": link, "op": Op.UPDATE, "fields": fields} | more
    return OutboxRow(id=0, plan="", entity="account", record="a", key=f"k{link}", **what)


def test_planned_writes_come_back_in_the_order_of_the_plan(store):
    """Each plan and each system sees its own."""
    added = store.outbox.add(
        "plan-1", [write(1), write(2, system="success"), write(3, op=Op.CREATE)]
    )
    store.outbox.add("plan-2", [write(1)])

    assert [added[0], added[2]] == store.outbox.todo("plan-1", "sales", 0, 10)
    assert [added[2]] == store.outbox.todo("plan-1", "sales", added[0].id, 10)
    assert added == store.outbox.of_plan("plan-1", 0, 10)
    assert ["plan-1"] * 3 == [row.plan for row in added]


def test_a_started_write_is_an_open_intent_with_its_version(store):
    """Several intents of one link come oldest first."""
    first, second, other = store.outbox.add("plan-1", [write(1), write(1), write(2)])

    store.outbox.start({first.id: "v1", second.id: "v2"}, at="now")

    intents = store.outbox.inflight_of([1, 2])
    assert {1: ["v1", "v2"]} == {
        link: [row.version for row in rows] for link, rows in intents.items()
    }
    assert ["now"] * 2 == [row.at for row in intents[1]]
    assert {("sales", "account", "update")} == store.outbox.open_kinds()
    assert [second.id] == [row.id for row in store.outbox.inflight("sales", "account", first.id, 9)]
    assert [other] == store.outbox.todo("plan-1", "sales", 0, 10)


def test_a_finished_write_is_neither_to_do_nor_in_flight(store):
    """It stays on record in its plan."""
    rows = store.outbox.add("plan-1", [write(1), write(2), write(3)])
    store.outbox.start({row.id: "v" for row in rows})

    store.outbox.finish([rows[0].id], "done")
    store.outbox.finish([rows[1].id, rows[2].id], "dropped")

    assert {} == store.outbox.inflight_of([1, 2, 3])
    assert ["done", "dropped", "dropped"] == [
        row.state for row in store.outbox.of_plan("plan-1", 0, 9)
    ]


def test_a_write_can_say_that_it_landed(store):
    """Fields, state, version and time are replaced together."""
    [row] = store.outbox.add("plan-1", [write(1)])
    landed = {"name": Intent(("Acme", None), 7, landed=True)}
    changed = structs.replace(row, fields=landed, state="inflight", version="v9", at="t")
    store.outbox.update([changed])

    assert {1: [changed]} == store.outbox.inflight_of([1])


def test_the_writes_of_old_rounds_are_forgotten(store):
    """An open intent is kept however old its round is; what was never sent is planned anew anyway."""
    for number in (1, 2, 3):
        round_ = store.rounds.start("sync", f"2026-01-0{number}")
        writes = [write(number), write(10 + number), write(20 + number)]
        rows = store.outbox.add(round_, writes)
        store.outbox.finish([rows[0].id], "done")
        store.outbox.start({rows[1].id: "v"})

    store.outbox.prune(keep=1)

    assert [1, 1, 3] == [len(store.outbox.of_plan(f"round-{n}", 0, 9)) for n in (1, 2, 3)]
    assert 3 == len(store.outbox.inflight_of([11, 12, 13]))


def test_what_was_approved_is_known_until_it_is_written(store):
    """Only writes of rounds that a person let through, until that round or a later one has made them."""
    asked, unasked = (store.rounds.start("sync", "now") for _ in range(2))
    first, second, third = store.outbox.add(asked, [write(1), write(2), write(3)])
    later, _ = store.outbox.add(unasked, [write(2), write(4)])
    store.rounds.approve(asked, "8f3c")
    store.outbox.finish([first.id], "dropped")
    store.outbox.finish([third.id], "done")

    assert {1: [first.id], 2: [second.id]} == _ids(store.outbox.approved_of([1, 2, 3, 4]))
    store.outbox.finish([later.id], "done")
    assert {1: [first.id]} == _ids(store.outbox.approved_of([1, 2, 3, 4]))


def test_what_was_approved_is_forgotten_where_a_system_is_not_believed(store):
    """What was written then may be due again, and nobody has seen that."""
    asked = store.rounds.start("sync", "now")
    store.outbox.add(asked, [write(1), write(2)])
    store.rounds.approve(asked, "8f3c")
    assert "8f3c" == store.rounds.get(asked).approved

    store.distrust("sales")

    assert {} == store.outbox.approved_of([1, 2])


def _ids(found):
    return {link: [row.id for row in rows] for link, rows in found.items()}
