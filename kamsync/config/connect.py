"""Connect a system: call its connector's class with the options of its section."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from inspect import Parameter, signature
from os import PathLike
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from msgspec import Struct
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError

from kamsync.config.private import path_in
from kamsync.config.problems import Problem, lines, sentence
from kamsync.config.sections import Config, SystemSection
from kamsync.connector import Connector
from kamsync.errors import ConfigurationInvalid, KamsyncError, PluginBroken, UnknownName
from kamsync.plugins import Plugins
from kamsync.redact import Secret, visible
from kamsync.safe import SealedFile
from kamsync.wording import did_you_mean

__all__ = ["connect", "options_of"]

_HOW_TO_WRITE_ONE = 'expected a secret, written as { env = "NAME" } or { file = "PATH" }'


class OptionOf(Struct, frozen=True):
    """Whether a connector needs an option, and whether it is a secret."""

    is_needed: bool
    is_secret: bool


def connect(config: Config, name: str, plugins: Plugins) -> Connector:
    """Return a connector to the system called *name*.

    Options are checked against the class's signature: a name that it does not take, one that it
    needs, and a value of the wrong type are refused, all at once. Where it takes a path, text
    becomes one that starts at the configuration's folder; where it takes a `Secret`, plain text
    in the file is refused.

    Raises:
        UnknownName: there is no such system.
        ConfigurationInvalid: no plugin offers such a connector, or the options do not fit it.
        PluginBroken: the connector failed in a way that it should not.
    """
    section = config.system(name)
    class_ = _class(config, name, section, plugins)
    options, problems = _fitted(config, name, class_)
    if problems:
        raise ConfigurationInvalid(lines(problems, config.file))
    try:
        connector = class_(**options)
        connector.keep_in(_safe(config, name))
    except KamsyncError:
        raise
    # The plugin border: a connector may fail in any way, and its message may hold a secret.
    except Exception as error:
        raise PluginBroken(
            f"The {section.connector} connector cannot be made for system {name} "
            f"({type(error).__name__}); its plugin is at fault.",
            hint=f"Check the options of [system.{name}].",
        ) from error
    return connector


def _safe(config: Config, name: str) -> SealedFile:
    """Return where the secrets of a system are kept: beside the key, whose name the file has."""
    path = config.store.key_file.with_suffix(".safe")
    return SealedFile(path, name, config.store.key)


def _class(
    config: Config, name: str, section: SystemSection, plugins: Plugins
) -> Callable[..., Connector]:
    """Return what makes the connector."""
    try:
        return plugins.connector(section.connector)
    except UnknownName as error:
        key = ("system", name, "connector")
        text = error.message.rstrip(".")
        raise ConfigurationInvalid(lines([Problem(key, text, error.hint)], config.file)) from None


def _fitted(
    config: Config, name: str, class_: Callable[..., Connector]
) -> tuple[dict[str, Any], list[Problem]]:
    """Return the options of a system as the connector takes them, and what is wrong with them."""
    given = config.system(name).options
    taken = _parameters(class_)
    problems = list(_misnamed(("system", name), given, taken, class_))
    hints, options = _hints(class_), {}
    for key, value in given.items():
        try:
            options[key] = _fit(value, hints.get(key, Any), config.folder)
        except ValueError as error:
            problems.append(Problem(("system", name, key), str(error)))
    return options, problems


def _misnamed(
    section: tuple[str, str],
    given: Mapping[str, Any],
    taken: Mapping[str, Parameter],
    class_: Callable[..., Connector],
) -> Iterator[Problem]:
    """Yield a problem for each option that the class does not take, and each that it misses."""
    own = set(SystemSection.model_fields) - {"options"}
    if not any(each.kind is Parameter.VAR_KEYWORD for each in taken.values()):
        for key in sorted(set(given) - set(taken)):
            there = f"Its connector takes {', '.join(taken) or 'no options'}."
            near = did_you_mean(key, [*taken, *own])
            yield Problem((*section, key), "unknown key", near or there)
    for key, parameter in taken.items():
        needed = parameter.default is Parameter.empty
        if needed and parameter.kind is not Parameter.VAR_KEYWORD and key not in given:
            kind = getattr(class_, "kind", "")
            yield Problem((*section, key), f"is missing, the {kind} connector needs it")


def options_of(class_: Callable[..., Connector]) -> dict[str, OptionOf]:
    """Return the options that a connector takes, by name; nothing where it takes any."""
    hints = _hints(class_)
    return {
        name: OptionOf(
            is_needed=each.default is Parameter.empty,
            is_secret=Secret in {hints.get(name), *get_args(hints.get(name))},
        )
        for name, each in _parameters(class_).items()
        if each.kind is not Parameter.VAR_KEYWORD
    }


def _parameters(class_: Callable[..., Connector]) -> dict[str, Parameter]:
    """Return the parameters that the class takes by name."""
    unnamed = {Parameter.POSITIONAL_ONLY, Parameter.VAR_POSITIONAL}
    return {
        name: each
        for name, each in signature(class_).parameters.items()
        if each.kind not in unnamed
    }


def _hints(class_: Callable[..., Connector]) -> Mapping[str, Any]:
    """Return the types of the parameters, as far as they can be told at run time."""
    try:
        return get_type_hints(class_.__init__)
    except (NameError, TypeError):
        return {}


def _fit(value: Any, hint: Any, folder: Path) -> Any:
    """Return *value* as a parameter of type *hint* takes it; ValueError says what it takes."""
    types = {get_origin(each) or each for each in (hint, *get_args(hint))}
    if Secret in types and isinstance(value, Secret):
        return value
    if Secret in types and isinstance(value, str) and str not in types:
        raise ValueError(_HOW_TO_WRITE_ONE)
    if isinstance(value, Secret):
        value = value.reveal()
    if types & {Path, PathLike} and isinstance(value, str):
        return path_in(folder, value)
    try:
        return TypeAdapter(hint, config=ConfigDict(arbitrary_types_allowed=True)).validate_python(
            value
        )
    except PydanticUserError:
        return value
    except ValidationError as error:
        raise ValueError(visible(sentence(error.errors(include_url=False)[0]))) from None
