"""The table of clauses: what becomes of the fact of one field."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from kamsync.mapping import FieldMap
from kamsync.model import EXISTS, Evidence, Fact, Intent, Step
from kamsync.observe import saying
from kamsync.observe.falling import fallen
from kamsync.observe.replay import replayed, steps
from kamsync.observe.saying import doubted, is_ours, matching, said
from kamsync.observe.words import GONE, HERE, UNSENT, Hearing, Showing, says_nothing

__all__ = ["heard"]


def heard(fact: Fact | None, showing: Showing, hearing: Hearing) -> Fact:
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
        fell = fallen(fact, showing, map_, hearing, ended)
        if fell is not None:
            return fell
    if fact.unseen and showing.cells != fact.observed and not hearing.turned_back:
        return _seen_again(fact, showing, hearing)
    return _told(fact, showing, map_, hearing)


def _told(fact: Fact, showing: Showing, map_: FieldMap | None, hearing: Hearing) -> Fact:
    """Return the fact of a field that was seen before, by its history where there is one."""
    if hearing.turned_back and showing.cells != fact.observed:
        return _turned_back(fact, showing)
    if map_ is None or hearing.history is None:
        return _compared(fact, showing, hearing)
    return replayed(fact, showing, map_, hearing)


def _compared(fact: Fact, showing: Showing, hearing: Hearing) -> Fact:
    """Return the fact after a reading without history."""
    intents = hearing.intents.get(showing.name, ())
    if intents and showing.changed:
        return _answered(fact, showing, hearing, intents)
    if showing.cells == fact.observed:
        return fact
    if showing.name == EXISTS and showing.cells == GONE == fact.merged:
        # It was back in the meantime, and that it is gone again is news.
        return structs.replace(said(fact, showing), merged=HERE)
    if _filled_again(fact, showing, hearing):
        return structs.replace(said(fact, structs.replace(showing, author=None)), knows=-1)
    if _came_back(fact, showing, hearing):
        showing = structs.replace(showing, author=None)
    elif not showing.returned and is_ours(showing, hearing, sent=False):
        # What was sent may have landed in the second of the last reading: the version is the same.
        sent = matching(intents, showing.cells)
        return saying.own(fact, showing.cells, sent)
    return said(fact, showing)


def _seen_again(fact: Fact, showing: Showing, hearing: Hearing) -> Fact:
    """Return the fact of a field that earlier readings did not show.

    Whose it is, only a history can tell, or that nobody else was at the record: others may have
    edited it meanwhile.
    """
    intents = hearing.intents.get(showing.name, ())
    intent = matching(intents, showing.cells)
    if intent is not None and intent.cells == showing.cells:
        return saying.own(fact, showing.cells, intent)
    if intents:
        return doubted(fact, showing)
    author = showing.author
    certain = author is not None and (author.alone or author.evidence is Evidence.FIELD_HISTORY)
    return said(fact, showing if certain else structs.replace(showing, author=None))


def _answered(fact: Fact, showing: Showing, hearing: Hearing, intents: Sequence[Intent]) -> Fact:
    """Return the fact of a field that we sent, in a record that has changed since."""
    intent = matching(intents, showing.cells)
    exact = intent is not None and intent.cells == showing.cells
    if not (exact or is_ours(showing, hearing, sent=True)):
        return doubted(fact, showing)
    landed = exact or any(each.landed for each in intents)
    if showing.cells == fact.observed and not landed:
        # Another write of ours has changed the record. What is still unclear has not come, or not yet.
        return fact
    return saying.own(fact, showing.cells, intent)


def _came_back(fact: Fact, showing: Showing, hearing: Hearing) -> bool:
    """Whether a reference that we did not send is there again, with the record that it leads to.

    A system that brings a record back lets others refer to it again. Somebody had entered that, and it
    fell before anybody read it.
    """
    refers = showing.name in hearing.references and showing.name not in hearing.intents
    was_blank = says_nothing(fact.observed) and not fact.emptied
    return refers and was_blank and not says_nothing(showing.cells)


def _filled_again(fact: Fact, showing: Showing, hearing: Hearing) -> bool:
    """Whether a reference that fell leads to something else, although nobody has edited its record.

    Its system brought back what it had led to earlier, without a trace: whoever entered that need not
    know of what is golden since.
    """
    refers = showing.name in hearing.references and showing.name not in hearing.intents
    silent = fact.emptied and not showing.changed
    return refers and silent and not says_nothing(showing.cells) and showing.cells != fact.merged


def _turned_back(fact: Fact, showing: Showing) -> Fact:
    """Return the fact of a value that came back with an older state of its record.

    Nobody has entered that now, so that whoever once did cannot have known golden. What was heard
    here since and is not dealt with is kept.
    """
    trail = fact.trail
    if fact.observed != (trail[-1].cells if trail else fact.merged):
        trail = (*trail, Step(fact.observed, None, fact.author, fact.at))
    # What contends from here goes on contending; from the last step on, nothing is known.
    covered = Step(fact.observed, UNSENT)
    return structs.replace(said(fact, showing), trail=(*trail, covered))


def _only_shown(fact: Fact | None, showing: Showing, hearing: Hearing) -> Fact:
    """Return the fact after a restore: the value is shown, and what was covered before is kept.

    That is each edit that we have covered, and what a reference led to that was not dealt with: it may
    have fallen. And it is what was shown before the system was put back as well: it may contend.
    """
    if fact is None:
        return said(Fact(showing.cells), showing)
    map_ = hearing.map.fields.get(showing.name)
    covered = [step for step in fact.trail if step.revision is None]
    if map_ is not None and hearing.history is not None:
        covered += [step for step in steps(fact, map_, hearing) if step.revision is None]
    fell = showing.name in hearing.references and fact.moved and says_nothing(showing.cells)
    if fell or hearing.turned_back:
        covered.append(Step(fact.observed, None, fact.author, fact.at))
    kept = [step for step in covered if step.cells != showing.cells]
    return structs.replace(said(fact, showing), trail=tuple(kept))


def _met(showing: Showing, hearing: Hearing) -> Fact:
    """Return the fact of a field seen for the first time: ours if we just created it, else unmet.

    Of what was sent with a create and is shown otherwise, whose it is cannot be told.
    """
    fact = Fact(showing.cells)
    if not hearing.intents:
        alone = showing.author is not None and showing.author.own and showing.author.alone
        if hearing.awaited and alone:
            # A create that was given up has landed after all.
            return saying.own(fact, showing.cells, None)
        return Fact(showing.cells, author=showing.author, at=showing.at)
    intents = hearing.intents.get(showing.name, ())
    intent = matching(intents, showing.cells)
    if showing.name in hearing.spent and (not intent or intent.cells != showing.cells):
        return _made_before(fact, showing)
    if intent and intent.cells != showing.cells and says_nothing(showing.cells):
        # Of a create that was sent more than once, that may have landed which said nothing of it yet.
        intent = intent if intent.landed else None
    if intent and (intent.cells == showing.cells or is_ours(showing, hearing, sent=True)):
        return saying.own(fact, showing.cells, intent)
    if is_ours(showing, hearing, sent=False):
        return saying.own(fact, showing.cells, None)
    # It may be what we sent in the spelling of the system, or what somebody made of it since.
    unclear = bool(intents) and showing.name != EXISTS
    return structs.replace(said(fact, showing), doubt=unclear)


def _made_before(fact: Fact, showing: Showing) -> Fact:
    """Return the fact of what an earlier create of ours may have sent: that is no golden value of now."""
    author = showing.author
    certain = author is not None and (author.alone or author.evidence is Evidence.FIELD_HISTORY)
    is_ours = author is not None and author.own and certain
    return saying.own(fact, showing.cells, None) if is_ours else said(fact, showing)
