"""People who split accounts among themselves: the shares of one account add up, whoever moves what."""

from __future__ import annotations

from decimal import Decimal

from kamsync.memory.acts import Row
from kamsync.model import Author, Native
from kamsync.testing.simulation.drawn.choices import Choices
from kamsync.testing.simulation.systems.town import Town

__all__ = ["Sharing"]

SHARE = "share"
GRAIN = Decimal("0.000001")
HALF = Decimal("0.5")


class Sharing:
    """What people do with shares: each thing they do leaves the shares of an account whole.

    They move a bit from one to the other that nobody has moved before, so that values tell edits apart.
    """

    def __init__(self) -> None:
        self._moved = 0

    def take(self, town: Town, key: str | None, choices: Choices, author: Author) -> str:
        """Take a share in an account: a bit of somebody else's, or all of it, split in two."""
        accounts = [row for row in town.table("account").rows.values() if row.alive]
        if not accounts:
            return ""
        account, bit = choices.pick(accounts).id, self._bit()
        others = [row for row in self._of(town, account) if _part(row) > bit]
        if others:
            parts = {key: bit}
            self._add(town, choices.pick(others), -bit, author)
        elif self._of(town, account):
            return ""
        else:
            parts = {key: HALF + bit, f"{key or bit}-rest": HALF - bit}
        for code, part in parts.items():
            values = {"code": code, "part": str(part.normalize()), "account": account}
            town.create(SHARE, values, author=author)
        return f"{town.cast.name} {account} {parts}"

    def shift(self, town: Town, row: Row, choices: Choices, author: Author) -> str:
        """Move a bit between a share and another one of its account, from the larger to the smaller."""
        others = self._others(town, row)
        if not others:
            return ""
        bit = self._bit()
        taker, giver = sorted((row, choices.pick(others)), key=_part)
        if _part(giver) <= bit:
            return ""
        self._add(town, taker, bit, author)
        self._add(town, giver, -bit, author)
        return f"{town.cast.name} {bit} from {giver.id} to {taker.id}"

    def give_up(self, town: Town, row: Row, author: Author) -> str:
        """Give a share up: somebody else has it now, if there is anybody."""
        others = self._others(town, row)
        if others:
            self._add(town, others[0], _part(row), author)
        town.delete(SHARE, row.id, author=author)
        return f"{town.cast.name} {row.id}"

    def _add(self, town: Town, row: Row, bit: Decimal, author: Author) -> None:
        part = (_part(row) + bit).normalize()
        town.edit(SHARE, row.id, {"part": str(part)}, author=author)

    def _others(self, town: Town, row: Row) -> list[Row]:
        return [each for each in self._of(town, row.values.get("account")) if each is not row]

    def _of(self, town: Town, account: Native) -> list[Row]:
        rows = town.table(SHARE).rows.values()
        return [
            row for row in rows if row.alive and account and row.values.get("account") == account
        ]

    def _bit(self) -> Decimal:
        self._moved += 1
        return GRAIN * (self._moved * 7919 % 99_991)


def _part(row: Row) -> Decimal:
    """Return how much a share is."""
    return Decimal(str(row.values.get("part") or 0))
