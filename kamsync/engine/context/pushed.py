"""What became of the writes that were pushed: in numbers, and for the journal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct, structs

from kamsync.model import Event, Link, Op, Outcome, Receipt
from kamsync.store import OutboxRow

__all__ = ["Pushed", "counted", "told_of"]


class Pushed(Struct, frozen=True):
    """What became of the writes of a plan in one system."""

    created: int = 0
    updated: int = 0
    deleted: int = 0
    dropped: int = 0
    stale: int = 0
    refused: int = 0
    open: int = 0

    def plus(self, other: Pushed) -> Pushed:
        """Return the sum of two counts."""
        mine, theirs = structs.asdict(self), structs.asdict(other)
        return Pushed(**{name: count + theirs[name] for name, count in mine.items()})

    @property
    def written(self) -> int:
        """How many records were written."""
        return self.created + self.updated + self.deleted


def counted(ready: Mapping[int, tuple[OutboxRow, Link]], answered: Mapping[int, Receipt]) -> Pushed:
    """Return the outcomes in numbers."""
    outcomes = [receipt.outcome for receipt in answered.values()]
    done = [ready[i][0].op for i, each in answered.items() if each.outcome is Outcome.DONE]
    return Pushed(
        created=done.count(Op.CREATE),
        updated=done.count(Op.UPDATE),
        deleted=done.count(Op.DELETE),
        stale=outcomes.count(Outcome.STALE),
        refused=outcomes.count(Outcome.REFUSED) + outcomes.count(Outcome.GONE),
        open=outcomes.count(Outcome.UNKNOWN) + outcomes.count(Outcome.LATER),
    )


def told_of(row: OutboxRow, link: Link, receipt: Receipt) -> Iterator[Event]:
    """Yield the journal's events of one write."""
    if receipt.outcome is Outcome.DONE:
        for name, intent in row.fields.items():
            fact = link.facts.get(name)
            yield Event(
                "wrote",
                row.entity,
                row.record,
                name,
                before=list(fact.observed) if fact else None,
                value=list(intent.cells),
                system=row.system,
                revision=intent.revision,
            )
    elif receipt.outcome in {Outcome.REFUSED, Outcome.GONE}:
        yield Event("refused", row.entity, row.record, system=row.system, reason=receipt.reason)
