"""The simulation's histories with a portal in place of one of its systems: its invariants hold there too.

Everything that people do in that system they do at the portal's screen as well, and everything that the
hub does there it does through this connector; so the system in memory and the portal are twins, and
what judges the one judges the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from msgspec import structs

from kamsync.clock import SetClock
from kamsync.lenses import identity_map
from kamsync.memory import Memory
from kamsync.memory.acts import Deed
from kamsync.model import Op, Page, Receipt
from kamsync.redact import Secret
from kamsync.sandbox.clock import VirtualClock
from kamsync.testing.simulation import landing
from kamsync.testing.simulation import world as worlds
from kamsync.testing.simulation.choices import Tape
from kamsync.testing.simulation.runner import play
from kamsync.testing.simulation.schema import FIELDS, SCHEMA
from kamsync_hubspot.connector import ABLE, HubSpot
from kamsync_hubspot.sandbox import Settings, start
from kamsync_hubspot.testing import PERSON

OBJECTS = {"account": "companies", "contact": "contacts"}
NEEDED = {"account": {"name": "A company"}, "contact": {"lastname": "A person"}}
GROUPS = {"account": "companyinformation", "contact": "contactinformation"}
TOUCHED = "hs_lead_status"
MAPS = {entity: identity_map(SCHEMA.entity(entity), entity) for entity in OBJECTS}
MUCH = 1_000_000
STEPS = 120
RACES = frozenset(
    {
        "edit before a call",
        "edit before a row",
        "edit after a call",
        "edit after a row",
        "row lands late",
        "row unknown, done",
        "row unknown, not done",
        "no answer, all done",
    }
)
"""What goes wrong: people are quicker or slower than the hub by a moment, and answers are lost."""


class Twin(Memory):
    """A connector to a portal that is the twin of a system in memory."""

    def pair(self) -> Twin:
        """Make the portal, and let what happens in the system happen there."""
        settings = Settings(
            lag_ms=(0, 0), versions=1000, per_ten_seconds=MUCH, searches_per_second=MUCH
        )
        self.portal = start(clock=VirtualClock(self.system.clock.now()), settings=settings)
        self.hubspot = HubSpot(
            token=Secret(self.portal.credentials["token"]),
            url=self.portal.url,
            app=str(settings.app_id),
            page=7,
            parallel=2,
            archive_every_s=0,
        )
        # Its pace is another test's matter, and must not move the clock of this one.
        self.hubspot.use(SetClock())
        self.hubspot.setup(list(OBJECTS.values()), dry_run=False)
        for object_ in OBJECTS:
            for name in FIELDS[object_]:
                self._define(object_, name)
        self.there: dict[str, str] = {}
        self.here: dict[str, str] = {}
        told = self.system.told
        self.system.told = lambda cast, act: (told(cast, act), self._mirror(act))
        self.touches = 0
        return self

    def _define(self, object_: str, name: str) -> None:
        body = {
            "name": f"sim_{name}",
            "label": name,
            "groupName": GROUPS[object_],
            "type": "string",
            "fieldType": "text",
        }
        path = self.hubspot.transport.paths.properties
        self.hubspot.transport.send(path, body, object=OBJECTS[object_])

    def _mirror(self, act) -> None:
        """Let a person do at the screen what was just done in memory."""
        if act.own:
            return
        values = {f"sim_{name}": value or "" for name, value in act.values.items()}
        if act.deed is Deed.CREATE:
            made = self._at_screen("create", act.object, values={**NEEDED[act.object], **values})
            self._tie(act.id, made)
        elif act.deed is Deed.EDIT and act.values:
            self._at_screen("edit", act.object, id=self.there[act.id], values=values)
        elif act.deed is Deed.DELETE:
            self._at_screen("delete", act.object, id=self.there[act.id])
        elif act.deed is Deed.MERGE:
            self._merge(act)
        else:
            self.touches += 1
            touched = {TOUCHED: ("NEW", "OPEN")[self.touches % 2]}
            self._at_screen("edit", act.object, id=self.there[act.id], values=touched)

    def _merge(self, act) -> None:
        """Merge at the screen: a new record takes both over, and fills its blanks from the other."""
        survivor, loser = self.there[act.into], self.there[act.id]
        kept = self._at_screen("merge", act.object, id=survivor, loser=loser)
        self.here.pop(survivor)
        self._tie(act.into, kept)
        held = self._at_screen("read", act.object, id=kept)["properties"]
        row = self.system.row(act.object, act.into)
        filled = {
            name: held.get(f"sim_{name}")
            for name in FIELDS[act.object]
            if (held.get(f"sim_{name}") or None) != row.values.get(name)
        }
        if filled:
            self.system.act(act.by).edit(act.object, act.into, filled)

    def _tie(self, here: str, there: str) -> None:
        self.there[here] = there
        self.here[there] = here

    def _at_screen(self, verb, object_, **options):
        self._in_time()
        return self.portal.act(PERSON, verb, object=OBJECTS[object_], **options)

    def _in_time(self) -> None:
        self.portal.clock.set(self.system.now())

    # What the hub reads and writes goes through the connector; ids are translated on the way.

    def read(self, object_, names, cursor) -> Iterator[Page]:
        self._begin("read", object_)
        self._in_time()
        pages = self.hubspot.read(OBJECTS[object_], [f"sim_{n}" for n in names], cursor)
        for number, page in enumerate(pages):
            if number:
                self._begin("read", object_)
            readings = [each for r in page.readings if (each := self._told(r)) is not None]
            self.faults.after("read", object_)
            self._show_all(object_, readings, names)
            yield Page(tuple(readings), page.cursor)
            self._in_time()

    def fetch(self, object_, names, native_ids):
        self._begin("fetch", object_, native_ids)
        self._in_time()
        ids = [self.there[each] for each in native_ids if each in self.there]
        found = self.hubspot.fetch(OBJECTS[object_], [f"sim_{n}" for n in names], ids)
        return self._handed_on("fetch", object_, names, found.values(), lambda r: r.native_id)

    def find(self, object_, names, stamps):
        self._begin("find", object_, stamps)
        self._in_time()
        found = self.hubspot.find(OBJECTS[object_], [f"sim_{n}" for n in names], stamps)
        return self._handed_on("find", object_, names, found.values(), lambda r: r.stamp)

    def history(self, object_, names, since):
        self._begin("history", object_, since)
        self._in_time()
        asked = {self.there[each]: version for each, version in since.items() if each in self.there}
        told = self.hubspot.history(OBJECTS[object_], [f"sim_{n}" for n in names], asked)
        entries = {
            self.here[key]: [
                structs.replace(
                    entry, values={n.removeprefix("sim_"): v for n, v in entry.values.items()}
                )
                for entry in each
            ]
            for key, each in told.items()
            if key in self.here
        }
        self.faults.after("history", object_)
        for native_id in entries:
            self.system.watch.tell(self._acts_since(object_, native_id, since[native_id]))
        return entries

    def _acts_since(self, object_, native_id, version):
        at_ms = int(version) if version.isdecimal() else 0
        acts = self.system.table(object_).rows[native_id].acts
        return [act for act in acts if int(act.at.timestamp() * 1000) >= at_ms]

    def _handed_on(self, call, object_, names, found, key):
        readings = [each for r in found if (each := self._told(r)) is not None]
        self.faults.after(call, object_)
        self._show_all(object_, readings, names)
        return {key(reading): reading for reading in readings}

    def _show_all(self, object_, readings, names) -> None:
        rows = self.system.table(object_).rows
        self._show([rows[r.native_id] for r in readings if r.native_id in rows], tuple(names))

    def _told(self, reading):
        """Return a reading under the ids of the twin; None for one that only changed its id."""
        native_id = self.here.get(reading.native_id)
        if native_id is None:
            return None
        into = self.here[reading.merged_into] if reading.merged_into else None
        held = reading.values
        values = None if held is None else {n.removeprefix("sim_"): v for n, v in held.items()}
        return structs.replace(reading, native_id=native_id, merged_into=into, values=values)

    def _land(self, object_, write) -> Receipt:
        """Carry out one write in both; they must say the same of it."""
        self._in_time()
        values = {f"sim_{name}": value for name, value in write.values.items()}
        if write.op is Op.CREATE:
            values |= NEEDED[object_]
        native_id = self.there.get(write.native_id or "", write.native_id)
        [receipt] = self.hubspot.write(
            OBJECTS[object_], [structs.replace(write, values=values, native_id=native_id)]
        )
        twin = super()._land(object_, write)
        assert (twin.outcome, bool(twin.reading)) == (receipt.outcome, bool(receipt.reading)), (
            receipt
        )
        if write.op is Op.CREATE and twin.native_id not in self.there:
            self._tie(twin.native_id, receipt.native_id)
        return twin


@pytest.fixture
def twins(monkeypatch):
    """Let the first system of every history be a portal, with what HubSpot is able to do."""
    made = []

    class Chosen(Memory):
        @classmethod
        def over(cls, system, can, **options):
            if system.cast.kind != "hubspot" or "faults" not in options:
                return Memory.over(system, can, **options)
            made.append(Twin.over(system, can, **options).pair())
            return made[-1]

    def drawn(*given):
        setting = draw(*given)
        first, *others = setting.casts
        first = structs.replace(
            first,
            kind="hubspot",
            can=ABLE,
            rewrites=False,
            limit=None,
            follows=False,
            lateness=timedelta(0),
            maps=MAPS,
        )
        acts = {act: weight for act, weight in setting.acts.items() if act != "undelete"}
        acts |= {"push": 20, "settle": 12}
        return structs.replace(
            setting, casts=(first, *others), acts=acts, faults=RACES, fault_rate=0.7
        )

    draw = worlds.draw_setting
    monkeypatch.setattr(worlds, "draw_setting", drawn)
    monkeypatch.setattr(landing, "Memory", Chosen)
    yield made
    for twin in made:
        twin.hubspot.close()
        twin.portal.close()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_a_history_with_a_portal_breaks_nothing(twins, seed):
    """No edit is lost, no value appears that nobody entered, and all agree in the end."""
    played = play(Tape(seed), STEPS)

    assert played.breach is None, played.breach
    assert twins
