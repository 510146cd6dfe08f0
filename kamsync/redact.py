"""Keep what must not be seen out of logs, messages and terminals.

What hides is a matter of type, never of a guess at names or patterns: a `Secret` is a token or a
password, a `Pay` is a value of class *pay*, and either shows as dots wherever it is written out.
Text from outside is shown by `visible`, so that it cannot command a terminal or forge a log line.
"""

from __future__ import annotations

import hmac
import logging
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any, NoReturn
from urllib.parse import urlsplit

from msgspec import Struct, structs

__all__ = ["DOTS", "Pay", "Redacting", "Secret", "redact", "visible", "without_password"]

DOTS = "•••"
DEPTH_LIMIT = 32

_AS_IT_IS = (str, int, float, type(None))
_AS_TEXT = (Decimal, date, PurePath)
_JOINERS = frozenset("\u200c\u200d")


class Hidden:
    """What shows as dots in every text, and can be neither pickled nor copied into JSON by accident."""

    __slots__ = ()

    def __repr__(self) -> str:
        return DOTS

    def __format__(self, spec: str) -> str:
        return format(DOTS, spec)

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"A {type(self).__name__.lower()} value is not written anywhere.")


class Secret(Hidden):
    """A token, key or password; only `reveal` gives it out."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the secret itself, for the one call that needs it."""
        return self._text

    @property
    def is_word(self) -> bool:
        """Whether the header of a call can carry it as one word."""
        return self._text.isascii() and self._text.isprintable() and " " not in self._text

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __bool__(self) -> bool:
        return bool(self._text)


class Pay(Hidden):
    """A value of class *pay*; only `reveal` gives it out, to whoever is cleared for it."""

    __slots__ = ("_value",)

    def __init__(self, value: Any) -> None:
        self._value = value

    def reveal(self) -> Any:
        """Return the value itself."""
        return self._value

    def __eq__(self, other: object) -> bool:
        return self._value == other._value if isinstance(other, Pay) else NotImplemented

    __hash__ = None  # type: ignore[assignment]


def redact(thing: object, hidden: Iterable[str] = ()) -> Any:
    """Return *thing* as plain JSON values that may be logged, with dots for whatever hides.

    Under the keys named in *hidden*, at any depth, everything is dots. What is not known to be
    harmless is shown as the name of its type, since its own text could tell anything.
    """
    return _redacted(thing, frozenset(hidden), DEPTH_LIMIT)


def _redacted(thing: object, hidden: frozenset[str], depth: int) -> Any:
    """Return *thing* redacted, down to *depth* levels."""
    if depth == 0:
        return "…"
    if isinstance(thing, Struct):
        thing = structs.asdict(thing)
    if isinstance(thing, Mapping):
        return {
            str(key): DOTS if key in hidden else _redacted(each, hidden, depth - 1)
            for key, each in thing.items()
        }
    if isinstance(thing, list | tuple | set | frozenset):
        return [_redacted(each, hidden, depth - 1) for each in thing]
    return _plain(thing)


def _plain(thing: object) -> str | int | float | None:
    """Return what is not made of other things as one JSON value."""
    if isinstance(thing, Enum):
        thing = thing.value
    if isinstance(thing, _AS_IT_IS):
        return thing
    if isinstance(thing, Hidden):
        return DOTS
    return str(thing) if isinstance(thing, _AS_TEXT) else f"<{type(thing).__name__}>"


def visible(text: str, *, lines: bool = False) -> str:
    r"""Return *text* with every character that commands instead of showing written as an escape.

    Escapes start with a backslash: ``\x1b`` for the character that starts a terminal command,
    ``\u202e`` for one that turns the direction of reading. The result is one line, unless *lines*
    keeps line breaks and tabs. It is for reading: it cannot be turned back.
    """
    if text.isprintable():
        return text
    kept = _JOINERS | frozenset("\n\t") if lines else _JOINERS
    return "".join(each if each in kept or not _commands(each) else _escaped(each) for each in text)


def _commands(character: str) -> bool:
    """Whether *character* is a control, format, surrogate, private or separator character."""
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _escaped(character: str) -> str:
    """Write one character as an escape."""
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")


def without_password(url: str) -> str:
    """Return *url* with dots for its password, and for its query, which may hold one.

    Where it cannot be told which part is the password, all of it is dots.
    """
    try:
        parts = urlsplit(url)
        user, password = parts.username or "", parts.password
    except ValueError:
        return DOTS
    if "@" in parts.path or "://" not in url:
        return DOTS
    login, at, host = parts.netloc.rpartition("@")
    shown = f"{user}:{DOTS}" if password else login
    query = f"?{DOTS}" if parts.query else ""
    return f"{url.partition('://')[0]}://{shown}{at}{host}{parts.path}{query}"


class Redacting(logging.Filter):
    """A filter that redacts the arguments of each log record and keeps it on one line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite *record* in place; it always passes."""
        if isinstance(record.args, tuple):
            record.args = tuple(_argument(each) for each in record.args)
        elif record.args:
            record.args = {key: _argument(each) for key, each in record.args.items()}
        record.msg = visible(record.getMessage())
        record.args = None
        return True


def _argument(argument: object) -> object:
    """Return a log argument that shows nothing hidden; numbers stay numbers for ``%d``."""
    return str(argument) if isinstance(argument, Exception) else redact(argument)
