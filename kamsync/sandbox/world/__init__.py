"""One made-up company and its clients, as each of its teams has written them down.

Sandboxes of several systems are filled from one world, so that they hold the same clients in the words
of different teams: spelled otherwise, with gaps, twins, other owners, amounts and dates.
"""

from kamsync.sandbox.world.answers import Answer, read_answers, write_answers
from kamsync.sandbox.world.held import Held
from kamsync.sandbox.world.staff import STAFF, Colleague
from kamsync.sandbox.world.teams import held_by
from kamsync.sandbox.world.truth import Remark, World
from kamsync.sandbox.world.worlds import world_of

__all__ = [
    "STAFF",
    "Answer",
    "Colleague",
    "Held",
    "Remark",
    "World",
    "held_by",
    "read_answers",
    "world_of",
    "write_answers",
]
