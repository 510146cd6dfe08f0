"""A simulation: people, systems in memory and the hub, with everything that can go wrong.

Each history is drawn from a seed, held against numbered invariants after every step and at rest, and
kept as a tape where one of them breaks. `kamsync simulate` plays many of them. A `Stage` lets a system
that runs by itself, such as the sandbox of a connector, take the place of one in memory.
"""

from __future__ import annotations

from kamsync.testing.simulation.breaks import SITES as FAULTS
from kamsync.testing.simulation.choices import Strip, Tape, load_tape, save_tape
from kamsync.testing.simulation.invariants import INVARIANTS
from kamsync.testing.simulation.known import KNOWN, Known
from kamsync.testing.simulation.pending import PENDING, Pending
from kamsync.testing.simulation.planted import CANARIES
from kamsync.testing.simulation.runner import Order, Played, Total, play, play_seeds
from kamsync.testing.simulation.shrink import shrunk
from kamsync.testing.simulation.site import Change, Gate, Site, SiteRefused, Stage, Verdict, Words
from kamsync.testing.simulation.states import empty_cells
from kamsync.testing.simulation.stores import STORES
from kamsync.testing.simulation.world import ACTS as STEPS

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
