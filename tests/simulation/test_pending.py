"""What waits for a feature is simulated as soon as that has come."""

from __future__ import annotations

from kamsync.testing.simulation import PENDING, Pending


def test_nothing_is_pending_on_a_feature_that_is_there() -> None:
    """Whoever brings the feature brings its faults and its invariants along, and takes them off the list."""
    assert [] == [f"{each.feature}: {each.says}" for each in PENDING if each.is_due]


def test_a_feature_that_has_come_is_noticed() -> None:
    """By its module."""
    assert Pending("Fault: the page is closed.", "the page", "kamsync.daemon.page").is_due
    assert not Pending("Fault: no such thing.", "none", "kamsync.nowhere.page").is_due
