"""Twenty-four hours of the daemon: what goes wrong in a day loses nothing, and each alarm is a true one.

The day is played on the clock of both systems, so that it takes as long as its calls. With
KAMSYNC_DAY_ROWS=50000 the import of the night is as large as that of a whole market.
"""

import logging
import os
from collections import Counter
from datetime import timedelta

import pytest

from kamsync.daemon import Wish
from kamsync.sandbox.mishaps import Refuse
from kamsync.testing.fates import Fate, disagreements
from kamsync_salesforce.sandbox.http.mishaps import ExpireSessions

ROWS = int(os.environ.get("KAMSYNC_DAY_ROWS", "1000"))
ROTATED = "pat-eu1-0b5e55ed-0000-4000-8000-000000000001"

FIGURES = logging.getLogger(__name__)
"""Shown with ``-o log_cli=true --log-cli-level=info``."""

MINUTE = timedelta(minutes=1)
EVERY = timedelta(minutes=5)
"""How often the slower one of the two is served."""
PROMISED = {"sales": 15 * MINUTE, "success": 20 * MINUTE}

ENTERED = ("name", "description", "employees", "health")
"""What people enter."""

GROWTH = 0.05
"""By how much there may be more objects at midnight than at noon."""

PEAK_GROWTH = 0.2
"""By how much more memory the process may ever have had, both systems and all that they keep included."""

HOURS_OF_REST = 2
"""What is played after the last edit, so that what is owed has arrived."""


def at(hour, minute=0):
    """Return how long after midnight that is."""
    return timedelta(hours=hour, minutes=minute)


EXPECTED = [
    # What is wrong, since when, and until when; one that is broken by waiting begins with the wait.
    ("held_up", "", at(2), at(2, 30)),
    ("stale", "success", at(2) + PROMISED["success"], at(2, 30)),
    ("stale", "sales", at(10) + PROMISED["sales"], at(12)),
    ("stale", "sales", at(13) + PROMISED["sales"], at(13, 40)),
    ("stale", "success", at(13) + PROMISED["success"], at(13, 40)),
    ("blocked", "success", at(14, 30), at(15)),
    ("stale", "success", at(14, 30) + PROMISED["success"], at(15)),
    ("unseen", "sales", at(16), at(17)),
    ("quota_low", "sales", at(18), at(22)),
]
"""The true alarms of the day. Outages that end within a promise, and a session that is renewed, are none."""

OVER = {
    "stale": "fresh_again",
    "blocked": "unblocked",
    "unseen": "seen_again",
    "quota_low": "quota_enough",
    "held_up": "flows_again",
}


@pytest.fixture
def sizes(day):
    """Play the day; how large the process was at noon and at midnight."""
    sizes = []
    sales, portal = day.sales, day.portal

    def rotate():
        portal.run(portal.service.tokens.rotate, ROTATED)

    def renew():
        day.token = ROTATED
        return Wish.RELOAD

    def correct():
        day.configure(health="")
        return Wish.RELOAD

    def drop():
        sales.act("ada.admin", "drop_field", object="Account", field="Health__c")

    def spend():
        used = day.service.api.quota.used
        sales.act("ada.admin", "set", quota=int(used / 0.9 / 0.8))

    def misspell():
        native_id = day.natives("success")[0]
        day.enter("success", native_id, "health", "purple")
        day.left_alone.add(native_id)

    def measure():
        sizes.append(day.size())

    down(day, sales, at(10), at(12))
    down(day, sales, at(13), at(13, 40))
    down(day, portal, at(7), at(7, 10))
    down(day, portal, at(13), at(13, 40))
    for when, deed in (
        (at(2), lambda: day.import_accounts(ROWS)),
        (at(2, 30), day.approve),
        (at(5), lambda: sales.faults.add(ExpireSessions(times=1))),
        (at(11), misspell),
        (at(12, 30), measure),
        (at(14, 30), rotate),
        (at(15), renew),
        (at(16), drop),
        (at(17), correct),
        (at(18), spend),
        (at(22), lambda: sales.act("ada.admin", "set", quota=100_000)),
        (at(24), measure),
    ):
        day.tape.at(when, deed)
    day.play(at(24))
    day.tape.work = lambda: None
    day.play(at(24 + HOURS_OF_REST))
    return sizes


def down(day, server, first, last):
    """Let a system serve nobody for a while."""
    since, until = (day.start + each for each in (first, last))
    server.faults.add(Refuse(status=503, since=since, until=until))


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_a_day_loses_no_edit_raises_no_false_alarm_and_misses_none(day, sizes):
    """Three outages, a token, an import, a lost field and a quota that runs low, among people at work."""
    fates = Counter(day.fate(entry) for entry in day.entries)
    told = [(what, system) for _, what, system, _ in day.told.alarms if what in OVER]
    FIGURES.info("%d rounds, %s, objects and MB: %s", len(day.told.rounds), dict(fates), sizes)

    assert 0 == fates[Fate.LOST], day.lost()
    assert [] == list(disagreements(day.hub, "account", ENTERED, day.held_now()))
    assert Counter((what, system) for what, system, *_ in EXPECTED) == Counter(told)
    assert [] == late_or_early(day)
    assert [] == [each for each in day.told.other if each[1] != "reloaded"]
    (noon, noon_mb), (midnight, midnight_mb) = sizes
    assert midnight < noon * (1 + GROWTH), sizes
    assert midnight_mb < noon_mb * (1 + PEAK_GROWTH), sizes


def late_or_early(day):
    """Return the alarms that were raised or lifted at a time that the tape does not explain."""
    wrong, alarms = [], list(day.told.alarms)
    for what, system, since, until in EXPECTED:
        raised = next((a for a in alarms if a[1:3] == (what, system)), None)
        lifted = next((a for a in alarms if a[1:3] == (OVER[what], system)), None)
        if raised is None or lifted is None:
            wrong.append((what, system, "was not raised" if raised is None else "was not lifted"))
            continue
        alarms.remove(raised)
        alarms.remove(lifted)
        early, late = since - EVERY, since + 2 * EVERY
        if not early <= raised[0] - day.start <= late:
            wrong.append((what, system, "raised", raised[0]))
        if not until <= lifted[0] - day.start <= until + 2 * EVERY:
            wrong.append((what, system, "lifted", lifted[0]))
    return wrong + alarms
