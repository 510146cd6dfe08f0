"""Bugs of the merge: whose value it is, and what becomes of the others."""

from __future__ import annotations

from typing import Any

from msgspec import structs

from kamsync.model import EXISTS
from kamsync.policy import Settlement
from kamsync.testing.simulation.planted.bug import Bug, Function, Patch
from kamsync.values import is_blank

__all__ = ["MERGING"]

CLAUSES = "kamsync.merge.clauses"
STATE = "kamsync.merge.state"
ONE_RECORD = "kamsync.engine.merging.one_record"
JOINING = "kamsync.engine.reading.native_merges"


def _never(_: Function) -> Function:
    return lambda *_, **__: False


def _unnamed(right: Function) -> Function:
    def apply(self: Any, ruling: Settlement, conflict: Any) -> None:
        winners = tuple(conflict.contenders[i] for i in ruling.winners)
        among = tuple(range(len(winners)))
        right(
            self,
            structs.replace(ruling, winners=among),
            structs.replace(conflict, contenders=winners),
        )

    return apply


def _newest(right: Function) -> Function:
    def dispute(self: Any, rest: Any, *, turning: bool) -> None:
        if self.topic.field == EXISTS:
            right(self, rest, turning=turning)
        else:
            last = self.contender(max(rest, key=lambda side: self.facts[side.link].at))
            self.set_golden(last.value, last)

    return dispute


def _crowding_out(right: Function) -> Function:
    def collect(self: Any, conflict: Any, movers: Any) -> None:
        right(self, structs.replace(conflict, contenders=()) if movers else conflict, movers)

    return collect


def _deaf_to_blanks(_: Function) -> Function:
    def claims_nothing(self: Any, side: Any) -> bool:
        return is_blank(side.value(self.facts[side.link].observed, None))

    return claims_nothing


def _unpinned_dispute(right: Function) -> Function:
    def dispute(self: Any, rest: Any, *, turning: bool) -> None:
        self.golden = structs.replace(self.golden, pinned=False)
        right(self, rest, turning=turning)

    return dispute


def _unpinned_rule(right: Function) -> Function:
    def settle(self: Any, conflict: Any) -> Any:
        golden = self.fields.get(conflict.field)
        if golden is not None:
            self.fields[conflict.field] = structs.replace(golden, pinned=False)
        return right(self, conflict)

    return settle


def _base_kept(right: Function) -> Function:
    def settle_base(self: Any, side: Any) -> None:
        before = self.facts[side.link]
        right(self, side)
        after = self.facts[side.link]
        self.facts[side.link] = structs.replace(after, merged=before.merged)

    return settle_base


def _unspoken(right: Function) -> Function:
    def note(self: Any, act: str, **details: Any) -> None:
        if act != "settled":
            right(self, act, **details)

    return note


def _one_kept(right: Function) -> Function:
    def filled(*what: Any) -> tuple[Any, list[Any]]:
        record, events = right(*what)
        return record, events[:1]

    return filled


def _dreamt(right: Function) -> Function:
    def set_golden(self: Any, value: Any, *what: Any, **how: Any) -> None:
        is_name = self.topic.field == "name" and isinstance(value, str)
        right(self, "x-dreamt" if is_name else value, *what, **how)

    return set_golden


def _claims_dropped(_: Function) -> Function:
    return lambda link, _: link


MERGING = {
    "blind": Bug(
        "Edits that did not know golden replace it as if they had.",
        (Patch(CLAUSES, "FieldMerge.is_blind", _never),),
        seeds=4,
        breaks=(1,),
    ),
    "unnamed": Bug(
        "What a rule lets lose is named nowhere.",
        (Patch(CLAUSES, "FieldMerge.apply", _unnamed),),
        seeds=4,
        breaks=(1,),
    ),
    "newest": Bug(
        "Of edits at one time the newest wins, and nobody hears of the others.",
        (Patch(CLAUSES, "FieldMerge.dispute", _newest),),
        seeds=3,
        breaks=(1,),
    ),
    "crowding": Bug(
        "Whoever joins a conflict takes the place of everybody who is in it.",
        (Patch(CLAUSES, "FieldMerge.collect", _crowding_out),),
        seeds=8,
        breaks=(1,),
    ),
    "unemptied": Bug(
        "Whoever empties a field is not heard.",
        (Patch(CLAUSES, "FieldMerge.claims_nothing", _deaf_to_blanks),),
        seeds=3,
    ),
    "overruling": Bug(
        "A rule settles what a person has decided.",
        (
            Patch(CLAUSES, "FieldMerge.dispute", _unpinned_dispute),
            Patch(ONE_RECORD, "RecordMerge._settle", _unpinned_rule),
        ),
        seeds=102,
        breaks=(17,),
    ),
    "undone base": Bug(
        "What was merged is merged again in each round.",
        (Patch(STATE, "State.settle_base", _base_kept),),
        seeds=1,
    ),
    "unspoken": Bug(
        "What a rule settles is not in the journal.",
        (Patch(STATE, "State.note", _unspoken),),
        seeds=1,
    ),
    "dreaming": Bug(
        "What becomes golden is not what somebody has entered.",
        (Patch(STATE, "State.set_golden", _dreamt),),
        seeds=1,
        breaks=(2,),
    ),
    "swallowing": Bug(
        "Of two records that become one, what the one loses is not told.",
        (Patch(JOINING, "_filled", _one_kept),),
        seeds=17,
    ),
    "dropped claims": Bug(
        "A conflict of a record that was merged away is forgotten with it.",
        (Patch(JOINING, "_unsettled", _claims_dropped),),
        seeds=105,
    ),
}
"""Each bug by its name."""
