"""Open a store, or put one back from a backup."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from kamsync.clock import Clock
from kamsync.errors import ConfigurationInvalid, KamsyncError, StoreUnusable
from kamsync.seal import MasterKey, new_key
from kamsync.store.archive import checked, load, manifest_of
from kamsync.store.counters import Meta
from kamsync.store.database import Database
from kamsync.store.locks import Lock, file_lock, here
from kamsync.store.main import Store
from kamsync.store.migrate import HEAD, drop, is_empty, migrate, migrated_memory, require_known
from kamsync.store.restore import mark_restored
from kamsync.store.sqlite import connect_sqlite, unlink_log

__all__ = ["open_store", "restore_store"]

WAIT_S = 30.0
"""How long a writer waits for another one before the store counts as busy."""

_KEY_PROOF = "key_proof"
_FILE = "sqlite:///"
_MEMORY = ("sqlite://", "sqlite:///:memory:")
_SERVER = ("postgresql://", "postgresql+psycopg://")


def open_store(
    url: str, *, clock: Clock, key: bytes | None = None, wait_s: float = WAIT_S
) -> Store:
    """Open the store at *url*, making or migrating it where needed.

    ``sqlite://`` is a store in memory, ``sqlite:///path`` a file, ``postgresql://…`` a server. *key*
    is the master key; only a store in memory does without, and makes one of its own.

    Raises:
        ConfigurationInvalid: the URL or the key is not one.
        StoreBusy: another process holds it, or the server does not answer.
        StoreUnusable: it cannot be written, is damaged, is another key's, or is of a newer release.
    """
    master = _master(url, key)
    database = migrated_memory() if url in _MEMORY else _connected(url, wait_s)
    try:
        migrate(database)
        return Store(database, clock, _proved(database, master))
    except BaseException:
        database.close()
        raise


def restore_store(
    path: Path, url: str, *, clock: Clock, key: bytes | None = None, replace: bool = False
) -> Store:
    """Put the backup at *path* back as the store at *url*, and open it.

    With *replace* it takes the place of the store that is there; whoever was erased there is erased
    in it too. It happens in one step: a crash leaves the old store. What the restored store knew of
    the systems is no longer believed: see `kamsync.store.restore.mark_restored`. Whoever else has
    the store open goes on with the old one, so that nothing is restored while a daemon runs.

    Raises:
        ConfigurationInvalid: there is no such backup.
        StoreBusy: another process runs a round on the store.
        StoreUnusable: the backup is damaged, newer, or another key's; or a store is there already.
    """
    master = _master(url, key)
    revision = checked(path).revision
    require_known(revision, f"The backup {path}")
    if url in _MEMORY:
        memory = migrated_memory() if revision == HEAD else connect_sqlite("", 0)
        _fill(memory, path, clock, master, ())
        return Store(memory, clock, master)
    if url.startswith(_FILE):
        _restore_file(path, Path(url.removeprefix(_FILE)), clock, master, replace=replace)
    else:
        _restore_server(path, url, clock, master, replace=replace)
    return open_store(url, clock=clock, key=key)


def _connected(url: str, wait_s: float) -> Database:
    """Return the database at *url* as it is."""
    if url.startswith(_FILE):
        return connect_sqlite(url.removeprefix(_FILE), wait_s)
    from kamsync.store.postgres import connect_postgres

    return connect_postgres(url, wait_s)


def _master(url: str, key: bytes | None) -> MasterKey:
    """Return the master key; a store in memory may make its own."""
    if not url.startswith((_FILE, *_MEMORY, *_SERVER)):
        raise ConfigurationInvalid(
            "[store] url must begin with sqlite:/// or postgresql://; it begins with"
            f" {url.partition('://')[0]!r}."
        )
    if key is None and url not in _MEMORY:
        raise ConfigurationInvalid(
            "The store needs a key; set [store] key_file, `kamsync init` makes one."
        )
    return MasterKey(new_key() if key is None else key)


def _proved(database: Database, master: MasterKey) -> MasterKey:
    """Return *master* once it has opened what the first key sealed; the first use seals it."""
    meta = Meta(database)
    proof = meta.get(_KEY_PROOF)
    if proof is None:
        meta.put(_KEY_PROOF, master.wrap(b"", _KEY_PROOF).hex())
    else:
        master.unwrap(bytes.fromhex(proof), _KEY_PROOF)
    return master


def _restore_file(
    path: Path, file: Path, clock: Clock, master: MasterKey, *, replace: bool
) -> None:
    """Fill a new file, then let it take the place of the old one."""
    if file.exists() and not replace:
        raise _occupied(str(file))
    draft = file.with_name(file.name + ".restoring")
    holder = here("restore", clock)
    with file_lock(file, holder, Lock.DAEMON), file_lock(file, holder, Lock.ROUND):
        draft.unlink(missing_ok=True)
        unlink_log(draft)
        erased = _erased(f"{_FILE}{file}") if file.exists() else ()
        database = connect_sqlite(str(draft), 0)
        try:
            _fill(database, path, clock, master, erased)
        except BaseException:
            database.close()
            draft.unlink(missing_ok=True)
            raise
        database.close()
        unlink_log(file)
        draft.replace(file)
        _sync_folder(file.parent)


def _restore_server(
    path: Path, url: str, clock: Clock, master: MasterKey, *, replace: bool
) -> None:
    """Empty the schema and fill it again, in one transaction."""
    database = _connected(url, WAIT_S)
    try:
        holder = here("restore", clock)
        with (
            database.lock(Lock.DAEMON, holder),
            database.lock(Lock.ROUND, holder),
            database.transaction(),
        ):
            erased: Sequence[str] = ()
            if not is_empty(database):
                if not replace:
                    raise _occupied(database.name)
                erased = _subjects_erased(database)
                drop(database)
            _fill(database, path, clock, master, erased)
    finally:
        database.close()


def _fill(
    database: Database, path: Path, clock: Clock, master: MasterKey, erased: Sequence[str]
) -> None:
    """Make the tables as the backup had them, load it, and bring it to this release."""
    with database.transaction():
        migrate(database, to=manifest_of(path).revision)
        load(database, path)
        migrate(database)
        _proved(database, master)
        mark_restored(database, clock)
        store = Store(database, clock, master)
        for subject in erased:
            store.journal.forget(subject)


def _erased(url: str) -> Sequence[str]:
    """Return who was erased in the store that is replaced, as far as it can be read."""
    with suppress(KamsyncError):
        database = _connected(url, 0)
        try:
            return _subjects_erased(database)
        finally:
            database.close()
    return ()


def _subjects_erased(database: Database) -> Sequence[str]:
    rows = database.rows("SELECT DISTINCT subject FROM subject_key WHERE erased <> ''")
    return [row[0] for row in rows]


def _occupied(name: str) -> StoreUnusable:
    return StoreUnusable(
        f"There is a store at {name} already; keep it with `kamsync backup`, then say --replace: what"
        " it holds is gone with that."
    )


def _sync_folder(folder: Path) -> None:
    """Make a change of names in *folder* durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
