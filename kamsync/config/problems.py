"""What is wrong with a configuration, one line for each: the key, its value, and what would be right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from inspect import isclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeAlias, get_args

from msgspec import Struct
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from kamsync.config.sections import Section
from kamsync.redact import visible
from kamsync.wording import did_you_mean

__all__ = ["Key", "Problem", "dotted", "lines", "problems_of", "sentence", "value_at"]

Key: TypeAlias = tuple[str | int, ...]

VALUE_LIMIT = 60

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_HOLDERS = {("options",), ("values",)}
_SENTENCES = {
    "string_type": "expected text in quotes",
    "string_too_short": "expected some text",
    "path_type": "expected a path in quotes",
    "int_type": "expected a whole number",
    "int_parsing": "expected a whole number",
    "int_from_float": "expected a whole number",
    "float_type": "expected a number",
    "float_parsing": "expected a number",
    "bool_type": "expected true or false",
    "bool_parsing": "expected true or false",
    "greater_than_equal": "expected at least {ge}",
    "less_than_equal": "expected at most {le}",
    "enum": "expected {expected}",
    "literal_error": "expected {expected}",
    "missing": "is missing",
    "dict_type": "expected a table",
    "model_type": "expected a table",
    "model_attributes_type": "expected a table",
    "tuple_type": "expected a list",
    "list_type": "expected a list",
    "frozen_set_type": "expected a list",
}


class Problem(Struct, frozen=True):
    """One thing to change: the *key* where it is, what is there if it may be shown, and a sentence."""

    key: Key
    text: str
    hint: str = ""
    shown: str = ""

    def __str__(self) -> str:
        found = f" = {self.shown}" if self.shown else ""
        return f"{dotted(self.key)}{found}: {self.text}. {self.hint}".rstrip()


def dotted(key: Key) -> str:
    """Return a key as it is written in the file: ``policy.account."*"``."""
    return ".".join(
        part if _BARE.fullmatch(part) else f'"{visible(part)}"' for part in map(str, key)
    )


def value_at(given: object, key: Key) -> object:
    """Return what *given* holds under *key*, None if there is nothing."""
    for part in key:
        given = given.get(part) if isinstance(given, Mapping) else None
    return given


def problems_of(
    error: ValidationError, given: Mapping[str, Any], root: type[Section]
) -> list[Problem]:
    """Return a problem for each of the errors that pydantic found in *given* as a *root*."""
    return [_problem(each, given, root) for each in error.errors(include_url=False)]


def _problem(error: ErrorDetails, given: Mapping[str, Any], root: type[Section]) -> Problem:
    """Say one of pydantic's errors in our words."""
    location = error["loc"]
    key = _as_written(location)
    if error["type"] == "extra_forbidden":
        known = _keys_at(location[:-1], root)
        near = did_you_mean(str(location[-1]), known)
        return Problem(key, "unknown key", near or f"Known are {', '.join(known)}.")
    if error["type"] == "missing":
        return Problem(key, "is missing", _misspelt(key, value_at(given, key[:-1])))
    shown = _shown(location, error["input"])
    if error["type"] == "value_error":
        return Problem(key, str(error["ctx"]["error"]), shown=shown)
    text = sentence(error)
    near = did_you_mean(str(error["input"]), re.findall(r"'(\w+)'", text))
    return Problem(key, text, near, shown)


def sentence(error: ErrorDetails) -> str:
    """Say what was expected, without what was found; a check of ours says it itself."""
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    known = _SENTENCES.get(error["type"])
    return known.format_map(error.get("ctx", {})) if known else error["msg"].replace("Input", "it")


def lines(problems: Iterable[Problem], file: Path) -> str:
    """Return one line for each problem in *file*."""
    return "\n".join(f"{file}: {problem}" for problem in problems)


def _as_written(location: Key) -> Key:
    """Return *location* without list indices and the places where models keep foreign keys."""
    holders = _holder_places(location)
    return tuple(
        part
        for index, part in enumerate(location)
        if not isinstance(part, int) and part != "[key]" and index not in holders
    )


def _holder_places(location: Key) -> set[int]:
    """Return the indices in *location* at which a model keeps keys that are not its own."""
    places = {"system": (2, 6), "scope": (2,)}.get(str(location[0]), ())
    return {index for index in places if location[index : index + 1] in _HOLDERS}


def _keys_at(location: Key, root: type[Section]) -> list[str]:
    """Return the keys that the section at *location* knows."""
    found: Any = root
    for part in location:
        keys = _fields(found)
        found = keys[str(part)] if keys else get_args(found)[-1]
        if isinstance(found, UnionType):
            found = next(each for each in get_args(found) if each is not NoneType)
    return [key for key in _fields(found) if (key,) not in _HOLDERS]


def _fields(found: Any) -> dict[str, Any]:
    """Return the annotations of a section's fields, by the key in the file; nothing for others."""
    if not (isclass(found) and issubclass(found, Section)):
        return {}
    return {each.alias or name: each.annotation for name, each in found.model_fields.items()}


def _shown(location: Key, value: object) -> str:
    """Return *value* if it may be shown: an option may be a secret, a store's address may hold one."""
    if isinstance(value, Mapping | list | tuple | set | frozenset) or "[key]" in location:
        return ""
    if "options" in location or location[:2] == ("store", "url"):
        return ""
    text = visible(f'"{value}"' if isinstance(value, str) else str(value))
    return text if len(text) <= VALUE_LIMIT else f"{text[: VALUE_LIMIT - 1]}…"


def _misspelt(key: Key, there: object) -> str:
    """Return a sentence if a key that is there looks like the one that is missing."""
    near = did_you_mean(str(key[-1]), there if isinstance(there, Mapping) else ())
    return near.replace("Did you mean", "Was it meant by")
