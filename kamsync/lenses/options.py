"""Choose a lens by the options that a configuration gives for one field."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar

from msgspec import structs

from kamsync.errors import ConfigurationInvalid, ValueInvalid
from kamsync.lenses.ready import lens_for
from kamsync.lenses.single import Moment, Same, Scaled, Ticks
from kamsync.lenses.words import Choice, Choices, Texts, Words, words
from kamsync.lenses.writing import Form
from kamsync.mapping import Lens
from kamsync.model import Value
from kamsync.schema import Field, Type
from kamsync.values import normalise

__all__ = ["Options", "lens_from"]

T = TypeVar("T", bound=StrEnum)

WORDS = frozenset({"words", "writes", "otherwise"})
SCALE = frozenset({"factor", "places"})
NUMERIC = frozenset({Type.NUMBER, Type.FRACTION, Type.INTEGER})
TIMES = frozenset({Type.DATE, Type.TIME})
COUNTED = NUMERIC | TIMES | {Type.REFERENCE, Type.GROUP}
LISTS = frozenset({Type.CHOICES, Type.TEXTS})
WORDED = frozenset({Type.CHOICE, Type.TEXT, Type.BOOLEAN, Type.COUNTRY, Type.CURRENCY})
CAN_BE_LONG = frozenset(
    {Type.TEXT, Type.LONG_TEXT, Type.EMAIL, Type.PHONE, Type.URL, Type.DOMAIN, Type.COUNTRY}
)


class Options:
    """The options of one field as they were written, with *where*, for what is wrong with them."""

    def __init__(self, field: Field, given: Mapping[str, Any], where: str) -> None:
        self.field = field
        self.given = given
        self.where = where
        for name in given:
            if name not in self.known:
                raise self._unknown(name)
        if WORDS & given.keys() and {"as", "limit"} & given.keys():
            raise ConfigurationInvalid(
                f"{where}: words are written as they stand, so 'as' and 'limit' do not go with them."
            )

    @property
    def known(self) -> list[str]:
        """The options that fit the field's type."""
        kind = self.field.type
        fitting = {
            "as": kind not in LISTS,
            "factor": kind in NUMERIC,
            "limit": kind in CAN_BE_LONG,
            "otherwise": kind in WORDED or kind is Type.CHOICES,
            "parts": kind is Type.GROUP,
            "places": kind in NUMERIC,
            "separator": kind in LISTS,
            "ticks": kind in TIMES,
            "words": kind in WORDED or kind is Type.CHOICES,
            "writes": kind in WORDED or kind is Type.CHOICES,
        }
        return [name for name, fits in fitting.items() if fits]

    def wrong(self, name: str, expected: str) -> ConfigurationInvalid:
        """Return the error that the option *name* is not what was *expected*."""
        return ConfigurationInvalid(
            f"{self.where}.{name} must be {expected}; it is {self.given.get(name)!r}."
        )

    def whole(self, name: str, least: int) -> int | None:
        """Return a whole number of at least *least*, None if the option is not given."""
        value = self.given.get(name)
        if value is not None and (type(value) is not int or value < least):
            raise self.wrong(name, f"a whole number, {least} or more")
        return value

    def one_of(self, name: str, kind: type[T]) -> T | None:
        """Return one of the words of *kind*, None if the option is not given."""
        value = self.given.get(name)
        if value is None:
            return None
        if value not in list(kind):
            raise self.wrong(name, f"one of {', '.join(kind)}")
        return kind(value)

    def form(self) -> Form | None:
        """Return the form in which a value is written, None if the option is not given."""
        form = self.one_of("as", Form)
        kind = self.field.type
        if form is Form.NAME and kind is not Type.COUNTRY:
            raise self.wrong("as", "something else than a name, because this is no country")
        if form is Form.NUMBER and kind not in COUNTED:
            raise self.wrong("as", f"something else, because a {kind} is no number")
        return form

    def table(self, name: str) -> Mapping[str, Any]:
        """Return a table, which is empty if the option is not given."""
        value = self.given.get(name, {})
        if not isinstance(value, Mapping):
            raise self.wrong(name, "a table")
        return value

    def power(self) -> int | None:
        """Return the power of ten that the factor is, None if the option is not given."""
        value = self.given.get("factor")
        if value is None:
            return None
        if type(value) in (int, float) and value > 0:
            factor = Decimal(str(value))
            if factor == Decimal(1).scaleb(factor.adjusted()):
                return factor.adjusted()
        raise self.wrong("factor", "a power of ten, such as 100 for percent")

    def separator(self) -> str:
        """Return what stands between items."""
        value = self.given.get("separator")
        if not isinstance(value, str) or not value:
            raise self.wrong("separator", 'the text between items, such as ";"')
        return value

    def meaning(self, name: str, value: object) -> Value:
        """Return a canonical value that stands in the option *name*."""
        field = self.field
        if field.type is Type.CHOICES:
            field = structs.replace(field, type=Type.CHOICE)
        try:
            return normalise(field, value)
        except ValueInvalid as error:
            raise ConfigurationInvalid(f"{self.where}.{name}: {error.message}") from None

    def words(self) -> Words:
        """Return the system's words; those that are not given are the field's own choices."""
        own = {choice: choice for choice in self.field.choices}
        reads = {
            word: "" if value == "" else self.meaning("words", value)
            for word, value in self.table("words").items()
        }
        writes = {}
        for value, word in self.table("writes").items():
            if not isinstance(word, str):
                raise self.wrong("writes", "a table from values to the system's words")
            writes[self.meaning("writes", value)] = word
        otherwise = self.meaning("otherwise", self.given.get("otherwise"))
        return words(self.field, reads or own, writes, otherwise)

    def _unknown(self, name: str) -> ConfigurationInvalid:
        near = get_close_matches(name, self.known, 1)
        known = f"Did you mean {near[0]}?" if near else f"It takes {', '.join(self.known)}."
        return ConfigurationInvalid(
            f"{self.where} has no option {name!r} for a field of type {self.field.type}.",
            hint=known,
        )


def lens_from(options: Options, usual: Form) -> Lens:
    """Return the lens for one cell that *options* ask for; *usual* is how the system likes values.

    Raises:
        ConfigurationInvalid: an option is of the wrong kind, or does not go with another.
    """
    field, given = options.field, options.given
    form = options.form() or usual
    if field.type in LISTS and given:
        separator = options.separator()
        is_free = field.type is Type.TEXTS
        return Texts(field, separator) if is_free else Choices(options.words(), separator)
    if WORDS & given.keys():
        return Choice(options.words())
    if SCALE & given.keys():
        return Scaled(field, options.power() or 0, options.whole("places", 0), form)
    ticks = options.one_of("ticks", Ticks)
    if ticks is not None:
        return Moment(field, ticks, form)
    limit = options.whole("limit", 1)
    return lens_for(field, form) if limit is None else Same(field, form, limit)
