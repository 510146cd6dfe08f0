"""What an administrator does to the store: upgrade it, keep a copy of it, and put that copy back."""

from __future__ import annotations

import shutil
import tempfile
from functools import partial
from pathlib import Path

from kamsync.testing.simulation.hub.hubside import HubSide
from kamsync.testing.simulation.observer.cells import Place
from kamsync.testing.simulation.observer.chronicle import Chronicle
from kamsync.testing.simulation.observer.recalled import Recalled
from kamsync.testing.simulation.observer.truth import Truth

__all__ = ["RESCUES", "Rescue"]

UPGRADED, PUT_BACK = "store upgraded", "store put back"

RESCUES = frozenset({UPGRADED, PUT_BACK})

NAME = "backup"


class Rescue:
    """The upgrade of a history, and its backup: it is made the first time, and put back the second time.

    What is put back are the files that the commands write. Either happens once.
    """

    def __init__(self, hub: HubSide, truth: Truth, chronicle: Chronicle) -> None:
        self.hub = hub
        self.truth = truth
        self.chronicle = chronicle
        self._done: set[str] = set()
        self._folder: Path | None = None
        self._recalled: Recalled | None = None
        self._recall_audit = hub.audit.remembered()

    def is_over(self, kind: str) -> bool:
        """Whether this has happened already."""
        return kind in self._done

    def strike(self, kind: str) -> str:
        """Upgrade the store, make the backup, or put it back; return a few words about it."""
        if kind == UPGRADED:
            self._done.add(kind)
            self.hub.begin_with(partial(self.hub.opener.upgrade, self.hub.store, self.hub.clock))
            return "by a newer release"
        if self._folder is None or self._recalled is None:
            return self._back_up()
        self._done.add(kind)
        return self._put_back(self._folder / NAME, self._recalled)

    def _back_up(self) -> str:
        self._folder = Path(tempfile.mkdtemp(prefix="kamsync-simulation-"))
        self.hub.store.backup(self._folder / NAME)
        self._recalled = Recalled(self.truth, self.chronicle, self._shown)
        self._recall_audit = self.hub.audit.remembered()
        return "is copied"

    def _shown(self, place: Place) -> int:
        """Return the place of the last act on a native record that the hub was shown."""
        row = self.hub.landings.towns[place.system].row(place.entity, place.native_id)
        return max(row.shown.values(), default=-1) if row is not None else -1

    def _put_back(self, backup: Path, recalled: Recalled) -> str:
        hub = self.hub
        hub.landings.made.forget(recalled.owner)
        recalled.come_true(hub.landings.alive)
        self._recall_audit()
        hub.sending.forget()
        hub.begin_with(lambda: hub.opener.put_back(hub.store, backup, hub.clock))
        hub.plan, hub.unread = "", set(hub.systems)
        self.close()
        return "as it was"

    def close(self) -> None:
        """Remove the copy."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
