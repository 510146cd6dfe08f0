"""Keys and seals."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from kamsync.errors import ConfigurationInvalid, StoreUnusable
from kamsync.seal import MasterKey, SubjectKey, new_key, read_key, write_key


@pytest.mark.parametrize("content", [b"", b"x", b"x" * 511, b"x" * 512, bytes(range(256)) * 40])
def test_what_is_sealed_can_be_opened_with_the_same_key_only(content):
    """The same content never gives the same bytes twice."""
    key = SubjectKey(1, new_key())
    sealed = key.seal(content)

    assert content == key.open(sealed)
    assert sealed != key.seal(content)
    with pytest.raises(StoreUnusable, match="verify"):
        SubjectKey(2, new_key()).open(sealed)


@pytest.mark.parametrize("place", [0, 11, 12, -1])
def test_a_changed_byte_is_noticed(place):
    """In the nonce, the content and the tag."""
    key = SubjectKey(1, new_key())
    sealed = bytearray(key.seal(b"content"))
    sealed[place] ^= 1

    with pytest.raises(StoreUnusable):
        key.open(bytes(sealed))


def test_a_wrapped_key_opens_for_its_own_purpose_only():
    """A subject's key cannot be passed off as another's."""
    master = MasterKey(new_key())
    wrapped = master.wrap(b"secret", "a")

    assert b"secret" == master.unwrap(wrapped, "a")
    with pytest.raises(StoreUnusable, match="key_file"):
        master.unwrap(wrapped, "b")
    assert "hidden" in repr(master)


def test_a_key_file_is_made_once_for_its_owner_only(tmp_path: Path):
    """A second one never replaces it: what it sealed would be lost."""
    path = tmp_path / "kamsync.key"
    key = write_key(path)

    assert (0o600, key) == (path.stat().st_mode & 0o777, read_key(path))
    with pytest.raises(ConfigurationInvalid, match="cannot be made"):
        write_key(path)
    assert key == read_key(path)


def test_a_key_file_that_cannot_be_written_is_not_left_behind(tmp_path, monkeypatch):
    """With room made, the next attempt makes the key, instead of taking an empty file for one."""
    path = tmp_path / "kamsync.key"

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(ConfigurationInvalid, match="cannot be made: No space left"):
            write_key(path)

    assert write_key(path) == read_key(path)


def test_a_key_file_that_cannot_be_trusted_is_refused(tmp_path: Path):
    """Missing, open to others, or no key: each says what to do."""
    path = tmp_path / "kamsync.key"
    with pytest.raises(ConfigurationInvalid, match="cannot be read"):
        read_key(path)
    write_key(path)
    path.chmod(0o640)
    with pytest.raises(ConfigurationInvalid, match="chmod 600"):
        read_key(path)
    path.chmod(0o600)
    for wrong in (b"not base64!", b"c2hvcnQ=", b"\xff\xfe"):
        path.write_bytes(wrong)
        with pytest.raises(ConfigurationInvalid, match="does not hold a key"):
            read_key(path)


def test_a_short_key_is_refused():
    """A key is 32 bytes and nothing else."""
    with pytest.raises(ConfigurationInvalid, match="5 bytes instead of 32"):
        MasterKey(b"short")
