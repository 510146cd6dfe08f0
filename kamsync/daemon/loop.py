"""The loop: serve what is due, one round at a time, until somebody wants it to stop."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from msgspec import structs

from kamsync.clock import Clock, instant
from kamsync.daemon.alarms import OVER, Alarm, Alarms
from kamsync.daemon.outcome import Outcome, of_error, of_round
from kamsync.daemon.schedule import STOPPED_SHARE, Schedule
from kamsync.daemon.telling import Teller
from kamsync.daemon.wishes import Wish, Wishes
from kamsync.daemon.work import Work
from kamsync.engine import run_round
from kamsync.engine.rounds.resting import pauses
from kamsync.errors import KamsyncError
from kamsync.extensions import Notice

__all__ = ["Daemon"]

IDLE_S = 30.0
"""How long the loop looks after nothing at most: a pause that ends is noticed within that time."""


NOTICED = {"stale": "freshness", "unseen": "fields", "quota_low": "quota"}
"""What notifiers are told of some alarms, by kind; the round itself tells them of the others."""


class Daemon:
    """Serves the systems of one configuration, each at its own pace.

    Whatever goes wrong in a round is told, and the next one goes on from there. The present is asked
    of *clock*, and time passes in *wishes* alone, so that a day can be played in a second.
    """

    def __init__(
        self, work: Work, load: Callable[[], Work], clock: Clock, wishes: Wishes, teller: Teller
    ) -> None:
        self.work = work
        self.schedule = Schedule(work.paces, clock.now())
        self._load = load
        self._clock = clock
        self._wishes = wishes
        self._teller = teller
        self._began = clock.now()
        self._alarms = Alarms()
        self._raised: dict[Alarm, str] = {}

    def run(self) -> None:
        """Serve until a stop is wished for; what was committed stays."""
        while True:
            self.step()
            if self._wishes.stops():
                return
            wish = self._wishes.wait(self._idle_s())
            if wish is Wish.STOP:
                return
            if wish is Wish.RELOAD:
                self.reload()

    def step(self) -> Outcome | None:
        """Run one round of all that is due, if anything is, and look after the promises."""
        began = self._clock.now()
        due = tuple(sorted(self.schedule.due(began)))
        # The last border of a process that must not end: what nobody foresaw stops one round, and no
        # alarm is missed for it.
        try:
            outcome = self._round(due, began)
        except Exception as error:  # noqa: BLE001
            outcome = self._failed(error, due, began)
        try:
            self._look_after()
        except Exception as error:  # noqa: BLE001
            outcome = self._failed(error, due, began)
        return outcome

    def reload(self) -> None:
        """Go on with the configuration of now, if it is sound; else with the one of before."""
        try:
            work = self._load()
        except KamsyncError as error:
            self._teller.happened("reload_refused", wrong=True, reason=str(error))
            return
        before, self.work = self.work, work
        before.close()
        self.schedule = Schedule(work.paces, self._clock.now())
        self._alarms.taken_over(work.hub.systems)
        self._teller.happened("reloaded", wrong=False, systems=",".join(work.hub.systems))

    def _round(self, due: tuple[str, ...], began: datetime) -> Outcome | None:
        """Run one round among what is *due* and not paused, if anything is."""
        self.schedule.tried(due, began, {})
        paused = pauses(self.work.hub)
        systems = tuple(name for name in due if name not in paused)
        if not systems:
            return None
        try:
            done = run_round(self.work.hub, among=systems, progress=self._go_on)
        except _BrokenOffError:
            outcome = Outcome("broken_off", systems, self._since_s(began))
        except KamsyncError as error:
            outcome = of_error(error, systems, self._since_s(began))
        else:
            outcome = of_round(done, systems, self._since_s(began))
        if outcome.end == "busy":
            self.schedule.postpone(systems, self._clock.now())
        else:
            self.schedule.tried(systems, self._clock.now(), _waits(outcome))
        self._alarms.heard(outcome)
        self._teller.round_ended(outcome)
        return outcome

    def _failed(self, error: Exception, due: tuple[str, ...], began: datetime) -> Outcome:
        """Tell of an error, and go on."""
        outcome = of_error(error, due, self._since_s(began))
        if not isinstance(error, KamsyncError):
            self._teller.happened("unexpected", wrong=True, error=error)
        self._teller.round_ended(outcome)
        return outcome

    def _since_s(self, began: datetime) -> float:
        """Return how long it is since *began*, in seconds."""
        return (self._clock.now() - began).total_seconds()

    def _go_on(self, step: str) -> None:
        """Break off between two steps if a stop is wished for."""
        if self._wishes.stops():
            raise _BrokenOffError(step)

    def _look_after(self) -> None:
        """Tell how each system stands, once of whatever is wrong, and when it is over."""
        standing = self.work.standing(self._began)
        self._alarms.counted(standing.budgets)
        self.schedule.spare(self._alarms.scarce)
        wrong = self._alarms.wrong(standing.stale(self._clock.now()))
        self._teller.systems_are(structs.replace(standing, wrong=wrong))
        new = sorted(wrong.keys() - self._raised.keys())
        for alarm in new:
            self._say(alarm.about, alarm, wrong=True, reason=wrong[alarm])
        for alarm in sorted(self._raised.keys() - wrong.keys()):
            self._say(OVER[alarm.about], alarm, wrong=False)
        self._raised = wrong
        notices = [self._notice(each, wrong[each]) for each in new if each.about in NOTICED]
        if notices and self.work.hub.notify is not None:
            self.work.hub.notify(notices)

    def _say(self, what: str, alarm: Alarm, *, wrong: bool, **details: str) -> None:
        """Tell that something is wrong, or is no more."""
        system = {"system": alarm.system} if alarm.system else {}
        self._teller.happened(what, wrong=wrong, **system, **details)

    def _notice(self, alarm: Alarm, reason: str) -> Notice:
        """Return the notice of what was not wrong before."""
        at = instant(self._clock.now())
        about, text = NOTICED[alarm.about], reason
        if about == "freshness":
            text = f"{alarm.system} was {reason}"
        return Notice(about, text, at, system=alarm.system, urgent=True)

    def _idle_s(self) -> float:
        """Return for how long nothing is to be done, in seconds."""
        left = (self.schedule.next_at() - self._clock.now()).total_seconds()
        return min(IDLE_S, max(0.0, left))


def _waits(outcome: Outcome) -> dict[str, float]:
    """Return for how many seconds each system is left alone after a round, at least.

    A plan that waits for a person is made anew each time: that must not take most of the day.
    """
    rest_s = STOPPED_SHARE * outcome.took_s if outcome.end == "stopped" else 0.0
    return {name: max(outcome.waits.get(name, 0.0), rest_s) for name in outcome.systems}


class _BrokenOffError(Exception):
    """A round ends between two of its steps, because the daemon is to stop."""
