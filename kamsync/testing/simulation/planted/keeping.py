"""Bugs of the store, of rounds and of decisions: what is kept, asked and allowed."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from msgspec import structs

from kamsync.model import Event
from kamsync.testing.simulation.planted.bug import Bug, Function, Patch

__all__ = ["KEEPING"]

ROUNDS = "kamsync.engine.rounds.run"
STEPS = "kamsync.engine.rounds.steps"
PULL = "kamsync.engine.reading.pull"
OUTBOX = "kamsync.store.outbox"


def _nothing(_: Function) -> Function:
    return lambda *_, **__: None


def _empty(_: Function) -> Function:
    return lambda *_, **__: {}


def _no_alarms(_: Function) -> Function:
    return lambda *_, **__: ()


def _always(_: Function) -> Function:
    return lambda *_, **__: True


def _open_to_all(_: Function) -> Function:
    return lambda *_: nullcontext()


def _talkative(right: Function) -> Function:
    def finish_restore(hub: Any) -> None:
        hub.note([Event("read", "account", "account-0")])
        right(hub)

    return finish_restore


def _hurried(right: Function) -> Function:
    from kamsync.engine.merging.merge import merge_records, moved_records

    def hear(hub: Any, system: Any, entity: str, *what: Any, **how: Any) -> Any:
        heard = right(hub, system, entity, *what, **how)
        after = ""
        while ids := moved_records(hub, entity, after):
            merge_records(hub, entity, ids)
            after = ids[-1]
        return heard

    return hear


def _in_flight_for_ever(right: Function) -> Function:
    return lambda outbox, ids, state: right(outbox, ids, "inflight" if state == "done" else state)


def _causeless(right: Function) -> Function:
    return lambda reviews, conflicts: right(
        reviews, [structs.replace(conflict, cause="") for conflict in conflicts]
    )


KEEPING = {
    "misflagging": Bug(
        "A link's flag says that it is alive, whatever its facts say.",
        (Patch("kamsync.store.links", "is_alive", _always),),
        seeds=8,
        breaks=(10,),
    ),
    "talkative": Bug(
        "Every round writes into the journal that it was there.",
        (Patch(STEPS, "finish_restore", _talkative),),
        seeds=1,
        breaks=(4,),
    ),
    "unguarded": Bug(
        "Nothing is out of proportion.",
        (Patch("kamsync.engine.planning.plan", "weigh", _no_alarms),),
        seeds=21,
        breaks=(13,),
    ),
    "unasked": Bug(
        "What wants an approval goes on without one.",
        (Patch(ROUNDS, "require_consent", _nothing),),
        seeds=21,
        breaks=(13,),
    ),
    "hurried": Bug(
        "What one system says is merged before the next is read.",
        (Patch(PULL, "hear", _hurried),),
        seeds=129,
        breaks=(16,),
    ),
    "hasty": Bug(
        "A decision on a page that is out of date is carried out.",
        (Patch("kamsync.engine.deciding.decide", "require_open", _nothing),),
        seeds=84,
        breaks=(17,),
    ),
    "forgetful": Bug(
        "A write that was answered stays in flight.",
        (Patch(OUTBOX, "Outbox.finish", _in_flight_for_ever),),
        seeds=1,
        breaks=(23,),
    ),
    "amnesiac": Bug(
        "What was sent before a crash is not remembered.",
        (Patch(OUTBOX, "Outbox.inflight_of", _empty),),
        seeds=3,
    ),
    "crowded": Bug(
        "Whoever wants to run a round runs one, whatever runs already.",
        (Patch("kamsync.store.main", "Store.round_lock", _open_to_all),),
        seeds=1,
        breaks=(11,),
    ),
    "silent": Bug(
        "A conflict does not say why it is one.",
        (Patch("kamsync.reviews", "Reviews.save", _causeless),),
        seeds=3,
        breaks=(24,),
    ),
}
"""Each bug by its name."""
