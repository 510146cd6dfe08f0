"""The made-up credentials of a sandbox: its own, unless a file sets others.

Nothing of it is a secret: the sandbox prints it, so that a client can use it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import DecodeError, json

from kamsync.errors import ConfigurationInvalid

__all__ = ["read_credentials"]


def read_credentials(
    path: Path | None, sandbox: str, defaults: Mapping[str, str]
) -> dict[str, str]:
    """Return *defaults* with what the file sets in their place.

    The file is TOML or JSON: names and texts, at its top or in a table called after the *sandbox*,
    so that one file serves several.

    Raises:
        ConfigurationInvalid: the file cannot be read, or sets what the sandbox does not have.
    """
    if path is None:
        return dict(defaults)
    tables = _tables(path)
    found = tables.get(sandbox, {key: each for key, each in tables.items() if _plain(each)})
    if not isinstance(found, dict):
        raise ConfigurationInvalid(f"{sandbox} in {path} must be a table of names and texts.")
    wrong = sorted(key for key, each in found.items() if key not in defaults or not _plain(each))
    if wrong:
        raise ConfigurationInvalid(
            f"The credentials file {path} sets {wrong[0]!r}, which the sandbox {sandbox} does not"
            " know as a text.",
            hint=f"It knows: {', '.join(sorted(defaults))}.",
        )
    return {**defaults, **{key: str(each) for key, each in found.items()}}


def _tables(path: Path) -> dict[str, Any]:
    """Return what the file holds."""
    try:
        text = path.read_text(encoding="utf-8")
        if text.lstrip().startswith("{"):
            return json.decode(text, type=dict[str, Any])
        return tomllib.loads(text)
    except (OSError, UnicodeDecodeError, DecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationInvalid(
            f"The credentials file {path} cannot be used: {error}.",
            hint="Write it as TOML or JSON, one name and text a line.",
        ) from error


def _plain(value: object) -> bool:
    """Whether a value of the file is a text or a number."""
    return isinstance(value, str | int) and not isinstance(value, bool)
