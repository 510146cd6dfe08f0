import pytest

from kamsync.engine import Hub, System, preview, run_round
from kamsync.entities import core_schema
from kamsync.lenses import identity_map
from kamsync.memory import Memory, MemorySystem
from kamsync.model import Op
from kamsync.policy import parse_policy
from kamsync.store import open_store
from kamsync_hubspot.portal.checks import KEPT
from kamsync_hubspot.portal.mapping import maps
from kamsync_hubspot.testing.world import PERSON, connected, standing

SCHEMA = core_schema()
ENTITIES = ("account", "contact", "employee", "opportunity", "split")
EVERY_OP = dict.fromkeys(ENTITIES, frozenset(Op))


class Stage:
    """A portal, a system in memory, and the hub between them."""

    def __init__(self, portal, connector):
        self.portal = portal
        self.clock = portal.clock
        self.sales = MemorySystem(clock=self.clock)
        memory = Memory.over(self.sales)
        native = {name: identity_map(SCHEMA.entity(name), name) for name in ENTITIES}
        ready = {each.entity: each for each in maps(SCHEMA) if each.entity in ENTITIES}
        allow = {name: ops for name, ops in EVERY_OP.items() if name != "employee"}
        self.hub = Hub(
            schema=SCHEMA,
            systems={
                "sales": System("sales", memory, native, "sales", EVERY_OP),
                "success": System("success", connector, ready, "success", allow),
            },
            policy=parse_policy({}, SCHEMA, {}),
            store=open_store("sqlite://", clock=self.clock),
            clock=self.clock,
        )

    def meet(self):
        self.clock.forward(60)
        plan = preview(self.hub).plan
        return self.round(approve=plan.id)

    def round(self, **options):
        self.clock.forward(60)
        return run_round(self.hub, **options)

    def settle(self):
        for _ in range(10):
            if not self.round().written:
                return
        pytest.fail("The rounds go on writing.")

    def create(self, object_="company", **values):
        """Make a record in the other system."""
        return self.sales.act("sam", "Sam").create(object_, values)

    def edit(self, native_id, **values):
        self.sales.act("sam", "Sam").edit("account", native_id, values)

    def at_screen(self, verb, object_, **options):
        """Let a person of the portal work."""
        self.clock.forward(1)
        return self.portal.act(PERSON, verb, object=object_, **options)

    def look(self, object_, native_id):
        """What the portal's screen shows of a record."""
        return self.portal.act(PERSON, "read", object=object_, id=native_id)["properties"]

    def natives(self, entity):
        """The ids in the portal of all records of an entity."""
        ids = self.hub.store.records.ids(entity, "", 100)
        return [*self.hub.store.links.natives("success", ids).values()]

    def golden(self, entity, field):
        [id_] = self.hub.store.records.ids(entity, "", 100)
        return self.hub.store.records.by_id([id_])[id_].fields[field].value

    def reasons(self):
        return [park.reason for park in self.hub.store.parks.all(100)]


@pytest.fixture
def portal():
    """A portal whose clock stands still, with the property that keeps our id."""
    sandbox = standing()
    first = connected(sandbox)
    first.setup(KEPT, dry_run=False)
    first.close()
    sandbox.calls.clear()
    yield sandbox
    sandbox.close()


@pytest.fixture
def connector(portal):
    """A connector to it, with the sizes of every day."""
    made = connected(portal)
    yield made
    made.close()


@pytest.fixture
def staged():
    """What puts a hub between a portal, by its connector, and a system in memory."""
    return Stage


@pytest.fixture
def stage(portal, connector):
    """A hub between the portal and a system in memory."""
    return Stage(portal, connector)
