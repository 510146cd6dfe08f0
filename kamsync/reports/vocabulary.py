"""The words of lists that systems choose from, held against the mapping before a record needs them.

A value of a list that the mapping does not know makes its record wait, and so does a value for which
a system has no word. Both can be told from what a system describes, before the first round.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from kamsync.connector import NativeEntity
from kamsync.engine import System
from kamsync.errors import ValueInvalid
from kamsync.lenses import Choice, Choices, Grouped, Same, Words
from kamsync.mapping import FieldMap, Lens
from kamsync.model import Value
from kamsync.schema import Entity, Field, Schema, Type
from kamsync.values import normalise

__all__ = ["Gap", "Vocabulary", "gaps", "gaps_between", "vocabularies"]

LISTED = frozenset({Type.TEXT, Type.CHOICE, Type.CHOICES})
SHOWN_LIMIT = 8


class Gap(Struct, frozen=True):
    """Words or values that do not come through, and the lines of a configuration that let them."""

    system: str
    text: str
    lines: tuple[str, ...]
    hint: str = "What holds one may wait. Say in the configuration what is what:"


class Vocabulary(Struct, frozen=True):
    """One field, or part of one, that a system chooses from a list.

    *offered* are the words of that list, *words* what the mapping makes of them; None where they are
    taken as they stand.
    """

    system: str
    entity: str
    name: str
    part: str
    native: str
    field: Field
    offered: tuple[str, ...]
    words: Words | None
    separator: str
    reads: bool
    writes: bool

    @property
    def about(self) -> str:
        """The field by its name, with its part."""
        return ".".join(filter(None, (self.entity, self.name, self.part)))

    @property
    def unknown(self) -> list[str]:
        """The offered words that nobody has said the meaning of."""
        return [word for word in self.offered if self.reads and self._meaning(word) is ...]

    @property
    def meanings(self) -> list[Value]:
        """What the offered words mean, each once."""
        found = (self._meaning(word) for word in self.offered if self.reads)
        return list(dict.fromkeys(each for each in found if each is not ... and each is not None))

    def lacking(self, values: Iterable[Value]) -> list[Value]:
        """Return those of *values* that cannot be held here."""
        return [value for value in values if self.writes and self._word(value) not in self.offered]

    def lines(self, more: Iterable[str] = (), lacking: Iterable[Value] = ()) -> tuple[str, ...]:
        """Return the sections of the configuration that say what words mean, *more* of them included.

        They also say which word is written for what the system is *lacking*.
        """
        known = dict(self.words.reads) if self.words else {}
        if not self.words and self.field.choices:
            known = {word: word for word in self.offered if word in self.field.choices}
        meant = {**known, **{word: "…" for word in more if word not in known}}
        written = {v: w for v, w in self._writes().items() if meant.get(w) != v}
        written |= dict.fromkeys(lacking, "…")
        separated = [f"separator = {_quoted(self.separator)}"] if self.separator else []
        return (
            f"[{self.where}]",
            *(["# With the other parts, each in a section like this."] if self.part else []),
            f"native = {_quoted(self.native)}",
            *separated,
            *_section(f"{self.where}.words", meant),
            *(_section(f"{self.where}.writes", written) if written else ()),
        )

    @property
    def where(self) -> str:
        """The name of the section that maps it."""
        field = f"system.{self.system}.map.{self.entity}.fields.{self.name}"
        return f"{field}.parts.{self.part}" if self.part else field

    def _writes(self) -> Mapping[Value, str]:
        """Return the words that are written for values."""
        return self.words.writes if self.words else {}

    def _meaning(self, word: str) -> Value:
        """Return what a word means, None for nothing, Ellipsis if nobody said so."""
        try:
            return self.words.meaning(word) if self.words else normalise(_single(self.field), word)
        except ValueInvalid:
            return ...

    def _word(self, value: Value) -> object:
        """Return the word for a value, None if there is none."""
        return self.words.writes.get(value) if self.words else value


def vocabularies(
    schema: Schema, system: System, objects: Mapping[str, NativeEntity]
) -> Iterator[Vocabulary]:
    """Yield each list that *system* describes and that is mapped."""
    for name, map_ in system.maps.items():
        described = objects.get(map_.object)
        for field in map_.fields.values() if described else ():
            yield from _of_field(system, schema.entity(name), field, described)


def gaps(vocabulary: Vocabulary) -> Iterator[Gap]:
    """Yield what of one list the mapping does not know, and what the system has no word for."""
    it, unknown = vocabulary, vocabulary.unknown
    if unknown:
        text = f"{it.about}: the mapping does not know {_some(unknown)}, which {it.native} offers."
        yield Gap(it.system, text, it.lines(unknown))
    lacking = it.lacking(it.field.choices) if it.field.type is not Type.TEXT else []
    if lacking:
        text = f"{it.about}: {it.native} offers nothing for {_some(lacking)}."
        yield Gap(it.system, text, it.lines(lacking=lacking))


def gaps_between(all_: Sequence[Vocabulary]) -> Iterator[Gap]:
    """Yield what one system offers and another cannot hold, of lists whose values nobody has fixed.

    Such as the stages of a sales process: each system has names of its own for them.
    """
    free = [each for each in all_ if each.field.type is Type.TEXT]
    for one in free:
        for other in free:
            if one.system == other.system or one.about != other.about:
                continue
            lacking = other.lacking(one.meanings)
            if lacking:
                named = f"{_some(lacking)}, which {one.system} has"
                text = f"{other.about}: {other.native} offers nothing for {named}."
                yield Gap(other.system, text, other.lines(other.offered))


def _of_field(
    system: System, entity: Entity, map_: FieldMap, described: NativeEntity | None
) -> Iterator[Vocabulary]:
    """Yield the lists behind one field, or behind each of its parts."""
    field = entity.fields.get(map_.field)
    if field is None or described is None:
        return
    for part, declared, native, lens in _cells(field, map_):
        shown = described.fields.get(native)
        if shown is None or not shown.choices or declared.type not in LISTED:
            continue
        words = lens.words if isinstance(lens, Choice | Choices) else None
        if words is None and not isinstance(lens, Same):
            continue
        yield Vocabulary(
            system=system.name,
            entity=entity.name,
            name=field.name,
            part=part,
            native=native,
            field=declared,
            offered=shown.choices,
            words=words,
            separator=lens.separator if isinstance(lens, Choices) else "",
            reads=map_.direction.reads,
            writes=map_.direction.writes and shown.writable,
        )


def _cells(field: Field, map_: FieldMap) -> Iterator[tuple[str, Field, str, Lens]]:
    """Yield what each single native field says: the part's name, what it is, its name and its lens."""
    if not isinstance(map_.lens, Grouped):
        if len(map_.native) == 1:
            yield "", field, map_.native[0], map_.lens
        return
    declared = {part.name: part for part in field.parts}
    for part in map_.lens.parts:
        if part.stop == part.start + 1:
            yield part.name, declared[part.name], map_.native[part.start], part.lens


def _single(field: Field) -> Field:
    """Return a field for one item of a list of choices."""
    if field.type is not Type.CHOICES:
        return field
    return Field(field.name, Type.CHOICE, field.meaning, choices=field.choices)


def _section(name: str, entries: Mapping[str, Value]) -> Iterator[str]:
    """Yield a table as TOML writes it, one entry a line."""
    yield f"[{name}]"
    for key, value in entries.items():
        yield f"{_quoted(key)} = {_quoted(value)}"


def _some(values: Sequence[object]) -> str:
    """Return the first of some values, and how many more there are."""
    more = len(values) - SHOWN_LIMIT
    shown = ", ".join(repr(each) for each in values[:SHOWN_LIMIT])
    return f"{shown} and {more} more" if more > 0 else shown


def _quoted(text: object) -> str:
    """Return a text as TOML writes it."""
    escaped = str(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
