"""What a query selects, as the Bulk APIs want to know it before they run it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kamsync_salesforce.sandbox.people import Person
from kamsync_salesforce.sandbox.refusal import Refusal
from kamsync_salesforce.sandbox.soql.parse import parsed
from kamsync_salesforce.sandbox.soql.tree import Path, Picked

if TYPE_CHECKING:
    from kamsync_salesforce.sandbox.http.api import Api
    from kamsync_salesforce.sandbox.metadata.sobject import SObject

__all__ = ["columns_of"]

COMPOUND = {"address", "location"}


def columns_of(api: Api, soql: str, who: Person) -> tuple[str, list[tuple[str, ...]]]:
    """Return the object that a query is about, and the path of each column of its answer.

    Source: Bulk API 2.0 and Bulk API Developer Guide, "SOQL Considerations": no grouping, no
    aggregates, no OFFSET, no TYPEOF, no queries inside, no compound fields.

    Raises:
        Refusal: it selects what the Bulk APIs do not give.
    """
    query = parsed(soql)
    object_ = api.org.schema.find(query.source.text)
    if object_ is None:
        text = f"InvalidEntity : Entity '{query.source.text}' is not supported by the Bulk API."
        raise Refusal(400, "INVALIDENTITY", text)
    if query.group or query.having or query.offset is not None:
        raise _unsupported("GROUP BY, HAVING and OFFSET are not supported in Bulk Query")
    aliases = {name.lower() for name, _ in query.aliases} | {object_.name.lower()}
    columns: list[tuple[str, ...]] = []
    for picked in query.select:
        columns += _columns(api, object_, picked, aliases, who)
    return object_.name, columns


def _columns(
    api: Api, object_: SObject, picked: object, aliases: set[str], who: Person
) -> list[tuple[str, ...]]:
    """Return the paths that one thing selected stands for."""
    if isinstance(picked, Picked) and isinstance(picked.what, Path):
        parts = picked.what.parts
        if len(parts) > 1 and parts[0].lower() in aliases:
            parts = parts[1:]
        return [_spelled(api, object_, parts)]
    if isinstance(picked, Picked) and getattr(picked.what, "name", "").upper() == "FIELDS":
        shown = api.org.describe(object_.name, who)["fields"]
        return [(each["name"],) for each in shown if each["type"] not in COMPOUND]
    if isinstance(picked, Picked) and getattr(picked.what, "name", "").lower() in {
        "tolabel",
        "format",
        "convertcurrency",
    }:
        return [(picked.alias or "expr0",)]
    raise _unsupported("Aggregates, TYPEOF and queries inside are not supported in Bulk Query")


def _spelled(api: Api, object_: SObject, parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return a path as the org spells it; a compound field at its end is refused."""
    told: list[str] = []
    here: SObject | None = object_
    for part in parts[:-1]:
        link = here.path(part) if here else None
        told.append((link.relationship or part) if link else part)
        here = api.org.schema.find(link.targets[0]) if link and link.targets else None
    field = here.field(parts[-1]) if here else None
    if field is not None and field.type in COMPOUND:
        raise _unsupported("Selecting compound data not supported in Bulk Query")
    return (*told, field.name if field else parts[-1])


def _unsupported(text: str) -> Refusal:
    """Return the refusal of a query that only the other APIs answer."""
    return Refusal(400, "API_ERROR", text)
