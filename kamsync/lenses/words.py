"""Cells that hold a system's own words, and lists that are written as one text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from msgspec import Struct

from kamsync.errors import ValueInvalid
from kamsync.lenses.writing import kept_if_said
from kamsync.mapping import Refs
from kamsync.model import Cells, Native, Value
from kamsync.schema import Field
from kamsync.values import normalise, shown

__all__ = ["Choice", "Choices", "Texts", "Words", "words"]


class Words(Struct, frozen=True):
    """A system's own words for the values of a field.

    *reads* gives each word's meaning, which is empty for a word that stands for nothing; *writes*
    gives the word for each meaning. A word that *reads* does not know means *otherwise*, or is
    refused if that is None.
    """

    field: Field
    reads: Mapping[str, Value]
    writes: Mapping[Value, str]
    otherwise: Value = None

    def meaning(self, word: Native) -> Value:
        """Return what *word* means; `ValueInvalid` if nobody said so."""
        if word is None or (isinstance(word, str) and not word.strip()):
            return None
        if isinstance(word, str):
            found = self.reads.get(word, self.reads.get(word.strip(), self.otherwise))
            if found is not None:
                return None if found == "" else found
        raise ValueInvalid(
            f"This system says {shown(self.field, word)} for {self.field.name}, and the mapping knows "
            f"{', '.join(sorted(self.reads))}. Add the word to the mapping."
        )

    def word(self, value: Value) -> str:
        """Return the word for *value*; `ValueInvalid` if the system has none."""
        try:
            return self.writes[value]
        except KeyError:
            raise ValueInvalid(
                f"This system has no word for the {self.field.name} {shown(self.field, value)}; the "
                f"mapping has words for {', '.join(sorted(map(str, self.writes)))}. Add one to the mapping."
            ) from None


def words(
    field: Field,
    reads: Mapping[str, Value],
    defaults: Mapping[Value, str] | None = None,
    otherwise: Value = None,
) -> Words:
    """Return the words of a system, from what each of them means.

    Where several words mean the same, the first one is written, unless *defaults* names another.
    *defaults* also gives the word for what the system has no word of its own for.
    """
    writes: dict[Value, str] = {}
    for word, value in reads.items():
        if value != "":
            writes.setdefault(value, word)
    return Words(field, reads, {**writes, **(defaults or {})}, otherwise)


class Choice(Struct, frozen=True):
    """One cell that holds one word."""

    words: Words
    empties: ClassVar[bool] = True

    def get(self, cells: Cells, refs: Refs) -> Value:  # noqa: ARG002
        """Return what the word means."""
        return self.words.meaning(cells[0])

    def put(self, value: Value, cells: Cells | None, refs: Refs) -> Cells:
        """Return the word for *value*, or the one of now if it means the same."""
        if value is None:
            return (None,)
        return kept_if_said(self, (self.words.word(value),), cells, refs)


class Choices(Struct, frozen=True):
    """One cell that holds several words, with *separator* between them."""

    words: Words
    separator: str
    empties: ClassVar[bool] = True

    def get(self, cells: Cells, refs: Refs) -> Value:  # noqa: ARG002
        """Return what the words mean."""
        held = _items(self.words.field, cells[0], self.separator)
        return normalise(self.words.field, [self.words.meaning(word) for word in held])

    def put(self, value: Value, cells: Cells | None, refs: Refs) -> Cells:
        """Return the words for *value*."""
        if value is None:
            return (None,)
        held = dict.fromkeys(self.words.word(item) for item in value)
        return kept_if_said(self, (self.separator.join(held),), cells, refs)


class Texts(Struct, frozen=True):
    """One cell that holds several texts, with *separator* between them."""

    field: Field
    separator: str
    empties: ClassVar[bool] = True

    def get(self, cells: Cells, refs: Refs) -> Value:  # noqa: ARG002
        """Return the texts as a list."""
        return normalise(self.field, _items(self.field, cells[0], self.separator))

    def put(self, value: Value, cells: Cells | None, refs: Refs) -> Cells:  # noqa: ARG002
        """Return the list as one text; an item that holds the separator is refused."""
        if value is None:
            return (None,)
        mark = self.separator.strip() or self.separator
        if any(mark in item for item in value):
            raise ValueInvalid(
                f"An item of {self.field.name} holds {mark!r}, which stands between items in this "
                "system. Enter it without."
            )
        return (self.separator.join(value),)


def _items(field: Field, cell: Native, separator: str) -> list[str]:
    """Return the items of one cell."""
    if cell is None:
        return []
    if not isinstance(cell, str):
        raise ValueInvalid(
            f"{field.name} must be text with {separator!r} between items; "
            f"it is {shown(field, cell)}."
        )
    return [word for item in cell.split(separator.strip() or separator) if (word := item.strip())]
