"""The clobber detector: it knows what kamsync was shown, and so what it overwrote unseen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from kamsync.memory.acts import Act, Deed, Row
from kamsync.model import Native

__all__ = ["Clobber", "Watch"]


class Clobber(Struct, frozen=True):
    """A person's value that kamsync replaced without ever having been shown it."""

    object: str
    native_id: str
    field: str
    value: Native
    person: str
    seq: int
    by_seq: int


class Watch:
    """What kamsync was shown of each row, and what it replaced unseen.

    A value that a history tells later was not lost without a trace: it moves from *clobbered* to
    *found*.
    """

    def __init__(self) -> None:
        self.clobbered: list[Clobber] = []
        self.found: list[Clobber] = []

    def show(self, row: Row, names: tuple[str, ...]) -> None:
        """Note that kamsync now holds an answer with *names* of *row* as it is."""
        row.shown[names] = row.last.seq

    def tell(self, acts: Iterable[Act]) -> None:
        """Note that kamsync was told *acts* as history."""
        if not self.clobbered:
            return
        told = {act.seq for act in acts}
        self.found += [each for each in self.clobbered if each.seq in told]
        self.clobbered = [each for each in self.clobbered if each.seq not in told]

    def notice(self, row: Row, act: Act) -> None:
        """Look at an act of kamsync's own that is about to change *row*."""
        self.clobbered += self._replaced(row, act)

    def _replaced(self, row: Row, act: Act) -> Iterator[Clobber]:
        names = list(row.values) if act.deed in {Deed.DELETE, Deed.MERGE} else act.values
        for name in names:
            was = row.latest.get(name)
            if was is None or was.own or was.seq <= _shown(row, name):
                continue
            value = row.values[name]
            if act.deed is Deed.DELETE or value != act.values[name]:
                yield Clobber(row.object, row.id, name, value, was.by, was.seq, act.seq)


def _shown(row: Row, name: str) -> int:
    return max((seq for names, seq in row.shown.items() if name in names), default=-1)
