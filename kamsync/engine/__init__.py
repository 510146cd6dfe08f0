"""The engine: a round, whole and in its parts."""

from __future__ import annotations

from kamsync.engine.deciding import CHOICES, resolve_conflict
from kamsync.engine.hub import Hub, System, record_id
from kamsync.engine.pilot import Choice
from kamsync.engine.planning import Plan
from kamsync.engine.pull import pull
from kamsync.engine.push import push
from kamsync.engine.recognising import accept_move
from kamsync.engine.remarks import assign_conflict, comment_conflict
from kamsync.engine.reopening import Answered, answer_conflict, reopen_conflict
from kamsync.engine.resting import Pause, pause, pauses, resume
from kamsync.engine.rounds import preview, run_round
from kamsync.engine.steps import Round, deliver, settle, take_in
from kamsync.engine.undoing import Undo, can_undo, undo_round

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
