"""Rows that are only right together: all shares in one opportunity, written all or not at all.

Shares of a kind that is validated add up to 100 percent after each statement, so one after the other
would be refused (Object Reference, OpportunitySplit). They go in one collection for each operation,
behind a condition for each row, in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

from kamsync.model import Op, Outcome
from kamsync_salesforce.api.answers import Problem
from kamsync_salesforce.api.client import Answer, Client
from kamsync_salesforce.writing.outcomes import LOCKED
from kamsync_salesforce.writing.rows import (
    SINGLES,
    Row,
    Told,
    collection,
    told_alone,
    told_of,
    untouched,
)
from kamsync_salesforce.writing.sending import Sending

__all__ = ["Wholes"]

SHARE = "SplitPercentage"
HALTED = "PROCESSING_HALTED"
MOST = SINGLES - 3
"""How many rows are guarded in one call beside the collections of three operations."""
Held: TypeAlias = Mapping[str, Any]
BESIDE = Problem("BESIDE", "Another row of the same whole was not taken, so none was.")


class Wholes:
    """Sends rows of one object, those that belong to one record together, whatever is done to them."""

    def __init__(self, client: Client, sending: Sending, object_: str, reference: str) -> None:
        self._client = client
        self._sending = sending
        self._object = object_
        self._reference = reference

    def send(self, rows: Sequence[Row]) -> list[Told]:
        """Send rows, one call for each record that they belong to."""
        told: list[Told] = []
        ids = [row.native_id for row in rows if row.native_id]
        held = self._held(ids) if ids else {}
        for group in self._groups(rows, held):
            told += self._sent(group, held)
        return told

    def _groups(self, rows: Sequence[Row], held: Mapping[str, Held]) -> list[list[Row]]:
        groups: dict[str, list[Row]] = {}
        for row in rows:
            there = held.get(row.native_id, {})
            owner = row.body.get(self._reference) or there.get(self._reference) or row.native_id
            groups.setdefault(str(owner), []).append(row)
        return list(groups.values())

    def _held(self, ids: Sequence[str]) -> dict[str, Held]:
        """Return what each row belongs to, and its share."""
        answer = self._client.retrieve(self._object, ids, ["Id", self._reference, SHARE])
        return {str(row["Id"]): row for row in answer.body if row}

    def _sent(self, rows: Sequence[Row], held: Mapping[str, Held]) -> list[Told]:
        """Send the rows of one whole; a delete of what is gone is done, and sent no more."""
        gone = [row for row in rows if row.write.op is Op.DELETE and row.native_id not in held]
        left = [row for row in rows if row not in gone]
        told = [Told(row, native_id=row.native_id) for row in gone]
        return told + (self._carried(left, held) if left else [])

    def _carried(self, rows: Sequence[Row], held: Mapping[str, Held]) -> list[Told]:
        bound = [
            row for row in rows if row.write.op is not Op.CREATE and row.write.version is not None
        ]
        if len(bound) > MOST:
            problem = Problem("TOO_MANY", f"More than {MOST} rows belong together.")
            return [Told(row, problem=problem, outcome=Outcome.REFUSED) for row in rows]
        runs = _runs(rows, held)
        subs = [untouched(self._object, row) for row in bound]
        subs += [collection(self._object, op, run, whole=True) for op, run in runs]
        answers = self._sending.composite(subs, whole=True)
        if not isinstance(answers, list):
            return [answers.told(row) for row in rows]
        wrong = _changed(bound, answers)
        if wrong:
            return [wrong.get(row.place) or _beside(row) for row in rows]
        told = [
            each
            for (_, run), answer in zip(runs, answers[len(bound) :], strict=True)
            for each in told_of(run, answer)
        ]
        return _together(told)


def _runs(rows: Sequence[Row], held: Mapping[str, Held]) -> list[tuple[Op, list[Row]]]:
    """Return the rows by operation: what takes away comes first, so that no sum is ever too large."""
    runs = []
    for op in (Op.DELETE, Op.UPDATE, Op.CREATE):
        run = [row for row in rows if row.write.op is op]
        if run:
            runs.append((op, sorted(run, key=partial(_growth, held))))
    return runs


def _growth(held: Mapping[str, Held], row: Row) -> float:
    """Return by how much a row makes its share larger."""
    before = held.get(row.native_id, {}).get(SHARE) or 0
    return float(row.body.get(SHARE, before) or 0) - float(before)


def _beside(row: Row) -> Told:
    return Told(row, problem=BESIDE, outcome=Outcome.LATER)


def _changed(bound: Sequence[Row], answers: Sequence[Answer]) -> dict[int, Told]:
    """Return, by place, the rows that somebody has changed since, or that are not there any more."""
    told = [told_alone(row, each) for row, each in zip(bound, answers, strict=False)]
    return {
        each.row.place: each
        for each in told
        if each.problem is not None and each.problem.code != HALTED
    }


def _together(told: list[Told]) -> list[Told]:
    """Return all rows as locked if one of them is, so that all are sent again."""
    locked = [each.problem for each in told if each.problem and each.problem.code == LOCKED]
    return [Told(each.row, problem=locked[0]) for each in told] if locked else told
