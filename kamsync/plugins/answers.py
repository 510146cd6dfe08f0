"""Whether a plugin's answer is what its hook asks for.

Each function here takes an answer and returns it in its proper type, or raises `Refused` with what
was expected. They run at the plugin border, so an answer that is made lazily fails there too.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import structs

from kamsync.connector import Connector
from kamsync.extensions import Sandbox
from kamsync.plugins.found import Refused

if TYPE_CHECKING:
    import click

    from kamsync.mapping import EntityMap

__all__ = [
    "callable_",
    "command",
    "connector_class",
    "joined",
    "list_of",
    "named",
    "nothing",
    "of_type",
    "sandbox",
]

T = TypeVar("T")
Pairs = list[tuple[str, T]]


def list_of(fits: Callable[[Any], T]) -> Callable[[Any], list[T]]:
    """Return a check for an iterable of things that *fits* takes."""

    def check(answer: object) -> list[T]:
        if not isinstance(answer, Iterable) or isinstance(answer, str | bytes | Mapping):
            raise Refused(f"expected a list, got {_kind(answer)}")
        return [fits(each) for each in answer]

    return check


def named(fits: Callable[[str, Any], T]) -> Callable[[Any], Pairs[T]]:
    """Return a check for a mapping from names to things that *fits* takes."""

    def check(answer: object) -> Pairs[T]:
        if not isinstance(answer, Mapping):
            raise Refused(f"expected a mapping by name, got {_kind(answer)}")
        for name in answer:
            if not isinstance(name, str) or not name.strip():
                raise Refused(f"expected a name, got {name!r}")
        return [(name, fits(name, each)) for name, each in answer.items()]

    return check


def of_type(type_: type[T]) -> Callable[[Any], T]:
    """Return a check for an instance of *type_*."""

    def check(each: object) -> T:
        if not isinstance(each, type_):
            raise Refused(f"expected {type_.__name__} values, got {_kind(each)}")
        return each

    return check


def nothing(answer: object) -> None:
    """Take whatever was answered where nothing is asked for."""


def callable_(name: str, each: Any) -> Any:
    """Take anything that can be called."""
    if not callable(each):
        raise Refused(f"expected something to call as {name!r}, got {_kind(each)}")
    return each


def connector_class(kind: str, each: Any) -> type[Connector]:
    """Take a complete connector class whose own kind is the name that it is offered by."""
    if not inspect.isclass(each) or not issubclass(each, Connector):
        raise Refused(f"expected a Connector class for {kind!r}, got {_kind(each)}")
    missing = sorted(getattr(each, "__abstractmethods__", ()))
    if missing:
        raise Refused(f"{each.__name__} does not define {', '.join(missing)}")
    if getattr(each, "kind", None) != kind:
        raise Refused(f"{each.__name__} is offered as {kind!r}, but its kind says otherwise")
    return each


def command(each: Any) -> tuple[str, click.Command]:
    """Take a click command, by its name."""
    import click

    if not isinstance(each, click.Command) or not each.name:
        raise Refused(f"expected click commands with names, got {_kind(each)}")
    return each.name, each


def sandbox(each: Any) -> tuple[str, Sandbox]:
    """Take a sandbox, by its name."""
    found = of_type(Sandbox)(each)
    return found.name, found


def joined(known: EntityMap | None, addition: EntityMap) -> EntityMap:
    """Return *known* with the fields of *addition*; nothing that is mapped is mapped again."""
    if known is None:
        return addition
    if known.object != addition.object:
        raise Refused(f"{addition.entity} is mapped to {known.object} and to {addition.object}")
    if addition.stamp and known.stamp and addition.stamp != known.stamp:
        raise Refused(f"{addition.entity} is stamped in {known.stamp} and in {addition.stamp}")
    twice = sorted(set(known.fields) & set(addition.fields))
    if twice:
        raise Refused(f"{addition.entity}.{twice[0]} is mapped already")
    return structs.replace(
        known, fields={**known.fields, **addition.fields}, stamp=known.stamp or addition.stamp
    )


def _kind(found: object) -> str:
    """Name what was found, without showing it."""
    return f"the class {found.__name__}" if inspect.isclass(found) else type(found).__name__
