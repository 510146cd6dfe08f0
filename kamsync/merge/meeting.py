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
    """What one link shows of a record: its facts, and how its system says each field."""

    link: int
    facts: dict[str, Fact]
    maps: Mapping[str, FieldMap]
    refs: Refs


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
        # Equal is not enough: 1 equals true in Python, and is not read alike.
        if repeats and repr(observed) == repr(read):
            continue
        value = observed[0] if name == EXISTS else _plainly(each.maps[name], fact, each.refs)
        if value is None or (said is not None and value != said):
            return None
        said, read = value, observed
    return said


def _plainly(map_: FieldMap, fact: Fact, refs: Refs) -> Value:
    """Return what one system says, or None if it may as well say nothing, or only a part."""
    if map_.lacks:
        return None
    try:
        value = map_.lens.get(fact.observed, refs)
        says_nothing: Cells = map_.lens.put(None, fact.observed, refs)
    except (ReferenceMissing, ValueInvalid):
        return None
    return None if says_nothing == fact.observed else value


def agree_on(
    topic: Topic, value: Value, first: Contender, revision: int, *, alike: bool
) -> tuple[Golden, Event]:
    """Return *value* as golden of a fresh *revision*, and its event; the *first* stands for all of them.

    *alike* says that there are others.
    """
    origin = Origin(first.system, first.team, first.person, first.at, employee=first.employee)
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
