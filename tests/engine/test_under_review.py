"""While a person is asked whether a record is there at all, the rest of it goes on flowing."""

from __future__ import annotations

from kamsync.model import Kind


def test_an_edit_still_flows_between_the_systems_that_have_the_record(stage):
    """Only existence is held: what sales enters reaches account management."""
    hub = stage("sales", "success", "account")
    acme = hub["sales"].create(name="acme", domains=["acme.com"])
    hub.meet()
    hub.settle()
    hub["success"].delete(hub.native("success", hub.record()))
    hub.round()
    assert [Kind.DELETE] == [conflict.kind for conflict in hub.conflicts()]

    hub["sales"].edit(acme, name="Acme AG")
    hub.round()

    assert ["Acme AG"] == hub["account"].all("name")
    assert [] == hub["success"].ids()
    assert [Kind.DELETE] == [conflict.kind for conflict in hub.conflicts()]
