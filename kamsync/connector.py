"""The contract between kamsync and one system.

A connector translates and reports. It keeps no state of kamsync's and decides nothing: it reads,
it writes what it is given, it refuses a stale write if its system can, and it does a repeated
write once. `kamsync.memory` is the reference, and `kamsync.testing.ConnectorTests` the proof.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from enum import Flag, auto
from typing import ClassVar, Protocol

from msgspec import Struct

from kamsync.draft import Draft
from kamsync.errors import KamsyncError
from kamsync.model import Entry, Native, Page, Reading, Receipt, Write
from kamsync.redact import Secret

__all__ = [
    "Budget",
    "Can",
    "Connector",
    "Finding",
    "NativeEntity",
    "NativeField",
    "Safe",
    "SetupStep",
    "SignIn",
    "Upcoming",
    "named",
    "naming",
]


class Can(Flag):
    """What a system is able to do; what is not declared raises `kamsync.errors.Unsupported`."""

    NOTHING = 0
    CREATE = auto()
    UPDATE = auto()
    DELETE = auto()
    REFUSE_STALE = auto()
    """A write that names an old version changes nothing and is answered with STALE."""
    EXACT_VERSION = auto()
    """Two changes never carry the same version, so that every reading is settled."""
    HISTORY = auto()
    """`Connector.history` tells each change of a record since a version, and whose it was."""
    WHO_EDITED = auto()
    """Readings name the record's last author, our own user included."""
    TOMBSTONES = auto()
    """Reading changes reports records that are gone."""
    MERGES = auto()
    """A record that was merged away names its survivor."""
    UNDELETE = auto()
    """A gone record can come back under its own id, through `Op.CREATE` with that id."""
    STAMP = auto()
    """A created record keeps our id, and `find` finds it by that."""
    IDEMPOTENT_CREATE = auto()
    """A create repeated with the same key makes nothing new, although no stamp is kept."""
    SEARCH = auto()
    """`search` finds records by values, to resolve a create whose answer was lost."""
    ANSWERS_WITH_RECORD = auto()
    """A receipt carries the record as it was stored, so that no reading back is needed."""


class NativeField(Struct, frozen=True):
    """One field of a native object, as far as its system describes it.

    *open* says that it takes other values than its *choices* as well.
    """

    name: str
    type: str = "text"
    writable: bool = True
    required: bool = False
    limit: int | None = None
    choices: tuple[str, ...] = ()
    open: bool = False


class NativeEntity(Struct, frozen=True):
    """One native object: what may be done with it, and its fields.

    *open* says that the object takes any other field as well.
    """

    name: str
    fields: Mapping[str, NativeField]
    can: Can
    open: bool = False


class Budget(Struct, frozen=True):
    """The calls of a day: how many kamsync may make of them in all, and how many of these are *left*."""

    left: int
    limit: int


class Finding(Struct, frozen=True):
    """Something that `kamsync check` tells: whether it is *ok*, what it is about, and what to do.

    What is *ok* and has a hint is worth a note, and no reason not to run.
    A connector does not know its system's name: ``SYSTEM`` stands for it in a hint.
    """

    ok: bool
    about: str
    text: str
    hint: str = ""

    def hint_for(self, system: str) -> str:
        """Return the hint with the name of the *system*."""
        return named(self.hint, system)


def named(hint: str, system: str) -> str:
    """Return what a connector advises, with the name of the *system* that it speaks to."""
    return hint.replace("SYSTEM", system)


@contextmanager
def naming(system: str) -> Iterator[None]:
    """Let an error of a connector advise with the name of the *system* that it speaks to."""
    try:
        yield
    except KamsyncError as error:
        error.hint = named(error.hint, system)
        raise


class Upcoming(Struct, frozen=True):
    """A call of `Connector.read` that follows in this round."""

    object: str
    names: tuple[str, ...]
    cursor: str | None


class SetupStep(Struct, frozen=True):
    """One thing that a system needs before kamsync can write there.

    *done* says that it is as it must be, by now; *text* says what it is, and *hint* how a person does
    it where kamsync does not.
    """

    done: bool
    text: str
    hint: str = ""


class Safe(Protocol):
    """Where the secrets of one system are kept, sealed: those that it gives out while it is used."""

    def get(self, name: str) -> Secret | None:
        """Return a secret, None if there is none of that name."""

    def put(self, name: str, secret: Secret | None) -> None:
        """Keep a secret, or None for none, before returning."""

    def hold(self) -> AbstractContextManager[None]:
        """Keep every other process from these secrets, as while one is traded in for its successor."""


class SignIn(Protocol):
    """One sign-in of a person in a browser: the authorization code flow with PKCE (RFC 7636).

    *redirects* are the addresses on this machine that the system's app lets an answer go to.
    """

    @property
    def redirects(self) -> Sequence[str]:
        """Return the addresses of which one takes the answer, the preferred one first."""

    def url(self, redirect: str, state: str, challenge: str) -> str:
        """Return the page at which a person lets kamsync in; *challenge* is by S256."""

    def finish(self, redirect: str, code: str, verifier: str) -> Sequence[Finding]:
        """Trade the code for tokens, keep them in the safe, and say what they allow."""


