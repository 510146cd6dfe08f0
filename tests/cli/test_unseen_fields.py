"""A plan says what a system does not show, since nobody can agree on that."""

from __future__ import annotations

SHY = """
from kamsync import hookimpl
from kamsync.lenses import identity_map
from kamsync.memory import Memory

class Shy(Memory):
    kind = "shy"

    def read(self, object_, names, cursor):
        self.system.hidden.add(("account", "phone"))
        return super().read(object_, names, cursor)

@hookimpl
def kamsync_connectors():
    return {"shy": Shy}

@hookimpl
def kamsync_mappings(kind, schema):
    if kind == "shy":
        return [identity_map(each, each.name) for each in schema.entities.values()]
"""


def test_a_plan_does_not_say_that_systems_agree_where_it_may_not_write(hub):
    """What may only be read may differ in everything."""
    hub.anna.create("account", {"name": "Nordwind", "tier": "key"})
    lines = [line for line in hub.file.read_text().splitlines() if not line.startswith("allow")]
    hub.configure("\n".join(lines))

    result = hub.run("plan")

    assert 0 == result.exit_code
    assert "Nothing to write: sales, success may only be read" in result.stdout
    assert "every system agrees" not in result.stdout


def test_a_plan_does_not_say_that_systems_agree_where_a_mapped_field_is_not_shown(nordwind, plugin):
    """A name that is typed wrong in a map would else look like a field in which nobody says anything."""
    plugin("shy", SHY)
    text = nordwind.file.read_text().replace(
        'connector = "memory"\nteam = "success"', 'connector = "shy"\nteam = "success"'
    )
    nordwind.configure(f'plugins = ["shy"]\n{text}')

    shown = nordwind.run("plan", "--sweep").stdout

    assert "! success does not show phone of account: what people enter there does not" in shown
    assert "agree" not in shown
    assert "Next: kamsync check" in shown
    assert {"success": {"account": ["phone"]}} == nordwind.document("plan", "--sweep")["unseen"]
