"""Carrying out writes: in as few calls as the API allows, each row answered, none sent blindly twice."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from msgspec import structs

from kamsync.errors import KamsyncError
from kamsync.model import Op, Outcome, Receipt, Write
from kamsync_salesforce.api.client import Client, Refusal
from kamsync_salesforce.api.session import Unclear
from kamsync_salesforce.objects.describing import Descriptions
from kamsync_salesforce.objects.traits import traits_of
from kamsync_salesforce.writing.misfits import UNREAD, misfit
from kamsync_salesforce.writing.outcomes import is_taken
from kamsync_salesforce.writing.outgoing import Improper, Outgoing, is_possible
from kamsync_salesforce.writing.rows import Row, Told, single, told_alone, untouched
from kamsync_salesforce.writing.sending import Sending
from kamsync_salesforce.writing.wholes import Wholes

__all__ = ["Writes"]

AMBIGUOUS = "INVALID_CROSS_REFERENCE_KEY"
Finder = Callable[[str, Sequence[str]], Mapping[str, str]]
Living = Callable[[str, Sequence[str]], set[str]]


class Writes:
    """Writes records of one org.

    *stamped* finds the records that keep a stamp, *living* tells which of some records are there.
    """

    def __init__(
        self,
        client: Client,
        outgoing: Outgoing,
        stamp: str,
        *,
        stamped: Finder,
        living: Living,
        described: Descriptions,
    ) -> None:
        self._client = client
        self._outgoing = outgoing
        self._stamp = stamp
        self._stamped = stamped
        self._living = living
        self._described = described

    def write(self, object_: str, writes: Sequence[Write]) -> list[Receipt]:
        """Carry out writes and answer each in its place."""
        receipts: dict[int, Receipt] = {}
        rows: list[Row] = []
        for place, write in enumerate(writes):
            made = self._row(object_, place, write)
            if isinstance(made, Row):
                rows.append(made)
            else:
                receipts[place] = made
        for told in self._named(object_, list(self._carried_out(object_, rows))):
            receipts[told.row.place] = told.receipt()
        return [receipts[place] for place in range(len(writes))]

    def _carried_out(self, object_: str, rows: Sequence[Row]) -> Iterable[Told]:
        """Send rows, those of one record one after the other, and yield what is told of each."""
        sending = Sending(self._client, object_)
        for wave in _waves(rows):
            if traits_of(object_).whole:
                yield from self._whole(sending, object_, wave)
                continue
            for op, each in _by_op(wave).items():
                yield from self._sent(sending, object_, op, each)

    def _named(self, object_: str, told: list[Told]) -> list[Told]:
        """Return *told* with the field that the org could not read, by the types that it has now."""
        if not any(_is_unread(each) for each in told):
            return told
        try:
            known = self._described.described(object_, anew=True)
        except (KamsyncError, Refusal, Unclear):
            # What was carried out is known already, and must not be lost for a better word.
            return told
        if known is None:
            return told
        return [
            structs.replace(each, problem=misfit(known.fields, each.row.body) or each.problem)
            if _is_unread(each)
            else each
            for each in told
        ]

    def _row(self, object_: str, place: int, write: Write) -> Row | Receipt:
        """Return a write on its way, or the receipt of one that needs no call."""
        if write.op is not Op.CREATE and not is_possible(write.native_id):
            done = write.op is Op.DELETE
            outcome = Outcome.DONE if done else Outcome.GONE
            return Receipt(outcome, write.native_id, reason="" if done else "It was never there.")
        try:
            body = self._outgoing.body(object_, write) if write.op is not Op.DELETE else {}
        except Improper as improper:
            return Receipt(Outcome.REFUSED, write.native_id, reason=str(improper))
        return Row(place, write, body)

    def _sent(self, sending: Sending, object_: str, op: Op, rows: list[Row]) -> Iterable[Told]:
        """Send rows of one operation, sorted so that those of one parent lock it once."""
        rows.sort(key=partial(_parents, traits_of(object_).parents))
        if op is Op.DELETE:
            return self._deleted(sending, object_, rows)
        told = self._by_lane(sending, op, rows)
        if op is Op.CREATE:
            return self._met(object_, told)
        return self._missed(object_, told)

    def _whole(self, sending: Sending, object_: str, rows: Sequence[Row]) -> list[Told]:
        """Send rows that are only right together; creates whose answer was lost are not sent again."""
        made = [row for row in rows if row.write.op is Op.CREATE and row.write.stamp]
        stamps = sorted(str(row.write.stamp) for row in made)
        found = self._stamped(object_, stamps) if stamps else {}
        known = [
            Told(row, native_id=found[row.write.stamp])
            for row in made
            if row.write.stamp is not None and row.write.stamp in found
        ]
        done = {each.row.place for each in known}
        left = [row for row in rows if row.place not in done]
        wholes = Wholes(self._client, sending, object_, traits_of(object_).whole)
        told = sending.patiently(wholes.send, left) if left else []
        return known + self._missed(object_, self._met(object_, told))

    def _by_lane(self, sending: Sending, op: Op, rows: Sequence[Row]) -> list[Told]:
        """Send rows that name a version one by one, and the others in collections."""
        bound = [row for row in rows if row.write.version is not None and op is Op.UPDATE]
        free = [row for row in rows if row not in bound] if bound else rows
        told = sending.patiently(partial(sending.in_collections, op), free) if free else []
        return told + (sending.patiently(sending.alone, bound) if bound else [])

    def _deleted(self, sending: Sending, object_: str, rows: Sequence[Row]) -> list[Told]:
        """Delete rows; what is gone already is done."""
        free = [row for row in rows if row.write.version is None]
        bound = [row for row in rows if row.write.version is not None]
        lane = partial(sending.in_collections, Op.DELETE)
        told = sending.patiently(lane, free) if free else []
        told += sending.patiently(partial(_deleted_alone, sending, object_), bound) if bound else []
        told = self._missed(object_, told)
        gone = [each.receipt().outcome is Outcome.GONE for each in told]
        return [
            structs.replace(each, problem=None, outcome=Outcome.DONE) if is_gone else each
            for each, is_gone in zip(told, gone, strict=True)
        ]

    def _met(self, object_: str, told: Sequence[Told]) -> list[Told]:
        """Return creates with the record that keeps a stamp already in place of their refusal."""
        taken = {
            each.row.write.stamp or ""
            for each in told
            if each.problem is not None and is_taken(each.problem, self._stamp)
        }
        found = self._stamped(object_, sorted(taken - {""})) if taken else {}
        return [
            structs.replace(each, problem=None, native_id=found[each.row.write.stamp or ""])
            if each.problem is not None and (each.row.write.stamp or "") in found
            else each
            for each in told
        ]

    def _missed(self, object_: str, told: Sequence[Told]) -> list[Told]:
        """Return updates with GONE where an unknown id turns out to be the record's own."""
        asked = [each.row.native_id for each in told if _is_ambiguous(each)]
        living = self._living(object_, asked) if asked else set()
        return [
            structs.replace(each, outcome=Outcome.GONE)
            if _is_ambiguous(each) and each.row.native_id not in living
            else each
            for each in told
        ]


