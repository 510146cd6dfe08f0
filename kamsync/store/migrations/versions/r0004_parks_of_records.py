"""What is parked is found by its record, without a look through all that is parked.

Revision: 0004, after 0003
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_index("ix_park_record", "park", ["record"])
