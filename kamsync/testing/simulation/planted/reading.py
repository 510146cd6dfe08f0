"""Bugs of reading: what is passed over, and what is taken for whose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import structs

from kamsync.errors import RetryLater, SystemDown
from kamsync.memory.views import SECOND
from kamsync.model import Page
from kamsync.testing.simulation.planted.bug import Bug, Function, Patch

__all__ = ["READING"]

PULL = "kamsync.engine.reading.pull"
HEARING = "kamsync.engine.reading.hearing"
SAYING = "kamsync.observe.saying"
CLAUSES = "kamsync.observe.clauses"
VIEW = "kamsync.memory.views"
MEMORY = "kamsync.memory.connector"


def _echo(_: Function) -> Function:
    return lambda fact, cells, _: structs.replace(fact, observed=cells)


def _knowing_echo(_: Function) -> Function:
    def own(fact: Any, cells: Any, intent: Any) -> Any:
        knows = intent.revision if intent else fact.knows
        return structs.replace(fact, observed=cells, knows=knows)

    return own


def _always(_: Function) -> Function:
    return lambda *_, **__: True


def _empty(_: Function) -> Function:
    return lambda *_, **__: {}


def _past_the_last(right: Function) -> Function:
    def pages(*what: Any) -> Iterator[tuple[Any, int]]:
        for page, seen in right(*what):
            yield structs.replace(page, readings=page.readings[:-1]), seen

    return pages


def _broken_off(right: Function) -> Function:
    def pages(*what: Any) -> Iterator[tuple[Any, int]]:
        try:
            yield from right(*what)
        except RetryLater:
            return

    return pages


def _never_doubted(right: Function) -> Function:
    return lambda fact, showing: structs.replace(
        right(fact, showing), doubt=False, merged=showing.cells
    )


def _after_the_tie(right: Function) -> Function:
    from datetime import datetime, timedelta

    def start(self: Any, cursor: str | None) -> datetime:
        begins: datetime = right(self, cursor)
        return begins + timedelta(seconds=1) if cursor else begins

    return start


def _without_lateness(right: Function) -> Function:
    from datetime import datetime

    def start(self: Any, cursor: str | None) -> datetime:
        begins: datetime = right(self, cursor)
        return begins + self.system.lateness if cursor else begins

    return start


def _over_at_once(_: Function) -> Function:
    return lambda self, at: at.replace(microsecond=0) + SECOND <= self.system.now()


def _empty_while_down(right: Function) -> Function:
    def read(*what: Any) -> Iterator[Any]:
        try:
            yield from right(*what)
        except SystemDown:
            yield Page((), what[-1] or "")

    return read


def _none_while_down(right: Function) -> Function:
    def fetch(*what: Any) -> Any:
        try:
            return right(*what)
        except SystemDown:
            return {}

    return fetch


READING = {
    "echo": Bug(
        "Nobody remembers which values kamsync has written itself.",
        (Patch(SAYING, "own", _echo),),
        seeds=1,
    ),
    "echoing": Bug(
        "What kamsync wrote comes back as an edit by somebody who had seen golden.",
        (Patch(SAYING, "own", _knowing_echo),),
        seeds=3,
        breaks=(5,),
    ),
    "all ours": Bug(
        "An edit under a write of ours is taken for our own.",
        (Patch(CLAUSES, "is_ours", _always),),
        seeds=1,
    ),
    "doubtless": Bug(
        "A value that may or may not be ours is taken for ours.",
        (Patch(CLAUSES, "doubted", _never_doubted),),
        seeds=17,
    ),
    "past unread": Bug(
        "The cursor passes a change that was not taken in.",
        (Patch(PULL, "_pages", _past_the_last),),
        seeds=1,
    ),
    "broken off": Bug(
        "A listing that breaks off is taken for a whole one.",
        (Patch(PULL, "_pages", _broken_off),),
        seeds=4,
        breaks=(9,),
    ),
    "tie": Bug(
        "Of what changed in the second of the cursor, the rest is not read.",
        (Patch(VIEW, "View._start", _after_the_tie),),
        seeds=328,
        breaks=(9,),
    ),
    "one second": Bug(
        "A stamp of one second is taken for an exact one.",
        (Patch(VIEW, "View._is_over", _always),),
        seeds=224,
        faults=("edit before a row",),
    ),
    "latecomer": Bug(
        "What is committed late, with an older stamp, lies behind the cursor for good.",
        (Patch(VIEW, "View._start", _without_lateness),),
        seeds=269,
    ),
    "late commit": Bug(
        "A second counts as over before what is committed late has come.",
        (Patch(VIEW, "View._is_over", _over_at_once),),
        seeds=224,
        faults=("edit before a row",),
    ),
    "down is gone": Bug(
        "A system that is down is taken for one in which everything was deleted.",
        (
            Patch(MEMORY, "Memory.read", _empty_while_down),
            Patch(MEMORY, "Memory.fetch", _none_while_down),
        ),
        seeds=30,
        breaks=(7,),
    ),
    "no past": Bug(
        "No history is asked for, so that edits under our writes stay unknown.",
        (Patch(HEARING, "histories", _empty),),
        seeds=50,
    ),
    "fallen": Bug(
        "A reference that a system empties with its record is taken for somebody's edit.",
        (Patch(HEARING, "ended_targets", _empty),),
        seeds=14,
    ),
}
"""Each bug by its name."""
