import unicodedata

import pytest
from msgspec import structs

from kamsync.connector import Can
from kamsync.memory import ALL, Memory
from kamsync.model import Op, Outcome, Receipt

BLIND = ALL & ~Can.REFUSE_STALE


class Rewritten(Memory):
    """Sends each write as `rewritten` leaves it."""

    def rewritten(self, write):
        return write

    def write(self, object_, writes):
        return super().write(object_, [self.rewritten(write) for write in writes])


class CreatesAgain(Rewritten):
    """Makes a record for each attempt."""

    def rewritten(self, write):
        return structs.replace(write, stamp=None, key=f"{write.key} {self.calls['write']}")


class Upserts(Memory):
    """Lets a repeated create overwrite the record that it finds."""

    def write(self, object_, writes):
        receipts = super().write(object_, writes)
        for write, receipt in zip(writes, receipts, strict=True):
            if write.op is Op.CREATE and receipt.reading is None and receipt.native_id:
                again = structs.replace(write, op=Op.UPDATE, native_id=receipt.native_id)
                super().write(object_, [again])
        return receipts


class WritesBlindly(Rewritten):
    """Ignores the version that a write names."""

    def rewritten(self, write):
        return structs.replace(write, version=None)


class WritesWholeRecords(Rewritten):
    """Blanks what a write does not name."""

    def rewritten(self, write):
        if write.op is not Op.UPDATE:
            return write
        return structs.replace(write, values={"name": None, "city": None, **write.values})


class ForgetsNone(Rewritten):
    """Sends no blanks."""

    def rewritten(self, write):
        held = {name: value for name, value in write.values.items() if value is not None}
        return structs.replace(write, values=held)


class ComposesText(Rewritten):
    """Sends text in another normal form."""

    def rewritten(self, write):
        held = {
            name: unicodedata.normalize("NFC", value) if isinstance(value, str) else value
            for name, value in write.values.items()
        }
        return structs.replace(write, values=held)


class StopsAtTheFirst(Memory):
    """Gives up the rest of a batch after a row that failed."""

    def write(self, object_, writes):
        receipts = []
        for write in writes:
            if receipts and receipts[-1].outcome is not Outcome.DONE:
                receipts.append(Receipt(Outcome.UNKNOWN))
            else:
                receipts += super().write(object_, [write])
        return receipts


class AnswersOutOfOrder(Memory):
    """Answers a batch from its end."""

    def write(self, object_, writes):
        return list(reversed(super().write(object_, writes)))


class WritesInReverse(Memory):
    """Carries a batch out from its end."""

    def write(self, object_, writes):
        return list(reversed(super().write(object_, list(reversed(writes)))))


class DeletesOnce(Memory):
    """Calls a second delete an error."""

    def write(self, object_, writes):
        rows = self.system.table(object_).rows
        gone = [w.op is Op.DELETE and not rows[w.native_id].alive for w in writes]
        receipts = super().write(object_, writes)
        return [
            Receipt(Outcome.GONE) if was else receipt
            for was, receipt in zip(gone, receipts, strict=True)
        ]


class RevivesOnUpdate(Memory):
    """Brings a record back by updating it."""

    def write(self, object_, writes):
        rows = self.system.table(object_).rows
        for write in writes:
            row = rows.get(write.native_id or "")
            if write.op is Op.UPDATE and row is not None and not row.alive:
                back = structs.replace(write, op=Op.CREATE, version=None)
                super().write(object_, [back])
        return super().write(object_, writes)


class DropsInSilence(Memory):
    """Ignores what it cannot do instead of saying so."""

    def write(self, object_, writes):
        able = [w for w in writes if Can[w.op.name] in self.can]
        receipts = iter(super().write(object_, able))
        return [next(receipts) if w in able else Receipt(Outcome.DONE, w.native_id) for w in writes]


class EchoesWhatWasSent(Memory):
    """Answers with what was sent instead of what was stored."""

    def write(self, object_, writes):
        receipts = super().write(object_, writes)
        return [
            structs.replace(
                receipt,
                reading=receipt.reading
                and structs.replace(receipt.reading, values=write.values, version="sent"),
            )
            for write, receipt in zip(writes, receipts, strict=True)
        ]


class RefusesWithoutReason(Memory):
    """Refuses rows and does not say why."""

    def write(self, object_, writes):
        return [structs.replace(each, reason="") for each in super().write(object_, writes)]


class WritesReadOnly(Memory):
    """Writes to objects that it describes as read-only."""

    def _require_able(self, object_, write):
        if object_ != "employee":
            super()._require_able(object_, write)


@pytest.mark.parametrize(
    ("connector", "can", "rule"),
    [
        (CreatesAgain, ALL, "C32"),
        (Upserts, ALL, "C33"),
        (WritesBlindly, ALL, "C43"),
        (WritesBlindly, ALL, "C56"),
        (WritesWholeRecords, ALL, "C40"),
        (ForgetsNone, ALL, "C75"),
        (ComposesText, ALL, "C74"),
        (StopsAtTheFirst, ALL, "C47"),
        (AnswersOutOfOrder, ALL, "C34"),
        (WritesInReverse, ALL, "C50"),
        (DeletesOnce, ALL, "C55"),
        (RevivesOnUpdate, ALL, "C61"),
        (DropsInSilence, ALL & ~Can.DELETE, "C54"),
        (DropsInSilence, ALL & ~Can.UPDATE, "C41"),
        (EchoesWhatWasSent, ALL, "C51"),
    ],
    ids=lambda each: each.__name__ if isinstance(each, type) else str(each)[:3],
)
def test_a_wrong_write_is_noticed(broken_rules, connector, can, rule):
    """Each defect breaks at least the rule that is there against it."""
    assert rule in broken_rules(connector, can)


@pytest.mark.parametrize(
    ("connector", "rule"), [(RefusesWithoutReason, "C48"), (WritesReadOnly, "C86")]
)
def test_a_wrong_refusal_is_noticed(broken_rules, connector, rule):
    """The same, where the system has rules of its own."""
    assert rule in broken_rules(connector, ALL, described=True)
