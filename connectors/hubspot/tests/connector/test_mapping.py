import pytest

from kamsync.entities import core_schema
from kamsync.testing.laws import check_mapping
from kamsync_hubspot.mapping import maps

SCHEMA = core_schema()
LOSSY = {"domains"}


@pytest.mark.parametrize("map_", maps(SCHEMA), ids=lambda map_: map_.entity)
def test_a_map_keeps_the_laws(map_):
    lossy = LOSSY & set(map_.fields)

    check_mapping(map_, SCHEMA.entity(map_.entity), lossy=lossy)