def _waves(rows: Sequence[Row]) -> list[list[Row]]:
    """Return rows so that none of a wave stands for the same record as another one of it."""
    seen: Counter[str] = Counter()
    waves: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        name = row.write.native_id or f"stamp {row.write.stamp or row.write.key}"
        waves[seen[name]].append(row)
        seen[name] += 1
    return [waves[number] for number in sorted(waves)]


def _by_op(rows: Sequence[Row]) -> dict[Op, list[Row]]:
    found: dict[Op, list[Row]] = {}
    for row in rows:
        found.setdefault(row.write.op, []).append(row)
    return found


def _parents(names: Sequence[str], row: Row) -> tuple[str, ...]:
    """Return what a row is sorted by: the records that it locks, then itself."""
    return (*(str(row.body.get(name) or "") for name in names), row.native_id)


def _deleted_alone(sending: Sending, object_: str, rows: Sequence[Row]) -> list[Told]:
    """Delete each row if nobody has changed it: a delete takes no condition, but goes with one that does."""
    told = []
    for row in rows:
        subs = [untouched(object_, row), single(object_, row)]
        answers = sending.composite(subs, whole=True)
        if not isinstance(answers, list):
            told.append(answers.told(row))
            continue
        held, gone = (told_alone(row, answer) for answer in answers)
        halted = held.problem is not None and held.problem.code == "PROCESSING_HALTED"
        told.append(gone if held.problem is None or halted else held)
    return told


def _is_ambiguous(told: Told) -> bool:
    return told.problem is not None and told.problem.code == AMBIGUOUS and not told.problem.fields


def _is_unread(told: Told) -> bool:
    return told.problem is not None and told.problem.code == UNREAD
