"""Values of every type: distinct ones by number, any ones for hypothesis, and spellings of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from kamsync.model import Native, Value
from kamsync.schema import Field, Type
from kamsync.values import normalise

# Only those who draw values need hypothesis; `sample` works without it.
if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["sample", "spellings_of", "values_of"]

Sampler: TypeAlias = Callable[[Field, int], Native]

COUNTRIES = ("DE", "FR", "US", "GB", "AT", "CH", "NL", "ES", "IT", "JP")
CURRENCIES = ("EUR", "USD", "GBP", "CHF", "JPY", "SEK")
FIRST_DAY = date(2026, 1, 1)
FIRST_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 100_000
MILLION = 1_000_000
BLANKS: tuple[Native, ...] = (None, "", "  ")


def sample(field: Field, number: int) -> Value:
    """Return the value with this *number*, in normal form and never blank: the same for ever.

    Values of different numbers differ as long as the type has that many: two for a boolean, one for
    each choice, country or currency in use here, 100,000 days, a million shares, and no end of the
    others. The parts of a group take turns, so that groups differ when one of their parts does.
    """
    return normalise(field, SAMPLERS[field.type](field, number))


def values_of(field: Field, *, blank: bool = True) -> SearchStrategy[Value]:
    """Return a strategy for values of *field* in normal form; None is among them if *blank*."""
    values = spellings_of(field).map(lambda raw: normalise(field, raw))
    return values if blank else values.filter(lambda value: value is not None)


def spellings_of(field: Field) -> SearchStrategy[Native]:
    """Return a strategy for what systems may hold for *field*: odd spellings and blanks as well."""
    from hypothesis import strategies

    if field.type is Type.GROUP:
        return strategies.fixed_dictionaries(
            {part.name: spellings_of(part) for part in field.parts}
        )
    blanks = strategies.sampled_from(BLANKS)
    if field.type in (Type.CHOICES, Type.TEXTS):
        items = strategies.lists(_spellings(_item(field)), max_size=4)
        return strategies.one_of(items, strategies.none())
    return strategies.one_of(_spellings(field), blanks)


def _spellings(field: Field) -> SearchStrategy[Any]:
    """Return a strategy for spellings that are not blank on purpose."""
    from hypothesis import strategies as some

    known = some.integers(0, MILLION).map(lambda number: sample(field, number))
    text = some.text(max_size=40)
    money = some.decimals(-(10**9), 10**9, places=2, allow_nan=False)
    shares = some.decimals(0, 1, places=4, allow_nan=False)
    moments = some.datetimes(timezones=some.just(UTC))
    special: Mapping[Type, SearchStrategy[Any]] = {
        Type.NUMBER: some.one_of(
            money.map(str), money.map(float), some.integers(-MILLION, MILLION)
        ),
        Type.FRACTION: some.one_of(shares.map(str), shares.map(float)),
        Type.INTEGER: some.one_of(some.integers(-MILLION, MILLION), known.map(str)),
        Type.BOOLEAN: some.sampled_from((True, False, 1, 0, "true", "FALSE", "yes", "No", "1")),
        Type.DATE: some.dates().map(lambda day: day.isoformat()),
        Type.TIME: moments.map(lambda moment: moment.isoformat()),
        Type.CHOICE: known.map(lambda word: f" {word} "),
        Type.REFERENCE: known,
    }
    return some.one_of(known, special.get(field.type, text))


def _item(field: Field) -> Field:
    """Return the field of a single item of a list."""
    kind = Type.CHOICE if field.type is Type.CHOICES else field.items
    return Field(field.name, kind, field.meaning, choices=field.choices)


def _from(words: Sequence[str]) -> Sampler:
    return lambda _, number: words[number % len(words)]


def _several(field: Field, number: int) -> Native:
    """Return two items, the first of which has the number."""
    item = _item(field)
    return [sample(item, number), sample(item, number + 1)]


def _group(field: Field, number: int) -> Native:
    return {part.name: sample(part, number) for part in field.parts}


SAMPLERS: Mapping[Type, Sampler] = {
    Type.TEXT: lambda field, number: f"{field.name} {number}",
    Type.LONG_TEXT: lambda field, number: f"{field.name} {number}\nand a second line",
    Type.NUMBER: lambda _, number: f"{number}.5",
    Type.FRACTION: lambda _, number: f"0.{number % MILLION:06d}",
    Type.INTEGER: lambda _, number: number,
    Type.BOOLEAN: lambda _, number: number % 2 == 0,
    Type.DATE: lambda _, number: FIRST_DAY + timedelta(days=number % DAYS),
    Type.TIME: lambda _, number: FIRST_MOMENT + timedelta(seconds=number),
    Type.CHOICE: lambda field, number: field.choices[number % len(field.choices)],
    Type.CHOICES: lambda field, number: [field.choices[number % len(field.choices)]],
    Type.TEXTS: _several,
    Type.EMAIL: lambda _, number: f"person{number}@example.com",
    Type.PHONE: lambda _, number: f"+49301{number:07d}",
    Type.URL: lambda _, number: f"https://company{number}.example",
    Type.DOMAIN: lambda _, number: f"company{number}.example",
    Type.COUNTRY: _from(COUNTRIES),
    Type.CURRENCY: _from(CURRENCIES),
    Type.REFERENCE: lambda field, number: f"{field.to}-{number}",
    Type.GROUP: _group,
}
