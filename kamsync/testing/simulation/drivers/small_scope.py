"""The exhaustive small scope: every history of a few steps that a small alphabet can spell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from kamsync.testing.simulation.drawn.choices import Strip
from kamsync.testing.simulation.drivers.runner import Played, play
from kamsync.testing.simulation.drivers.spelling import Spelling

__all__ = ["every_history"]


def every_history(
    spelling: Spelling,
    beginning: Sequence[Strip],
    alphabet: Sequence[Strip],
    *,
    first: int,
    length: int,
) -> Iterator[Played]:
    """Play every history of *length* letters after its beginning whose first letter is that one.

    Where nothing comes of a letter, it is the history of one letter less: of those, the one is played
    in which it comes last.
    """
    idle: set[tuple[int, ...]] = set()
    for rest in product(range(len(alphabet)), repeat=length - 1):
        letters = (first, *rest)
        if any(letters[:end] in idle for end in range(1, length)):
            continue
        steps = [*beginning, *(alphabet[letter] for letter in letters)]
        played = play(spelling.tape(steps), len(steps), replay=True)
        places = (step - len(beginning) for step in played.idle)
        idle |= {letters[: place + 1] for place in places if 0 <= place < length - 1}
        yield played
