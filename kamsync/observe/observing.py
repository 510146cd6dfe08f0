"""One reading turned into the facts of a link."""

from __future__ import annotations

from msgspec import structs

from kamsync.clock import instant
from kamsync.connector import Can
from kamsync.mapping import EntityMap
from kamsync.model import EXISTS, Cells, Fact, Link, Reading
from kamsync.observe.clauses import heard
from kamsync.observe.showing import author_of, showings, time_of
from kamsync.observe.versions import is_older
from kamsync.observe.words import ABSENT, GONE, HERE, Hearing, Showing

__all__ = ["first_cells", "observe"]


def observe(link: Link, reading: Reading, hearing: Hearing) -> Link:
    """Return *link* as it is after *reading*.

    Hearing the same reading twice changes nothing. A field that the reading does not show keeps its
    fact. A record that is gone keeps the facts of all its fields but its existence.
    """
    if link.facts or hearing.intents or hearing.restoring or hearing.awaited:
        facts = _heard_again(link, reading, hearing)
    else:
        facts = _first_shown(reading, hearing.map)
    return structs.replace(
        link,
        facts=facts,
        # A history is asked for from the last version that was seen, however long the record was gone.
        version=link.version if reading.version == ABSENT else reading.version,
        settled=reading.settled,
        seen=hearing.seen,
        read_at=hearing.read_at,
        stamp=reading.stamp or link.stamp,
        # Whoever brings a record back has decided that their system does not do without it.
        detached=link.detached and reading.values is None,
        digest=hearing.digest,
    )


def first_cells(reading: Reading, map_: EntityMap) -> dict[str, Cells] | None:
    """Return the cells of a record that is seen for the first time, where its facts are these alone.

    None says that they are not: `observe` has more to note, or the record is gone.
    """
    if reading.values is None or reading.authors or reading.times or not map_.is_plain:
        return None
    return {EXISTS: HERE, **map_.cells(reading.values)}


def _first_shown(reading: Reading, map_: EntityMap) -> dict[str, Fact]:
    """Return the facts of a record that is seen for the first time, and that no write of ours made."""
    at = instant(reading.modified) if reading.modified else ""
    if reading.values is None:
        return {EXISTS: Fact(GONE, author=reading.author, at=at)}
    author = reading.author
    told, timed = bool(reading.authors), bool(reading.times)
    facts = {EXISTS: Fact(HERE, author=author, at=at)}
    for name, cells in map_.cells(reading.values).items():
        field = map_.fields[name]
        if not field.direction.reads:
            facts[name] = Fact(cells, cells)
            continue
        who = author_of(field, reading, cells, None) if told else author
        when = (time_of(field, reading) or at) if timed else at
        aside = () if field.derived is None else field.aside(reading.values)
        facts[name] = Fact(cells, None, -1, False, who, when, aside=aside)
    return facts


def _heard_again(link: Link, reading: Reading, hearing: Hearing) -> dict[str, Fact]:
    """Return the facts of a link after a reading, one field after the other."""
    if hearing.history is not None:
        hearing = structs.replace(hearing, told_again=link.version)
    if is_older(reading.version, link.version):
        hearing = structs.replace(hearing, turned_back=True)
    facts = dict(link.facts)
    for showing in showings(link, reading, hearing):
        fact = heard(facts.get(showing.name), showing, _as_new(link, showing, hearing))
        facts[showing.name] = _with_aside(fact, showing)
    if reading.version == ABSENT and Can.TOMBSTONES in hearing.can:
        facts[EXISTS] = _untold(facts[EXISTS])
    return _with_sight(facts, reading, hearing)


def _untold(exists: Fact) -> Fact:
    """Return the fact of a record that is not shown, and of which its system does not tell that it is gone.

    It may be there all the same, and only hidden from kamsync's user.
    """
    return structs.replace(exists, doubt=True) if exists.moved else exists


def _as_new(link: Link, showing: Showing, hearing: Hearing) -> Hearing:
    """Return *hearing* for a field that a known record shows for the first time: none of our writes made it.

    It may have been hidden, or not mapped, while somebody entered what it holds.
    """
    is_new = link.facts and showing.name not in link.facts and showing.name not in hearing.intents
    return structs.replace(hearing, intents={}) if is_new else hearing


def _with_sight(facts: dict[str, Fact], reading: Reading, hearing: Hearing) -> dict[str, Fact]:
    """Return *facts* with a note on those that the reading of a living record did not show.

    What is hidden of a record that came back with an older version need not be what it was: nobody
    there can be taken to know golden.
    """
    values, map_ = reading.values, hearing.map
    if values is None:
        return facts
    hidden = {
        field.field
        for field in (map_.fields.values() if not values.keys() >= map_.shown else ())
        if field.direction.reads and field.cells(values) is None
    }
    for name, fact in facts.items():
        if fact.unseen != (name in hidden):
            facts[name] = structs.replace(fact, unseen=name in hidden)
        if hearing.turned_back and name in hidden:
            facts[name] = structs.replace(facts[name], knows=-1)
    return facts


def _with_aside(fact: Fact, showing: Showing) -> Fact:
    """Return *fact* with what is shown aside, which says nothing by itself: nobody enters it there."""
    return fact if fact.aside == showing.aside else structs.replace(fact, aside=showing.aside)
