"""The locks of a store: one process at a time runs a round on it, and one keeps running them."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path

from msgspec import DecodeError, Struct, json

from kamsync.clock import Clock, instant, minute
from kamsync.errors import KamsyncError, StoreBusy, StoreUnusable

__all__ = ["Holder", "Lock", "busy", "file_lock", "here", "is_locked"]


class Lock(Enum):
    """What one process at a time may do with a store.

    The value is the number of the lock on a server, the ending of its file, what its holder does,
    and what another has to do.
    """

    ROUND = (2, ".lock", "runs a round", "wait until it has ended")
    DAEMON = (3, ".daemon", "runs already", "stop it first")

    def __init__(self, number: int, ending: str, does: str, advice: str) -> None:
        self.number = number
        self.ending = ending
        self.does = does
        self.advice = advice


class Holder(Struct, frozen=True):
    """Who runs a round: what for, on which host, as which process, since when."""

    name: str
    host: str
    pid: int
    since: str


def here(name: str, clock: Clock) -> Holder:
    """Return this process as a holder."""
    return Holder(name, socket.gethostname(), os.getpid(), instant(clock.now()))


def busy(text: str, lock: Lock) -> KamsyncError:
    """Return the error that names the holder, as far as it has written its name."""
    try:
        holder = json.decode(text, type=Holder)
    except DecodeError:
        return StoreBusy(f"Another process {lock.does} on this store; {lock.advice}.")
    return StoreBusy(
        f"`kamsync {holder.name}` {lock.does} on this store, as process {holder.pid} on {holder.host}"
        f" since {minute(holder.since)}; {lock.advice}."
    )


@contextmanager
def file_lock(store: Path, holder: Holder, lock: Lock) -> Iterator[None]:
    """Hold the lock file beside *store*; the system frees it when this process ends in whatever way."""
    path = Path(f"{store}{lock.ending}")
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _shut(path, error) from error
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise busy(os.pread(file, 4096, 0).decode(errors="replace"), lock) from None
        os.ftruncate(file, 0)
        os.pwrite(file, json.encode(holder), 0)
        yield
    finally:
        os.close(file)


def _shut(path: Path, error: OSError) -> StoreUnusable:
    """Return the error that a lock file cannot be opened."""
    return StoreUnusable(
        f"The lock file {path} cannot be opened: {error.strerror}.",
        hint="Let the user who runs kamsync read and write it and its folder.",
    )


def is_locked(store: Path, lock: Lock) -> bool:
    """Whether some process holds the lock file beside *store*; whoever only asks is not in the way."""
    path = Path(f"{store}{lock.ending}")
    try:
        file = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise _shut(path, error) from error
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False
