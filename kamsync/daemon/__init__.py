"""The daemon: rounds on a schedule, one at a time, and what the world outside is told of them."""

from __future__ import annotations

from kamsync.daemon.alarms import Alarm, Alarms
from kamsync.daemon.log import Log
from kamsync.daemon.loop import Daemon
from kamsync.daemon.metrics import Metrics
from kamsync.daemon.outcome import Outcome
from kamsync.daemon.page import page
from kamsync.daemon.schedule import Pace, Schedule
from kamsync.daemon.standing import Standing
from kamsync.daemon.telling import Teller, Tellers
from kamsync.daemon.wishes import Signals, Wish, Wishes
from kamsync.daemon.work import Work, work_from

__all__ = [
    "Alarm",
    "Alarms",
    "Daemon",
    "Log",
    "Metrics",
    "Outcome",
    "Pace",
    "Schedule",
    "Signals",
    "Standing",
    "Teller",
    "Tellers",
    "Wish",
    "Wishes",
    "Work",
    "page",
    "work_from",
]
