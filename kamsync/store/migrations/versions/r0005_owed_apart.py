"""What each link is owed stands in a table of its own, so that to note it touches no link.

Revision: 0005, after 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "owed",
        sa.Column("link", _WHOLE, nullable=False),
        *(sa.Column(name, _TEXT, nullable=False) for name in ("system", "entity", "op")),
        sa.PrimaryKeyConstraint("link", name=op.f("pk_owed")),
        sa.ForeignKeyConstraint(
            ["link"], ["link.id"], name=op.f("fk_owed_link"), ondelete="CASCADE"
        ),
    )
    op.create_index("ix_owed_op", "owed", ["system", "entity", "op", "link"])
    op.execute(
        "INSERT INTO owed (link, system, entity, op)"
        " SELECT id, system, entity, owed FROM link WHERE owed IS NOT NULL"
    )
    op.drop_index("ix_link_owed", "link")
    op.drop_column("link", "owed")
