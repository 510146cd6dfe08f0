"""Simulated histories end well with orgs behind HTTP in the place of systems in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from kamsync.testing.simulation import Tape, load_tape, play
from kamsync_salesforce.stage import SalesforceStage

STEPS = 120
TAPES = sorted((Path(__file__).parent / "tapes").glob("*.tape"))


@pytest.mark.parametrize("tape", TAPES, ids=lambda path: path.stem)
def test_what_was_found_stays_found(tape):
    """Each tape has broken an invariant once, and is named after what happened."""
    kept = load_tape(tape)
    stages = {name: SalesforceStage() for name in kept.systems}

    played = play(kept, max(STEPS, len(kept.steps)), replay=True, stages=stages)

    assert played.breach is None


@pytest.mark.slow
@pytest.mark.parametrize("systems", [("s0",), ("s1",), ("s0", "s1")], ids="+".join)
def test_histories_on_orgs_end_well(systems):
    """No invariant breaks, whatever goes wrong."""
    stages = {name: SalesforceStage() for name in systems}

    played = [play(Tape(seed), STEPS, stages=stages) for seed in range(12)]

    assert [] == [f"{each.tape.seed}: {each.breach}" for each in played if each.breach]
