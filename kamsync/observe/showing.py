"""What a reading has to say: which of its fields are news, and who stands for each."""

from __future__ import annotations

from collections.abc import Iterator

from kamsync.clock import instant
from kamsync.mapping import FieldMap
from kamsync.model import EXISTS, Author, Cells, Fact, Link, Reading
from kamsync.observe.words import GONE, HERE, Hearing, Showing, is_gone

__all__ = ["author_of", "showings", "time_of"]


def showings(link: Link, reading: Reading, hearing: Hearing) -> Iterator[Showing]:
    """Yield each field of which the reading may have something to say, existence first."""
    at = instant(reading.modified) if reading.modified else ""
    changed = reading.version != link.version
    alive = reading.values is not None
    returned = alive and is_gone(link)
    yield Showing(EXISTS, HERE if alive else GONE, reading.author, at, changed)
    if reading.values is None:
        yield from _left(link, hearing)
        return
    told = frozenset(name for entry in hearing.history or () for name in entry.values)
    is_plain = hearing.map.is_plain and not (told or hearing.intents or hearing.restoring)
    facts, fields = link.facts, hearing.map.fields
    for name, cells in hearing.map.cells(reading.values).items():
        fact = facts.get(name)
        if is_plain and fact is not None and cells == fact.observed and not fact.aside:
            # What `_has_news` says, without the cost of a call for each field.
            continue
        field = fields[name]
        aside = () if field.derived is None else field.aside(reading.values)
        if not _has_news(field, fact, (cells, aside), told, hearing):
            continue
        author = author_of(field, reading, cells, fact)
        when = time_of(field, reading) or at
        yield Showing(field.field, cells, author, when, changed, returned, aside)


def _left(link: Link, hearing: Hearing) -> Iterator[Showing]:
    """Yield what a record that is gone held at its end, as far as its history tells that.

    Our own delete may have followed an edit that no reading has shown.
    """
    for name, fact in link.facts.items():
        field = hearing.map.fields.get(name)
        if field is None or not field.direction.reads or fact.unseen:
            continue
        told = [e for e in hearing.history or () if not e.values.keys().isdisjoint(field.native)]
        if told:
            last = dict(zip(field.native, fact.observed, strict=True))
            for entry in told:
                last |= {part: entry.values.get(part, last[part]) for part in last}
            aside = field.aside(told[-1].values)
            yield Showing(name, tuple(last.values()), None, "", changed=True, aside=aside)


def _has_news(
    field: FieldMap,
    fact: Fact | None,
    shown: tuple[Cells, Cells],
    told: frozenset[str],
    hearing: Hearing,
) -> bool:
    """Whether cells can say anything: those that were there before, and that nobody wrote, do not.

    *shown* are the cells and what is aside, *told* the native fields that a history names.
    """
    return (
        fact is None
        or shown != (fact.observed, fact.aside)
        or field.field in hearing.intents
        or not field.direction.reads
        or hearing.restoring
        or not told.isdisjoint(field.native)
    )


def author_of(field: FieldMap, reading: Reading, cells: Cells, fact: Fact | None) -> Author | None:
    """Return the best evidence for who entered a field: its own author, else the record's.

    Of several parts, those that changed count; a person's among them makes all of it a person's.
    """
    authors = reading.authors
    if not authors:
        return reading.author
    if len(field.native) == 1:
        return authors.get(field.native[0]) or reading.author
    before = fact.observed if fact else ()
    changed = [
        name
        for name, cell, old in zip(field.native, cells, before, strict=False)
        if name in authors and cell != old
    ]
    named = [authors[name] for name in changed or field.native if name in authors]
    if not named:
        return reading.author
    return next((author for author in named if not author.own), named[0])


def time_of(field: FieldMap, reading: Reading) -> str:
    """Return when a field was changed last, where the system tells it by field."""
    told = reading.times
    if not told:
        return ""
    times = [told[name] for name in field.native if name in told]
    return instant(max(times)) if times else ""
