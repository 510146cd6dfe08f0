"""Whether what every system holds can be read and written back, by the map that it is read with."""

from __future__ import annotations

from collections.abc import Mapping

from kamsync.errors import ReferenceMissing
from kamsync.mapping import FieldMap, Refs
from kamsync.model import Cells, Golden, Native, Value
from kamsync.store import Store
from kamsync.testing.simulation.drawn.setting import Cast
from kamsync.testing.simulation.history.world import World
from kamsync.testing.simulation.schema import REFERS, TEXTS
from kamsync.testing.simulation.systems.staged import StagedTown

__all__ = ["require_lawful"]

_TIES = """
SELECT entity, native_id, record FROM link
WHERE system = ? AND record IS NOT NULL AND native_id IS NOT NULL ORDER BY id
"""


class Tied:
    """Which native record is which record in one system, by the store."""

    def __init__(self, store: Store, system: str) -> None:
        self.records: dict[tuple[str, str], str] = {}
        self._natives: dict[tuple[str, str], str] = {}
        for entity, native_id, record in store.database.rows(_TIES, (system,)):
            self.records[entity, native_id] = record
            self._natives.setdefault((entity, record), native_id)

    def record(self, entity: str, native_id: str) -> str:
        """Return the canonical id behind *native_id*."""
        return self._found(self.records, entity, native_id)

    def native(self, entity: str, record: str) -> str:
        """Return the native id of *record*."""
        return self._found(self._natives, entity, record)

    def _found(self, among: Mapping[tuple[str, str], str], entity: str, name: str) -> str:
        try:
            return among[entity, name]
        except KeyError:
            raise ReferenceMissing(f"{entity} {name} is not linked.") from None


def require_lawful(world: World) -> None:
    """26: what a system holds is written back as it stands, and golden is read back as it is.

    A site holds its maps to the laws in its conformance.
    """
    for cast in world.setting.casts:
        if isinstance(world.towns[cast.name], StagedTown):
            continue
        refs = Tied(world.hub.store, cast.name)
        known = world.hub.store.records.by_id(sorted(set(refs.records.values())))
        for entity in cast.maps:
            for row in world.towns[cast.name].table(entity).living():
                record = refs.records.get((entity, row.id))
                if record is not None:
                    fields = known[record].fields
                    _require(world, cast, refs, (entity, row.id), row.values, fields)


def _require(
    world: World,
    cast: Cast,
    refs: Refs,
    name: tuple[str, str],
    values: Mapping[str, Native],
    golden: Mapping[str, Golden],
) -> None:
    """Hold the maps of all fields of one native record to their laws."""
    for field, map_ in cast.maps[name[0]].fields.items():
        cells, known = map_.cells(values), golden.get(field, Golden()).value
        try:
            back = _back(map_, cells, map_.aside(values), known, refs)
            again = _again(map_, known, refs)
        except ReferenceMissing:
            continue
        where = f"{cast.name} {name[1]}.{field}"
        if back != cells:
            world.report(26, f"{where} holds {cells}, which would be written back as {back}")
        is_whole = (name[0], field) in REFERS or cast.limit is None or field not in TEXTS
        if again != known and is_whole and not map_.lacks:
            world.report(26, f"{where}: {known!r} would be read back as {again!r}")


def _back(
    map_: FieldMap, cells: Cells | None, aside: Cells, known: Value, refs: Refs
) -> Cells | None:
    """Return cells as they would be written after they were read."""
    return None if cells is None else map_.put(map_.get(cells, refs, known, aside), cells, refs)


def _again(map_: FieldMap, value: Value, refs: Refs) -> Value:
    """Return a value as it would be read after it was written."""
    return map_.get(map_.put(value, None, refs), refs, value)