class Connector(ABC):
    """One system, spoken to in its own words.

    Native objects and fields go by the names that the system uses. Every method raises
    `kamsync.errors.SystemDown` or `QuotaSpent` when the system cannot serve now, and `Unsupported`
    for what `can` does not declare. Nothing else escapes from a healthy connector.
    """

    kind: ClassVar[str]
    """The name by which a configuration chooses this connector."""

    @classmethod
    def draft(cls) -> Draft | None:
        """Return how the section of a new system begins, and what `kamsync init` asks for it.

        Without one, the section has a line for each option that the connector cannot do without.
        """
        return None

    @property
    @abstractmethod
    def can(self) -> Can:
        """What this system is able to do in general; `describe` may allow less for one object."""

    @property
    def batch_limit(self) -> int:
        """How many writes or ids one call may carry at most."""
        return 100

    def identity(self) -> str | None:
        """Return what this system says it is, such as the id of an organisation or of a portal.

        It is the same for every connector to the same system, whatever is written there, and for a
        copy that was put back in its place; no other system has it. It is shown to people, and must
        be no secret. The engine keeps it, and refuses to take another system for this one. None is
        for a system that has no such id.
        """
        return None

    @abstractmethod
    def describe(self) -> Mapping[str, NativeEntity]:
        """Return the objects that this system shows, by name.

        An object whose `can` lacks CREATE, UPDATE and DELETE is read-only.
        """

    @abstractmethod
    def read(self, object_: str, names: Sequence[str], cursor: str | None) -> Iterator[Page]:
        """Yield what changed since *cursor*, oldest first; everything when it is None.

        Every record that changed after the cursor was made appears at least once, also one that
        shares its time with others, commits late, or moves while pages are read. A record may
        appear twice. Each page's cursor covers the pages up to and including it; the last page may
        be empty. A reading holds the *names* that the system shows, and no others.
        """

    @abstractmethod
    def fetch(
        self, object_: str, names: Sequence[str], native_ids: Sequence[str]
    ) -> Mapping[str, Reading]:
        """Return the present state of up to `batch_limit` records.

        A gone record is a reading without values; an id that was never there is missing.
        """

    @abstractmethod
    def write(self, object_: str, writes: Sequence[Write]) -> Sequence[Receipt]:
        """Carry out up to `batch_limit` writes of one object and answer each, in order.

        One bad row never rejects the others, but for records that the system takes only as a whole,
        such as shares that add up (`kamsync.schema.Entity.together`): all rows of one whole come in
        one call, of whatever operations, and are one change. Where one of them cannot be, none of
        them is, and the others are LATER. A create whose stamp or key was used before makes
        nothing new and changes nothing: it is DONE, with the id of the record that is there and no
        reading, since what that record holds is not what was sent. A delete of what is gone is DONE.
        If the call breaks off after it may have had an effect, the rows in question are UNKNOWN,
        or the call raises `SystemDown`, which says the same of all rows.
        """

    def history(
        self, object_: str, names: Sequence[str], since: Mapping[str, str]
    ) -> Mapping[str, Sequence[Entry]]:
        """Return, for each native id, its changes after the given version, oldest first.

        Needs HISTORY. An entry that took effect before the version never appears; one whose place
        cannot be told apart from it does. What was deleted is told of as far as its history is kept.
        """
        raise self._unsupported("history")

    def find(
        self, object_: str, names: Sequence[str], stamps: Sequence[str]
    ) -> Mapping[str, Reading]:
        """Return the living records that keep one of *stamps*, by stamp. Needs STAMP."""
        raise self._unsupported("find")

    def search(
        self, object_: str, names: Sequence[str], values: Mapping[str, Native]
    ) -> Sequence[Reading]:
        """Return the living records that hold all of *values*. Needs SEARCH."""
        raise self._unsupported("search")

    def check(self) -> Sequence[Finding]:
        """Say what is right and wrong with the connection, its permissions and its quota."""
        return ()

    def budget(self) -> Budget | None:
        """Return the calls of the day as the last answers told them, without a call; None if none did."""
        return None

    def foresee(self, reads: Sequence[Upcoming]) -> None:
        """Hear which reads follow, in their order, so that what they need may be asked for together.

        A hint: nothing need follow, and other calls may come in between. What is asked for ahead is
        never older than this call, and is thrown away when anything is written.
        """

    def keep_in(self, safe: Safe) -> None:
        """Hear where this system's secrets are kept; called once, before anything else."""

    def sign_in(self) -> SignIn:
        """Return what `kamsync connect` leads a person through."""
        raise self._unsupported("a sign-in in a browser")

    def sign_out(self) -> Sequence[Finding]:
        """Give back what a sign-in was given, and forget it."""
        raise self._unsupported("a sign-in in a browser")

    def setup(self, objects: Sequence[str], *, dry_run: bool) -> Sequence[SetupStep]:
        """Make what records of *objects* need to be created once, as `kamsync setup` asks.

        With *dry_run* nothing is changed. What cannot be made is told as a step for a person. Where
        nothing is needed there are no steps.
        """
        return ()

    def close(self) -> None:
        """Give back connections and files; nothing is called afterwards."""

    def _unsupported(self, what: str) -> Exception:
        from kamsync.errors import Unsupported

        return Unsupported(f"The {self.kind} connector cannot do {what}.")
