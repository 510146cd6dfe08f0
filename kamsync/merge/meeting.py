"""A first meeting at one look: systems that were never asked about a field, and all say one thing.

It is M3 for the case that is nearly every field of nearly every record when systems meet, and comes
to what the clauses come to. Whatever is not as plain as that is left to them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from kamsync.errors import ReferenceMissing, ValueInvalid
from kamsync.mapping import FieldMap, Refs
from kamsync.merge.met import Met, Said
from kamsync.model import EXISTS, Author, Cells, Contender, Fact, Golden, Origin, Value

__all__ = ["Hall", "Meeting", "Shown", "said_at_first"]

UNAMBIGUOUS = frozenset({str, type(None)})
"""The types of cells that nothing equals but the same."""


class Shown(NamedTuple):
    """What one link shows of a record: its facts, and how its system says each field.

    What its system reads of the *certain* fields is said, and not only what stands for nothing.
    """

    link: int
    facts: dict[str, Fact]
    maps: Mapping[str, FieldMap]
    refs: Refs
    certain: Collection[str] = ()


class Hall(NamedTuple):
    """What a meeting may ask: who says what a link shows, and a fresh revision.

    *alike* are the fields that every system says the same way, so that the same cells need not be
    read twice.
    """

    introduce: Callable[[int, Fact], tuple[Contender, Origin]]
    revision: Callable[[], int]
    alike: Collection[str] = frozenset()


class Meeting:
    """The first meeting of one record: what is plain is taken over, and the rest left to the clauses.

    *golden* and the facts of *shown* are brought up to date. *partly* are the fields that not all
    systems say anything about.
    """

    def __init__(self, shown: Sequence[Shown], golden: dict[str, Golden], hall: Hall) -> None:
        self.shown = shown
        self.golden = golden
        self.hall = hall
        self.partly: set[str] = set()
        self._said: list[Said] = []
        self._sides: list[Contender] = []
        self._known: dict[int, tuple[Author | None, str, int, Origin]] = {}

    @cached_property
    def is_even(self) -> bool:
        """Whether all systems show the same fields."""
        return all(each.facts.keys() == self.shown[0].facts.keys() for each in self.shown)

    def meet(
        self, names: Iterable[str], held: Collection[str] = (), *, blanks_only: bool = False
    ) -> Iterator[str]:
        """Take over what all say of the fields *names*, and yield each other field in its turn.

        What is golden already or *held* is left to the clauses; with *blanks_only*, all is but that
        nobody says anything.
        """
        for name in names:
            is_known = name in self.golden or name in held
            if is_known or not self._is_met(name, blanks_only=blanks_only):
                yield name

    def told(self, entity: str, record: str) -> Iterator[Met]:
        """Yield what was said since this was asked before, if anything was."""
        if self._said:
            yield Met(entity, record, tuple(self._sides), tuple(self._said))
            self._said = []

    def _is_met(self, name: str, *, blanks_only: bool) -> bool:
        """Take over what all say of a field, and say whether that is all there is to it."""
        shown = self.shown
        if not self.is_even:
            shown = [each for each in shown if name in each.facts]
        if _is_blank(name, shown):
            _deal_with(name, shown, -1)
            return True
        value = None if blanks_only else said_at_first(name, shown, self.hall.alike)
        if value is None:
            return False
        revision = self.hall.revision()
        self._say(name, value, revision, shown)
        _deal_with(name, shown, revision)
        return True

    def _say(self, name: str, value: Value, revision: int, shown: Sequence[Shown]) -> None:
        """Make golden what the first of *shown* says, who stands for all who say it."""
        fact = shown[0].facts[name]
        side, origin = self._side(shown[0].link, fact)
        self.golden[name] = Golden(value, revision, origin=origin)
        self._said.append(Said(name, value, fact.observed, revision, side, len(shown) > 1))
        if len(shown) < len(self.shown):
            self.partly.add(name)

    def _side(self, link: int, fact: Fact) -> tuple[int, Origin]:
        """Return who says what a link shows, and where that comes from: mostly as of the field before."""
        known = self._known.get(link)
        if known and known[0] is fact.author and known[1] == fact.at:
            return known[2:]
        side, origin = self.hall.introduce(link, fact)
        self._known[link] = (fact.author, fact.at, len(self._sides), origin)
        self._sides.append(side)
        return len(self._sides) - 1, origin


def _is_blank(name: str, shown: Sequence[Shown]) -> bool:
    """Whether nobody ever said anything about a field."""
    for each in shown:
        # What `is_blank_start` says, without the cost of a call for each field.
        fact = each.facts[name]
        observed = fact.observed
        if observed.count(None) != len(observed) or fact.doubt or fact.trail:
            return False
    return True


def _deal_with(name: str, shown: Sequence[Shown], revision: int) -> None:
    """Take what is shown of a field as dealt with."""
    for each in shown:
        fact = each.facts[name]
        seen = fact.observed
        each.facts[name] = Fact(seen, seen, revision, unseen=fact.unseen)


def said_at_first(name: str, shown: Sequence[Shown], alike: Collection[str] = frozenset()) -> Value:
    """Return the value that all of *shown* say of a field that none was asked about before.

    None if they do not, or if it takes the clauses to tell. All of them show the field. *alike* are
    the fields that every system says the same way, so that the same cells need not be read twice.
    """
    said, read = None, None
    repeats = name in alike
    for each in shown:
        fact = each.facts[name]
        if fact.merged is not None or fact.knows != -1 or fact.doubt or fact.trail:
            return None
        observed = fact.observed
        if repeats and observed == read and _is_same(observed, read):
            continue
        value = _plainly(name, each, observed)
        if value is None or (said is not None and value != said):
            return None
        said, read = value, observed
    return said


def _is_same(cells: Cells, others: Cells) -> bool:
    """Whether cells that are equal are the same JSON: 1 equals true in Python, and is not read alike."""
    return UNAMBIGUOUS.issuperset(map(type, cells)) or repr(cells) == repr(others)


def _plainly(name: str, shown: Shown, cells: Cells) -> Value:
    """Return what one system says, or None if it may as well say nothing, or only a part."""
    if name == EXISTS:
        return cells[0]
    map_ = shown.maps[name]
    if map_.lacks:
        return None
    try:
        value = map_.lens.get(cells, shown.refs)
        if name in shown.certain:
            return value
        says_nothing: Cells = map_.lens.put(None, cells, shown.refs)
    except (ReferenceMissing, ValueInvalid):
        return None
    return None if says_nothing == cells else value
