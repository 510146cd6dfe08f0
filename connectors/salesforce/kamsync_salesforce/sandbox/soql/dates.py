"""Date literals: TODAY, LAST_N_DAYS:3 and their like, as the days that they stand for."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

__all__ = ["span"]

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12, "FISCAL_QUARTER": 3, "FISCAL_YEAR": 12}
RELATIVE = re.compile(
    r"(?P<which>THIS|LAST|NEXT)_(?P<unit>WEEK|MONTH|QUARTER|YEAR|FISCAL_QUARTER|FISCAL_YEAR)"
)
COUNTED = re.compile(
    r"(?P<which>LAST|NEXT)_N_(?P<unit>DAY|WEEK|MONTH|QUARTER|YEAR|FISCAL_QUARTER|FISCAL_YEAR)S:(?P<n>\d+)"
)
AGO = re.compile(
    r"N_(?P<unit>DAY|WEEK|MONTH|QUARTER|YEAR|FISCAL_QUARTER|FISCAL_YEAR)S_AGO:(?P<n>\d+)"
)
FIXED: dict[str, Callable[[date], tuple[date, date]]] = {
    "YESTERDAY": lambda today: (today - DAY, today),
    "TODAY": lambda today: (today, today + DAY),
    "TOMORROW": lambda today: (today + DAY, today + 2 * DAY),
    "LAST_90_DAYS": lambda today: (today - 90 * DAY, today + DAY),
    "NEXT_90_DAYS": lambda today: (today + DAY, today + 91 * DAY),
}


def span(literal: str, today: date) -> tuple[date, date] | None:
    """Return the first day that *literal* covers and the first after it, or None if it is none.

    Weeks begin on Sunday and fiscal years in January, as in an org with the locale en_US; a span
    of the last days ends with today, a span of the last weeks or longer before the present one.
    Source: SOQL and SOSL Reference, "Date Formats and Date Literals in WHERE".
    """
    name = literal.upper()
    if name in FIXED:
        return FIXED[name](today)
    if match := RELATIVE.fullmatch(name):
        place = {"THIS": 0, "LAST": -1, "NEXT": 1}[match["which"]]
        return _unit(match["unit"], today, place, place + 1)
    if match := AGO.fullmatch(name):
        return _unit(match["unit"], today, -int(match["n"]), 1 - int(match["n"]))
    if match := COUNTED.fullmatch(name):
        count = int(match["n"])
        if match["which"] == "NEXT":
            return _unit(match["unit"], today, 1, count + 1)
        return _unit(match["unit"], today, -count, 1 if match["unit"] == "DAY" else 0)
    return None


def _unit(unit: str, today: date, first: int, after: int) -> tuple[date, date]:
    """Return the days from the unit *first* away from today's to that before *after*."""
    return _start(unit, today, first), _start(unit, today, after)


def _start(unit: str, today: date, place: int) -> date:
    """Return the first day of the unit that is *place* away from today's."""
    if unit == "DAY":
        return today + place * DAY
    if unit == "WEEK":
        return today - ((today.weekday() + 1) % 7) * DAY + place * WEEK
    length = MONTHS[unit]
    month = today.year * 12 + (today.month - 1) // length * length + place * length
    return date(month // 12, month % 12 + 1, 1)
