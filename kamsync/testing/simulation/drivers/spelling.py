"""Histories that are spelled out: each step is chosen, and only the setting is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count

from kamsync.testing.simulation.drawn.choices import PARTS as YES_PARTS
from kamsync.testing.simulation.drawn.choices import Strip, Stroke, Tape
from kamsync.testing.simulation.drawn.setting import Setting
from kamsync.testing.simulation.history.world import ACTS, World
from kamsync.testing.simulation.schema import PARTS, SCHEMA

__all__ = ["Spelling", "spelled"]

NOW = 0
"""The pause before a step: the plainest one."""

YES, NO = YES_PARTS - 1, 0


class Spelling:
    """The steps of histories in one setting, by what happens in them.

    Systems, objects and records are named by their place. A step that cannot be taken, such as an
    edit of what is not there, does nothing.
    """

    def __init__(self, seed: int, setting: Setting, strip: Strip) -> None:
        self.seed = seed
        self.setting = setting
        self._strip = strip

    def create(self, system: int, *, known: bool = False, object_: int = 0) -> Strip:
        """Let a person make a record: a new thing, or the first one that others *know* already."""
        return self._step("create", system, object_, *((YES, 0) if known else ()))

    def edit(self, system: int, field: str = "name", *, row: int = 0, blank: bool = False) -> Strip:
        """Let a person change a field of an account, or empty it."""
        fields = [name for name in PARTS["account"] if name not in SCHEMA.entity("account").keys]
        what = (fields.index(field), 0, YES if blank else NO)
        return self._step("edit", system, 0, row, 0, *what)

    def delete(self, system: int, row: int = 0) -> Strip:
        """Let a person delete an account."""
        return self._step("delete", system, 0, row)

    def undelete(self, system: int) -> Strip:
        """Let a person bring the first deleted account back."""
        return self._step("undelete", system, 0, 0)

    def merge(self, system: int) -> Strip:
        """Let a person merge the first account into the second."""
        return self._step("merge", system, 0, 0, 0, 1)

    def touch(self, system: int) -> Strip:
        """Let a person save an account unchanged."""
        return self._step("touch", system, 0, 0)

    def pull(self, system: int) -> Strip:
        """Let the hub read a system."""
        return self._step("pull", system)

    def push(self, system: int) -> Strip:
        """Let the hub write what was planned for a system."""
        return self._step("push", system)

    def settle(self) -> Strip:
        """Let the hub match, merge and plan."""
        return self._step("settle")

    def decide(self) -> Strip:
        """Let the reviewer decide the first conflict."""
        return self._step("decide")

    def round(self) -> Strip:
        """Let the hub run a round, which is approved."""
        return self._step("round", YES)

    def tape(self, strips: Sequence[Strip], struck: Sequence[Stroke] = ()) -> Tape:
        """Return the tape of these steps."""
        setting = Strip([*self._strip.work], [*self._strip.faults])
        steps = [Strip([*strip.work], [*strip.faults]) for strip in strips]
        return Tape(self.seed, setting, steps, struck=list(struck))

    def _step(self, act: str, *numbers: int) -> Strip:
        at = 0
        for name, weight in self.setting.acts.items():
            if name == act:
                return Strip([NOW, at, *numbers])
            at += weight
        raise AssertionError(f"nobody does {act} in this setting")


def spelled(fits: Callable[[Setting], bool], *, after: int = -1) -> Spelling:
    """Return how histories are spelled in the first setting after that seed that *fits*.

    Everything that people do is possible in it, and nothing is there at first.
    """
    for seed in count(after + 1):
        tape = Tape(seed)
        world = World(tape)
        world.close()
        if world.setting.acts.keys() == ACTS.keys() and fits(world.setting):
            return Spelling(seed, world.setting, Strip(tape.setting.work[: world.drawn]))
    raise AssertionError
