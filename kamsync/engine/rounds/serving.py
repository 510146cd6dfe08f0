"""Systems that cannot be served: the round goes on without them, and says why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct

from kamsync.connector import named
from kamsync.engine.hub import System
from kamsync.errors import FixConfiguration, NotLetIn, RetryLater, StoreBusy, Unsupported

__all__ = ["Down", "borne"]


class Down(Struct, frozen=True, omit_defaults=True):
    """One system that could not be served: in which step, why, and how long it asked to be left alone.

    *blocked* says that waiting cures nothing: a person has to do what the reason says.
    """

    system: str
    step: str
    reason: str
    wait_s: float = 0
    blocked: bool = False


@contextmanager
def borne(down: list[Down], system: System, step: str) -> Iterator[None]:
    """Let the round go on without a system that cannot be served.

    It may be out of reach, unable to do what its section allows, or something that a person has to
    put right in its section or its file: none of it is a reason for the others to wait.
    """
    try:
        yield
    except StoreBusy:
        # It is the store that cannot be reached, and no system.
        raise
    except NotLetIn as error:
        reason = named(str(error), system.name)
        down.append(Down(system.name, step, reason, error.wait_s or 0, blocked=True))
    except RetryLater as error:
        down.append(Down(system.name, step, error.message, error.wait_s or 0))
    except (FixConfiguration, Unsupported) as error:
        down.append(Down(system.name, step, named(str(error), system.name), blocked=True))
