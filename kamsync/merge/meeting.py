"""A first meeting at one look: systems that were never asked about a field, and all say one thing.

It is M3 for the case that is nearly every field of nearly every record when systems meet, and comes
to what the clauses come to. Whatever is not as plain as that is left to them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from kamsync.errors import ReferenceMissing, ValueInvalid
from kamsync.mapping import FieldMap, Refs
from kamsync.merge.words import SAID_ALIKE, Topic
from kamsync.model import EXISTS, Cells, Contender, Event, Fact, Golden, Origin, Value

__all__ = ["Shown", "agree_on", "said_at_first"]


class Shown(NamedTuple):
    """What one link shows of a record: its facts, and how its system says each field.

    What its system reads of the *certain* fields is said, and not only what stands for nothing.
    """

    link: int
    facts: dict[str, Fact]
    maps: Mapping[str, FieldMap]
    refs: Refs
    certain: Collection[str] = ()


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
    return repr(cells) == repr(others)


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


def agree_on(
    topic: Topic, first: Contender, origin: Origin, revision: int, *, alike: bool
) -> tuple[Golden, Event]:
    """Return what *first* says as golden of a fresh *revision* and *origin*, and its event.

    It stands for all who say it; *alike* says that there are others.
    """
    value = first.value
    golden = Golden(value, revision, origin=origin)
    event = Event(
        "set",
        topic.entity,
        topic.record,
        topic.field,
        value=value,
        winner=first,
        reason=SAID_ALIKE if alike else "",
        revision=revision,
        first=True,
    )
    return golden, event
