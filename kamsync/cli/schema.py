"""``kamsync schema``: every entity and field, as data, as a page, or at the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kamsync.cli.options import common, session
from kamsync.wording import counted

if TYPE_CHECKING:
    from kamsync.cli.session import Session
    from kamsync.schema import Entity, Field, Schema

__all__ = ["schema"]


@click.command()
@common
@click.argument("entity", required=False)
@click.option("--markdown", is_flag=True, help="As a page of tables in Markdown.")
@click.pass_context
def schema(ctx: click.Context, *, entity: str | None, markdown: bool) -> None:
    """Show the entities, or the fields of one.

    What plugins add is shown too. Without a configuration, it is the core's schema.
    """
    here = session(ctx)
    from kamsync.reports import as_markdown, described

    known = _schema(here)
    chosen = [known.entity(entity)] if entity else list(known.entities.values())
    if here.json:
        here.printer.document(described(chosen))
    elif markdown:
        click.echo(as_markdown(chosen))
    elif entity:
        _fields(here, chosen[0])
    else:
        _entities(here, chosen)


def _schema(here: Session) -> Schema:
    """Return the schema with what the configured plugins add."""
    from kamsync.entities import core_schema

    if not here.has_config:
        return core_schema()
    known = here.plugins.schema(core_schema())
    here.tell_broken(here.plugins)
    return known


def _entities(here: Session, entities: list[Entity]) -> None:
    """Write one line for each entity."""
    rows = [((e.name, "bold"), counted(len(e.fields), "field"), e.meaning) for e in entities]
    here.printer.table(rows)
    here.printer.next(f"kamsync schema {entities[0].name}")


def _fields(here: Session, entity: Entity) -> None:
    """Write one line for each field of an entity."""
    here.printer.line((entity.name, "bold"), f"  {entity.meaning}")
    marks = {"pay": ("pay", "red"), "internal": ("internal", "dim"), "public": ("public", "green")}
    here.printer.table(
        [
            ((field.name, "bold"), _kind(field), marks[field.data_class.value], field.meaning)
            for field in entity.fields.values()
        ]
    )


def _kind(field: Field) -> str:
    """Return what a field holds."""
    if field.to:
        return f"→ {field.to}"
    if field.parts:
        return ", ".join(part.name for part in field.parts)
    return ", ".join(field.choices) or field.type.value
