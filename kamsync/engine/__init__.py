"""The engine: a round, whole and in its parts."""

from __future__ import annotations

from kamsync.engine.deciding.decide import CHOICES, resolve_conflict
from kamsync.engine.deciding.remarks import assign_conflict, comment_conflict
from kamsync.engine.deciding.reopening import Answered, answer_conflict, reopen_conflict
from kamsync.engine.deciding.undoing import Undo, can_undo, undo_round
from kamsync.engine.hub import Hub, System, record_id
from kamsync.engine.matching.pilot import Choice
from kamsync.engine.planning.plan import Plan
from kamsync.engine.reading.pull import pull
from kamsync.engine.rounds.recognising import accept_move
from kamsync.engine.rounds.resting import Pause, pause, pauses, resume
from kamsync.engine.rounds.run import preview, run_round
from kamsync.engine.rounds.steps import Round, deliver, settle, take_in
from kamsync.engine.writing.push import push

__all__ = [
    "CHOICES",
    "Answered",
    "Choice",
    "Hub",
    "Pause",
    "Plan",
    "Round",
    "System",
    "Undo",
    "accept_move",
    "answer_conflict",
    "assign_conflict",
    "can_undo",
    "comment_conflict",
    "deliver",
    "pause",
    "pauses",
    "preview",
    "pull",
    "push",
    "record_id",
    "reopen_conflict",
    "resolve_conflict",
    "resume",
    "run_round",
    "settle",
    "take_in",
    "undo_round",
]
