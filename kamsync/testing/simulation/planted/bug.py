"""What a planted bug is: which functions of the hub it replaces, and how soon it is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any

from msgspec import Struct

__all__ = ["Bug", "Patch"]

Function = Callable[..., Any]


class Patch(Struct, frozen=True):
    """One function that is replaced: *module*, its *name* there, and what *wrong* makes of the right one."""

    module: str
    name: str
    wrong: Callable[[Function], Function]

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Replace the function while the block runs."""
        *path, name = self.name.split(".")
        owner: Any = import_module(self.module)
        for part in path:
            owner = getattr(owner, part)
        right = getattr(owner, name)
        setattr(owner, name, self.wrong(right))
        try:
            yield
        finally:
            setattr(owner, name, right)


class Bug(Struct, frozen=True):
    """A bug as tools that synchronise have had it: what it *says*, and where it is planted.

    *seeds* is after how many histories it was found when that was measured last, *breaks* the
    invariants of which it must break one; any, where none is named. *faults* are those that are played
    alone to find it, where too few histories with all of them would; all, where none is named.
    """

    says: str
    patches: tuple[Patch, ...]
    seeds: int
    breaks: tuple[int, ...] = ()
    faults: tuple[str, ...] = ()

    @contextmanager
    def planted(self) -> Iterator[None]:
        """Plant the bug while the block runs."""
        with ExitStack() as stack:
            for patch in self.patches:
                stack.enter_context(patch.applied())
            yield
