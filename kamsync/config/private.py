"""Secrets: where a configuration says that they are, and files that only their owner may read."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from shlex import quote
from typing import Any

from pydantic import ValidationInfo

from kamsync.redact import Secret

__all__ = ["path_from", "path_in", "read_private", "with_secrets"]

SECRET_LIMIT = 64 * 1024
DEPTH_LIMIT = 16


def with_secrets(given: Any, info: ValidationInfo) -> Any:
    """Return *given* with a `Secret` for each table that says only where a secret is.

    ``{ env = "NAME" }`` is an environment variable, ``{ file = "PATH" }`` a file of mode 0600.
    """
    return _fetched(given, info, DEPTH_LIMIT)


def _fetched(given: Any, info: ValidationInfo, depth: int) -> Any:
    """Return *given* with its secrets fetched, down to *depth* levels."""
    if depth == 0:
        raise ValueError(f"expected at most {DEPTH_LIMIT} levels of tables and lists")
    if isinstance(given, list):
        return [_fetched(each, info, depth - 1) for each in given]
    if not isinstance(given, Mapping):
        return given
    if len(given) == 1 and isinstance(given.get("env", given.get("file")), str):
        return _secret(given, info)
    return {key: _fetched(each, info, depth - 1) for key, each in given.items()}


def _secret(source: Mapping[str, str], info: ValidationInfo) -> Secret:
    """Fetch a secret from the environment variable or file that *source* names."""
    if "file" in source:
        return Secret(read_private(path_from(source["file"], info)))
    environment: Mapping[str, str] = (info.context or {}).get("environment", {})
    text = environment.get(source["env"], "")
    if not text:
        name = source["env"]
        raise ValueError(f"the environment variable {name} is not set; set it, or name another")
    return Secret(text)


def path_from(text: str, info: ValidationInfo) -> Path:
    """Return the path that *text* names; a relative one starts at the configuration's folder."""
    return path_in(Path((info.context or {}).get("folder", ".")), text)


def path_in(folder: Path, text: str) -> Path:
    """Return the path that *text* names, from *folder* on; `ValueError` says what it should be."""
    if not text.strip() or "\0" in text:
        raise ValueError('expected a path in quotes, such as "kamsync.key"')
    try:
        return folder / Path(text).expanduser()
    except RuntimeError:
        raise ValueError(f"expected a path, and {text} names a home that is not there") from None


def read_private(path: Path) -> str:
    """Return the text of a file that nobody but its owner may read, without the last line break.

    Raises:
        ValueError: it is not there, not such a file, open to others, too long, empty or no text.
    """
    try:
        raw = _read_closed(path)
    except FileNotFoundError:
        made = f"`install -m 600 /dev/stdin {quote(str(path))}`"
        raise ValueError(
            f"{path} is not there; run {made}, paste the secret, then Ctrl-D"
        ) from None
    except OSError as error:
        wanted = "a file that the user who runs kamsync may read"
        raise ValueError(f"{path} cannot be read: {error.strerror}, expected {wanted}") from error
    if len(raw) > SECRET_LIMIT:
        raise ValueError(f"{path} is too long for a secret, expected at most {SECRET_LIMIT} bytes")
    try:
        text = raw.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not text in UTF-8, expected a secret in it") from None
    if not text.strip():
        raise ValueError(f"{path} is empty, expected a secret in it")
    return text


def _read_closed(path: Path) -> bytes:
    """Read *path*, if it is a file that is closed to everybody else."""
    # Without O_NONBLOCK, opening a named pipe would wait for its writer for ever.
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise ValueError(f"{path} is not a regular file, expected one with the secret in it")
        if status.st_mode & 0o077:
            mode = stat.S_IMODE(status.st_mode)
            closed = f"chmod 600 {quote(str(path))}"
            raise ValueError(f"{path} is open to others (mode {mode:04o}), run: {closed}")
        return file.read(SECRET_LIMIT + 1)
