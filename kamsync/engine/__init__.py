"""The engine: a round, whole and in its parts."""

from __future__ import annotations

from kamsync.engine.deciding import CHOICES, resolve_conflict
from kamsync.engine.hub import Hub, System, record_id
from kamsync.engine.pilot import Choice
from kamsync.engine.planning import Plan
from kamsync.engine.pull import pull
from kamsync.engine.push import push
from kamsync.engine.recognising import accept_move
from kamsync.engine.resting import Pause, pause, pauses, resume
from kamsync.engine.rounds import Round, deliver, preview, run_round, settle, take_in
from kamsync.engine.undoing import Undo, undo_round

__all__ = [
    "CHOICES",
    "Choice",
    "Hub",
    "Pause",
    "Plan",
    "Round",
    "System",
    "Undo",
    "accept_move",
    "deliver",
    "pause",
    "pauses",
    "preview",
    "pull",
    "push",
    "record_id",
    "resolve_conflict",
    "resume",
    "run_round",
    "settle",
    "take_in",
    "undo_round",
]
