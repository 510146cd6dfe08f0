"""Sending rows: what is answered, what is not, and what is sent again because a row was locked."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct
from tenacity import Retrying, retry_if_result, stop_after_attempt, wait_random_exponential

from kamsync.errors import RetryLater
from kamsync.model import Op, Outcome
from kamsync_salesforce.api.answers import Problem
from kamsync_salesforce.api.client import Answer, Client, Refusal, Sub, parts
from kamsync_salesforce.api.session import Unclear
from kamsync_salesforce.writing.outcomes import LOCKED
from kamsync_salesforce.writing.rows import (
    COLLECTION,
    COLLECTIONS,
    SINGLES,
    Row,
    Told,
    collection,
    single,
    told_alone,
    told_of,
)

__all__ = ["Sending"]

LOCK_ATTEMPTS = 4
LOCK_WAIT_S = 8.0
NOT_SENT = Problem("NOT_SENT", "It was not sent: Salesforce stopped answering before.")
SERVER = 500


class Instead(Struct, frozen=True):
    """What is told of rows whose call had no answer for each of them."""

    problem: Problem
    outcome: Outcome | None
    status: int = 0

    def told(self, row: Row) -> Told:
        """Return it for one row."""
        return Told(row, problem=self.problem, outcome=self.outcome, status=self.status)


class Sending:
    """The calls of one `Connector.write`.

    Once a call breaks off, nothing more is sent. Rows that were sent in it are UNKNOWN, those that
    were not are LATER; where nothing was answered at all, the error itself says so of all rows.
    """

    def __init__(self, client: Client, object_: str) -> None:
        self._client = client
        self._object = object_
        self._answered = False
        self._stopped = False

    def patiently(
        self, lane: Callable[[Sequence[Row]], list[Told]], rows: Sequence[Row]
    ) -> list[Told]:
        """Send *rows* by *lane*; those that others have locked again, after a wait that is drawn."""
        told: dict[int, Told] = {}

        def send() -> bool:
            left = [row for row in rows if row.place not in told or _is_locked(told[row.place])]
            told.update({each.row.place: each for each in lane(left)})
            return any(_is_locked(each) for each in told.values())

        Retrying(
            sleep=self._client.session.wait,
            retry=retry_if_result(bool),
            stop=stop_after_attempt(LOCK_ATTEMPTS),
            wait=wait_random_exponential(max=LOCK_WAIT_S),
            retry_error_callback=lambda _: None,
        )(send)
        return list(told.values())

    def in_collections(self, op: Op, rows: Sequence[Row]) -> list[Told]:
        """Send rows of one operation, a thousand in a call, without conditions.

        A collection may be refused for one row that cannot be read; its rows are then sent alone.
        """
        told: list[Told] = []
        repeatable = op is Op.CREATE and all(row.write.stamp for row in rows)
        for part in parts(rows, COLLECTION * COLLECTIONS):
            chunks = list(parts(part, COLLECTION))
            subs = [collection(self._object, op, chunk) for chunk in chunks]
            answers = self.composite(subs, repeatable=repeatable)
            if isinstance(answers, list):
                for chunk, answer in zip(chunks, answers, strict=True):
                    told += told_of(chunk, answer)
            else:
                told += [answers.told(row) for row in part]
        alone = [each.row for each in told if each.of_call and each.status < SERVER]
        kept = [each for each in told if not each.of_call or each.status >= SERVER]
        return kept + (self.alone(alone) if alone else [])

    def alone(self, rows: Sequence[Row]) -> list[Told]:
        """Send rows one by one, 25 in a call, each on the version that it names."""
        told: list[Told] = []
        for part in parts(rows, SINGLES):
            subs = [single(self._object, row) for row in part]
            answers = self.composite(subs)
            if isinstance(answers, list):
                told += [told_alone(row, each) for row, each in zip(part, answers, strict=True)]
            else:
                told += [answers.told(row) for row in part]
        return told

    def composite(
        self, subs: Sequence[Sub], *, whole: bool = False, repeatable: bool = False
    ) -> list[Answer] | Instead:
        """Return the answers to *subs*, or what is told of each row in them where there are none."""
        if self._stopped:
            return Instead(NOT_SENT, Outcome.LATER)
        try:
            answers = self._client.composite(subs, whole=whole, repeatable=repeatable)
        except Unclear as error:
            self._stopped = True
            return Instead(Problem("", error.text), Outcome.UNKNOWN)
        except RetryLater as error:
            if not self._answered:
                raise
            self._stopped = True
            # What may be repeated was sent several times, and any of them may have arrived.
            outcome = Outcome.UNKNOWN if repeatable else Outcome.LATER
            return Instead(Problem("", error.message), outcome)
        except Refusal as refusal:
            return Instead(refusal.problem, None, refusal.status)
        self._answered = True
        return answers


def _is_locked(told: Told) -> bool:
    return told.problem is not None and told.problem.code == LOCKED
