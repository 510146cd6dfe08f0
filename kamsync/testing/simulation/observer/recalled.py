"""What the observer knew of golden when a backup was made, to be believed again once that is put back."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import structs

from kamsync.testing.simulation.observer.cells import Cell, Place, Subject
from kamsync.testing.simulation.observer.chronicle import Chronicle
from kamsync.testing.simulation.observer.idents import is_same
from kamsync.testing.simulation.observer.truth import Truth

__all__ = ["Recalled"]


class Recalled:
    """Golden, its journal and its links as they are now; the systems go on.

    *shown* says of a native record up to which act in its system the hub has been shown it.
    """

    def __init__(self, truth: Truth, chronicle: Chronicle, shown: Callable[[Place], int]) -> None:
        self.truth = truth
        self.chronicle = chronicle
        self.exists = dict(chronicle.exists)
        self.subjects = {key: _copied(each) for key, each in truth.subjects.items()}
        self.of_record = {record: list(places) for record, places in truth.of_record.items()}
        self.owner, self.links = dict(truth.owner), dict(truth.links)
        self.joined, self.entities = dict(truth.joined), dict(truth.entities)
        self.heard = 0
        for cell in truth.cells.values():
            last = shown(cell.place)
            for version in cell.versions:
                self.heard |= version.head if version.seq <= last else 0

    def come_true(self, alive: Callable[[Place], bool]) -> None:
        """Let golden be what it was; *alive* says whether a native record is there.

        What systems hold is all that is left of what came after the backup: it counts as entered where
        it is, whoever wrote it there. What had been dealt with and is nowhere any more has gone with
        the journal that told of it, and so has what was heard since the backup and contended. A blank
        that claims nothing any more, or that nobody entered, says nothing of what it replaced. What a
        write had covered in a record that the backup does not know is lost: no history of it is asked for.
        """
        truth = self.truth
        settled = held = 0
        for subject in truth.subjects.values():
            settled |= subject.settled | (subject.contending & ~self.heard)
        for cell in truth.cells.values():
            if not alive(cell.place):
                continue
            if cell.place not in self.owner:
                truth.excepted |= _covered(cell) & ~settled
            if cell.now.head and self._claims(cell):
                self._let_enter(cell)
                held |= cell.now.head
            else:
                cell.now.user = True
                cell.begin_anew()
        truth.moot |= settled & ~held
        truth.subjects, truth.of_record = self.subjects, self.of_record
        truth.owner, truth.links = self.owner, self.links
        truth.joined, truth.entities = self.joined, self.entities
        self.chronicle.exists = self.exists

    def _let_enter(self, cell: Cell) -> None:
        """Count what a cell holds as entered there, apart from where whoever wrote it there took it from.

        What golden was at the backup already is that all the same, and so is what was dealt with by then.
        """
        golden = self.subjects.get((self.owner.get(cell.place, ""), cell.field))
        known = golden is not None and (
            is_same(golden.now.ident, cell.now.ident) or not cell.now.head & ~golden.settled
        )
        if not (cell.now.user or known):
            where = f"{cell.place.system} {cell.place.native_id}.{cell.field}"
            bit = self.truth.bit(f"{where} as it was left")
            cell.now.head, cell.now.past = bit, cell.now.past | bit
        cell.now.user = True

    def _claims(self, cell: Cell) -> bool:
        """Whether a cell says something: a blank where golden was never met does not."""
        if cell.now.ident != cell.blank:
            return True
        subject = self.subjects.get((self.owner.get(cell.place, ""), cell.field))
        return subject is not None and bool(subject.now.revision or subject.contending)


def _covered(cell: Cell) -> int:
    """Return the bits of what people had entered in a cell before the hub wrote there last."""
    own = [place for place, version in enumerate(cell.versions) if not version.user]
    bits = 0
    for version in cell.versions[1 : max(own, default=0)]:
        bits |= version.head if version.user else 0
    return bits


def _copied(subject: Subject) -> Subject:
    """Return a copy that stays what it is; the things that references lead to are the same."""
    copy = Subject(subject.versions[0].ident)
    copy.versions = [structs.replace(version) for version in subject.versions]
    copy.named, copy.contending, copy.pinned = subject.named, subject.contending, subject.pinned
    copy.same = list(subject.same)
    return copy
