"""What a lens says of how it writes that there is no value holds."""

from __future__ import annotations

from kamsync.engine.context.ties import Ties
from kamsync.entities import core_schema
from kamsync.lenses import identity_map
from kamsync.mapping import empties

NOBODY = Ties("sales", {}, {})
MAPS = [
    map_
    for entity in core_schema().entities.values()
    for map_ in identity_map(entity, entity.name).fields.values()
]


def test_each_lens_of_the_core_writes_no_value_as_blanks():
    """So that what is read is said: of no field of the core does a blank look like a value."""
    blank = [map_.field for map_ in MAPS if not empties(map_.lens)]
    written = [map_.lens.put(None, None, NOBODY) for map_ in MAPS]

    assert blank == []
    assert all(cells.count(None) == len(cells) for cells in written)
