"""Keys are kept in one tree fewer by SQLite, and what belongs to no record is in no index by record.

Revision: 0006, after 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Bring the tables to this revision."""
    if op.get_bind().dialect.name == "sqlite":
        lean = {"sqlite_with_rowid": False}
        with op.batch_alter_table("match_key", recreate="always", table_kwargs=lean):
            pass
    _replace("ix_link_record", ["record"], "record IS NOT NULL")
    _replace(
        "ix_link_moved",
        ["entity", "record"],
        "moved = 1 AND blocked = 0 AND record IS NOT NULL",
    )


def _replace(index: str, columns: list[str], where: str) -> None:
    """Make an index of links anew, of those only that meet a condition."""
    op.drop_index(index, "link")
    clause = sa.text(where)
    op.create_index(index, "link", columns, sqlite_where=clause, postgresql_where=clause)
