"""Policies in files of their own, and all of them in one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from kamsync.config.load import DEFAULT_FILE, read_toml
from kamsync.config.problems import lines, problems_of
from kamsync.config.sections import Config, PolicyFile, Tables
from kamsync.errors import ConfigurationInvalid

__all__ = ["config_of_policies", "joined", "read_policies"]


def read_policies(file: Path) -> PolicyFile:
    """Return the tables of a policy file; what they say is not judged yet.

    Raises:
        ConfigurationInvalid: it cannot be read, or it holds anything but policies.
    """
    given = read_toml(file, "policy", "Name another under policies in the configuration.")
    try:
        return PolicyFile.model_validate(given)
    except ValidationError as error:
        problems = problems_of(error, given, PolicyFile)
        raise ConfigurationInvalid(lines(problems, file)) from None


def config_of_policies(files: Iterable[Path], env: Mapping[str, str]) -> Config:
    """Return a configuration of nothing but policy files, to judge them where there is no other."""
    folder = Path.cwd()
    context = {"file": folder / DEFAULT_FILE, "folder": folder, "environment": env}
    given = {"policies": [str(each) for each in files]}
    return Config.model_validate(given, context=context)


def joined(layers: Iterable[Tables]) -> Tables:
    """Return *layers* in one: a field's rules are those of the last layer that names it."""
    together: dict[str, dict[str, Any]] = {}
    for layer in layers:
        for entity, table in layer.items():
            together.setdefault(entity, {}).update(table)
    return together
