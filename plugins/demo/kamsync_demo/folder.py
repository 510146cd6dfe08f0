"""A folder to try kamsync on: a configuration, its key, and the policy of the teams."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kamsync.config import templates
from kamsync.errors import ConfigurationInvalid
from kamsync.seal import write_key

if TYPE_CHECKING:
    from kamsync_demo.systems import Running, Systems

__all__ = ["CONFIGURATION", "configure", "connected", "new_folder"]

CONFIGURATION = "kamsync.toml"


def new_folder(folder: Path) -> None:
    """Make a folder, or take an empty one.

    Raises:
        ConfigurationInvalid: there is something in it already, or it cannot be written.
    """
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise ConfigurationInvalid(
                f"{folder} is not empty; it was left as it is.", hint="Name a new folder."
            )


def configure(folder: Path, text: str) -> Path:
    """Write a configuration of this *text* with all that it names; return its path.

    Raises:
        ConfigurationInvalid: it cannot be written.
    """
    with _writing(folder):
        policies = folder / "policies"
        policies.mkdir()
        for path, policy in templates().items():
            if path.parent.name == policies.name:
                (policies / path.name).write_text(policy, encoding="utf-8")
        configuration = folder / CONFIGURATION
        configuration.write_text(text.replace("FOLDER", str(folder)), encoding="utf-8")
    write_key(folder / "kamsync.key")
    return configuration


def connected(folder: Path, systems: Systems) -> str:
    """Return the text of a configuration that connects to *systems*; their secrets lie in *folder*."""
    text = (files("kamsync_demo") / CONFIGURATION).read_text(encoding="utf-8")
    for name, running in systems.running.items():
        text = text.replace(f"# OPTIONS OF {name}\n", _options(running, folder, name))
    return text


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Say of a folder that cannot be written that it cannot."""
    try:
        yield
    except OSError as error:
        raise ConfigurationInvalid(
            f"{folder} cannot be written: {error.strerror}.", hint="Name another folder."
        ) from error


def _options(running: Running, folder: Path, name: str) -> str:
    """Return how a section connects to a sandbox, with its secrets in files beside the configuration."""
    environment = running.details["environment"]
    lines = []
    for key, value in running.options.items():
        told = value
        if isinstance(value, dict):
            path = folder / f"{name}.{key}"
            path.write_text(environment[value["env"]], encoding="utf-8")
            path.chmod(0o600)
            told = {"file": path.name}
        lines.append(f"{key} = {_toml(told)}\n")
    return "".join(lines)


def _toml(value: Any) -> str:
    """Return a value as TOML writes it."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)
