"""One made-up company and its clients, as each of its teams has written them down.

Sandboxes of several systems are filled from one world, so that they hold the same clients in the words
of different teams: spelled otherwise, with gaps, twins, other owners, amounts and dates.
"""

from kamsync.sandbox.world.answers import Answer, read_answers, write_answers
from kamsync.sandbox.world.held import Edit, Held
from kamsync.sandbox.world.staff import STAFF, Colleague
from kamsync.sandbox.world.teams import TEAMS, held_by
from kamsync.sandbox.world.truth import Company, Contact, Deal, Remark, World
from kamsync.sandbox.world.worlds import world_of

__all__ = [
    "STAFF",
    "TEAMS",
    "Answer",
    "Colleague",
    "Company",
    "Contact",
    "Deal",
    "Edit",
    "Held",
    "Remark",
    "World",
    "held_by",
    "read_answers",
    "world_of",
    "write_answers",
]
