"""Keys and seals: values of the journal can be read only with the key of whom they are about.

Each subject, a person or an account, has a key of its own, wrapped by the store's master key. To
erase a subject is to delete its key: what was sealed stays in its place and can be read no more.
The cipher is AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import stat
import zlib
from pathlib import Path
from shlex import quote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kamsync.errors import ConfigurationInvalid, StoreUnusable
from kamsync.wording import counted

__all__ = ["KEY_BYTES", "MasterKey", "SubjectKey", "new_key", "read_key", "write_key"]

KEY_BYTES = 32
NONCE_BYTES = 12
COMPRESSED_FROM_BYTES = 512
MIB = 1024 * 1024
UNSEALED_LIMIT_BYTES = 512 * MIB

_PLAIN = b"p"
_COMPRESSED = b"z"


class SubjectKey:
    """The key of one subject: it seals bytes and opens what it sealed."""

    __slots__ = ("_cipher", "id")

    def __init__(self, id_: int, secret: bytes) -> None:
        self.id = id_
        self._cipher = AESGCM(secret)

    def seal(self, content: bytes) -> bytes:
        """Return *content* sealed, compressed where that pays; never the same bytes twice."""
        if len(content) >= COMPRESSED_FROM_BYTES:
            content = _COMPRESSED + zlib.compress(content, 1)
        else:
            content = _PLAIN + content
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, None)

    def open(self, sealed: bytes) -> bytes:
        """Return what was sealed; `StoreUnusable` if it was changed or sealed with another key."""
        try:
            content = self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
        except (InvalidTag, ValueError) as error:
            raise StoreUnusable(
                "A journal entry was changed after it was written; run `kamsync verify` to see which."
            ) from error
        if content[:1] == _PLAIN:
            return content[1:]
        return zlib.decompressobj().decompress(content[1:], UNSEALED_LIMIT_BYTES)


class MasterKey:
    """The key that wraps the subjects' keys; it never leaves its file and this object."""

    __slots__ = ("_cipher",)

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise ConfigurationInvalid(
                f"The store's key has {counted(len(secret), 'byte')} instead of {KEY_BYTES};"
                " name the key file that `kamsync init` made."
            )
        self._cipher = AESGCM(secret)

    def __repr__(self) -> str:
        return "MasterKey(hidden)"

    def wrap(self, secret: bytes, purpose: str) -> bytes:
        """Return *secret* wrapped for *purpose*; it can be unwrapped for no other."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, purpose.encode())

    def unwrap(self, wrapped: bytes, purpose: str) -> bytes:
        """Return what was wrapped; `StoreUnusable` if this is not the key that wrapped it."""
        try:
            return self._cipher.decrypt(
                wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], purpose.encode()
            )
        except (InvalidTag, ValueError) as error:
            raise StoreUnusable(
                "The key is not the one that this store was sealed with; set [store] key_file to that one."
            ) from error


def new_key() -> bytes:
    """Return a fresh random key."""
    return secrets.token_bytes(KEY_BYTES)


def write_key(path: Path) -> bytes:
    """Make a key file that only its owner may read, and return the key.

    A file is never replaced, and none that holds less than the key is left behind.
    """
    key = new_key()
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            _fill(file, base64.b64encode(key) + b"\n")
        except OSError:
            path.unlink()
            raise
    except OSError as error:
        raise ConfigurationInvalid(
            f"The key file {path} cannot be made: {error.strerror}.",
            hint="Choose a folder that you may write to.",
        ) from error
    return key


def _fill(descriptor: int, content: bytes) -> None:
    """Write *content* into an open file, sync it, and close it."""
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def read_key(path: Path) -> bytes:
    """Return the key kept in *path*; `ConfigurationInvalid` if there is none or others may read it."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_bytes()
    except OSError as error:
        raise ConfigurationInvalid(
            f"The key file {path} cannot be read: {error.strerror}.",
            hint="Put back the copy that was kept elsewhere, or correct key_file in [store]."
            " For a new store, put the key there that `kamsync init` makes in another folder; no store"
            " opens with another key than its own.",
        ) from error
    if mode & 0o077:
        closed = f"`chmod 600 {quote(str(path))}`"
        raise ConfigurationInvalid(
            f"The key file {path} may be read by others (mode {mode:04o}); run {closed}."
        )
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ConfigurationInvalid(
            f"The key file {path} does not hold a key; name the one that `kamsync init` made."
        )
    return key
