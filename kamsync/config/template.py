"""The files that ``kamsync init`` starts a configuration with."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath

__all__ = ["templates"]


def templates() -> dict[PurePosixPath, str]:
    """Return the text of each file of a new configuration by its path in the folder.

    The configuration connects to nothing and writes nowhere until somebody edits it.
    """
    return dict(sorted(_texts(files("kamsync.config") / "templates", PurePosixPath())))


def _texts(folder: Traversable, path: PurePosixPath) -> list[tuple[PurePosixPath, str]]:
    """Return the path and text of each TOML file in *folder*, which is at *path*."""
    found: list[tuple[PurePosixPath, str]] = []
    for each in folder.iterdir():
        if each.is_dir():
            found += _texts(each, path / each.name)
        elif each.name.endswith(".toml"):
            found.append((path / each.name, each.read_text(encoding="utf-8")))
    return found
