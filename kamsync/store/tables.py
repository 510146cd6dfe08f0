"""The tables of the store, as SQLAlchemy knows them; Alembic brings a database to this shape.

All ids and times are text that sorts by code point on every database. JSON is kept as text, in the
encoding of the values in `kamsync.model`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)

__all__ = ["metadata"]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_Text = Text().with_variant(Text(collation="C"), "postgresql")
_Whole = BigInteger().with_variant(Integer(), "sqlite")
_Flag = SmallInteger()


def _text(name: str, **options: Any) -> Column[str]:
    return Column(name, _Text, nullable=False, **options)


def _maybe(name: str, *more: Any) -> Column[str | None]:
    return Column(name, _Text, *more, nullable=True)


def _json(name: str) -> Column[str]:
    return Column(name, Text(), nullable=False)


def _whole(name: str, **options: Any) -> Column[int]:
    return Column(name, _Whole, nullable=False, **options)


def _flag(name: str) -> Column[int]:
    return Column(name, _Flag, nullable=False, server_default="0")


def _index(name: str, *columns: str, where: str = "", unique: bool = False) -> Index:
    clause = text(where) if where else None
    return Index(name, *columns, unique=unique, sqlite_where=clause, postgresql_where=clause)


Table("meta", metadata, _text("key", primary_key=True), _json("value"))

Table("counter", metadata, _text("name", primary_key=True), _whole("value"))

Table(
    "pull_cursor",
    metadata,
    _text("system", primary_key=True),
    _text("entity", primary_key=True),
    _maybe("cursor"),
    _text("swept_at"),
    _flag("sweep_due"),
    _whole("seen_count"),
    _flag("first_done"),
)

Table(
    "record",
    metadata,
    _text("id", primary_key=True),
    _text("entity"),
    _json("fields"),
    _maybe("merged_into"),
    _flag("dirty"),
    _index("ix_record_entity_id", "entity", "id"),
    _index("ix_record_dirty", "entity", "id", where="dirty = 1"),
)

Table(
    "link",
    metadata,
    _whole("id", primary_key=True, autoincrement=False),
    _text("system"),
    _text("entity"),
    _maybe("native_id"),
    _maybe("record", ForeignKey("record.id", deferrable=True, initially="DEFERRED")),
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
    _maybe("waiting"),
    Column("digest", _Whole, nullable=True),
    _index("uq_link_native", "system", "entity", "native_id", unique=True),
    _index("ix_link_record", "record", where="record IS NOT NULL"),
    _index(
        "ix_link_moved",
        "entity",
        "record",
        where="moved = 1 AND blocked = 0 AND record IS NOT NULL",
    ),
    _index("ix_link_waiting", "waiting", where="waiting IS NOT NULL"),
    _index(
        "ix_link_unmatched",
        "entity",
        "id",
        where="record IS NULL AND waiting IS NULL AND alive = 1",
    ),
    _index("ix_link_gone", "system", "entity", where="alive = 0"),
)

Table(
    "owed",
    metadata,
    Column("link", _Whole, ForeignKey("link.id", ondelete="CASCADE"), primary_key=True),
    _text("system"),
    _text("entity"),
    _text("op"),
    _index("ix_owed_op", "system", "entity", "op", "link"),
)

Table(
    "alias",
    metadata,
    _text("system", primary_key=True),
    _text("entity", primary_key=True),
    _text("native_id", primary_key=True),
    _text("target"),
    _index("ix_alias_target", "system", "entity", "target"),
)

Table(
    "awaited",
    metadata,
    _text("system", primary_key=True),
    _text("entity", primary_key=True),
    _text("native_id", primary_key=True),
    Column("link", _Whole, ForeignKey("link.id", ondelete="CASCADE"), primary_key=True),
    _text("at", server_default=""),
    _index("ix_awaited_link", "link"),
)

Table(
    "match_key",
    metadata,
    _text("entity", primary_key=True),
    _text("key", primary_key=True),
    _text("record", primary_key=True),
    _index("ix_match_key_record", "record"),
    sqlite_with_rowid=False,
)

Table(
    "plan",
    metadata,
    _text("id", primary_key=True),
    _text("round"),
    _text("made"),
    _text("state"),
    _json("summary"),
    _index("ix_plan_made", "made"),
)

Table(
    "outbox",
    metadata,
    _whole("id", primary_key=True, autoincrement=False),
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
    _index("ix_outbox_link", "link"),
    _index("ix_outbox_plan", "plan"),
    _index("ix_outbox_todo", "plan", "system", "id", where="state = 'todo'"),
    _index("ix_outbox_inflight", "system", "entity", "id", where="state = 'inflight'"),
    _index("ix_outbox_intent", "link", where="state = 'inflight'"),
)

Table(
    "park",
    metadata,
    _text("system", primary_key=True),
    _text("entity", primary_key=True),
    _text("what", primary_key=True),
    _maybe("record"),
    _text("reason"),
    _text("at"),
    _text("retry_at"),
    _whole("tries"),
    _index("ix_park_retry_at", "retry_at"),
    _index("ix_park_record", "record"),
)

Table(
    "round",
    metadata,
    _text("id", primary_key=True),
    _whole("number"),
    _text("kind"),
    _text("started"),
    _text("finished"),
    _text("state"),
    _text("approved"),
    _json("summary"),
    _index("ix_round_number", "number"),
)

Table(
    "review",
    metadata,
    _text("id", primary_key=True),
    _text("kind"),
    _text("entity"),
    _text("record"),
    _text("field"),
    _text("teams"),
    _text("opened"),
    _text("closed"),
    _json("body"),
    _text("remind_at", server_default=""),
    _index("ix_review_remind", "remind_at", where="closed = '' AND remind_at <> ''"),
    _index("ix_review_open", "record", where="closed = ''"),
    _index("ix_review_groups", "kind", "entity", "field", "teams", where="closed = ''"),
    _index("ix_review_closed", "entity", "field", "closed", where="closed <> ''"),
)

Table(
    "subject_key",
    metadata,
    _whole("id", primary_key=True, autoincrement=False),
    _text("subject"),
    Column("wrapped", LargeBinary(), nullable=True),
    _text("erased"),
    _index("uq_subject_key_subject", "subject", where="erased = ''", unique=True),
)

Table(
    "journal",
    metadata,
    _whole("seq", primary_key=True, autoincrement=False),
    _text("at"),
    _text("round"),
    _text("actor"),
    _text("entity"),
    _text("record"),
    _text("subject"),
    _whole("key"),
    Column("body", LargeBinary(), nullable=False),
    Column("hash", LargeBinary(), nullable=False),
    _index("ix_journal_record", "record", "seq"),
    _index("ix_journal_round", "round", "seq"),
)
