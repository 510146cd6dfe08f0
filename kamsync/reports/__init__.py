"""What the surfaces show, read from the store: plain values, the same for a page, a terminal, a script.

Nothing here prints or writes. Every shape is a struct whose field names are the keys of its JSON.
Values of class *pay* are hidden here, before any surface sees them, unless the reader is cleared.
"""

from __future__ import annotations

from kamsync.reports.asking import Question, question, values_for
from kamsync.reports.called import Called
from kamsync.reports.checking import Check, Level, check
from kamsync.reports.conflicts import Conflicts, conflicts
from kamsync.reports.explaining import Explained, explain
from kamsync.reports.finding import Names, choice, find_record, label, native_label
from kamsync.reports.happened import Happening, happenings
from kamsync.reports.planning import Change, Overview, Step, overview
from kamsync.reports.policies import Idle, PolicyCheck, Said, policy_check
from kamsync.reports.rounds import rounds
from kamsync.reports.schema import as_markdown, described
from kamsync.reports.selecting import require_known
from kamsync.reports.sight import HIDDEN, Sight
from kamsync.reports.stakes import at_stake
from kamsync.reports.trying import Effect, effects
from kamsync.reports.wanted import NOBODY, Wanted, alike, cause_of, open_conflicts

__all__ = [
    "HIDDEN",
    "NOBODY",
    "Called",
    "Change",
    "Check",
    "Conflicts",
    "Effect",
    "Explained",
    "Happening",
    "Idle",
    "Level",
    "Names",
    "Overview",
    "PolicyCheck",
    "Question",
    "Said",
    "Sight",
    "Step",
    "Wanted",
    "alike",
    "as_markdown",
    "at_stake",
    "cause_of",
    "check",
    "choice",
    "conflicts",
    "described",
    "effects",
    "explain",
    "find_record",
    "happenings",
    "label",
    "native_label",
    "open_conflicts",
    "overview",
    "policy_check",
    "question",
    "require_known",
    "rounds",
    "values_for",
]
