"""Writing a made file where a person wants it, whole or not at all."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from kamsync.errors import ConfigurationInvalid

__all__ = ["save"]


def save(file: Path, content: bytes) -> None:
    """Write *content* to *file*, or to stdout for ``-``; what stood there stays until it is complete.

    Raises:
        ConfigurationInvalid: the file cannot be written, and why.
    """
    if str(file) == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    try:
        _replace(file.resolve(), content)
    except OSError as error:
        raise ConfigurationInvalid(
            f"{file} cannot be written: {error.strerror or error}.",
            hint="Name a file in a folder that you may write to.",
        ) from error


def _replace(file: Path, content: bytes) -> None:
    """Write beside *file* and take its place; a device or a pipe has none that could be taken."""
    if file.exists() and not file.is_file() and not file.is_dir():
        file.write_bytes(content)
        return
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
