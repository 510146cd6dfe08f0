"""Histories of a person who is always quicker or slower than our writes: nothing of theirs is lost.

HubSpot refuses no stale write, so our writes do cover edits. Each that is covered is found in the
history of its property, and comes up as what it is: somebody's edit.
"""

from itertools import pairwise
from random import Random

import pytest

from kamsync.clock import instant
from kamsync.engine import resolve_conflict
from kamsync.model import Decision
from kamsync.sandbox.faults import Fault
from kamsync_hubspot.portal.checks import KEPT
from kamsync_hubspot.sandbox import Settings
from kamsync_hubspot.testing.world import PERSON, connected, standing

FIELDS = {"description": "description", "name": "name"}
STEPS = 40
"""How many things happen in one history, each followed by a round or not."""


class Meddle(Fault, frozen=True, kw_only=True, tag="meddle"):
    """A person edits just before, or just after, a batch of ours is carried out; its answer may be lost."""

    edit: object = None
    random: object = None

    async def strike(self, request, proceed, service):  # noqa: ARG002 - as it is called
        if self.random.random() < 0.5:
            self.edit()
        answer = await proceed()
        if self.random.random() < 0.3:
            self.edit()
        if self.random.random() < 0.3 and request.transport is not None:
            request.transport.abort()
        return answer


class History:
    """One history, drawn from a seed."""

    def __init__(self, stage, seed):
        self.random = Random(seed)
        self.stage = stage
        self.portal = stage.portal
        self.tokens = 0
        self.accounts = [self.stage.create("account", name=f"Client {n}") for n in range(3)]
        self.stage.meet()
        self.stage.settle()
        self.companies = self.stage.natives("account")
        self.entered = {
            (c, n): [f"Client {p}"] for p, c in enumerate(self.companies) for n in FIELDS
        }

    def token(self):
        self.tokens += 1
        return f"text {self.tokens}"

    def at_screen(self):
        """Edit one field in the portal, on the thread of its server."""
        company, name = self.random.choice(self.companies), self.random.choice(list(FIELDS))
        values = {name: self.token()}
        asked = {"object": "companies", "id": company, "values": values}
        self.portal.service.act(PERSON, "edit", asked)
        if self.random.random() < 0.5:
            self.portal.clock.forward(self.random.choice((0.001, 0.3, 2.5)))

    def step(self):
        """Let somebody do something, and perhaps a round follow."""
        self.portal.clock.forward(self.random.choice((0.001, 1, 30)))
        if self.random.random() < 0.5:
            self.portal.run(self.at_screen)
        else:
            account = self.random.choice(self.accounts)
            self.stage.edit(account, **{self.random.choice(list(FIELDS)): self.token()})
        if self.random.random() < 0.5:
            self.stage.round()
        if self.random.random() < 0.3:
            self.decide()

    def decide(self):
        """Decide all that waits, for one of those who stand there."""
        for conflict in self.stage.hub.store.reviews.open():
            value = self.random.choice(conflict.contenders).value
            decision = Decision("rita", instant(self.portal.clock.now()), value)
            resolve_conflict(self.stage.hub, conflict.id, conflict.version, decision)

    def play(self):
        """Play it to its end, at which all is quiet and decided."""
        fault = Meddle(path="*/batch/update", edit=self.at_screen, random=self.random)
        self.portal.faults.add(fault)
        for _ in range(STEPS):
            self.step()
        self.portal.faults.clear()
        # A write whose answer was lost is waited for until it cannot be on its way any more.
        for wait_s in (60, 4000, 60, 60, 60, 60):
            self.portal.clock.forward(wait_s)
            self.stage.round()
            self.decide()
        self.stage.settle()

    def heard(self):
        """Every value that the journal tells of."""
        told = set()
        for record in self.stage.hub.store.records.ids("account", "", 100):
            for entry in self.stage.hub.store.journal.of(record, None, 10_000):
                for event in entry.events:
                    winner = [event.winner] if event.winner else []
                    told |= {event.value if isinstance(event.value, str) else None}
                    told |= {each.value for each in (*winner, *event.losers)}
        return told

    def covered(self):
        """Every value of a person's in the portal that a write of ours replaced."""
        found = set()
        for company in self.companies:
            told = self.stage.hub.systems["success"].connector.history(
                "companies", list(FIELDS), {company: "0"}
            )[company]
            for name in FIELDS:
                steps = [each for each in told if name in each.values]
                found |= {
                    before.values[name]
                    for before, after in pairwise(steps)
                    if after.author.own and not before.author.own
                }
        return found


@pytest.fixture
def portal():
    """A portal that keeps all of its histories."""
    sandbox = standing(Settings(lag_ms=(0, 0), versions=1000))
    first = connected(sandbox)
    first.setup(KEPT, dry_run=False)
    first.close()
    yield sandbox
    sandbox.close()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_no_edit_that_our_write_covered_is_lost(portal, staged, seed):
    """Each of them is heard, all systems agree in the end, and nothing is there that nobody entered."""
    connector = connected(portal, timeout_s=10)
    history = History(staged(portal, connector), seed)

    history.play()

    assert history.covered() <= history.heard()
    assert [] == history.stage.hub.store.reviews.open()
    assert [] == history.stage.reasons()
    for company in history.companies:
        held = history.stage.look("companies", company)
        link = history.stage.hub.store.links.by_native("success", "account", [company])[company]
        native = history.stage.hub.store.links.natives("sales", [link.record])[link.record]
        values = history.stage.sales.values("account", native)
        assert [held.get(name) or None for name in FIELDS] == [values[name] for name in FIELDS]
    connector.close()
