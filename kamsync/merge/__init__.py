"""Merge one field of one record across all its links: agree, set, settle, or hold.

The clauses, in the words of `docs/merge.md`, where each has its number:

- M1 a mover that agrees with golden agrees in silence, and knows it from now on
- M2 movers that say one value, none of them blind, set golden
- M3 a field that was never set takes the one value that is said
- M4 anything else is a conflict, which golden joins if every mover is blind
- M5 a conflict against a person's decision is held; else the policy may settle it; else it is held
- M6 while a field is held, moves only join the contenders; it closes when they all say one thing
- M7 golden that keeps returning to a value that it just had is held: two automations fight
- M8 an edit that our own write covered is merged before that write counts as known
- M9 a blank in a system that never met the field claims nothing against a golden value
- M10 a blank that came with the end of what a reference led to claims nothing, and is named

A move is an observation that differs from its base. Blind means that its author cannot have known
the golden value. Nothing here reads a clock, a disk or a network.
"""

from __future__ import annotations

from collections.abc import Sequence

from kamsync.merge.again import Appeal, Obedience, Reunion
from kamsync.merge.clauses import FieldMerge
from kamsync.merge.meeting import Hall, Meeting, Shown, said_at_first
from kamsync.merge.met import Met, Note, Said, spelled_out
from kamsync.merge.words import (
    FIRST_MEETING,
    SAID_ALIKE,
    UNTOLD,
    Court,
    Merged,
    Side,
    Speaker,
    Topic,
    as_contender,
    is_blank_start,
)
from kamsync.model import Conflict, Decision, Golden

__all__ = [
    "FIRST_MEETING",
    "SAID_ALIKE",
    "UNTOLD",
    "Court",
    "Hall",
    "Meeting",
    "Merged",
    "Met",
    "Note",
    "Said",
    "Shown",
    "Side",
    "Speaker",
    "Topic",
    "appeal",
    "as_contender",
    "decide",
    "is_blank_start",
    "merge_field",
    "merge_restored",
    "said_at_first",
    "spelled_out",
]


def merge_field(
    topic: Topic, golden: Golden, sides: Sequence[Side], held: Conflict | None, court: Court
) -> Merged:
    """Merge the moves of *sides* into *golden*; *held* is the open conflict of this field, if any.

    Afterwards no side is moved: each edit is golden, or equal to it, or a named loser in an event,
    or a contender of an open conflict. The order of *sides* makes no difference to any value.
    """
    merge = FieldMerge(topic, golden, sides, held, court)
    merge.replay_trails()
    merge.merge(merge.sides)
    return merge.outcome()


def merge_restored(
    topic: Topic,
    golden: Golden,
    sides: Sequence[Side],
    held: Conflict | None,
    court: Court,
    *,
    whole: bool = True,
) -> Merged:
    """Meet again after an older store was put back: agree where all say one thing, else hold.

    Nothing is overwritten on the strength of an old golden value: systems may have moved on since,
    and may hold what a later round had written. *whole* says that no other link has its own say,
    which cannot be read yet.
    """
    merge = Reunion(topic, golden, sides, held, court)
    merge.meet_again(whole=whole)
    return merge.outcome()


def appeal(topic: Topic, golden: Golden, conflict: Conflict, court: Court) -> Merged:
    """Put an open *conflict* to a policy that was changed since it was opened."""
    merge = Appeal(topic, golden, (), conflict, court)
    merge.ask_again()
    return merge.outcome()


def decide(
    topic: Topic, golden: Golden, conflict: Conflict, decision: Decision, court: Court
) -> Merged:
    """Make a person's *decision* golden: always a new revision, pinned against every rule."""
    merge = Obedience(topic, golden, (), conflict, court)
    merge.obey(decision)
    return merge.outcome()
