"""Bugs of planning and writing: what is sent, when, and what is made of the answer."""

from __future__ import annotations

import itertools
from typing import Any

from msgspec import structs

from kamsync.model import EXISTS, Intent, Op, Outcome, Receipt
from kamsync.observe import GONE
from kamsync.plan import Due
from kamsync.testing.simulation.planted.bug import Bug, Function, Patch

__all__ = ["WRITING"]

LOOKING = "kamsync.engine.writing.last_look"
PUSH = "kamsync.engine.writing.push"
PLAN = "kamsync.plan"
PLANNING = "kamsync.engine.planning.plan"
RESOLVE = "kamsync.engine.writing.resolve"
BATCHES = "kamsync.engine.context.batches"
LINKS = "kamsync.store.links"
SAYING = "kamsync.observe.saying"


def _nothing(_: Function) -> Function:
    return lambda *_, **__: None


def _never(_: Function) -> Function:
    return lambda *_: False


def _nobody(_: Function) -> Function:
    return lambda *_, **__: frozenset()


def _without_version(right: Function) -> Function:
    return lambda self, *what: structs.replace(right(self, *what), version=None)


def _invented(right: Function) -> Function:
    def write(self: Any, *what: Any) -> Any:
        sent = right(self, *what)
        values = {name: "x-invented" if value else value for name, value in sent.values.items()}
        return structs.replace(sent, values=values)

    return write


def _outdated(right: Function) -> Function:
    sent: dict[Any, Any] = {}

    def write(self: Any, row: Any, link: Any) -> Any:
        now = right(self, row, link)
        values = {name: sent.setdefault((link.id, name), said) for name, said in now.values.items()}
        return structs.replace(now, values=values)

    return write


def _as_planned(_: Function) -> Function:
    return lambda _self, _batch, row, _link: dict(row.fields)


def _taken_for_done(outcome: Outcome) -> Function:
    def wrong(right: Function) -> Function:
        def learn(self: Any, ready: Any, answered: Any, seen: int) -> Any:
            hopeful = {
                row_id: Receipt(Outcome.DONE, receipt.native_id)
                if receipt.outcome is outcome and ready[row_id][0].op is Op.UPDATE
                else receipt
                for row_id, receipt in answered.items()
            }
            return right(self, ready, hopeful, seen)

        return learn

    return wrong


def _known_when_sent(right: Function) -> Function:
    def write(self: Any, row: Any, link: Any) -> Any:
        facts = {
            name: structs.replace(link.facts[name], knows=intent.revision)
            for name, intent in row.fields.items()
            if name in link.facts
        }
        with self.hub.store.transaction():
            self.hub.store.links.save([structs.replace(link, facts={**link.facts, **facts})])
        return right(self, row, link)

    return write


def _another_key(right: Function) -> Function:
    numbers = itertools.count()
    return lambda *what: f"{right(*what)}.{next(numbers)}"


def _ending(_: Function) -> Function:
    def update(asker: Any) -> Due:
        return Due(Op.DELETE, {EXISTS: Intent(GONE, asker.record.fields[EXISTS].revision)})

    return update


def _but_names(right: Function) -> Function:
    return lambda asker, among=None: (each for each in right(asker, among) if each[0] != "name")


def _unheld(right: Function) -> Function:
    return lambda *what, **how: right(*what, **{**how, "held": ()})


def _never_due(_: Function) -> Function:
    return lambda *_: Due()


def _twice(right: Function) -> Function:
    return lambda self: right(self).plus(right(self))


def _unrevised(right: Function) -> Function:
    return lambda *what: structs.replace(right(*what), knows=-1)


WRITING = {
    "deaf": Bug(
        "Writes do not name the version that was read.",
        (Patch(PUSH, "_Push._write", _without_version),),
        seeds=10,
    ),
    "inventing": Bug(
        "A write says something else than golden.",
        (Patch(PUSH, "_Push._write", _invented),),
        seeds=1,
        breaks=(2,),
    ),
    "outdated": Bug(
        "What was sent once is sent again, although golden has moved on.",
        (Patch(PUSH, "_Push._write", _outdated),),
        seeds=1,
        breaks=(3,),
    ),
    "unlooked": Bug(
        "A system that takes any write is not read once more just before it.",
        (Patch(LOOKING, "_must_look", _never),),
        seeds=80,
        breaks=(1,),
    ),
    "as planned": Bug(
        "A write of the plan is sent, whatever has changed since.",
        (Patch(PUSH, "_Push._still_due", _as_planned),),
        seeds=1,
    ),
    "polite": Bug(
        "A write that was refused counts as done.",
        (Patch(PUSH, "_Push._learn", _taken_for_done(Outcome.REFUSED)),),
        seeds=19,
    ),
    "known early": Bug(
        "A system is taken to know golden before it was told.",
        (Patch(PUSH, "_Push._write", _known_when_sent),),
        seeds=1,
    ),
    "twice": Bug(
        "A create whose answer was lost is sent again, under another key.",
        (
            Patch(PLANNING, "_key", _another_key),
            Patch(PUSH, "_Push._unclear", _nobody),
            Patch(RESOLVE, "_find", _nothing),
        ),
        seeds=34,
        breaks=(6,),
    ),
    "ending": Bug(
        "An update ends the record instead.",
        (Patch(PLAN, "_Asker.update", _ending),),
        seeds=1,
        breaks=(7,),
    ),
    "undying": Bug(
        "What is to be deleted is deleted nowhere.",
        (Patch(PLAN, "_Asker.delete", _never_due),),
        seeds=14,
        breaks=(25,),
    ),
    "impatient": Bug(
        "What could not be written just now is sent again at once.",
        (Patch(PUSH, "_Push.run", _twice),),
        seeds=10,
        breaks=(20,),
    ),
    "neglectful": Bug(
        "One field is never written.",
        (Patch(PLAN, "_Asker._writable", _but_names),),
        seeds=1,
        breaks=(25,),
    ),
    "unheld": Bug(
        "A field that is under review is written all the same.",
        (Patch(BATCHES, "due", _unheld),),
        seeds=17,
    ),
    "over and over": Bug(
        "A system that rewrites what it stores is written in every round.",
        (Patch(SAYING, "own", _unrevised),),
        seeds=1,
    ),
    "unarrived": Bug(
        "What waits for a record is not told when it comes.",
        (Patch(LINKS, "Links.arrived", _nothing),),
        seeds=129,
    ),
}
"""Each bug by its name."""
