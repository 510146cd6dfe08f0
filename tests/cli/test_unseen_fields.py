"""A plan says what a system does not show, since nobody can agree on that."""

from __future__ import annotations


def test_a_plan_does_not_say_that_systems_agree_where_it_may_not_write(hub):
    """What may only be read may differ in everything."""
    hub.anna.create("account", {"name": "Nordwind", "tier": "key"})
    lines = [line for line in hub.file.read_text().splitlines() if not line.startswith("allow")]
    hub.configure("\n".join(lines))

    result = hub.run("plan")

    assert 0 == result.exit_code
    assert "Nothing to write: sales, success may only be read" in result.stdout
    assert "every system agrees" not in result.stdout


def test_a_plan_does_not_say_that_systems_agree_where_a_mapped_field_is_not_shown(nordwind, shy):
    """A name that is typed wrong in a map would else look like a field in which nobody says anything."""
    shy("phone", team="success")

    shown = nordwind.run("plan", "--sweep").stdout

    assert "! success does not show phone of account: what people enter there does not" in shown
    assert "agree" not in shown
    assert "Next: kamsync check" in shown
    assert {"success": {"account": ["phone"]}} == nordwind.document("plan", "--sweep")["unseen"]
