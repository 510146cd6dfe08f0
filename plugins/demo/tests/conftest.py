from datetime import UTC, datetime

import pytest

from kamsync.clock import SetClock
from kamsync_demo.folder import make_folder
from kamsync_demo.stage import on_stage
from kamsync_demo.world import make_world


@pytest.fixture
def stage(tmp_path):
    """The three systems after their first meeting, with a hub among them."""
    clock = SetClock(datetime(2026, 11, 20, 9, 40, tzinfo=UTC))
    configuration = make_folder(tmp_path / "demo", make_world(), clock)
    with on_stage(configuration, clock) as stage:
        stage.round(approve=stage.preview().plan.id)
        stage.settle()
        yield stage
