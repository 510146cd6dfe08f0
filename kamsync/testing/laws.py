"""The two laws that every mapping keeps, to be checked in the tests of every connector.

- GetPut: writing back what was read changes nothing, however the system spells it.
- PutGet: what was written is read back, as far as the system can hold it; and what was written once
  is not written again.

Both hold whatever a system shows aside, in the parts that it derives from the others.
"""

from __future__ import annotations

import sys
from collections.abc import Collection
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.strategies import SearchStrategy

from kamsync.errors import ValueInvalid
from kamsync.lenses import Choice, Choices, Grouped, Moment, Reference, Same, Scaled, Texts
from kamsync.mapping import EntityMap, FieldMap, Lens
from kamsync.model import Cells, Native, Value
from kamsync.schema import Entity, Field, Type
from kamsync.testing.values import spellings_of, values_of

__all__ = ["MirrorRefs", "cells_of", "check_mapping"]

EXAMPLES = 50


class MirrorRefs:
    """Refs under which everything is linked: a native id is the canonical id read backwards."""

    def record(self, entity: str, native_id: str) -> str:  # noqa: ARG002
        """Return the canonical id of *native_id*."""
        return native_id[::-1]

    def native(self, entity: str, record: str) -> str:  # noqa: ARG002
        """Return the native id of *record*."""
        return record[::-1]


def check_mapping(
    map_: EntityMap, entity: Entity, *, lossy: Collection[str] = (), examples: int = EXAMPLES
) -> None:
    """Check both laws for every field of *map_*, on *examples* drawn values and cells each.

    The fields named in *lossy* need not give back what they were given; what they give back, they
    must keep. A value that a lens refuses is nothing that it could lose.

    Raises:
        AssertionError: a field breaks a law; the message names the field, the law and an example.
    """
    for name, field_map in map_.fields.items():
        _check_get_put(field_map, entity.field(name), examples)
        _check_put_get(field_map, entity.field(name), examples, is_exact=name not in lossy)


def cells_of(field_map: FieldMap, field: Field) -> SearchStrategy[Cells]:
    """Return a strategy for what a system may hold in the cells of *field_map*."""
    return _cells(field_map.lens, field)


def _aside_of(field_map: FieldMap, field: Field) -> SearchStrategy[Cells]:
    """Return a strategy for what a system may show aside of the cells of *field_map*."""
    derived = field_map.derived
    return _cells(derived.lens, field) if derived else some.just(())


def _check_get_put(field_map: FieldMap, field: Field, examples: int) -> None:
    refs = MirrorRefs()

    @settings(max_examples=examples, deadline=None, report_multiple_bugs=False)
    @given(
        cells=cells_of(field_map, field),
        aside=_aside_of(field_map, field),
        known=some.none() | values_of(field),
    )
    def check(cells: Cells, aside: Cells, known: Value) -> None:
        try:
            value = field_map.get(cells, refs, known, aside)
        except ValueInvalid:
            return
        written = field_map.put(value, cells, refs)
        assert cells == written, f"GetPut of {field.name}: {cells} became {written}"

    check()


def _check_put_get(field_map: FieldMap, field: Field, examples: int, *, is_exact: bool) -> None:
    refs = MirrorRefs()

    @settings(max_examples=examples, deadline=None, report_multiple_bugs=False)
    @given(
        value=values_of(field),
        before=some.none() | cells_of(field_map, field),
        aside=_aside_of(field_map, field),
    )
    def check(value: Value, before: Cells | None, aside: Cells) -> None:
        try:
            written = field_map.put(value, before, refs)
        except ValueInvalid:
            return
        held = field_map.get(written, refs, value, aside)
        if is_exact:
            expected = _as_far_as_held(value, field_map)
            found = _as_far_as_held(held, field_map)
            assert expected == found, f"PutGet of {field.name}: {value!r} became {held!r}"
            whole = held is None or field_map.derived is None or held == value
            assert whole, f"PutGet of {field.name}: {aside} aside made {held!r} of {value!r}"
        again = field_map.put(value, written, refs)
        assert written == again, f"PutGet of {field.name}: {written} would be written as {again}"
        kept = field_map.get(field_map.put(held, None, refs), refs, value, aside)
        assert held == kept, f"PutGet of {field.name}: {held!r} was held, then {kept!r}"

    check()


def _as_far_as_held(value: Value, field_map: FieldMap) -> Value:
    """Return *value* without the parts that the system has no cell for."""
    lens = field_map.lens
    if not isinstance(value, dict) or not isinstance(lens, Grouped):
        return value
    held = {part.name: value[part.name] for part in lens.parts if value[part.name] is not None}
    return held or None


def _cells(lens: Lens, field: Field) -> SearchStrategy[Cells]:
    """Return a strategy for the cells of *lens*; of one that is unknown, for those that it writes."""
    if isinstance(lens, Grouped):
        return _cells_of_parts(lens)
    single = _single_cell(lens)
    return _written(lens, field) if single is None else single.map(lambda native: (native,))


def _cells_of_parts(lens: Grouped) -> SearchStrategy[Cells]:
    """Return a strategy for the cells of all parts, one part after the other."""
    fields = {part.name: part for part in lens.field.parts}
    parts = [_cells(part.lens, fields[part.name]) for part in lens.parts]

    def joined(cells: tuple[Any, ...]) -> Cells:
        return tuple(cell for each in cells for cell in each)

    return some.tuples(*parts).map(joined)


def _single_cell(lens: Lens) -> SearchStrategy[Native] | None:
    """Return a strategy for the one cell of a ready lens."""
    numbers: SearchStrategy[Native] = some.integers(0, 10**12) | some.integers(0, 100).map(str)
    found: SearchStrategy[Native] | None = None
    match lens:
        case Same(field=field, limit=limit):
            most = limit or sys.maxsize
            found = spellings_of(field).filter(lambda native: _length(native) <= most)
        case Reference(to=to):
            found = spellings_of(Field("id", Type.REFERENCE, "", to=to))
        case Choice(words=words):
            found = some.sampled_from([None, "", *words.reads])
        case Choices(words=words, separator=separator):
            found = _joined(some.sampled_from(list(words.reads)), separator)
        case Texts(field=field, separator=separator):
            item = spellings_of(Field("item", field.items, "")).filter(bool)
            found = _joined(item, separator)
        case Scaled(field=field) | Moment(field=field):
            found = numbers | _written(lens, field).map(lambda cells: cells[0])
    return found


def _length(native: Native) -> int:
    return len(native) if isinstance(native, str) else 0


def _joined(items: SearchStrategy[str], separator: str) -> SearchStrategy[Native]:
    return some.lists(items, max_size=4).map(lambda held: separator.join(held) or None)


def _written(lens: Lens, field: Field) -> SearchStrategy[Cells]:
    """Return a strategy for the cells that *lens* itself writes."""
    refs = MirrorRefs()

    def cells(value: Value) -> Cells:
        try:
            return lens.put(value, None, refs)
        except ValueInvalid:
            return ()

    return values_of(field).map(cells).filter(bool)
