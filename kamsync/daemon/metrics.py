"""Metrics in the words of Prometheus, and whether all is well.

The text is written by the client library; names follow
https://prometheus.io/docs/practices/naming/ (base units, ``_total`` for what only grows).
"""

from __future__ import annotations

from functools import partial
from threading import Lock
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from kamsync.clock import Clock, instant
from kamsync.daemon.alarms import Alarm
from kamsync.daemon.outcome import Outcome
from kamsync.daemon.standing import Standing

__all__ = ["Metrics"]

SECONDS = (0.1, 0.5, 1, 5, 15, 60, 300, 1800)


class Metrics:
    """What a monitoring system asks for; written by the loop, read by the page."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.registry = CollectorRegistry()
        self._lock = Lock()
        self._last = Outcome("", (), 0.0)
        self._standing = Standing(clock.now())
        gauge = partial(Gauge, registry=self.registry)
        counter = partial(Counter, registry=self.registry)
        histogram = partial(Histogram, registry=self.registry)
        self.rounds = counter("kamsync_rounds", "Rounds by how they ended.", ["end"])
        self.took = histogram("kamsync_round_seconds", "How long rounds took.", buckets=SECONDS)
        self.read = counter("kamsync_rows_read", "Rows that were read.", ["system"])
        self.written = counter(
            "kamsync_records_written", "Records that were written.", ["system", "operation"]
        )
        self.refused = counter(
            "kamsync_records_refused", "Writes that a system refused.", ["system"]
        )
        self.held = gauge("kamsync_conflicts_open", "Conflicts that wait for a person.")
        self.parked = gauge("kamsync_records_parked", "Records that wait with a reason.")
        self.stopped = gauge(
            "kamsync_round_stopped", "1 while the plan waits for a person to approve it."
        )
        self.down = gauge("kamsync_system_down", "1 if the last round got no answer.", ["system"])
        self.served = gauge(
            "kamsync_system_served_timestamp_seconds", "When it was served last.", ["system"]
        )
        self.stale = gauge(
            "kamsync_system_stale", "1 while its freshness promise is broken.", ["system"]
        )
        self.paused = gauge("kamsync_system_paused", "1 while it is paused.", ["system"])
        self.calls = gauge(
            "kamsync_system_calls_left", "Calls of the day that are left to kamsync.", ["system"]
        )
        self.alarm = gauge(
            "kamsync_alarm", "1 while this is wrong, 0 once it is over.", ["about", "system"]
        )
        self.reloads = counter(
            "kamsync_reloads", "Times the configuration was read again.", ["end"]
        )

    def round_ended(self, outcome: Outcome) -> None:
        """Count what became of a round."""
        self.rounds.labels(outcome.end).inc()
        if outcome.end == "busy":
            return
        self.took.observe(outcome.took_s)
        for name in outcome.systems:
            self.down.labels(name).set(name in outcome.down)
        if outcome.served:
            self._count(outcome)
        with self._lock:
            self._last = outcome

    def _count(self, outcome: Outcome) -> None:
        """Count what a round that ran from end to end read and wrote."""
        self.held.set(outcome.held)
        self.parked.set(outcome.parked)
        for name, rows in outcome.read.items():
            self.read.labels(name).inc(rows)
        for name, ops in outcome.written.items():
            for op, count in ops.items():
                self.written.labels(name, op).inc(count)
        for name, count in outcome.refused.items():
            self.refused.labels(name).inc(count)

    def systems_are(self, standing: Standing) -> None:
        """Show how each system stands."""
        with self._lock:
            before, self._standing = self._standing, standing
        for name, at in standing.served.items():
            self.served.labels(name).set(at.timestamp())
        for name in before.paused.keys() | standing.paused.keys():
            self.paused.labels(name).set(name in standing.paused)
        self.stopped.set(any(each.about == "held_up" for each in standing.wrong))
        for name, budget in standing.budgets.items():
            self.calls.labels(name).set(budget.left)
        for each in before.wrong.keys() | standing.wrong.keys():
            self.alarm.labels(each.about, each.system).set(each in standing.wrong)

    def happened(self, what: str, *, wrong: bool, **details: Any) -> None:  # noqa: ARG002
        """Count reloads; everything else is for the log."""
        if what.startswith("reload"):
            self.reloads.labels("refused" if wrong else "done").inc()

    def text(self) -> bytes:
        """Return all metrics as Prometheus reads them."""
        stale = self._standing.stale(self._clock.now())
        for name in self._standing.promised:
            self.stale.labels(name).set(name in stale)
        return generate_latest(self.registry)

    def health(self) -> tuple[bool, dict[str, Any]]:
        """Return whether all is well, and what there is to say of it.

        It is not while the last round failed, or a promise is broken: also one that breaks while a
        round goes on. A plan that waits for a person and a system that does not answer are said, and
        break a promise in their time.
        """
        with self._lock:
            last, standing = self._last, self._standing
        stale = standing.stale(self._clock.now())
        well = last.end != "failed" and not stale
        told = {
            "ok": well,
            "round": last.line() if last.end else None,
            "served": {name: instant(at) for name, at in standing.served.items()},
            "stale": stale,
            "paused": dict(standing.paused),
            "wrong": [_told(each, reason) for each, reason in sorted(standing.wrong.items())],
        }
        return well, told


def _told(alarm: Alarm, reason: str) -> dict[str, str]:
    """Return one thing that is wrong, as it is shown."""
    return {"about": alarm.about, "system": alarm.system, "reason": reason}
