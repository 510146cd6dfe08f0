"""Work is done in batches, so that memory does not grow with the data; their size changes nothing."""

from __future__ import annotations

import pytest

from kamsync.model import Kind


def _story(stage, batch):
    """Tell a story with more records than a small batch holds, and return what it led to."""
    hub = stage("sales", "success", entities=("account", "contact"), batch=batch)
    for desk in hub.desks.values():
        desk.memory._batch = min(batch, 100)
        desk.memory._page = min(batch, 200)
    sales, success = hub["sales"], hub["success"]
    here = [sales.create(name=f"Acme {i}", domains=[f"acme{i}.com"]) for i in range(7)]
    for i, id_ in enumerate(here):
        sales.create("contact", account=id_, last_name=f"Li {i}", email=f"li@acme{i}.com")
    there = [success.create(name=f"Acme {i}", domains=[f"acme{i}.com"]) for i in range(4)]
    hub.meet()
    hub.settle()
    for i in (0, 2, 4, 5, 6):
        sales.edit(here[i], industry="steel")
    success.edit(there[0], industry="software")
    sales.delete(here[3])
    sales.merge(here[1], here[2])
    hub.settle()
    hub.settle()
    return {
        "sales": sorted(sales.world.records("account").values(), key=repr),
        "success": sorted(success.world.records("account").values(), key=repr),
        "contacts": success.all("last_name", "contact"),
        "conflicts": sorted((c.kind, c.field) for c in hub.conflicts()),
        "at rest": hub.preview().plan.writes,
    }


def test_batches_of_two_lead_to_what_one_batch_leads_to(stage):
    """Records, systems, questions."""
    assert _story(stage, 500) == _story(stage, 2)


@pytest.mark.parametrize("batch", [1, 3])
def test_the_story_ends_as_it_should(stage, batch):
    """A comparison alone could be one of two failures."""
    end = _story(stage, batch)

    assert [f"Li {i}" for i in range(7)] == end["contacts"]
    assert 0 == end["at rest"]
    assert {(Kind.VALUE, "industry"), (Kind.DELETE, "exists")} <= set(end["conflicts"])
    assert 5 == len(end["sales"])
    assert 7 == len(end["success"])


def test_a_batch_is_as_large_as_the_system_takes(stage):
    """A system that takes five rows a call is called four times for twenty."""
    hub = stage("sales", "success")
    hub["success"].memory._batch = 5
    for i in range(20):
        hub["sales"].create(name=f"Acme {i}", domains=[f"acme{i}.com"])

    hub.meet()

    assert 20 == len(hub["success"].ids())
    assert 4 == hub["success"].memory.calls["write"]


def test_a_round_without_changes_reads_no_record(met):
    """Deltas cost what changed, not what exists."""
    hub, _, _ = met("sales", "success")
    hub.settle()

    result = hub.round()

    assert [0, 0] == [each["account"].read for each in result.pulled.values()]
    assert 0 == result.merged.moved


@pytest.mark.parametrize("url", ["sqlite://", "file", "postgres"])
def test_every_store_leads_to_the_same_end(stage, url, tmp_path, request):
    """The engine asks nothing of a store that one of them lacks."""
    if url == "file":
        url = f"sqlite:///{tmp_path / 'kamsync.db'}"
    elif url == "postgres":
        url = request.getfixturevalue("postgres_url")
    hub = stage("sales", "success", entities=("account", "contact"), url=url)
    acme = hub["sales"].create(name="Acme", domains=["acme.com"])
    hub["sales"].create("contact", account=acme, last_name="Li", email="li@acme.com")
    there = hub["success"].create(name="Acme", domains=["acme.com"])
    hub.meet()
    hub.settle()
    hub["sales"].edit(acme, name="Acme Corp")
    hub["success"].edit(there, name="Acme Inc")
    hub.settle()
    hub.decide(hub.conflict(), "Acme SE")
    hub.settle()

    assert "Acme SE" == hub["sales"].get(acme, "name") == hub["success"].get(there, "name")
    assert ["Li"] == hub["success"].all("last_name", "contact")
    assert [] == hub.store.verify()
