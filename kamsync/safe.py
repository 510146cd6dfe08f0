"""A file of secrets that systems gave us while they were used, sealed with the store's key.

They are not in the store: a token that was traded in is good for nothing, so that putting an older
store back must not put it back too.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

from msgspec import DecodeError, json

from kamsync.errors import ConfigurationInvalid, StoreUnusable
from kamsync.redact import Secret
from kamsync.seal import MasterKey

__all__ = ["SealedFile"]

MAY = "Let the user who runs kamsync read and write it and its folder."

Kept = dict[str, dict[str, str]]


class SealedFile:
    """The secrets of *system* in the file *path*; *key* is asked for only when there are any.

    Only its owner may read the file. It is replaced as a whole, so that it is never half written.
    """

    def __init__(self, path: Path, system: str, key: Callable[[], bytes | None]) -> None:
        self._path = path
        self._system = system
        self._key = key
        self._lock = RLock()
        self._depth = 0
        self._file: int | None = None

    def get(self, name: str) -> Secret | None:
        """Return a secret, None if there is none of that name."""
        sealed = self._read().get(self._system, {}).get(name)
        if sealed is None:
            return None
        try:
            raw = base64.b64decode(sealed, validate=True)
        except (binascii.Error, ValueError):
            raise self._broken() from None
        return Secret(self._cipher().unwrap(raw, self._purpose(name)).decode())

    def put(self, name: str, secret: Secret | None) -> None:
        """Keep a secret, or None for none; it is on the disk when this returns."""
        with self.hold():
            kept = self._read()
            own = kept.setdefault(self._system, {})
            own.pop(name, None)
            if secret is not None:
                raw = self._cipher().wrap(secret.reveal().encode(), self._purpose(name))
                own[name] = base64.b64encode(raw).decode()
            self._write({system: each for system, each in kept.items() if each})

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Keep other threads and processes from these secrets; may be nested."""
        with self._lock:
            if self._depth == 0:
                self._file = self._locked()
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0 and self._file is not None:
                    os.close(self._file)
                    self._file = None

    def _locked(self) -> int:
        """Return a descriptor that holds the lock for as long as it is open."""
        lock = self._path.with_name(f"{self._path.name}.lock")
        try:
            opened = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(opened, fcntl.LOCK_EX)
        except OSError as error:
            raise ConfigurationInvalid(
                f"{lock} cannot be locked: {error.strerror}.", hint=MAY
            ) from error
        return opened

    def _read(self) -> Kept:
        try:
            text = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise ConfigurationInvalid(
                f"{self._path} cannot be read: {error.strerror}.", hint=MAY
            ) from error
        try:
            return json.decode(text, type=Kept)
        except DecodeError:
            raise self._broken() from None

    def _write(self, kept: Kept) -> None:
        """Replace the file by one that is whole."""
        new = self._path.with_name(f"{self._path.name}.new")
        try:
            with os.fdopen(
                os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb"
            ) as file:
                file.write(json.encode(kept, order="sorted"))
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._path)
        except OSError as error:
            raise ConfigurationInvalid(
                f"{self._path} cannot be written: {error.strerror}.",
                hint="What a system gives out must be kept before it is used.",
            ) from error

    def _cipher(self) -> MasterKey:
        key = self._key()
        if key is None:
            raise ConfigurationInvalid(
                "A store in memory has no key, so that no secret can be kept.",
                hint="Name a store in a file: url in [store].",
            )
        return MasterKey(key)

    def _purpose(self, name: str) -> str:
        return f"secret of {self._system}: {name}"

    def _broken(self) -> StoreUnusable:
        return StoreUnusable(
            f"{self._path} is not what kamsync wrote.",
            hint="Take it away, and sign in again with: kamsync connect SYSTEM.",
        )
