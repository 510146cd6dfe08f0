"""What goes wrong in a sandbox, by a file: which calls are struck, and what happens to them.

::

    seed = 7

    [[fault]]
    do = "refuse"               # what happens; the rest of its options stand beside it
    status = 503
    retry_after = 2
    path = "/services/data/*"   # of the calls to these paths (* is anything) …
    method = ["GET"]            # … by these methods …
    nth = [2, 5]                # … the second and the fifth, counted from 1 …
    share = 0.1                 # … or one in ten of them, drawn from the seed …
    times = 3                   # … and never more often than this …
    since = 2026-01-01T00:00:00Z    # … while the sandbox's clock says so
    until = 2026-01-02T00:00:00Z

The same calls in the same order are struck the same way again.
"""

from __future__ import annotations

import tomllib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from functools import reduce
from operator import or_
from pathlib import Path
from random import Random
from threading import Lock
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import msgspec
from msgspec import Meta, Struct

from kamsync.errors import ConfigurationInvalid

if TYPE_CHECKING:
    from aiohttp import web

    from kamsync.sandbox.service import Service

__all__ = ["Fault", "Faults", "Proceed", "read_faults"]

Proceed: TypeAlias = "Callable[[], Awaitable[web.StreamResponse]]"
"""Carry the call out, as if nothing had gone wrong, and return its answer."""


class Fault(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do"):
    """Something that goes wrong, and the calls that it strikes: by default, all of them.

    A sandbox has faults of its own as subclasses with a ``tag``, which is their name in a file;
    their further fields are their options.
    """

    path: str = "*"
    method: tuple[str, ...] | str = ()
    nth: tuple[Annotated[int, Meta(ge=1)], ...] | int = ()
    share: Annotated[float, Meta(ge=0, le=1)] = 1.0
    times: Annotated[int, Meta(ge=1)] | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def name(self) -> str:
        """What it is called in a file."""
        return str(self.__struct_config__.tag)

    async def strike(
        self,
        request: web.Request,  # noqa: ARG002
        proceed: Proceed,
        service: Service,  # noqa: ARG002
    ) -> web.StreamResponse:
        """Let it happen to one call, and return what is answered."""
        return await proceed()

    def means(self, method: str, path: str, at: datetime) -> bool:
        """Whether a call is one of those that it may strike."""
        methods = (self.method,) if isinstance(self.method, str) else self.method
        return (
            fnmatchcase(path, self.path)
            and (not methods or method in methods)
            and (self.since is None or _aware(self.since) <= at)
            and (self.until is None or at < _aware(self.until))
        )


class Faults:
    """The faults of a running sandbox; any thread may add and clear them."""

    def __init__(self, faults: Iterable[Fault] = (), seed: int = 0) -> None:
        self._lock = Lock()
        self._seed = seed
        self._count = 0
        self._chances: list[_Chance] = []
        self.add(*faults)

    def __iter__(self) -> Any:
        with self._lock:
            return iter([chance.fault for chance in self._chances])

    def add(self, *faults: Fault) -> None:
        """Let these go wrong too, from the next call on."""
        with self._lock:
            for fault in faults:
                self._chances.append(_Chance(fault, Random(f"{self._seed}/{self._count}")))  # noqa: S311
                self._count += 1

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        with self._lock:
            self._chances.clear()
            self._count = 0

    def replace(self, faults: Iterable[Fault], seed: int) -> None:
        """Let only these go wrong, counted anew."""
        self.clear()
        self._seed = seed
        self.add(*faults)

    def striking(self, method: str, path: str, at: datetime) -> list[Fault]:
        """Return those that strike the call that came in now, in the order of the file."""
        with self._lock:
            return [each.fault for each in self._chances if each.strikes(method, path, at)]


class _Chance:
    """One fault with the calls that it met so far."""

    def __init__(self, fault: Fault, random: Random) -> None:
        self.fault = fault
        self._random = random
        self._met = 0
        self._struck = 0

    def strikes(self, method: str, path: str, at: datetime) -> bool:
        """Count a call, and say whether it is struck."""
        if not self.fault.means(method, path, at):
            return False
        self._met += 1
        nth = (self.fault.nth,) if isinstance(self.fault.nth, int) else self.fault.nth
        hit = (not nth or self._met in nth) and self._random.random() < self.fault.share
        if hit and self._struck != self.fault.times:
            self._struck += 1
            return True
        return False


def read_faults(
    source: Path | str | Mapping[str, Any], kinds: Sequence[type[Fault]]
) -> tuple[list[Fault], int]:
    """Return the faults that a file, its text or its tables name, and their seed.

    Raises:
        ConfigurationInvalid: it is no TOML, or names what none of *kinds* knows.
    """
    shape = msgspec.defstruct(
        "FaultsFile",
        [("fault", list[reduce(or_, kinds)], []), ("seed", int, 0)],  # type: ignore[misc]
        forbid_unknown_fields=True,
    )
    where = f"The faults file {source}" if isinstance(source, Path) else "The faults"
    try:
        read: Any = msgspec.convert(_tables(source), shape)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        known = ", ".join(sorted(str(kind.__struct_config__.tag) for kind in kinds))
        raise ConfigurationInvalid(
            f"{where} cannot be used: {error}.", hint=f"What can go wrong here: {known}."
        ) from error
    return read.fault, read.seed


def _tables(source: Path | str | Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what *source* holds as tables."""
    if isinstance(source, Path):
        source = source.read_text(encoding="utf-8")
    return tomllib.loads(source) if isinstance(source, str) else source


def _aware(at: datetime) -> datetime:
    """Return a time of a file; without a zone it is UTC."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)
