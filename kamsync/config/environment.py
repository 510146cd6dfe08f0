"""What environment variables lay over a configuration file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

from kamsync.config.sections import SystemSection
from kamsync.errors import ConfigurationInvalid
from kamsync.redact import Secret
from kamsync.wording import did_you_mean

__all__ = ["PREFIX", "overrides", "variable"]

PREFIX = "KAMSYNC_"
DELIMITER = "__"

LISTS = ("kamsync_plugins", "kamsync_policies")

Table = dict[str, Any]


class Environment(BaseSettings):
    """The sections of a configuration as free tables; they are checked together with the file's."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter=DELIMITER)

    plugins: list[str] = []
    policies: list[str] = []
    store: Table = {}
    round: Table = {}
    daemon: Table = {}
    system: Table = {}
    scope: Table = {}
    policy: Table = {}
    first_meeting: Table = {}
    identity: Table = {}
    guards: Table = {}


def overrides(env: Mapping[str, str]) -> Table:
    """Return what *env* says, as tables like those of a file.

    ``KAMSYNC_ROUND__BATCH=200`` gives ``{"round": {"batch": 200}}``: a value that reads as JSON is
    taken as that, anything else as text. Options of a connector become `Secret`, as they may be one.

    Raises:
        ConfigurationInvalid: a variable stands for a section that does not exist, or should hold a
            list and does not.
    """
    wanted = {
        name.lower(): text
        for name, text in env.items()
        if name.upper().startswith(PREFIX) and (DELIMITER in name or name.lower() in LISTS)
    }
    _require_known_sections(wanted)
    _require_lists(wanted)
    source = EnvSettingsSource(Environment)
    source.env_vars = wanted
    return {name: _read(table, (name,)) for name, table in source().items()}


def variable(key: tuple[str | int, ...]) -> str:
    """Name the environment variable that stands for *key*."""
    return f"environment variable {PREFIX}{DELIMITER.join(map(str, key)).upper()}"


def _require_known_sections(wanted: Mapping[str, str]) -> None:
    """Refuse a variable that looks like an override, but of a section that does not exist."""
    known = list(Environment.model_fields)
    for name in wanted:
        section = name.removeprefix(PREFIX.lower()).partition(DELIMITER)[0]
        if section not in known:
            raise ConfigurationInvalid(
                f"environment variable {name.upper()}: there is no section {section!r}.",
                hint=did_you_mean(section, known) or f"There are {', '.join(known)}.",
            )


def _require_lists(wanted: Mapping[str, str]) -> None:
    """Refuse a variable that should hold a list and does not."""
    for name in LISTS:
        try:
            good = isinstance(json.loads(wanted.get(name, "[]")), list)
        except ValueError:
            good = False
        if not good:
            raise ConfigurationInvalid(
                f'environment variable {name.upper()}: expected a list such as ["memory"].'
            )


def _read(given: Any, key: tuple[str, ...]) -> Any:
    """Return *given*, which the variable for *key* or ones below it hold, as values of a file."""
    if isinstance(given, dict):
        return {name: _read(each, (*key, name)) for name, each in given.items()}
    if not isinstance(given, str):
        return given
    if key[0] == "system" and key[2:3] and key[2] not in SystemSection.model_fields:
        return Secret(given)
    try:
        return json.loads(given)
    except ValueError:
        return given
