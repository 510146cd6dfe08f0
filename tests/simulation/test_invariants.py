"""Each invariant notices what it is there for: a bug is planted, and that number is reported."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable

import pytest
from msgspec import structs

from kamsync.engine import deciding
from kamsync.model import EXISTS, Event, Intent, Op
from kamsync.observe import GONE
from kamsync.plan import Due, _Asker
from kamsync.reviews import Reviews
from kamsync.store import links
from kamsync.store.outbox import Outbox
from kamsync.testing.simulation import INVARIANTS

push = sys.modules["kamsync.engine.push"]
planning = sys.modules["kamsync.engine.planning"]
rounds = sys.modules["kamsync.engine.rounds"]
resolving = sys.modules["kamsync.engine.resolve"]
pulling = sys.modules["kamsync.engine.pull"]
merging = sys.modules["kamsync.engine.merging"]
saying = sys.modules["kamsync.observe.saying"]

Plant = Callable[[pytest.MonkeyPatch], None]


def blind(patch: pytest.MonkeyPatch) -> None:
    """Everybody counts as knowing."""
    fields = sys.modules["kamsync.merge.clauses"].FieldMerge
    patch.setattr(fields, "is_blind", lambda *_: False)


def inventing(patch: pytest.MonkeyPatch) -> None:
    """A write says something else than golden."""
    write = push._Push._write

    def wrong(self, row, link):
        sent = write(self, row, link)
        values = {name: "x-invented" if value else value for name, value in sent.values.items()}
        return structs.replace(sent, values=values)

    patch.setattr(push._Push, "_write", wrong)


def outdated(patch: pytest.MonkeyPatch) -> None:
    """What was sent once is sent again, although golden has moved on."""
    write = push._Push._write
    sent = {}

    def wrong(self, row, link):
        now = write(self, row, link)
        values = {name: sent.setdefault((link.id, name), said) for name, said in now.values.items()}
        return structs.replace(now, values=values)

    patch.setattr(push._Push, "_write", wrong)


def talkative(patch: pytest.MonkeyPatch) -> None:
    """Every round writes into the journal that it was there."""
    finish = rounds.finish_restore

    def wrong(hub):
        hub.note([Event("read", "account", "account-0")])
        finish(hub)

    patch.setattr(rounds, "finish_restore", wrong)


def echoing(patch: pytest.MonkeyPatch) -> None:
    """What we wrote comes back as an edit by somebody who had seen golden."""

    def wrong(fact, cells, intent):
        return structs.replace(
            fact, observed=cells, knows=intent.revision if intent else fact.knows
        )

    patch.setattr(saying, "own", wrong)


def creating_twice(patch: pytest.MonkeyPatch) -> None:
    """A create whose answer was lost is sent again, under another key."""
    numbers = itertools.count()
    key = planning._key
    patch.setattr(planning, "_key", lambda *what: f"{key(*what)}.{next(numbers)}")
    patch.setattr(push._Push, "_unclear", lambda _: frozenset())
    patch.setattr(resolving, "_find", lambda *_: None)


def deleting(patch: pytest.MonkeyPatch) -> None:
    """An update ends the record instead."""

    def wrong(asker):
        return Due(Op.DELETE, {EXISTS: Intent(GONE, asker.record.fields[EXISTS].revision)})

    patch.setattr(_Asker, "update", wrong)


def misflagging(patch: pytest.MonkeyPatch) -> None:
    """A link's flag says that it is alive, whatever its facts say."""
    patch.setattr(links, "is_alive", lambda *_: True)


def unguarded(patch: pytest.MonkeyPatch) -> None:
    """Nothing is out of proportion."""
    patch.setattr(planning, "weigh", lambda *_: ())


def hurried(patch: pytest.MonkeyPatch) -> None:
    """What one system says is merged before the next is read."""
    hear = pulling.hear

    def wrong(hub, system, entity, *what, **how):
        heard = hear(hub, system, entity, *what, **how)
        after = ""
        while ids := merging.moved_records(hub, entity, after):
            merging.merge_records(hub, entity, ids)
            after = ids[-1]
        return heard

    patch.setattr(pulling, "hear", wrong)


def hasty(patch: pytest.MonkeyPatch) -> None:
    """A decision on a page that is out of date is carried out."""
    patch.setattr(deciding, "_require_open", lambda *_: None)


def forgetful(patch: pytest.MonkeyPatch) -> None:
    """A write that was answered stays in flight."""
    finish = Outbox.finish

    def wrong(outbox, ids, state):
        finish(outbox, ids, "inflight" if state == "done" else state)

    patch.setattr(Outbox, "finish", wrong)


def silent(patch: pytest.MonkeyPatch) -> None:
    """A conflict does not say why it is one."""
    save = Reviews.save

    def wrong(reviews, conflicts):
        save(reviews, [structs.replace(conflict, cause="") for conflict in conflicts])

    patch.setattr(Reviews, "save", wrong)


def neglectful(patch: pytest.MonkeyPatch) -> None:
    """One field is never written."""
    writable = _Asker._writable

    def wrong(asker, among=None):
        return (each for each in writable(asker, among) if each[0] != "name")

    patch.setattr(_Asker, "_writable", wrong)


PLANTED: dict[int, Plant] = {
    1: blind,
    2: inventing,
    3: outdated,
    4: talkative,
    5: echoing,
    6: creating_twice,
    7: deleting,
    10: misflagging,
    13: unguarded,
    16: hurried,
    17: hasty,
    23: forgetful,
    24: silent,
    25: neglectful,
}


def test_every_invariant_has_a_bug_that_breaks_it() -> None:
    """28, which compares two histories, is tested beside the others."""
    assert set(INVARIANTS) - {28} == set(PLANTED)


@pytest.mark.slow
@pytest.mark.parametrize("number", PLANTED)
def test_a_breach_is_noticed(number: int, found, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted bug is reported under the number that it breaks."""
    PLANTED[number](monkeypatch)

    assert found(number, 250) is not None
