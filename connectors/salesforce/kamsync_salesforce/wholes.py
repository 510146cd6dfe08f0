"""Rows that are only right together: all shares in one opportunity, written all or not at all.

Shares of a kind that is validated add up to 100 percent after each statement, so one after the other
would be refused (Object Reference, OpportunitySplit). They go in one collection, behind a condition
for each row, in one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence

from kamsync.model import Op, Outcome
from kamsync_salesforce.answers import Problem
from kamsync_salesforce.client import Answer, Client
from kamsync_salesforce.rows import SINGLES, Row, Told, collection, told_alone, told_of, untouched
from kamsync_salesforce.sending import Sending

__all__ = ["Wholes"]

MOST = SINGLES - 1
BESIDE = Problem("BESIDE", "Another row of the same whole was not taken, so none was.")


class Wholes:
    """Sends rows of one object, those that belong to one record together."""

    def __init__(self, client: Client, sending: Sending, object_: str, reference: str) -> None:
        self._client = client
        self._sending = sending
        self._object = object_
        self._reference = reference

    def send(self, op: Op, rows: Sequence[Row]) -> list[Told]:
        """Send rows of one operation, one call for each record that they belong to."""
        told: list[Told] = []
        for group in self._groups(op, rows):
            told += self._sent(op, group)
        return told

    def _groups(self, op: Op, rows: Sequence[Row]) -> list[list[Row]]:
        owners = {} if op is Op.CREATE else self._owners([row.native_id for row in rows])
        groups: dict[str, list[Row]] = {}
        for row in rows:
            owner = row.body.get(self._reference) or owners.get(row.native_id) or row.native_id
            groups.setdefault(str(owner), []).append(row)
        return list(groups.values())

    def _owners(self, ids: Sequence[str]) -> dict[str, str]:
        """Return what each row belongs to."""
        answer = self._client.retrieve(self._object, ids, ["Id", self._reference])
        return {str(row["Id"]): str(row[self._reference]) for row in answer.body if row}

    def _sent(self, op: Op, rows: Sequence[Row]) -> list[Told]:
        bound = [row for row in rows if op is Op.UPDATE and row.write.version is not None]
        if len(bound) > MOST:
            problem = Problem("TOO_MANY", f"More than {MOST} rows belong together.")
            return [Told(row, problem=problem, outcome=Outcome.REFUSED) for row in rows]
        subs = [untouched(self._object, row) for row in bound]
        subs.append(collection(self._object, op, rows, whole=True))
        answers = self._sending.composite(subs, whole=True)
        if not isinstance(answers, list):
            return [answers.told(row) for row in rows]
        return _told(rows, bound, answers)


def _told(rows: Sequence[Row], bound: Sequence[Row], answers: Sequence[Answer]) -> list[Told]:
    """Return what is told of each row: the first that was not taken says why, the others wait."""
    guards = {row.place: told_alone(row, each) for row, each in zip(bound, answers, strict=False)}
    wrong = {
        place: told
        for place, told in guards.items()
        if told.problem is not None and told.problem.code != "PROCESSING_HALTED"
    }
    if wrong:
        return [
            wrong.get(row.place, Told(row, problem=BESIDE, outcome=Outcome.LATER)) for row in rows
        ]
    return told_of(rows, answers[-1])
