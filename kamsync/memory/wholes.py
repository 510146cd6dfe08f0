"""Records that a system in memory takes only as a whole: shares in one thing that add up."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from kamsync.memory.rules import Shares
from kamsync.memory.system import MemorySystem
from kamsync.model import Native, Op, Outcome, Receipt, Write

__all__ = ["stopped"]

BESIDE = "Another row of the same whole was not taken, so none was."


def stopped(
    system: MemorySystem,
    object_: str,
    rule: Shares,
    writes: Sequence[Write],
    objections: Mapping[int, Receipt],
    repeats: Collection[int],
) -> dict[int, Receipt]:
    """Return the receipts of rows that are not carried out, since their whole would not be right.

    *objections* are the rows that cannot be carried out for themselves: nothing beside them is.
    *repeats* are the creates that have landed before: they add nothing.
    """
    wholes: dict[Native, list[int]] = {}
    for place, write in enumerate(writes):
        wholes.setdefault(_parent(system, object_, rule, write), []).append(place)
    receipts: dict[int, Receipt] = {}
    for parent, places in wholes.items():
        own = {place: objections[place] for place in places if place in objections}
        if own:
            reason, outcome = BESIDE, Outcome.LATER
        else:
            fresh = [writes[place] for place in places if place not in repeats]
            total = _total(system, object_, rule, parent, fresh)
            if total in (None, Decimal(1)):
                continue
            reason, outcome = f"The shares would add up to {total}, not 1.", Outcome.REFUSED
        receipts |= {p: Receipt(outcome, writes[p].native_id, reason=reason) for p in places} | own
    return receipts


def _parent(system: MemorySystem, object_: str, rule: Shares, write: Write) -> Native:
    row = system.table(object_).rows.get(write.native_id or "")
    return write.values.get(rule.parent, row.values.get(rule.parent) if row else None)


def _total(
    system: MemorySystem, object_: str, rule: Shares, parent: Native, writes: Sequence[Write]
) -> Decimal | None:
    """Return what the shares of one parent would add up to after *writes*, None if there were none."""
    table = system.table(object_)
    held = {
        row.id: row.values.get(rule.share)
        for row in table.living()
        if row.values.get(rule.parent) == parent
    }
    for place, write in enumerate(writes):
        name = write.native_id or f"new {place}"
        if write.op is Op.DELETE:
            held.pop(name, None)
        else:
            held[name] = write.values.get(rule.share, held.get(name))
    return sum(map(_number, held.values()), Decimal(0)) if held else None


def _number(value: Native) -> Decimal:
    try:
        return Decimal(str(value)).normalize()
    except InvalidOperation:
        return Decimal(0)
