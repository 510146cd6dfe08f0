"""The answer key: which native record stands for which thing of the world."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct, json

from kamsync.errors import ConfigurationInvalid

__all__ = ["Answer", "read_answers", "write_answers"]


class Answer(Struct, frozen=True):
    """One record of a sandbox: its object and id there, and the thing of the world that it stands for.

    Records with one *truth* are one thing: of two systems, or twice in one.
    """

    system: str
    entity: str
    object: str
    id: str
    truth: str


def write_answers(folder: Path | None, system: str, answers: Iterable[Answer]) -> None:
    """Write the answer key of one sandbox into *folder*, where one is named: a JSON list."""
    if folder is None:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = json.format(json.encode(list(answers)), indent=1)
        (folder / f"{system}.json").write_bytes(written)
    except OSError as error:
        raise ConfigurationInvalid(
            f"The answers cannot be written to {folder}: {error.strerror}."
        ) from error


def read_answers(folder: Path, system: str) -> list[Answer]:
    """Read the answer key that `write_answers` wrote for a sandbox."""
    return json.decode((folder / f"{system}.json").read_bytes(), type=list[Answer])
