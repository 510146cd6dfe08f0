"""A file of acts, one a line, that several processes append to in turn."""

from __future__ import annotations

import fcntl
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from kamsync.clock import SystemClock
from kamsync.errors import ConfigurationInvalid, SystemDown
from kamsync.memory.acts import Act

__all__ = ["Log"]

HEADER = b'{"kamsync memory":1'
"""How the first line of every log begins."""

HEADER_LIMIT = 256
"""How many bytes the first line has at most."""

LOCK_WAIT_S = 10.0
LOCK_STEP_S = 0.01


class _Header(msgspec.Struct, omit_defaults=True):
    """The first line: of which format the file is, and what the system says it is."""

    format: int = msgspec.field(name="kamsync memory")
    identity: str | None = None


class Log:
    """The acts of one system on disk.

    An act that was appended stays, whatever happens afterwards: the file is synced before
    `appended` returns. A crash while appending leaves a torn last line, which nobody reads and the
    next writer removes. A file that is not a log is refused and left as it is. *identity* is given to
    the file when it is made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.identity: str | None = None
        self._start = self._offset = 0
        self._decoder = msgspec.json.Decoder(Act)
        self._encoder = msgspec.json.Encoder()
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise ConfigurationInvalid(
                f"The memory system's file {path} cannot be opened: {error.strerror}. "
                "Give the path of a file in a folder that you may write to."
            ) from error
        self._begin()

    def fresh(self) -> list[Act]:
        """Return the acts that were appended since the last call, by whomever."""
        size = os.fstat(self._fd).st_size
        if size <= self._offset:
            return []
        lines = os.pread(self._fd, size - self._offset, self._offset)
        whole = lines[: lines.rfind(b"\n") + 1]
        acts = [self._read(line) for line in whole.splitlines()]
        self._offset += len(whole)
        return acts

    def append(self, acts: list[Act]) -> None:
        """Append *acts* and sync the file. Needs the lock, and that all acts before were read.

        If that fails, the file ends where it ended before.
        """
        os.ftruncate(self._fd, self._offset)
        lines = b"".join(self._encoder.encode(act) + b"\n" for act in acts)
        try:
            self._write(lines)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._fd, self._offset)
            raise
        self._offset += len(lines)

    def rewind(self) -> None:
        """Start again with the first act."""
        self._offset = self._start

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other writers out; a process that dies gives the lock back."""
        self._lock()
        try:
            yield
        finally:
            fcntl.flock(self._fd, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)

    def _write(self, lines: bytes) -> None:
        done = 0
        while done < len(lines):
            done += os.write(self._fd, lines[done:])
        os.fsync(self._fd)

    def _lock(self) -> None:
        waited_s = 0.0
        while waited_s < LOCK_WAIT_S:
            try:
                return fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                SystemClock().wait(LOCK_STEP_S)
                waited_s += LOCK_STEP_S
        raise SystemDown(
            f"Another process has held {self.path} for {LOCK_WAIT_S:g} s; wait for it, or stop it."
        )

    def _begin(self) -> None:
        """Write the header into a new file, and refuse a file that has another.

        A file that has its header is opened without waiting for whoever writes to it.
        """
        line = self._first_line()
        if not line.endswith(b"\n"):
            line = self._made()
        self.identity = self._known(line).identity
        self._start = self._offset = len(line)

    def _first_line(self) -> bytes:
        """Return the first line, as far as it was written."""
        start = os.pread(self._fd, HEADER_LIMIT, 0)
        line, end, _ = start.partition(b"\n")
        if not (line.startswith(HEADER) or HEADER.startswith(line)) or (
            not end and len(start) == HEADER_LIMIT
        ):
            raise self._foreign()
        return line + end

    def _made(self) -> bytes:
        """Write the first line of a new file, unless somebody else has by now; return it."""
        with self.locked():
            line = self._first_line()
            if not line.endswith(b"\n"):
                line = msgspec.json.encode(_Header(1, uuid.uuid4().hex)) + b"\n"
                os.ftruncate(self._fd, 0)
                os.write(self._fd, line)
                os.fsync(self._fd)
        return line

    def _known(self, line: bytes) -> _Header:
        try:
            return msgspec.json.decode(line, type=_Header)
        except msgspec.DecodeError:
            raise self._foreign() from None

    def _foreign(self) -> ConfigurationInvalid:
        return ConfigurationInvalid(
            f"{self.path} is not the file of a memory system; it was left as it is. "
            "Give another path, or that of a file that does not exist yet."
        )

    def _read(self, line: bytes) -> Act:
        try:
            return self._decoder.decode(line)
        except msgspec.DecodeError as error:
            raise ConfigurationInvalid(
                f"{self.path} holds a line that is no act of a memory system ({error}). "
                "Put back a copy of the file, or give another path."
            ) from error
