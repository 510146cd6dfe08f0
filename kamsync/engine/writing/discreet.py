"""What a system says of a write that it refused, without the pay that it may repeat.

Reasons are told to everybody, and stand unsealed in the store and in the journal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import structs

from kamsync.model import Receipt
from kamsync.redact import DOTS
from kamsync.schema import DataClass, Entity
from kamsync.store import OutboxRow

__all__ = ["discreet"]

AMOUNT = re.compile(r"(?<![\w.,'])[-+]?\d[\d.,'\u2019\u00a0\u202f]*(?!\w)")
"""A number, however a system may spell it; not the digits in an id or a code."""


def discreet(entity: Entity, row: OutboxRow, receipt: Receipt) -> Receipt:
    """Return *receipt* with dots for every amount in its reason, if *row* carries pay."""
    paid = [str(cell) for cell in _paid(entity, row) if cell not in (None, "", True, False)]
    if not receipt.reason or not paid:
        return receipt
    return structs.replace(receipt, reason=_without(AMOUNT.sub(DOTS, receipt.reason), paid))


def _paid(entity: Entity, row: OutboxRow) -> Iterator[object]:
    """Yield the cells of each field that is pay, or has a part that is."""
    for name, intent in row.fields.items():
        field = entity.fields.get(name)
        classes = [field.data_class, *(part.data_class for part in field.parts)] if field else []
        if DataClass.PAY in classes:
            yield from intent.cells


def _without(text: str, words: Iterable[str]) -> str:
    """Return *text* with dots in the place of some words, the longest first."""
    for word in sorted(words, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", DOTS, text)
    return text
