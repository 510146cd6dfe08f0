"""Hear what a system shows: one reading turned into facts, with nothing decided yet.

The question behind each line is whose value this is. A value that our own user stored, or that we
had sent, is an echo: it becomes `merged` and moves nothing. Anything else that differs is somebody's
edit. Where it cannot be told apart, the fact is put in doubt, and only a conflict settles it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, structs

from kamsync.clock import instant
from kamsync.connector import Can
from kamsync.mapping import EntityMap, FieldMap
from kamsync.model import (
    EXISTS,
    Author,
    Cells,
    Entry,
    Evidence,
    Fact,
    Intent,
    Link,
    Native,
    Reading,
    Step,
)

__all__ = ["ABSENT", "GONE", "HERE", "Hearing", "is_gone", "observe", "says_nothing"]

UNSENT = -1
"""The revision of a write of our own for which no intent is open any more."""

ABSENT = "never seen"
"""The version of a record that a system did not show when it was asked for: none at all."""

GONE: Cells = (False,)
HERE: Cells = (True,)


class Hearing(Struct, frozen=True):
    """How to hear one reading.

    *intents* are the open ones of this link by field, oldest first. *history* holds the changes
    since the link's version, where the system tells them. *attested* says that the reading is the
    answer to our own write. *restoring* says that an older store was put back: whoever wrote a
    value, it is only shown. *seen* is the store's revision when the reading began.
    """

    map: EntityMap
    can: Can
    seen: int
    read_at: str
    intents: Mapping[str, Sequence[Intent]] = {}
    history: Sequence[Entry] | None = None
    attested: bool = False
    restoring: bool = False
    told_again: str = ""
    """The version whose entries a history may tell again although a reading has shown them."""
    ended: Mapping[str, frozenset[Native]] = {}
    """By reference field, the native ids that it referred to and that are gone in this system."""


class _Showing(Struct, frozen=True):
    """One field of one reading: its cells, who stands for them, and whether the record changed.

    *returned* says that the record was gone before: whoever brought it back, what else it holds is
    from before it went. *aside* is shown with the cells, and follows from them.
    """

    name: str
    cells: Cells
    author: Author | None
    at: str
    changed: bool
    returned: bool = False
    aside: Cells = ()


def observe(link: Link, reading: Reading, hearing: Hearing) -> Link:
    """Return *link* as it is after *reading*.

    Hearing the same reading twice changes nothing. A field that the reading does not show keeps its
    fact. A record that is gone keeps the facts of all its fields but its existence.
    """
    if link.facts or hearing.intents or hearing.restoring:
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
    )


def is_gone(link: Link) -> bool:
    """Whether the native record was last seen to be gone."""
    fact = link.facts.get(EXISTS)
    return fact is not None and fact.observed == GONE


def _first_shown(reading: Reading, map_: EntityMap) -> dict[str, Fact]:
    """Return the facts of a record that is seen for the first time, and that no write of ours made."""
    at = instant(reading.modified) if reading.modified else ""
    if reading.values is None:
        return {EXISTS: Fact(GONE, author=reading.author, at=at)}
    facts = {EXISTS: Fact(HERE, author=reading.author, at=at)}
    for field in map_.fields.values():
        cells = field.cells(reading.values)
        if cells is None:
            continue
        if field.direction.reads:
            author, when = _author(field, reading, cells, None), _time(field, reading) or at
            aside = field.aside(reading.values)
            facts[field.field] = Fact(cells, author=author, at=when, aside=aside)
        else:
            facts[field.field] = Fact(cells, cells)
    return facts


def _heard_again(link: Link, reading: Reading, hearing: Hearing) -> dict[str, Fact]:
    """Return the facts of a link after a reading, one field after the other."""
    if hearing.history is not None:
        hearing = structs.replace(hearing, told_again=link.version)
    facts = dict(link.facts)
    for showing in _showings(link, reading, hearing):
        heard = _heard(facts.get(showing.name), showing, hearing)
        facts[showing.name] = _with_aside(heard, showing)
    return facts


def _with_aside(fact: Fact, showing: _Showing) -> Fact:
    """Return *fact* with what is shown aside, which says nothing by itself: nobody enters it there."""
    return fact if fact.aside == showing.aside else structs.replace(fact, aside=showing.aside)


def _showings(link: Link, reading: Reading, hearing: Hearing) -> Iterator[_Showing]:
    """Yield each field of which the reading may have something to say, existence first."""
    at = instant(reading.modified) if reading.modified else ""
    changed = reading.version != link.version
    alive = reading.values is not None
    returned = alive and is_gone(link)
    yield _Showing(EXISTS, HERE if alive else GONE, reading.author, at, changed)
    if reading.values is None:
        return
    told = frozenset(name for entry in hearing.history or () for name in entry.values)
    for field in hearing.map.fields.values():
        cells = field.cells(reading.values)
        fact = link.facts.get(field.field)
        if cells is None:
            continue
        aside = field.aside(reading.values)
        if not _has_news(field, fact, (cells, aside), told, hearing):
            continue
        author = _author(field, reading, cells, fact)
        when = _time(field, reading) or at
        yield _Showing(field.field, cells, author, when, changed, returned, aside)


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


def _author(field: FieldMap, reading: Reading, cells: Cells, fact: Fact | None) -> Author | None:
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


def _time(field: FieldMap, reading: Reading) -> str:
    """Return when a field was changed last, where the system tells it by field."""
    told = reading.times
    if not told:
        return ""
    times = [told[name] for name in field.native if name in told]
    return instant(max(times)) if times else ""


def _heard(fact: Fact | None, showing: _Showing, hearing: Hearing) -> Fact:
    """Return the fact of one field after the reading: the table of clauses."""
    if hearing.restoring:
        return _only_shown(fact, showing, hearing)
    map_ = hearing.map.fields.get(showing.name)
    if map_ is not None and not map_.direction.reads:
        return Fact(showing.cells, showing.cells, fact.knows if fact else -1)
    if fact is None:
        return _met(showing, hearing)
    ended = hearing.ended.get(showing.name)
    if ended and map_ is not None and says_nothing(showing.cells):
        fallen = _fallen(fact, showing, map_, hearing, ended)
        if fallen is not None:
            return fallen
    if map_ is not None and hearing.history is not None:
        return _replayed(fact, showing, map_, hearing)
    return _compared(fact, showing, hearing)


def says_nothing(cells: Cells) -> bool:
    """Whether the cells of a reference refer to nothing."""
    return all(cell is None or cell == "" for cell in cells)


def _fallen(
    fact: Fact, showing: _Showing, map_: FieldMap, hearing: Hearing, ended: frozenset[Native]
) -> Fact | None:
    """Return the fact of a reference that was emptied with what it led to, None if that is not so.

    What was entered before that and is not dealt with yet is merged first, as what was there on the
    way to what is shown.
    """
    intents = hearing.intents.get(showing.name, ())
    if any(says_nothing(intent.cells) for intent in intents):
        return None
    cells, history = fact.observed, hearing.history
    if history is not None:
        cells, history = _without_fall(fact, map_, history, ended)
    sent = {cell for intent in intents for cell in intent.cells}
    if ended.isdisjoint({*cells, *sent}):
        return None
    if history is not None:
        before = structs.replace(showing, cells=cells)
        fact = _replayed(fact, before, map_, structs.replace(hearing, history=history))
    if fact.doubt or intents:
        return fact if fact.moved else structs.replace(_said(fact, showing), emptied=True)
    trail = fact.trail
    if fact.observed != (trail[-1].cells if trail else fact.merged):
        trail = (*trail, Step(fact.observed, None, fact.author, fact.at))
    return structs.replace(_said(fact, showing), emptied=True, trail=trail)


def _without_fall(
    fact: Fact, map_: FieldMap, history: Sequence[Entry], ended: frozenset[Native]
) -> tuple[Cells, list[Entry]]:
    """Return a history without the entries that emptied what referred to the gone, and its last cells."""
    cells = fact.observed
    kept: list[Entry] = []
    for entry in history:
        now = tuple(
            entry.values.get(name, old) for name, old in zip(map_.native, cells, strict=True)
        )
        own = entry.author is not None and entry.author.own
        if own or not says_nothing(now) or ended.isdisjoint(cells):
            kept.append(entry)
            cells = now
    return cells, kept


def _compared(fact: Fact, showing: _Showing, hearing: Hearing) -> Fact:
    """Return the fact after a reading without history."""
    intents = hearing.intents.get(showing.name, ())
    if intents and showing.changed:
        intent = _matching(intents, showing.cells)
        if _is_ours(showing, hearing, sent=True) or (intent and intent.cells == showing.cells):
            return _own(fact, showing.cells, intent)
        return _doubted(fact, showing)
    if showing.cells == fact.observed:
        return fact
    if showing.name == EXISTS and showing.cells == GONE == fact.merged:
        # It was back in the meantime, and that it is gone again is news.
        return structs.replace(_said(fact, showing), merged=HERE)
    if not showing.returned and _is_ours(showing, hearing, sent=False):
        # What was sent may have landed in the second of the last reading: the version is the same.
        sent = _matching(intents, showing.cells)
        return _own(fact, showing.cells, sent)
    return _said(fact, showing)


def _doubted(fact: Fact, showing: _Showing) -> Fact:
    """Return the fact after a write of ours that may have landed before or after what is shown.

    A value that is unchanged was most likely there all the time: whoever changed the record since
    need not have said it.
    """
    if showing.cells == fact.observed:
        showing = structs.replace(showing, author=None, at="")
    return structs.replace(_said(fact, showing), doubt=True)


def _only_shown(fact: Fact | None, showing: _Showing, hearing: Hearing) -> Fact:
    """Return the fact after a restore: the value is shown, and edits that were covered are kept."""
    if fact is None:
        return _said(Fact(showing.cells), showing)
    map_ = hearing.map.fields.get(showing.name)
    if map_ is None or hearing.history is None:
        return _said(fact, showing)
    covered = tuple(
        step
        for step in _steps(fact, map_, hearing)
        if step.revision is None and step.cells != showing.cells
    )
    return structs.replace(_said(fact, showing), trail=covered)


def _met(showing: _Showing, hearing: Hearing) -> Fact:
    """Return the fact of a field seen for the first time: ours if we just created it, else unmet."""
    fact = Fact(showing.cells)
    if not hearing.intents:
        return Fact(showing.cells, author=showing.author, at=showing.at)
    intent = _matching(hearing.intents.get(showing.name, ()), showing.cells)
    if intent and (intent.cells == showing.cells or _is_ours(showing, hearing, sent=True)):
        return _own(fact, showing.cells, intent)
    if _is_ours(showing, hearing, sent=False):
        return _own(fact, showing.cells, None)
    return _said(fact, showing)


def _own(fact: Fact, cells: Cells, intent: Intent | None) -> Fact:
    """Return the fact of a value that we stored: nobody's edit, known at the intent's revision."""
    return Fact(cells, cells, intent.revision if intent else -1, known=fact.known)


def _said(fact: Fact, showing: _Showing) -> Fact:
    """Return the fact with a value that somebody else may have entered, and the evidence for whom."""
    return structs.replace(
        fact,
        observed=showing.cells,
        author=showing.author,
        at=showing.at,
        trail=_trail_after(fact),
        emptied=False,
    )


def _trail_after(fact: Fact) -> tuple[Step, ...]:
    """Return what is still to be replayed once somebody edits: not what fell, that is replaced knowingly."""
    fell = fact.emptied and fact.trail and fact.trail[-1].revision is None
    return fact.trail[:-1] if fell else fact.trail


def _is_ours(showing: _Showing, hearing: Hearing, *, sent: bool) -> bool:
    """Whether our own user stored this field.

    A record's last author speaks for a field that we sent. For one that we did not send, it does so
    only in a system that refuses stale writes: elsewhere our write may have followed an unread edit.
    """
    if hearing.attested:
        return True
    if showing.author is None or not showing.author.own:
        return False
    exact = showing.author.evidence is Evidence.FIELD_HISTORY
    return sent or exact or Can.REFUSE_STALE in hearing.can


def _matching(intents: Sequence[Intent], cells: Cells) -> Intent | None:
    """Return the intent that these cells answer: the last that sent them, else the only candidate."""
    exact = [intent for intent in intents if intent.cells == cells]
    if exact:
        return exact[-1]
    if intents and (intents[-1].landed or len({intent.revision for intent in intents}) == 1):
        return intents[-1]
    return None


class _Replay:
    """A history being replayed onto one fact; an edit that our own entry covered goes on the trail."""

    def __init__(self, fact: Fact) -> None:
        self.fact = fact
        self.trail = list(fact.trail)
        # What fell with its record stays so until something else is told of it.
        known = self.trail[-1].cells if self.trail else fact.merged
        self.base = fact.observed if fact.emptied else known
        self.edit: Step | None = None
        if fact.observed != self.base or fact.doubt:
            self.edit = Step(fact.observed, None, fact.author, fact.at)

    def take(self, step: Step) -> None:
        """Take one step: an edit waits for what follows it, an own entry becomes the base.

        A coarse version is told again with the entries of its own second: an own entry that is the
        base already takes nothing away from what is known.
        """
        if step.revision is None:
            self.edit = step if step.cells != self.base or self.fact.doubt else None
            return
        if self.edit is not None:
            self.trail += [self.edit, step]
        elif self.trail:
            self.trail.append(step)
        elif step.revision != UNSENT or step.cells != self.base:
            self.fact = _own(self.fact, step.cells, Intent(step.cells, step.revision))
        self.base, self.edit = step.cells, None

    def fact_showing(self, showing: _Showing) -> Fact:
        """Return the fact at the end of the replay, which the reading itself may have gone beyond."""
        fact = structs.replace(self.fact, trail=tuple(self.trail))
        if showing.cells == self.base and not self.fact.doubt:
            return structs.replace(fact, observed=showing.cells)
        if self.edit is not None and self.edit.cells == showing.cells:
            edit = self.edit
            return structs.replace(
                fact,
                observed=edit.cells,
                author=edit.author,
                at=edit.at,
                trail=_trail_after(fact),
                emptied=False,
            )
        return _said(fact, showing)


def _replayed(fact: Fact, showing: _Showing, map_: FieldMap, hearing: Hearing) -> Fact:
    """Return the fact after its history. An own entry is never an edit, however late it landed."""
    replay = _Replay(fact)
    for step in _steps(fact, map_, hearing):
        replay.take(step)
    return replay.fact_showing(showing)


def _news(fact: Fact, map_: FieldMap, hearing: Hearing) -> Iterator[tuple[Cells, Entry]]:
    """Yield the entries that change a field, with its cells after each, as far as they are news.

    What a history tells again of a coarse version is known up to where the field was as last seen.
    """
    cells = fact.observed
    told: list[tuple[Cells, Entry]] = []
    known = 0
    for entry in hearing.history or ():
        if not any(name in entry.values for name in map_.native):
            continue
        cells = tuple(
            entry.values.get(name, old) for name, old in zip(map_.native, cells, strict=True)
        )
        told.append((cells, entry))
        if entry.version and entry.version == hearing.told_again and cells == fact.observed:
            known = len(told)
    yield from told[known:]


def _steps(fact: Fact, map_: FieldMap, hearing: Hearing) -> Iterator[Step]:
    """Yield the history of one field: each change of its cells, with our revision where it is ours."""
    intents = hearing.intents.get(map_.field, ())
    for cells, entry in _news(fact, map_, hearing):
        if entry.author is not None and entry.author.own:
            intent = _matching(intents, cells)
            yield Step(cells, intent.revision if intent else UNSENT)
        else:
            at = instant(entry.at) if entry.at else ""
            yield Step(cells, None, entry.author, at, map_.aside(entry.values))
