"""However few records are taken up at once, the same becomes of all."""

from __future__ import annotations

import pytest


@pytest.fixture
def outcomes(stage, monkeypatch):
    """What becomes of five accounts of two systems, of which people edit three, by how many are taken up at once."""

    def play(at_once: int) -> tuple[object, ...]:
        hub = stage("sales", "success", "billing")
        monkeypatch.setattr(type(hub.store.database), "at_once", at_once)
        sold = [
            hub["sales"].create(name=f"Acme {number}", domains=[f"acme-{number}.com"])
            for number in range(5)
        ]
        helped = [
            hub["success"].create(name=f"ACME {number}", domains=[f"acme-{number}.com"])
            for number in range(5)
        ]
        hub.meet()
        hub.settle()
        for number in (0, 2, 4):
            hub["sales"].edit(sold[number], website=f"https://acme-{number}.com")
        hub["success"].edit(helped[2], website="https://acme.example")
        plan = hub.preview().plan
        hub.settle()
        ids = hub.records()
        golden = {
            id_: {name: each.value for name, each in record.fields.items()}
            for id_, record in hub.store.records.by_id(ids).items()
        }
        told = [
            [
                (event.act, event.field, event.value)
                for entry in hub.store.journal.of(id_)
                for event in entry.events
            ]
            for id_ in ids
        ]
        return plan.shown, golden, told, hub.store.reviews.count_open()

    return play


@pytest.mark.parametrize("at_once", [1, 2, 5])
def test_golden_the_plan_and_the_journal_are_the_same(outcomes, at_once):
    """Whether some records or all that moved are merged together."""
    every = outcomes(500)

    few = outcomes(at_once)

    assert every == few
