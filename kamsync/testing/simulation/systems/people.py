"""What people do in the systems, drawn from the tape: they make, edit, touch, delete, merge."""

from __future__ import annotations

from collections.abc import Callable, Collection

from kamsync.clock import SetClock
from kamsync.memory.acts import Row
from kamsync.model import Author, Native, Write
from kamsync.testing.simulation.drawn.choices import Choices
from kamsync.testing.simulation.drawn.setting import Setting
from kamsync.testing.simulation.schema import FIELDS, PARTS, REFERS, SCHEMA
from kamsync.testing.simulation.site import SiteRefused
from kamsync.testing.simulation.systems.sharing import Sharing
from kamsync.testing.simulation.systems.town import Town

__all__ = ["People"]

PADS = ("quartz", "velvet", "bonfire", "maple", "jigsaw", "ribbon", "copper", "lagoon")
NAMES = ("ann", "bob", "cleo")
KEEN = 0.7
"""In which share of the races somebody edits what is just being written."""

ROWS_LIMIT = 7
"""How many living records of one object people make in one system."""


class People:
    """Everybody who works in some system."""

    def __init__(
        self,
        setting: Setting,
        towns: dict[str, Town],
        clock: SetClock,
        noted: Callable[[str, Town, Row], None],
    ) -> None:
        self.setting = setting
        self.noted = noted
        self.towns = towns
        self.clock = clock
        self.sharing = Sharing()
        self._tokens = 0
        self._keys: dict[str, list[str]] = {name: [] for name in PARTS}

    def act(self, what: str, choices: Choices) -> str:
        """Let somebody do *what* somewhere; return a few words about it, empty if nothing came of it."""
        try:
            return self._act(what, choices)
        except SiteRefused:
            return ""

    def _act(self, what: str, choices: Choices) -> str:
        town = choices.pick(list(self.towns.values()))
        object_ = choices.pick(list(town.cast.maps))
        if what == "create":
            return self.create(town, object_, choices)
        rows = _rows(town, object_, alive=what != "undelete")
        if not rows:
            return ""
        row = choices.pick(rows)
        self.noted(what, town, row)
        author = self._author(town, choices)
        if what == "edit":
            return self.edit(town, object_, row, choices, author)
        if object_ == "share" and what != "touch":
            return self.sharing.give_up(town, row, author) if what == "delete" else ""
        if what == "merge":
            return self._merge(town, row, choices.pick(rows), author)
        does = {"touch": town.touch, "delete": town.delete, "undelete": town.undelete}
        does[what](object_, row.id, author=author)
        return f"{town.cast.name} {row.id}"

    def _merge(self, town: Town, loser: Row, survivor: Row, author: Author) -> str:
        """Merge two records, unless they are one already."""
        if survivor is loser:
            return ""
        town.merge(loser.object, loser.id, survivor.id, author=author)
        return f"{town.cast.name} {loser.id} into {survivor.id}"

    def create(self, town: Town, object_: str, choices: Choices) -> str:
        """Make a record: a new thing, or one that another system knows already."""
        if len(_rows(town, object_, alive=True)) >= ROWS_LIMIT:
            return ""
        if object_ == "share":
            key = self._key(town, object_, choices)
            return self.sharing.take(town, key, choices, self._author(town, choices))
        values: dict[str, Native] = {}
        for field, parts in PARTS[object_].items():
            if field in SCHEMA.entity(object_).keys:
                values[field] = self._key(town, object_, choices)
            elif (object_, field) in REFERS:
                values[field] = self._reference(town, object_, field, choices)
            else:
                for part in parts:
                    if part not in town.cast.derived:
                        values[part] = None if choices.happens(0.3) else self._text(choices)
        relates = SCHEMA.entity(object_).unique
        if relates and all(values[name] is None for name in relates):
            return ""  # No system lets anybody relate nothing to nothing.
        native_id = town.create(object_, values, author=self._author(town, choices))
        return f"{town.cast.name} {native_id} {values}"

    def edit(
        self,
        town: Town,
        object_: str,
        row: Row,
        choices: Choices,
        author: Author,
        among: Collection[str] = (),
        *,
        racing: bool = False,
    ) -> str:
        """Change one field, or a part of it; one *among* these, if there are any.

        Who is *racing* kamsync in a system that commits late has begun before it looked.
        """
        if object_ == "share":
            return self.sharing.shift(town, row, choices, author)
        keys = SCHEMA.entity(object_).keys
        names = [name for name in PARTS[object_] if name not in keys]
        field = choices.pick([name for name in names if name in among] or names)
        if (object_, field) in REFERS:
            values = {field: self._reference(town, object_, field, choices)}
        else:
            derived = town.cast.derived
            part = choices.pick([each for each in PARTS[object_][field] if each not in derived])
            values = {part: None if choices.happens(0.12) else self._text(choices)}
        late = town.lateness and (choices.happens(0.5) or racing)
        at = max(town.now() - town.lateness, row.last.at) if late else None
        town.edit(object_, row.id, values, author=author, at=at)
        return f"{town.cast.name} {row.id} {values}{' late' if late else ''}"

    def meddle(self, system: str, write: Write | None, choices: Choices, *, keen: bool) -> str:
        """Edit the record that is just being written, or any other of that system.

        Who is *keen* often edits just what is being written there.
        """
        town = self.towns[system]
        object_ = choices.pick(list(town.cast.maps))
        rows = _rows(town, object_, alive=True)
        if write is not None and write.native_id is not None:
            for name in town.cast.maps:
                row = town.row(name, write.native_id)
                if row is not None and row.alive:
                    object_, rows = name, [row]
        if not rows:
            return ""
        author = self._author(town, choices)
        known = FIELDS[object_]
        sent = [known[name] for name in write.values if name in known] if write is not None else []
        among = sent if keen and sent and choices.happens(KEEN) else ()
        try:
            row = choices.pick(rows)
            return self.edit(town, object_, row, choices, author, among, racing=keen)
        except SiteRefused:
            return ""

    def token(self) -> str:
        """Return a text that nobody has entered before."""
        self._tokens += 1
        return f"e{self._tokens}-{PADS[self._tokens % len(PADS)]}"

    def _text(self, choices: Choices) -> str:
        if self.setting.repeats and choices.happens(self.setting.repeats):
            return choices.pick(("r1-again", "r2-again"))
        return self.token()

    def _key(self, town: Town, object_: str, choices: Choices) -> str | None:
        """Return what tells a thing apart: a new one, one that others know, rarely none."""
        known = self._keys[object_]
        field = SCHEMA.entity(object_).keys[0]
        here = {row.values.get(field) for row in _rows(town, object_, alive=True)}
        others = [key for key in known if key not in here]
        if others and choices.happens(0.4):
            return choices.pick(others)
        if choices.happens(0.08):
            return choices.pick(known) if known and choices.happens(0.5) else None
        known.append(f"n{len(known) + 1}")
        return known[-1]

    def _reference(self, town: Town, object_: str, field: str, choices: Choices) -> str | None:
        rows = _rows(town, REFERS[object_, field], alive=True)
        if not rows or choices.happens(0.2):
            return None
        return choices.pick(rows).id

    def _author(self, town: Town, choices: Choices) -> Author:
        return Author(f"{choices.pick(NAMES)}@{town.cast.name}")


def _rows(town: Town, object_: str, *, alive: bool) -> list[Row]:
    """Return the rows that are there, or those that could come back."""
    rows = town.table(object_).rows.values()
    if alive:
        return [row for row in rows if row.alive]
    return [row for row in rows if not row.alive and row.merged_into is None]
