"""Alembic's entry: migrate the connection that the store hands in, as a part of its transaction."""

from __future__ import annotations

from alembic import context

from kamsync.store.migrate import VERSION_TABLE
from kamsync.store.tables import metadata


def _is_ours(name: str | None, type_: str, _parents: object) -> bool:
    """Whether a table belongs to the store; a durable engine may keep its own beside ours."""
    return type_ != "table" or name in metadata.tables


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    include_name=_is_ours,
    render_as_batch=True,
)
context.run_migrations()
