"""The whole story, from an empty folder to the proof."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from kamsync.clock import SetClock, SystemClock
from kamsync_demo.chapters import CHAPTERS, proven
from kamsync_demo.folder import make_folder
from kamsync_demo.stage import on_stage
from kamsync_demo.telling import Telling
from kamsync_demo.world import make_world

__all__ = ["tell_story"]

AGO = timedelta(minutes=30)
"""How long ago the story happens: whoever goes on in its folder must not come before it."""


def tell_story(
    folder: Path, seed: int, tell: Telling, *, kept: bool
) -> tuple[dict[str, Any], bool]:
    """Make a world in *folder* and tell what happens; return the figures and whether the proof holds.

    The story takes place on a clock of its own, so that its minutes pass in seconds and it is the same
    every time.
    """
    world = make_world(seed)
    clock = SetClock((SystemClock().now() - AGO).replace(second=0, microsecond=0))
    configuration = make_folder(folder, world, clock)
    figures: dict[str, Any] = {"seed": seed, "clients": len(world.clients)}
    with on_stage(configuration, clock) as stage:
        for chapter in CHAPTERS:
            figures[chapter.__name__] = chapter(stage, tell)
        figures["proof"], holds = proven(stage, tell)
    tell.end(configuration, kept=kept)
    return {**figures, "holds": holds}, holds
