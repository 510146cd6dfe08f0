"""Bugs to plant, so that the simulation can show that it would find them.

Each replaces functions of the engine while histories are played, and is found by an invariant. Read
`bug` first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kamsync.testing.simulation.planted.allowing import ALLOWING
from kamsync.testing.simulation.planted.bug import Bug, Patch
from kamsync.testing.simulation.planted.keeping import KEEPING
from kamsync.testing.simulation.planted.merging import MERGING
from kamsync.testing.simulation.planted.reading import READING
from kamsync.testing.simulation.planted.telling import TELLING
from kamsync.testing.simulation.planted.writing import WRITING

__all__ = ["BUGS", "CANARIES", "Bug", "Patch", "planted"]

BUGS: dict[str, Bug] = {
    **MERGING,
    **READING,
    **WRITING,
    **KEEPING,
    **ALLOWING,
    **TELLING,
}
"""Each bug by its name."""

CANARIES = {name: bug.says for name, bug in BUGS.items()}
"""Each planted bug and what is wrong with it."""


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Plant the bug called *name* while the block runs; nothing for an empty name."""
    if not name:
        yield
        return
    with BUGS[name].planted():
        yield
