"""The whole story, from two full systems to the proof."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

from msgspec import structs

from kamsync.extensions import SandboxOptions
from kamsync.sandbox.world import world_of
from kamsync_demo.chapters import CHAPTERS, proven
from kamsync_demo.folder import configure, connected, new_folder
from kamsync_demo.leftovers import by_reason, left_over, written
from kamsync_demo.stage import on_stage
from kamsync_demo.systems import started
from kamsync_demo.telling import Telling

__all__ = ["tell_story"]

ANSWERS = "answers"


def tell_story(
    folder: Path,
    options: SandboxOptions,
    tell: Telling,
    stay: Callable[[Path], None],
    *,
    lasts: bool,
) -> tuple[dict[str, Any], bool]:
    """Fill both systems and tell what happens; return the figures, and whether the proof holds.

    Args:
        folder: where the configuration and the store are made.
        options: which clients the systems hold.
        tell: who tells it.
        lasts: whether *folder* is still there when the story has been told.
        stay: called with the configuration at the end, while the systems still answer.
    """
    began = monotonic()
    new_folder(folder)
    answers = folder / ANSWERS
    asked = structs.replace(options, answers=answers)
    with started(asked, answers) as systems:
        configuration = configure(folder, connected(folder, systems))
        world = world_of(asked, systems.filled)
        assert world is not None
        with on_stage(configuration, systems, world) as stage:
            chapters = {each.__name__: each(stage, tell) for each in CHAPTERS}
            figures, holds = proven(stage, tell)
            holds = holds and not chapters["first_meeting"]["wrong"]
            found = left_over(stage.hub, world.remarks)
            table = written(found, folder / "left-over.csv")
            tell.left_over(by_reason(found), table if lasts else None)
        figures["left_over"] = len(found)
        figures["seconds"] = round(monotonic() - began, 1)
        stay(configuration)
    return {**figures, "chapters": chapters, "holds": holds}, holds
