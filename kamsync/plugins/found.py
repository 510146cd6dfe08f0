"""What is installed, and how one foreign call is kept from stopping all others."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module, metadata
from threading import Thread
from typing import TypeVar

from msgspec import Struct

from kamsync.errors import KamsyncError
from kamsync.redact import visible

__all__ = ["BUILT_IN", "Broken", "Installed", "Refused", "list_plugins", "within"]

BUILT_IN = "kamsync"
"""The distribution whose plugins need not be named."""

T = TypeVar("T")


class Installed(Struct, frozen=True, order=True):
    """One plugin that could be loaded, and the distribution that brings it."""

    name: str
    distribution: str
    version: str
    module: str

    def load(self) -> object:
        """Import the plugin and return it."""
        module, _, attribute = self.module.partition(":")
        found: object = import_module(module)
        for part in filter(None, attribute.split(".")):
            found = getattr(found, part)
        return found

    def __str__(self) -> str:
        return f"{self.name} ({self.distribution} {self.version})"


class Broken(Struct, frozen=True):
    """A plugin, or its answer to one hook, that was left out, and why."""

    plugin: Installed
    reason: str
    hook: str = ""

    def __str__(self) -> str:
        left_out = f"its answer to {self.hook}" if self.hook else "it"
        return f"The plugin {self.plugin} is broken, {left_out} is left out: {self.reason}."


class Refused(Exception):
    """Why a plugin or an answer cannot be taken, without a final stop."""


def list_plugins() -> tuple[Installed, ...]:
    """Return every plugin that is installed, the built-in one first; nothing of them is imported.

    A name that several distributions offer appears once for each.
    """
    from kamsync import __version__

    built_in = Installed("memory", BUILT_IN, __version__, "kamsync.memory")
    found = {
        Installed(entry.name, entry.dist.name, entry.dist.version, entry.value)
        for entry in metadata.entry_points(group="kamsync")
        if entry.dist is not None and entry.dist.name != BUILT_IN
    }
    return (built_in, *sorted(found))


def within(limit_s: float, call: Callable[[], T]) -> T:
    """Return what *call* returns; raise `Refused` if it fails or takes longer than *limit_s*.

    The call runs in a thread of its own, which is abandoned when the time is over: code that never
    returns cannot be stopped, but it need not stop anybody else.
    """
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        # The plugin border: whatever a plugin raises, an exit included, becomes its report.
        try:
            results.append(call())
        except BaseException as error:  # noqa: BLE001
            errors.append(error)

    thread = Thread(target=run, name="kamsync-plugin", daemon=True)
    thread.start()
    thread.join(limit_s)
    if results:
        return results[0]
    if not errors:
        raise Refused(f"it took longer than {limit_s:g} s")
    raise Refused(_reason(errors[0])) from errors[0]


def _reason(error: BaseException) -> str:
    """Return on one line what *error* says, with its type unless it is one of ours."""
    if isinstance(error, Refused | KamsyncError):
        return visible(str(error)).rstrip(". ")
    return visible(f"{type(error).__name__}: {error}").rstrip(": .")
