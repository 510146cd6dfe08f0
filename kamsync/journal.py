"""The journal: what happened to every value, who said it, why it won and what lost.

Entries are only ever appended. Each carries a hash of the one before it, so that a changed, removed
or inserted entry shows; what an entry says is sealed with the key of its subject (`kamsync.seal`),
so that a subject can be erased while the chain still holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, json

from kamsync.clock import Clock, instant
from kamsync.errors import StoreUnusable
from kamsync.merge import Note, spelled_out
from kamsync.model import Event
from kamsync.seal import MasterKey, SubjectKey, new_key

if TYPE_CHECKING:
    from kamsync.store.counters import Counters
    from kamsync.store.database import Database, Row

__all__ = ["Journal", "JournalEntry"]

START = bytes(32)
"""What the first entry carries as the hash of the one before."""

KEYS_CACHED = 4096
VERIFIED_AT_ONCE = 2000

_COLUMNS = "seq, at, round, actor, entity, record, subject, key, body, hash"
_INSERT = f"INSERT INTO journal ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

_encode = json.Encoder().encode
_notes_of = json.Decoder(tuple[Note, ...]).decode


class JournalEntry(Struct, frozen=True):
    """What happened to one record at one moment; *events* are empty if its subject was *erased*."""

    seq: int
    at: str
    round: str
    actor: str
    entity: str
    record: str
    subject: str
    events: tuple[Event, ...] = ()
    erased: bool = False


class Journal:
    """The journal of a store."""

    def __init__(
        self, database: Database, counters: Counters, clock: Clock, master: MasterKey
    ) -> None:
        self._database = database
        self._counters = counters
        self._clock = clock
        self._master = master
        self._keys: dict[str, SubjectKey] = {}
        self._head: tuple[int, bytes] = (0, START)
        self.round = ""
        """The round that was started here and has not ended."""
        database.at_end(self._ended)

    def append(
        self,
        round_: str | None,
        notes: Sequence[Note],
        actor: str,
        subjects: Mapping[str, str] | None = None,
    ) -> None:
        """Append *notes*, one entry for each record, in the order in which the records appear.

        They belong to the round *round_*, or to the one that was started here and not yet finished.
        *subjects* names the subject of a record where that is not the record itself. The entries
        belong to the present transaction: they are kept if what they tell of is kept.
        """
        if not notes:
            return
        groups: dict[str, list[Note]] = {}
        for note in notes:
            groups.setdefault(note.record, []).append(note)
        at = instant(self._clock.now())
        round_ = self.round if round_ is None else round_
        with self._database.transaction():
            seq = self._counters.take("journal", len(groups))
            previous = self._hash_before(seq)
            keys = self._keys_of([(subjects or {}).get(record, record) for record in groups])
            rows = []
            for record, own in groups.items():
                subject = (subjects or {}).get(record, record)
                key = keys[subject]
                body = key.seal(_encode(own))
                open_ = (seq, at, round_, actor, own[0].entity, record, subject, key.id)
                previous = _chained(previous, open_, body)
                rows.append((*open_, body, previous))
                seq += 1
            self._database.many(_INSERT, rows)
            self._head = (seq - 1, previous)

    def of(self, record: str, field: str | None = None, limit: int = 100) -> list[JournalEntry]:
        """Return what happened to *record*, newest first; of one *field* only, if it is named."""
        found: list[JournalEntry] = []
        for entry in self._newest("record", record):
            kept = _only(entry, field)
            if kept is not None:
                found.append(kept)
            if len(found) == limit:
                break
        return found

    def of_round(self, round_: str) -> Iterator[JournalEntry]:
        """Yield what happened in a round, newest first."""
        return self._newest("round", round_)

    def verify(self) -> int | None:
        """Return the first entry that does not fit the chain, or None; reads entry by entry.

        An entry is missing from the end where the store has given out more numbers than there are.
        """
        seq, previous = 0, START
        while True:
            rows = self._database.rows(
                f"SELECT {_COLUMNS} FROM journal WHERE seq > ? ORDER BY seq LIMIT ?",
                (seq, VERIFIED_AT_ONCE),
            )
            for row in rows:
                expected = _chained(previous, row[:8], row[8])
                if row[0] != seq + 1 or bytes(row[9]) != expected:
                    return seq + 1
                seq, previous = row[0], expected
            if not rows:
                return seq + 1 if seq != self._counters.current("journal") else None

    def head(self) -> tuple[int, str]:
        """Return the number and hash of the last entry: kept elsewhere, they prove it was not rewritten."""
        row = self._database.row("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1")
        return (row[0], bytes(row[1]).hex()) if row else (0, START.hex())

    def forget(self, subject: str) -> bool:
        """Delete the key of *subject*: nothing that was sealed for it can be read again.

        The entries stay and the chain holds. Returns whether there was a key; what happens to the
        subject afterwards is sealed with a new one.
        """
        self._keys.pop(subject, None)
        touched = self._database.erase(
            "UPDATE subject_key SET wrapped = NULL, erased = ? WHERE subject = ? AND erased = ''",
            (instant(self._clock.now()), subject),
        )
        return touched > 0

    def _ended(self, kept: bool) -> None:  # noqa: FBT001
        """Forget what was learnt in a transaction that was undone."""
        if not kept:
            self._keys.clear()
            self._head = (0, START)

    def _hash_before(self, seq: int) -> bytes:
        """Return the hash of the entry before *seq*; nobody can have appended since its number was taken."""
        if self._head[0] == seq - 1:
            return self._head[1]
        row = self._database.row("SELECT hash FROM journal WHERE seq = ?", (seq - 1,))
        if row is None:
            raise StoreUnusable(
                f"Entry {seq - 1} of the journal is missing; put back a backup with `kamsync restore`."
            )
        return bytes(row[0])

    def _keys_of(self, subjects: Sequence[str]) -> dict[str, SubjectKey]:
        """Return the key of each subject, making those that are missing."""
        found = {subject: self._keys[subject] for subject in subjects if subject in self._keys}
        asked = [subject for subject in dict.fromkeys(subjects) if subject not in found]
        if asked:
            rows = self._database.of(
                "SELECT subject, id, wrapped FROM subject_key WHERE erased = '' AND subject IN (??)",
                (),
                asked,
            )
            for subject, id_, wrapped in rows:
                found[subject] = self._unwrapped(subject, id_, wrapped)
            found |= self._made([subject for subject in asked if subject not in found])
            self._remember(found)
        return found

    def _made(self, subjects: Sequence[str]) -> dict[str, SubjectKey]:
        """Make and keep a key for each of *subjects*."""
        if not subjects:
            return {}
        first = self._counters.take("subject_key", len(subjects))
        secrets = {subject: new_key() for subject in subjects}
        self._database.many(
            "INSERT INTO subject_key (id, subject, wrapped, erased) VALUES (?, ?, ?, '')",
            [
                (first + place, subject, self._master.wrap(secret, subject))
                for place, (subject, secret) in enumerate(secrets.items())
            ],
        )
        return {
            subject: SubjectKey(first + place, secret)
            for place, (subject, secret) in enumerate(secrets.items())
        }

    def _remember(self, keys: Mapping[str, SubjectKey]) -> None:
        if len(self._keys) + len(keys) > KEYS_CACHED:
            self._keys.clear()
        if len(keys) <= KEYS_CACHED:
            self._keys.update(keys)

    def _unwrapped(self, subject: str, id_: int, wrapped: bytes) -> SubjectKey:
        return SubjectKey(id_, self._master.unwrap(bytes(wrapped), subject))

    def _newest(self, column: str, value: str) -> Iterator[JournalEntry]:
        """Yield the entries with *value* in *column*, newest first, a batch at a time."""
        before = self._counters.current("journal") + 1
        while True:
            rows = self._database.rows(
                f"SELECT {_COLUMNS} FROM journal WHERE {column} = ? AND seq < ?"
                " ORDER BY seq DESC LIMIT ?",
                (value, before, VERIFIED_AT_ONCE),
            )
            if not rows:
                return
            yield from self._opened(rows)
            before = rows[-1][0]

    def _opened(self, rows: Sequence[Row]) -> Iterator[JournalEntry]:
        """Yield the entries of *rows*, with what they say as far as their keys are still there."""
        held = self._database.of(
            "SELECT id, subject, wrapped FROM subject_key WHERE wrapped IS NOT NULL AND id IN (??)",
            (),
            list({row[7] for row in rows}),
        )
        keys = {id_: self._unwrapped(subject, id_, wrapped) for id_, subject, wrapped in held}
        for row in rows:
            key = keys.get(row[7])
            events = tuple(spelled_out(_notes_of(key.open(bytes(row[8]))))) if key else ()
            yield JournalEntry(*(*row[:7], events, key is None))


def _chained(previous: bytes, open_: Sequence[object], body: bytes) -> bytes:
    """Return the hash of an entry: over the one before, what is open to read, and what is sealed."""
    return hashlib.sha256(previous + _encode(list(open_)) + bytes(body)).digest()


def _only(entry: JournalEntry, field: str | None) -> JournalEntry | None:
    """Return the entry with the events of *field* only, or None if it has none."""
    if field is None:
        return entry
    events = tuple(event for event in entry.events if event.field == field)
    if not events:
        return None
    return JournalEntry(
        entry.seq,
        entry.at,
        entry.round,
        entry.actor,
        entry.entity,
        entry.record,
        entry.subject,
        events,
    )
