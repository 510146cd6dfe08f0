"""Values, times and people as a person reads them. Nothing here decides or colours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from kamsync.clock import minute
from kamsync.reports import HIDDEN
from kamsync.schema import Field, Type
from kamsync.wording import counted

__all__ = [
    "BLANK",
    "age",
    "cells",
    "counted",
    "either",
    "from_to",
    "joined",
    "listed",
    "money",
    "named",
    "percent",
    "shortened",
    "time",
    "value",
    "who",
]

BLANK = "—"
VALUE_LIMIT = 72
CENTS = 2
PERSON = {"first_name", "last_name"}


def value(field: Field | None, given: Any, name: str = "") -> str:
    """Return a canonical value in words; *name* is that of the record which it refers to."""
    if given is None or given == []:
        return BLANK
    if given == HIDDEN:
        return "hidden (pay)"
    if isinstance(given, dict):
        return _group(field, given)
    return shortened(name) if name else _single(field, given)


def _single(field: Field | None, given: Any) -> str:
    """Return what is no group in words."""
    if isinstance(given, bool):
        return "yes" if given else "no"
    if isinstance(given, list):
        return shortened(", ".join(map(str, given)))
    if field is not None and field.type is Type.NUMBER:
        return _number(str(given))
    if field is not None and field.type is Type.FRACTION:
        return _share(str(given))
    if field is not None and field.type is Type.TIME:
        return time(str(given))
    return shortened(str(given))


def cells(given: Any, name: str = "") -> str:
    """Return native cells in words."""
    if given == HIDDEN:
        return "hidden (pay)"
    parts = given if isinstance(given, Sequence) and not isinstance(given, str) else [given]
    shown = " ".join(_cell(part) for part in parts if part not in (None, ""))
    if not shown:
        return BLANK
    return shortened(name or shown)


def from_to(
    field: Field | None, given: Sequence[Any], names: Sequence[str], parts: Sequence[Any]
) -> tuple[str, str]:
    """Return what native cells were and what they become, in words.

    A group that can be read is told by its parts, whatever its cells hold. Two of one name are told
    apart by their ids.
    """
    told = named(names, [cells(each) for each in given])
    before, after = (
        value(field, group) if isinstance(group, dict) else cells(each, name)
        for each, name, group in zip(given, told, parts, strict=True)
    )
    return before, after


def named(names: Sequence[str], ids: Sequence[str]) -> list[str]:
    """Return names, those of several records with their ids; without a name, nothing."""
    owners: dict[str, set[str]] = {}
    for name, id_ in zip(names, ids, strict=True):
        owners.setdefault(name, set()).add(id_)
    return [
        f"{name} ({id_})" if name and len(owners[name]) > 1 else name
        for name, id_ in zip(names, ids, strict=True)
    ]


def _cell(given: Any) -> str:
    """Return one native value in words."""
    if isinstance(given, bool):
        return "yes" if given else "no"
    return ", ".join(map(str, given)) if isinstance(given, list) else str(given)


def _group(field: Field | None, parts: dict[str, Any]) -> str:
    """Return the parts of a group that say something, each with its name.

    Of money they are the sum and its currency, and of a person the name: those need no other words.
    """
    known = {part.name: part for part in field.parts} if field else {}
    money = len(known) == CENTS and any(p.type is Type.CURRENCY for p in known.values())
    plain = money or known.keys() == PERSON
    said = {
        name: _number(str(each), places=CENTS)
        if money and known[name].type is Type.NUMBER and each != HIDDEN
        else value(known.get(name), each)
        for name, each in parts.items()
        if each is not None
    }
    start = _shared_start(known)
    texts = said.values() if plain else [f"{n.removeprefix(start)}: {t}" for n, t in said.items()]
    return shortened((" " if plain else ", ").join(texts)) or BLANK


def _shared_start(names: Iterable[str]) -> str:
    """Return the word with which all names begin, such as that of an address, or nothing."""
    starts = {name.partition("_")[0] + "_" for name in names}
    return starts.pop() if len(starts) == 1 else ""


def _share(given: str) -> str:
    """Return a fraction in percent, with all its digits."""
    try:
        number = (Decimal(given) * 100).normalize()
    except InvalidOperation:
        return shortened(given)
    return f"{number:,f} %"


def _number(given: str, places: int = 0) -> str:
    """Return a number with its thousands apart, and at least so many decimal places."""
    try:
        number = Decimal(given)
    except InvalidOperation:
        return shortened(given)
    exponent = number.as_tuple().exponent
    decimals = max(places, -exponent if isinstance(exponent, int) else 0)
    return f"{number:,.{decimals}f}"


def shortened(text: str) -> str:
    """Return *text* in one line of bounded length."""
    line = joined(text)
    return line if len(line) <= VALUE_LIMIT else f"{line[: VALUE_LIMIT - 1]}…"


def joined(text: str) -> str:
    """Return all of *text* in one line."""
    return " ⏎ ".join(part.strip() for part in text.splitlines() if part.strip())


def money(sum_: Any, currency: str | None) -> str:
    """Return a sum of money with its currency, as far as it is known."""
    if sum_ == HIDDEN:
        return "hidden (pay)"
    return f"{_number(str(sum_), places=CENTS)} {currency or ''}".strip()


def time(at: str) -> str:
    """Return a stored time, to the minute; all times that are shown are UTC."""
    return minute(at)


def age(at: str, now: datetime) -> str:
    """Return how long ago a stored time was, in one unit."""
    if not at:
        return ""
    passed_s = max((now - datetime.fromisoformat(at)).total_seconds(), 0)
    for unit, seconds in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if passed_s >= seconds:
            return f"{passed_s // seconds:.0f} {unit}"
    return "now"


def who(person: str = "", team: str = "", system: str = "", at: str = "") -> str:
    """Return who said something, where and when, as far as it is known."""
    place = f"in {system}" if system else ""
    details = ", ".join(part for part in (f"for {team}" if team else "", place) if part)
    known = f"{person} ({details})" if person and details else person or details
    return f"{known}, {time(at)}".strip(", ") if at else known


def percent(part: int, whole: int) -> str:
    """Return a share in percent."""
    return f"{100 * part / whole:.1f} %" if whole else BLANK


def listed(words: Iterable[str], most: int = 6) -> str:
    """Return words in a row, and how many more there are."""
    every = list(words)
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more


def either(names: Sequence[str]) -> str:
    """Return names of which one may be meant, each in quotes."""
    *first, last = map(repr, names)
    return f"{', '.join(first)} or {last}" if first else last
