"""The first shape of the store.

Revision: 0001
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, _TEXT, nullable=False)


def _maybe(name: str) -> sa.Column[Any]:
    return sa.Column(name, _TEXT, nullable=True)


def _json(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _whole(name: str) -> sa.Column[Any]:
    return sa.Column(name, _WHOLE, nullable=False, autoincrement=False)


def _flag(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.SmallInteger(), nullable=False, server_default="0")


def _bytes(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.LargeBinary(), nullable=nullable)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def _index(
    name: str, table: str, columns: list[str], where: str = "", *, unique: bool = False
) -> None:
    clause = sa.text(where) if where else None
    op.create_index(
        name, table, columns, unique=unique, sqlite_where=clause, postgresql_where=clause
    )


def upgrade() -> None:
    """Make all tables."""
    _identity()
    _state()
    _writes()
    _history()


def _identity() -> None:
    """Make the tables of records and links."""
    op.create_table(
        "record",
        _text("id"),
        _text("entity"),
        _json("fields"),
        _maybe("merged_into"),
        _flag("dirty"),
        _key("record", "id"),
    )
    _index("ix_record_dirty", "record", ["entity", "id"], "dirty = 1")
    _index("ix_record_entity_id", "record", ["entity", "id"])
    op.create_table(
        "link",
        _whole("id"),
        _text("system"),
        _text("entity"),
        _maybe("native_id"),
        _maybe("record"),
        _json("facts"),
        _text("version"),
        _flag("settled"),
        _whole("seen"),
        _text("read_at"),
        _maybe("stamp"),
        _flag("detached"),
        _flag("moved"),
        _flag("alive"),
        _flag("blocked"),
        _maybe("owed"),
        _maybe("waiting"),
        _key("link", "id"),
        sa.ForeignKeyConstraint(
            ["record"],
            ["record.id"],
            name=op.f("fk_link_record"),
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    _index("ix_link_gone", "link", ["system", "entity"], "alive = 0")
    _index("ix_link_moved", "link", ["entity", "record"], "moved = 1 AND blocked = 0")
    _index("ix_link_owed", "link", ["system", "entity", "owed", "id"], "owed IS NOT NULL")
    _index("ix_link_waiting", "link", ["waiting"], "waiting IS NOT NULL")
    _index("ix_link_record", "link", ["record"])
    _index(
        "ix_link_unmatched",
        "link",
        ["entity", "id"],
        "record IS NULL AND waiting IS NULL AND alive = 1",
    )
    _index("uq_link_native", "link", ["system", "entity", "native_id"], unique=True)
    op.create_table(
        "alias",
        _text("system"),
        _text("entity"),
        _text("native_id"),
        _text("target"),
        _key("alias", "system", "entity", "native_id"),
    )
    _index("ix_alias_target", "alias", ["system", "entity", "target"])
    op.create_table(
        "awaited",
        _text("system"),
        _text("entity"),
        _text("native_id"),
        _whole("link"),
        _key("awaited", "system", "entity", "native_id", "link"),
        sa.ForeignKeyConstraint(
            ["link"], ["link.id"], name=op.f("fk_awaited_link"), ondelete="CASCADE"
        ),
    )
    _index("ix_awaited_link", "awaited", ["link"])
    op.create_table(
        "match_key",
        _text("entity"),
        _text("key"),
        _text("record"),
        _key("match_key", "entity", "key", "record"),
    )
    _index("ix_match_key_record", "match_key", ["record"])


def _state() -> None:
    """Make the tables of the store itself and of rounds."""
    op.create_table(
        "meta",
        _text("key"),
        _json("value"),
        _key("meta", "key"),
    )
    op.create_table(
        "counter",
        _text("name"),
        _whole("value"),
        _key("counter", "name"),
    )
    op.create_table(
        "pull_cursor",
        _text("system"),
        _text("entity"),
        _maybe("cursor"),
        _text("swept_at"),
        _flag("sweep_due"),
        _whole("seen_count"),
        _flag("first_done"),
        _key("pull_cursor", "system", "entity"),
    )
    op.create_table(
        "park",
        _text("system"),
        _text("entity"),
        _text("what"),
        _maybe("record"),
        _text("reason"),
        _text("at"),
        _text("retry_at"),
        _whole("tries"),
        _key("park", "system", "entity", "what"),
    )
    _index("ix_park_retry_at", "park", ["retry_at"])
    op.create_table(
        "round",
        _text("id"),
        _whole("number"),
        _text("kind"),
        _text("started"),
        _text("finished"),
        _text("state"),
        _text("approved"),
        _json("summary"),
        _key("round", "id"),
    )
    _index("ix_round_number", "round", ["number"])


def _writes() -> None:
    """Make the tables of planned writes."""
    op.create_table(
        "plan",
        _text("id"),
        _text("round"),
        _text("made"),
        _text("state"),
        _json("summary"),
        _key("plan", "id"),
    )
    _index("ix_plan_made", "plan", ["made"])
    op.create_table(
        "outbox",
        _whole("id"),
        _text("plan"),
        _text("system"),
        _text("entity"),
        _whole("link"),
        _text("record"),
        _text("op"),
        _json("fields"),
        _text("key"),
        _text("state"),
        _text("version"),
        _text("at"),
        _key("outbox", "id"),
    )
    _index("ix_outbox_inflight", "outbox", ["system", "entity", "id"], "state = 'inflight'")
    _index("ix_outbox_intent", "outbox", ["link"], "state = 'inflight'")
    _index("ix_outbox_link", "outbox", ["link"])
    _index("ix_outbox_plan", "outbox", ["plan"])
    _index("ix_outbox_todo", "outbox", ["plan", "system", "id"], "state = 'todo'")


def _history() -> None:
    """Make the tables of conflicts and of the journal, which can only grow."""
    op.create_table(
        "review",
        _text("id"),
        _text("kind"),
        _text("entity"),
        _text("record"),
        _text("field"),
        _text("teams"),
        _text("opened"),
        _text("closed"),
        _json("body"),
        _key("review", "id"),
    )
    _index("ix_review_closed", "review", ["entity", "field", "closed"], "closed <> ''")
    _index("ix_review_groups", "review", ["kind", "entity", "field", "teams"], "closed = ''")
    _index("ix_review_open", "review", ["record"], "closed = ''")
    op.create_table(
        "subject_key",
        _whole("id"),
        _text("subject"),
        _bytes("wrapped", nullable=True),
        _text("erased"),
        _key("subject_key", "id"),
    )
    _index("uq_subject_key_subject", "subject_key", ["subject"], "erased = ''", unique=True)
    op.create_table(
        "journal",
        _whole("seq"),
        _text("at"),
        _text("round"),
        _text("actor"),
        _text("entity"),
        _text("record"),
        _text("subject"),
        _whole("key"),
        _bytes("body"),
        _bytes("hash"),
        _key("journal", "seq"),
    )
    _index("ix_journal_record", "journal", ["record", "seq"])
    _index("ix_journal_round", "journal", ["round", "seq"])
    _append_only("journal")


def _append_only(table: str) -> None:
    """Refuse to change or remove a row of *table*."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, 'the {table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION 'the {table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
    )
