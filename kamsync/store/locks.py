"""The round lock: one process at a time runs a round on a store."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import DecodeError, Struct, json

from kamsync.clock import Clock, instant
from kamsync.errors import KamsyncError, StoreBusy, StoreUnusable

__all__ = ["Holder", "busy", "file_lock", "here", "is_locked"]


class Holder(Struct, frozen=True):
    """Who runs a round: what for, on which host, as which process, since when."""

    name: str
    host: str
    pid: int
    since: str


def here(name: str, clock: Clock) -> Holder:
    """Return this process as a holder."""
    return Holder(name, socket.gethostname(), os.getpid(), instant(clock.now()))


def busy(text: str) -> KamsyncError:
    """Return the error that names the holder, as far as it has written its name."""
    try:
        holder = json.decode(text, type=Holder)
    except DecodeError:
        return StoreBusy("Another process runs a round on this store; wait until it has ended.")
    return StoreBusy(
        f"`kamsync {holder.name}` runs a round on this store, as process {holder.pid} on {holder.host}"
        f" since {holder.since}; wait until it has ended."
    )


@contextmanager
def file_lock(path: Path, holder: Holder) -> Iterator[None]:
    """Hold the lock file at *path*; the system frees it when this process ends in whatever way."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreUnusable(f"The lock file {path} cannot be opened: {error.strerror}.") from error
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise busy(os.pread(file, 4096, 0).decode(errors="replace")) from None
        os.ftruncate(file, 0)
        os.pwrite(file, json.encode(holder), 0)
        yield
    finally:
        os.close(file)


def is_locked(path: Path) -> bool:
    """Whether some process holds the lock file at *path*; whoever only asks is not in the way."""
    try:
        file = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StoreUnusable(f"The lock file {path} cannot be opened: {error.strerror}.") from error
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False
