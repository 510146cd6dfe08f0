"""Values, times and people as a person reads them. Nothing here decides or colours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from kamsync.reports import HIDDEN
from kamsync.schema import Field, Type

__all__ = [
    "BLANK",
    "age",
    "cells",
    "counted",
    "listed",
    "percent",
    "shortened",
    "time",
    "value",
    "who",
]

BLANK = "—"
VALUE_LIMIT = 72
CENTS = 2


def value(field: Field | None, given: Any, name: str = "") -> str:
    """Return a canonical value in words; *name* is that of the record which it refers to."""
    if given is None or given == []:
        return BLANK
    if given == HIDDEN:
        return "hidden (pay)"
    if isinstance(given, dict):
        return _group(field, given)
    shown = _single(field, given)
    return f"{shortened(name)} ({shown})" if name else shown


def _single(field: Field | None, given: Any) -> str:
    """Return what is no group in words."""
    if isinstance(given, bool):
        return "yes" if given else "no"
    if isinstance(given, list):
        return shortened(", ".join(map(str, given)))
    if field is not None and field.type is Type.NUMBER:
        return _number(str(given))
    if field is not None and field.type is Type.TIME:
        return time(str(given))
    return shortened(str(given))


def cells(given: Any, name: str = "", native: Sequence[str] = ()) -> str:
    """Return native cells in words; *native* are their names, where they say more than the cells do."""
    if given == HIDDEN:
        return "hidden (pay)"
    parts = given if isinstance(given, Sequence) and not isinstance(given, str) else [given]
    if native and any(isinstance(part, bool) for part in parts):
        named = zip(native, parts, strict=False)
        shown = ", ".join(_named_cell(*each) for each in named if each[1] not in (None, ""))
    else:
        shown = " ".join(_cell(part) for part in parts if part not in (None, ""))
    if not shown:
        return BLANK
    return f"{shortened(name)} ({shown})" if name else shortened(shown)


def _named_cell(name: str, given: Any) -> str:
    """Return one of several native values: a text speaks for itself."""
    return given if isinstance(given, str) else f"{name} {_cell(given)}"


def _cell(given: Any) -> str:
    """Return one native value in words."""
    if isinstance(given, bool):
        return "yes" if given else "no"
    return ", ".join(map(str, given)) if isinstance(given, list) else str(given)


def _group(field: Field | None, parts: dict[str, Any]) -> str:
    """Return the parts of a group that say something: of money, the sum and its currency."""
    known = {part.name: part for part in field.parts} if field else {}
    money = len(known) == CENTS and any(p.type is Type.CURRENCY for p in known.values())
    said = [
        _number(str(each), places=CENTS)
        if money and known[name].type is Type.NUMBER and each != HIDDEN
        else value(known.get(name), each)
        for name, each in parts.items()
        if each is not None
    ]
    return shortened((" " if money else ", ").join(said)) or BLANK


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
    line = " ⏎ ".join(part.strip() for part in text.splitlines() if part.strip())
    return line if len(line) <= VALUE_LIMIT else f"{line[: VALUE_LIMIT - 1]}…"


def time(at: str) -> str:
    """Return a stored time, to the minute; all times that are shown are UTC."""
    return at[:16].replace("T", " ")


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


def counted(count: int, thing: str, things: str = "") -> str:
    """Return a count with what is counted."""
    return f"{count:,} {thing if count == 1 else things or f'{thing}s'}"


def percent(part: int, whole: int) -> str:
    """Return a share in percent."""
    return f"{100 * part / whole:.1f} %" if whole else BLANK


def listed(words: Iterable[str], most: int = 6) -> str:
    """Return words in a row, and how many more there are."""
    every = list(words)
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more
