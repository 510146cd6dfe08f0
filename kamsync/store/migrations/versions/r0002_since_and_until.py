"""Since when a link waits for a reference, and when to remind of a conflict.

Revision: 0002, after 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Bring the tables to this revision."""
    for table, column in (("awaited", "at"), ("review", "remind_at")):
        op.add_column(table, sa.Column(column, _TEXT, nullable=False, server_default=""))
    where = sa.text("closed = '' AND remind_at <> ''")
    op.create_index(
        "ix_review_remind", "review", ["remind_at"], sqlite_where=where, postgresql_where=where
    )
