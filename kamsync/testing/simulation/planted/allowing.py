"""Bugs of what is allowed: by the section of a system, by the plan, by whoever runs a round already."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

from msgspec import structs

from kamsync.errors import RetryLater
from kamsync.model import Reading
from kamsync.testing.simulation.planted.bug import Bug, Function, Patch

__all__ = ["ALLOWING"]

HUB = "kamsync.engine.hub"
PULL = "kamsync.engine.reading.pull"
PUSH = "kamsync.engine.writing.push"
STEPS = "kamsync.engine.rounds.steps"


def _always(_: Function) -> Function:
    return lambda *_, **__: True


def _nothing_hidden(_: Function) -> Function:
    return lambda *_, **__: frozenset()


def _no_lock(_: Function) -> Function:
    return lambda *_, **__: nullcontext()


def _one_name(_: Function) -> Function:
    return lambda *_: "00000000"


def _with_what_follows(right: Function) -> Function:
    def sent(*what: Any) -> dict[str, Any]:
        values = dict(right(*what))
        return {"city": "x", **values} if "street" in values else values

    return sent


def _over_the_unseen(right: Function) -> Function:
    def update(self: Any) -> Any:
        shown = {
            name: structs.replace(fact, unseen=False) for name, fact in self.link.facts.items()
        }
        self.link = structs.replace(self.link, facts=shown)
        return right(self)

    return update


def _all_that_is_due(right: Function) -> Function:
    def still_due(self: Any, batch: Any, row: Any, link: Any) -> Any:
        from kamsync.engine.context.batches import due_at

        if not right(self, batch, row, link):
            return {}
        record = batch.records[link.record]
        return dict(due_at(self.hub, batch, record, link, batch.held(record.id)).fields)

    return still_due


def _again_at_once(right: Function) -> Function:
    def pull(*what: Any, **how: Any) -> None:
        try:
            right(*what, **how)
        except RetryLater:
            right(*what, **how)

    return pull


def _blank_for_missing(right: Function) -> Function:
    def hear(
        hub: Any, system: Any, entity: str, readings: Sequence[Reading], *rest: Any, **how: Any
    ) -> Any:
        blank = dict.fromkeys(system.maps[entity].names)
        filled = [
            reading
            if reading.values is None
            else structs.replace(reading, values={**blank, **reading.values})
            for reading in readings
        ]
        return right(hub, system, entity, filled, *rest, **how)

    return hear


ALLOWING = {
    "unbidden": Bug(
        "What the section of a system does not allow is done there all the same.",
        (Patch(HUB, "System.allows", _always),),
        seeds=8,
        breaks=(18,),
    ),
    "uncleared": Bug(
        "Pay is written to every system, whoever can see it there.",
        (Patch(HUB, "Hub.hidden", _nothing_hidden),),
        seeds=1,
        breaks=(21,),
    ),
    "beyond the plan": Bug(
        "A write carries all that is due by then, whatever a person has approved.",
        (Patch(PUSH, "_Push._still_due", _all_that_is_due),),
        seeds=61,
        breaks=(12,),
    ),
    "any plan": Bug(
        "An approval is good for another plan than the one that was shown.",
        (Patch("kamsync.plan", "PlanName.text", _one_name),),
        seeds=110,
        breaks=(12,),
    ),
    "overreaching": Bug(
        "What only follows from the rest in a system is written with it.",
        (Patch(PUSH, "sent", _with_what_follows),),
        seeds=1,
        breaks=(18,),
    ),
    "sightless": Bug(
        "A field that a system does not show is written over.",
        (Patch("kamsync.plan", "_Asker.update", _over_the_unseen),),
        seeds=12,
        breaks=(19,),
    ),
    "two at a time": Bug(
        "The lock that keeps a second round from beginning locks nothing.",
        (Patch("kamsync.store.main", "Store.round_lock", _no_lock),),
        seeds=1,
        breaks=(11,),
    ),
    "insistent": Bug(
        "A system that allows no more calls is called again at once.",
        (Patch(STEPS, "_pull", _again_at_once),),
        seeds=169,
        breaks=(20,),
    ),
    "blank for missing": Bug(
        "A field that a system does not show is taken for an empty one.",
        (Patch(PULL, "hear", _blank_for_missing), Patch(PUSH, "hear", _blank_for_missing)),
        seeds=5,
        breaks=(19,),
    ),
}
"""Each bug by its name."""
