"""The columns of a query's answer, for clients that show a table.

No page describes it: it is what ``sf data query`` asks for (``columns=true``), and what it reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kamsync_salesforce.sandbox.http.calls.exchange import Reply
from kamsync_salesforce.sandbox.metadata.sobject import SObject
from kamsync_salesforce.sandbox.soql.parse import parsed
from kamsync_salesforce.sandbox.soql.tree import Children, Path, Picked

if TYPE_CHECKING:
    from kamsync_salesforce.sandbox.http.api import Api

__all__ = ["columns_reply"]

Column = dict[str, Any]


def columns_reply(api: Api, soql: str) -> Reply:
    """Return what the columns of a query are called, those of parents and children within theirs."""
    query = parsed(soql)
    object_ = api.org.schema.find(query.source.text)
    columns: list[Column] = []
    for place, picked in enumerate(query.select):
        _add(columns, object_, picked, f"expr{place}")
    return Reply(
        200,
        {
            "columnMetadata": columns,
            "entityName": object_.name if object_ else query.source.text,
            "groupBy": bool(query.group),
            "idSelected": any(each["columnName"] == "Id" for each in columns),
            "keyPrefix": object_.prefix if object_ else None,
        },
    )


def _add(
    columns: list[Column], object_: SObject | None, picked: Picked | Children, usual: str
) -> None:
    """Add the column of one thing that is selected."""
    if isinstance(picked, Children):
        within: list[Column] = []
        for each in picked.query.select:
            _add(within, None, each, usual)
        columns.append(_column(picked.query.source.text, within, aggregate=True))
    elif isinstance(picked.what, Path):
        _add_path(columns, object_, picked.what.parts)
    else:
        columns.append(_column(picked.alias or usual, [], aggregate=True))


def _add_path(columns: list[Column], object_: SObject | None, parts: tuple[str, ...]) -> None:
    """Add the column of a field, within those of the parents that lead to it."""
    for part in parts[:-1]:
        held = next((each for each in columns if each["columnName"] == part), None)
        if held is None:
            held = _column(part, [])
            columns.append(held)
        columns = held["joinColumns"]
    field = object_.field(parts[-1]) if object_ and len(parts) == 1 else None
    columns.append(_column(field.name if field else parts[-1], []))


def _column(name: str, within: list[Column], *, aggregate: bool = False) -> Column:
    """Return one column."""
    return {
        "aggregate": aggregate,
        "apexType": None,
        "booleanType": False,
        "columnName": name,
        "custom": name.endswith("__c"),
        "displayName": name,
        "foreignKeyName": None,
        "insertable": not aggregate,
        "joinColumns": within,
        "numberType": False,
        "textType": True,
        "updatable": not aggregate,
    }
