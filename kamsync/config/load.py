"""Read a configuration: a file, the environment laid over it, every error of both at once."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from kamsync.config.environment import PREFIX, overrides, variable
from kamsync.config.problems import Key, Problem, problems_of, value_at
from kamsync.config.sections import Config
from kamsync.errors import ConfigurationInvalid
from kamsync.wording import did_you_mean

__all__ = ["DEFAULT_FILE", "load_config", "read_toml"]

DEFAULT_FILE = "kamsync.toml"
FILE_LIMIT = 4 * 1024 * 1024
OTHER = "Name another, or make one with `kamsync init`."

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def load_config(path: Path | None, env: Mapping[str, str]) -> Config:
    """Return the configuration in *path*, with what *env* lays over it.

    Without a *path* it is the one that ``KAMSYNC_CONFIG`` names, or ``kamsync.toml`` in the current
    folder. ``KAMSYNC_STORE__URL`` stands for the key ``store.url``. Relative paths start at the
    file's folder. Nothing is written, no plugin is loaded and no system is called.

    Raises:
        ConfigurationInvalid: a file cannot be read or something in it is wrong; the message has one
            line for each error, with the file, the key, the value and what would be right.
    """
    file = path or Path(env.get(f"{PREFIX}CONFIG") or DEFAULT_FILE)
    given = read_toml(file)
    if not given:
        raise ConfigurationInvalid(
            f"{file} is empty.", hint="Run `kamsync init` in an empty folder for one to start from."
        )
    over = overrides(env)
    merged = _merged(given, over)
    context = {"file": file.absolute(), "folder": file.absolute().parent, "environment": env}
    problems = list(_cross_problems(merged))
    config = None
    try:
        config = Config.model_validate(merged, context=context)
    except ValidationError as error:
        problems += problems_of(error, merged, Config)
    if config is None or problems:
        raise ConfigurationInvalid("\n".join(_lines(problems, file, given, over)))
    return config


def read_toml(file: Path, what: str = "configuration", other: str = OTHER) -> dict[str, Any]:
    """Return the tables of a TOML file; if it is not there, *what* it is and how to name an *other* is told.

    Raises:
        ConfigurationInvalid: it is not there, cannot be read, or is not TOML, and in which line.
    """
    text = _text(file, what, other)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        line = place[1] if place and place[1] else str(text.count("\n") + 1)
        reason = _PLACE.sub("", str(error))
        raise ConfigurationInvalid(f"{file}, line {line}: not valid TOML: {reason}.") from None
    except RecursionError:
        raise ConfigurationInvalid(f"{file}: tables and lists are nested too deeply.") from None


def _text(file: Path, what: str, other: str) -> str:
    """Return the text of *file*."""
    try:
        if not file.is_file():
            wrong = "is not a file" if file.exists() else "is not there"
            raise ConfigurationInvalid(f"The {what} {file} {wrong}.", hint=other)
        with file.open("rb") as open_file:
            raw = open_file.read(FILE_LIMIT + 1)
    except OSError as error:
        raise ConfigurationInvalid(
            f"The {what} {file} cannot be read: {error.strerror}.",
            hint="Let the user who runs kamsync read it.",
        ) from error
    if len(raw) > FILE_LIMIT:
        raise ConfigurationInvalid(f"{file} is longer than {FILE_LIMIT // 1024**2} MiB.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigurationInvalid(
            f"{file}, line {line}: not text in UTF-8.", hint="Save it as UTF-8."
        ) from None


def _merged(given: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return *given* with *over* laid over it, table by table."""
    merged = dict(given)
    for key, value in over.items():
        below = merged.get(key)
        if isinstance(value, Mapping) and isinstance(below, Mapping):
            merged[key] = _merged(below, value)
        else:
            merged[key] = value
    return merged


def _cross_problems(given: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong between sections: things named twice, and systems that are not there."""
    plugins = given.get("plugins")
    for name, times in Counter(map(str, plugins if isinstance(plugins, list) else ())).items():
        if times > 1:
            yield Problem(("plugins",), f'"{name}" is named {times} times, expected once')
    systems = value_at(given, ("system",))
    listed = value_at(given, ("scope", "account", "list"))
    known = list(systems) if isinstance(systems, Mapping) else []
    for name in listed if isinstance(listed, Mapping) else ():
        if name not in known:
            key = ("scope", "account", "list", name)
            yield Problem(key, f"there is no system {name!r}", did_you_mean(name, known))


def _lines(
    problems: list[Problem], file: Path, given: Mapping[str, Any], over: Mapping[str, Any]
) -> list[str]:
    """Return one line for each key that is wrong: where it was written, and what to change."""
    first: dict[Key, Problem] = {}
    for problem in problems:
        first.setdefault(problem.key, problem)
    return [
        f"{variable(key) if _is_from(over, given, key) else file}: {problem}"
        for key, problem in first.items()
    ]


def _is_from(over: Mapping[str, Any], given: Mapping[str, Any], key: Key) -> bool:
    """Whether *key*, or the section that lacks it, was written in *over* and not in *given*."""
    if value_at(over, key) is None:
        return value_at(given, key[:-1]) is None and value_at(over, key[:-1]) is not None
    return not isinstance(value_at(given, key), Mapping)
