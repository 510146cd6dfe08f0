"""The answer to a query: how many records there are, and any page of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, overload

from msgspec import structs

from kamsync_salesforce.sandbox.metadata.sobject import SObject
from kamsync_salesforce.sandbox.people import Person
from kamsync_salesforce.sandbox.records.store import quoted
from kamsync_salesforce.sandbox.soql.block import Asked
from kamsync_salesforce.sandbox.soql.groups import grouped_rows, is_grouped
from kamsync_salesforce.sandbox.soql.parse import parsed
from kamsync_salesforce.sandbox.soql.select import Select, limits, source_object
from kamsync_salesforce.sandbox.soql.tree import Call, Path, Picked, Query, TypeOf
from kamsync_salesforce.sandbox.state import State

__all__ = ["Result", "answered"]

# Source: REST API Developer Guide, "Query" ("up to 2,000 records").
PAGE = 2000
CHUNK = 500
Rows = Callable[[int, int], list[dict[str, Any]]]


class Result:
    """What a query found: *total* records, read page by page."""

    def __init__(self, total: int, read: Rows) -> None:
        self.total = total
        self._read = read

    def page(self, start: int, count: int) -> list[dict[str, Any]]:
        """Return up to *count* records from the one that stands at *start*."""
        return self._read(start, count)

    @property
    def rows(self) -> Sequence[dict[str, Any]]:
        """The records as a sequence; a slice of it reads no more than that."""
        return _Rows(self)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for start in range(0, self.total, PAGE):
            yield from self._read(start, PAGE)


class _Rows(Sequence[dict[str, Any]]):
    """The records of a result; how many there are is known before they are read."""

    def __init__(self, result: Result) -> None:
        self._result = result
        self._length = len(result.page(0, PAGE)) if result.total <= PAGE else result.total

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, at: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, at: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, at: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        if isinstance(at, slice):
            start, stop, step = at.indices(self._length)
            return self._result.page(start, max(stop - start, 0))[::step]
        return self._result.page(range(self._length)[at], 1)[0]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self._result)


def answered(
    org: State, who: Person, text: str, *, all_rows: bool = False, version: str = "66.0"
) -> Result:
    """Return what *text* finds; a page is read when it is asked for, from the rows of then.

    Source: REST API Developer Guide, "Query" and "QueryAll".
    """
    asked = Asked.of(org, who, text, all_rows=all_rows, version=version)
    query = parsed(text)
    if "ALL ROWS" in query.tolerated:
        asked.refuse(query.source.at, "MALFORMED_QUERY", "ALL ROWS not allowed in this context")
    object_ = source_object(asked, query.source)
    if _only_counts(query):
        counting = structs.replace(query, select=(Picked(Path(("Id",))),), order=())
        select = Select(asked, counting, object_)
        sql, values = select.sql(["1"], *limits(query, asked))
        return Result(org.store.value(f"SELECT COUNT(*) FROM ({sql})", values), lambda *_: [])
    if is_grouped(query):
        rows = grouped_rows(asked, query, object_)
        return Result(len(rows), lambda start, count: rows[start : start + count])
    return _records(asked, query, object_)


def _only_counts(query: Query) -> bool:
    """Tell whether a query asks for nothing but how many records there are."""
    first = query.select[0] if len(query.select) == 1 else None
    return (
        isinstance(first, Picked)
        and isinstance(first.what, Call)
        and first.what.name.upper() == "COUNT"
        and not first.what.arguments
        and not query.group
    )


def _records(asked: Asked, query: Query, object_: SObject) -> Result:
    """Return records; where they are more than a page, only their numbers are remembered."""
    select = Select(asked, query, object_)
    limit, offset = limits(query, asked)
    probe = PAGE + 1 if limit is None else min(limit, PAGE + 1)
    first = _fetched(select, *select.sql(select.columns, probe, offset))
    if len(first) <= PAGE:
        rows = records_of(select, first)
        return Result(len(rows), lambda start, count: rows[start : start + count])
    number = f'{select.block.root}."#"'
    numbers = [each[0] for each in _fetched(select, *select.sql([number], limit, offset))]

    def page(start: int, count: int) -> list[dict[str, Any]]:
        return _by_number(select, number, numbers[start : start + count])

    return Result(len(numbers), page)


def _by_number(select: Select, number: str, numbers: Sequence[int]) -> list[dict[str, Any]]:
    """Return the records of these numbers, in their order."""
    held: dict[int, Sequence[Any]] = {}
    columns = ", ".join([*select.columns, number])
    joins = " ".join(select.block.joins)
    source = f"{quoted(select.object.name)} AS {select.block.root} {joins}"
    for start in range(0, len(numbers), CHUNK):
        part = numbers[start : start + CHUNK]
        marks = ", ".join(map(str, part))
        for row in _fetched(
            select, f"SELECT {columns} FROM {source} WHERE {number} IN ({marks})", []
        ):
            held[row[-1]] = row
    return records_of(select, [held[each] for each in numbers if each in held])


def records_of(select: Select, rows: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """Return the records of *rows*, with the lists of those that point at them."""
    records = [record for row in rows if (record := select.node.record(row)) is not None]
    ids = [row[select.node.id_at] for row in rows]
    for name, query, child, field in select.children:
        lists = _children(select.asked, query, child, field, ids)
        for id_, record in zip(ids, records, strict=True):
            record[name] = lists.get(id_)
    for what, name, at in select.typeofs:
        found = _typed(select.asked, what, [row[at] for row in rows])
        for row, record in zip(rows, records, strict=True):
            record[name] = found.get(row[at])
    return records


def _children(
    asked: Asked, query: Query, child: SObject, field: str, ids: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Return the lists of *child* records by the id that they point at.

    Source: REST API Developer Guide, "Query"; a record that nothing points at has null there.
    """
    limit, offset = limits(query, asked)
    lists: dict[str, list[dict[str, Any]]] = {}
    for start in range(0, len(ids), CHUNK):
        marks = ", ".join(f"'{id_}'" for id_ in ids[start : start + CHUNK])
        select = Select(asked, query, child)
        parent = f"{select.block.root}.{quoted(field)}"
        select.narrow(f"{parent} IN ({marks})")
        at = select.node.add(parent)
        rows = _fetched(select, *select.sql(select.columns, None))
        for row, record in zip(rows, records_of(select, rows), strict=True):
            lists.setdefault(row[at], []).append(record)
    cut = {id_: held[offset:][:limit] for id_, held in lists.items()}
    return {
        id_: {"totalSize": len(held), "done": True, "records": held}
        for id_, held in cut.items()
        if held
    }


def _typed(asked: Asked, what: TypeOf, ids: Sequence[str | None]) -> dict[str | None, Any]:
    """Return what each reference leads to, with the fields that its kind is asked for.

    Source: SOQL and SOSL Reference, "TYPEOF".
    """
    wanted = {name.lower(): paths for name, paths in what.whens}
    found: dict[str | None, Any] = {}
    for id_ in {id_ for id_ in ids if id_ is not None}:
        object_ = asked.org.schema.of_id(id_)
        if object_ is None:
            continue
        paths = wanted.get(object_.name.lower(), what.otherwise)
        query = Query(select=tuple(Picked(path) for path in paths), source=Path((object_.name,)))
        if paths:
            select = Select(asked, query, object_)
            select.narrow(f"{select.block.root}.Id = '{id_}'")
            rows = _fetched(select, *select.sql(select.columns, 1))
            found[id_] = next(iter(records_of(select, rows)), None)
    return found


def _fetched(select: Select, sql: str, values: Sequence[Any]) -> list[Sequence[Any]]:
    """Return the rows of a statement."""
    return select.asked.org.store.db.execute(sql, values).fetchall()
