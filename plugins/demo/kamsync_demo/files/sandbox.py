"""The sandbox ``memory``: a folder of file-backed systems with records in them."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kamsync.clock import SetClock, SystemClock
from kamsync.errors import ConfigurationInvalid, Unsupported
from kamsync.extensions import SandboxOptions
from kamsync_demo.files.folder import make_folder, system_files
from kamsync_demo.files.world import make_world

__all__ = ["MemorySandbox", "start"]


class MemorySandbox:
    """A folder that holds three systems and ``kamsync.toml``, until it is closed.

    Files need no server: *url* is that of the configuration, and *options* name it and the file of
    each system, which any number of processes may act on.
    """

    def __init__(self, folder: TemporaryDirectory[str], configuration: Path) -> None:
        self._folder = folder
        self.url = configuration.as_uri()
        files = system_files(configuration.parent)
        self.options: dict[str, Any] = {
            "config": str(configuration),
            "paths": {name: str(path) for name, path in files.items()},
        }

    def close(self) -> None:
        """Remove the folder; a second call does nothing."""
        self._folder.cleanup()


def start(options: SandboxOptions) -> MemorySandbox:
    """Make the folder: with records from the seed, or with the systems in the folder to load.

    Raises:
        ConfigurationInvalid: the folder to load lacks the file of a system.
        Unsupported: it was asked for faults or credentials, which files do not have.
    """
    if options.faults or options.credentials:
        raise Unsupported("The memory sandbox is files: it has no faults and no credentials.")
    folder = TemporaryDirectory(prefix="kamsync-sandbox-")
    try:
        configuration = make_folder(
            Path(folder.name), make_world(options.seed), SetClock(SystemClock().now())
        )
        if options.load is not None:
            _load(options.load, Path(folder.name))
    except BaseException:
        folder.cleanup()
        raise
    return MemorySandbox(folder, configuration)


def _load(source: Path, folder: Path) -> None:
    """Put the systems of *source* in the place of those that were made."""
    for name, path in system_files(folder).items():
        if not (source / path.name).is_file():
            raise ConfigurationInvalid(
                f"{source} holds no {path.name} of the system {name}; name a folder that"
                " an earlier sandbox made."
            )
        shutil.copyfile(source / path.name, path)
