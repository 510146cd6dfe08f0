"""The world that the options of a sandbox ask for."""

from __future__ import annotations

from datetime import datetime

from kamsync.extensions import SandboxOptions
from kamsync.sandbox.world.folder import read_world
from kamsync.sandbox.world.making import make_world
from kamsync.sandbox.world.truth import World

__all__ = ["world_of"]


def world_of(options: SandboxOptions, now: datetime) -> World | None:
    """Return the clients that a sandbox is filled with, or None where it stays empty.

    They are those of a folder of real ones (`SandboxOptions.data`), or made from the seed.

    Raises:
        ConfigurationInvalid: the folder cannot be used.
    """
    if options.data is not None:
        return read_world(options.data, options.seed)
    if options.accounts:
        return make_world(options.seed, options.accounts, now.date())
    return None
