"""Which of two versions came first, as far as they tell."""

from __future__ import annotations

import pytest

from kamsync.observe.versions import is_older


@pytest.mark.parametrize(
    ("version", "before"),
    [
        ("9", "10"),
        ("2026-01-01T00:00:09Z", "2026-01-01T00:00:10Z"),
        ("2026-01-01T01:00:00+01:00", "2026-01-01T00:00:10Z"),
        ("2026-01-01 00:00:09", "2026-01-01 00:00:10"),
    ],
)
def test_of_two_numbers_or_times_it_is_told_which_is_older(version, before):
    """And the later one is not."""
    assert is_older(version, before)
    assert not is_older(before, version)


@pytest.mark.parametrize(
    ("version", "before"),
    [
        ("7", "7"),
        ("", "10"),
        ("9", ""),
        ('W/"a1"', 'W/"b2"'),
        ("9", "2026-01-01T00:00:10Z"),
        ("2026-01-01T00:00:09", "2026-01-01T00:00:10Z"),
        ("never seen", "10"),
    ],
)
def test_of_any_other_two_versions_nothing_is_told(version, before):
    """They only say that something has changed."""
    assert not is_older(version, before)
