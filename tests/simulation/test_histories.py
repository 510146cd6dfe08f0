"""Histories end well, and the same one is always the same."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from kamsync.testing.simulation import (
    FAULTS,
    STORES,
    Order,
    Tape,
    empty_cells,
    load_tape,
    play,
    play_seeds,
    save_tape,
    shrunk,
)
from kamsync.testing.simulation.history import world
from kamsync.testing.simulation.history.world import ACTS
from kamsync.testing.simulation.systems.people import People

STEPS = 120
TAPES = sorted((Path(__file__).parent / "tapes").glob("*.tape"))


def total(start: int, seeds: int, *, store: str = "sqlite"):
    """Return what some histories came to."""
    return [*play_seeds(start, seeds, Order(STEPS, store=store))][-1]


def broken(played) -> list[str]:
    """Return what is wrong with the histories that broke an invariant."""
    return [f"{each.tape.seed}: {each.breach}" for each in played.failed]


def test_a_handful_of_histories_keeps_every_promise() -> None:
    """The quick look."""
    assert [] == broken(total(0, 8))


@pytest.mark.parametrize("tape", TAPES, ids=lambda path: path.stem)
def test_what_was_found_stays_found(tape: Path) -> None:
    """Each tape has broken an invariant once, and is named after what happened."""
    kept = load_tape(tape)

    assert play(kept, len(kept.steps), replay=True).breach is None


@pytest.mark.slow
def test_a_store_on_file_keeps_every_promise() -> None:
    """After a crash the file is opened anew."""
    assert [] == broken(total(0, 8, store="file"))


@pytest.mark.slow
def test_every_store_comes_to_the_same_end(
    postgres_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Act by act, whatever people, faults and crashes do."""
    monkeypatch.setenv("KAMSYNC_TEST_PG", postgres_server)

    for seed in (1, 2, 5):
        traces = {play(Tape(seed), STEPS, store=store).trace for store in STORES}
        assert 1 == len(traces), seed


@pytest.mark.slow
def test_a_store_on_a_server_keeps_every_promise(
    postgres_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same histories on PostgreSQL."""
    monkeypatch.setenv("KAMSYNC_TEST_PG", postgres_server)

    assert [] == broken(total(0, 2, store="postgresql"))


@pytest.mark.slow
def test_every_act_and_every_fault_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is declared that never happens; each act meets records in each state."""
    monkeypatch.setattr(world, "STATES_EVERY", 1)
    tried = total(0, 150)

    assert [] == broken(tried)
    assert set(ACTS) == set(tried.done)
    assert set(FAULTS) == set(tried.faults)
    assert not set(empty_cells(tried.states)) & {
        f"{act} | {state}" for act in ("edit", "delete") for state in ("unread", "held", "at rest")
    }


def test_the_same_seed_gives_the_same_history() -> None:
    """28: act by act."""
    assert play(Tape(3), STEPS).trace == play(Tape(3), STEPS).trace


def test_a_history_that_is_not_the_same_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """28: the trace would tell."""
    first = play(Tape(3), STEPS)
    monkeypatch.setattr(People, "token", lambda _: "e0-other")

    assert first.trace != play(Tape(3), STEPS).trace


def test_one_in_a_hundred_histories_is_played_again_and_must_be_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """28: a history that chance has a hand in is a finding."""
    numbers = count()
    monkeypatch.setattr(People, "token", lambda _: f"e{next(numbers)}-quartz")

    failed = total(0, 2).failed

    assert [(0, 28)] == [(each.tape.seed, each.breach.number) for each in failed]


def test_a_tape_replays_to_the_same_history(tmp_path: Path) -> None:
    """A tape holds everything that was drawn, and nothing else is asked."""
    played = play(Tape(5), STEPS)
    save_tape(played.tape, tmp_path / "tape")

    again = play(load_tape(tmp_path / "tape"), STEPS, replay=True)

    assert played.trace == again.trace


def test_the_end_of_a_tape_is_all_plain_choices() -> None:
    """A tape that was cut off still plays."""
    played = play(Tape(5), 10)

    assert 30 == play(played.tape, 30, replay=True).steps


@pytest.mark.slow
def test_a_failing_history_is_made_short() -> None:
    """It breaks the same invariant in fewer steps, and still does when it is replayed."""
    long = next(
        played
        for seed in range(60)
        if (played := play(Tape(seed, canary="blind"), STEPS)).breach is not None
    )

    short = shrunk(long)

    assert len(short.tape.steps) < len(long.tape.steps)
    assert long.breach.number == short.breach.number
    again = play(short.tape, len(short.tape.steps), replay=True)
    assert short.breach == again.breach
