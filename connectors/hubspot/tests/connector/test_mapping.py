"""The ready maps keep the two laws of every map."""

import pytest

from kamsync.entities import core_schema
from kamsync.testing.laws import check_mapping
from kamsync_hubspot.portal.mapping import maps

SCHEMA = core_schema()
LOSSY = {"domains"}


@pytest.mark.parametrize("map_", maps(SCHEMA), ids=lambda map_: map_.entity)
def test_a_map_keeps_the_laws(map_):
    """What is read is left as it is written, and what is written reads as it was meant."""
    lossy = LOSSY & set(map_.fields)

    check_mapping(map_, SCHEMA.entity(map_.entity), lossy=lossy)
