"""A simulation: people, systems in memory and the hub, with everything that can go wrong.

Each history is drawn from a seed, held against numbered invariants after every step and at rest, and
kept as a tape where one of them breaks. `kamsync simulate` plays many of them. A `Stage` lets a system
that runs by itself, such as the sandbox of a connector, take the place of one in memory.

To give your system a stage, read `site`, and `serving` for its server. To see how a history is played, begin
with `history.world`, all of whose parts have a folder of their own: `systems` are the world, `mishaps` what
befalls it, `hub` is what is tried, `observer` watches, and `drivers` play one history after the other.
"""

from __future__ import annotations

from kamsync.testing.simulation.coverage.invariants import INVARIANTS
from kamsync.testing.simulation.coverage.known import KNOWN, Known
from kamsync.testing.simulation.coverage.pending import PENDING, Pending
from kamsync.testing.simulation.coverage.states import empty_cells
from kamsync.testing.simulation.drawn.choices import Strip, Tape, load_tape, save_tape
from kamsync.testing.simulation.drawn.faults import SITES as FAULTS
from kamsync.testing.simulation.drivers.runner import Order, Played, Total, play, play_seeds
from kamsync.testing.simulation.drivers.shrink import shrunk
from kamsync.testing.simulation.history.world import ACTS as STEPS
from kamsync.testing.simulation.hub.stores import STORES
from kamsync.testing.simulation.planted import CANARIES
from kamsync.testing.simulation.site import Change, Gate, Site, SiteRefused, Stage, Verdict, Words

__all__ = [
    "CANARIES",
    "FAULTS",
    "INVARIANTS",
    "KNOWN",
    "PENDING",
    "STEPS",
    "STORES",
    "Change",
    "Gate",
    "Known",
    "Order",
    "Pending",
    "Played",
    "Site",
    "SiteRefused",
    "Stage",
    "Strip",
    "Tape",
    "Total",
    "Verdict",
    "Words",
    "empty_cells",
    "load_tape",
    "play",
    "play_seeds",
    "save_tape",
    "shrunk",
]
