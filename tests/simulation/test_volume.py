"""Histories in number: drawn from seeds, and drawn and made short by Hypothesis."""

from __future__ import annotations

import struct

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kamsync.testing.simulation import Order, Strip, Tape, play, play_seeds

STEPS = 120
PARTS = 40
SEEDS = 8000
SHORT = 50
EXAMPLES = 1000


def strips(work: int, faults: int) -> st.SearchStrategy[Strip]:
    """Strips of at most so many numbers, of which the plainest is 0."""
    numbers = st.tuples(st.binary(max_size=2 * work), st.binary(max_size=2 * faults))
    return numbers.map(lambda drawn: Strip(*(_numbers(each) for each in drawn)))


def _numbers(drawn: bytes) -> list[int]:
    whole = len(drawn) // 2
    return list(struct.unpack(f">{whole}H", drawn[: 2 * whole]))


TAPES = st.builds(
    lambda setting, steps: Tape(0, setting, steps),
    strips(100, 8),
    st.lists(strips(12, 8), min_size=SHORT, max_size=SHORT),
)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("part", range(PARTS))
def test_histories_in_number_keep_every_promise(part: int) -> None:
    """8,000 of 120 steps in all; the ledger tells of more."""
    share = SEEDS // PARTS

    played = [*play_seeds(part * share, share, Order(STEPS))][-1]

    assert [] == [f"{each.tape.seed}: {each.breach}" for each in played.failed]


@pytest.mark.slow
@pytest.mark.timeout(1800)
@given(TAPES)
@settings(
    max_examples=EXAMPLES,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    database=None,
)
def test_histories_that_are_made_short_where_they_fail_keep_every_promise(tape: Tape) -> None:
    """1,000 of 50 steps; what fails is told as a story."""
    played = play(tape, SHORT, replay=True)

    assert played.breach is None, story(tape)


def story(tape: Tape) -> str:
    """What happens in a history, line by line."""
    lines: list[str] = []
    again = play(tape, SHORT, replay=True, tell=lines.append)
    return "\n".join([*lines, str(again.breach)])
