"""The kinds of value in a configuration, each with the sentence that refuses a wrong one."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from kamsync.config.private import path_from, with_secrets
from kamsync.redact import Secret

__all__ = ["Address", "Duration", "FilePath", "Fraction", "Name", "Option", "StoreUrl"]

NAME_LIMIT = 40
LONGEST = timedelta(days=366)
LAST_PORT = 65_535

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_DURATION = re.compile(r"([1-9][0-9]{0,6})(s|m|h|d|w)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def _name(text: str) -> str:
    """Take a name that is plain in a file, in an environment variable and on a command line."""
    if not _NAME.fullmatch(text) or len(text) > NAME_LIMIT:
        raise ValueError(
            f"expected a name of up to {NAME_LIMIT} small letters, digits and single underscores, "
            "such as sales_org"
        )
    return text


def _duration(given: object) -> timedelta:
    """Take text such as ``7d``; a bare number is refused, since it does not say of what."""
    found = _DURATION.fullmatch(given) if isinstance(given, str) else None
    duration = timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else None
    if duration is None or duration > LONGEST:
        raise ValueError('expected a duration of up to a year, such as "90s", "30m", "12h" or "7d"')
    return duration


def _in_folder(given: object, info: ValidationInfo) -> Path:
    """Take a path; a relative one starts at the configuration's folder."""
    return path_from(given if isinstance(given, str) else "", info)


def _fraction(given: object) -> float:
    """Take a number between 0 and 1, and nothing that only counts as one."""
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= 1:
        raise ValueError("expected a fraction between 0 and 1, such as 0.02 for two percent")
    return float(given)


def _address(given: object) -> str:
    """Take a host and a port, or nothing for nowhere."""
    host, colon, port = given.rpartition(":") if isinstance(given, str) else ("", "", "")
    if given == "":
        return ""
    if not (colon and host and port.isascii() and port.isdecimal() and int(port) <= LAST_PORT):
        raise ValueError('expected HOST:PORT, such as "127.0.0.1:9464", or "" for nowhere')
    return f"{host}:{port}"


def _store_url(given: object, info: ValidationInfo) -> str:
    """Take the address of a store; a relative SQLite file starts at the configuration's folder."""
    given = with_secrets(given, info)
    url = given.reveal() if isinstance(given, Secret) else given
    scheme, _, rest = url.partition("://") if isinstance(url, str) else ("", "", "")
    if scheme in {"postgresql", "postgresql+psycopg"} and rest:
        return f"{scheme}://{rest}"
    file = rest.removeprefix("/")
    if scheme == "sqlite" and file in {"", ":memory:"}:
        raise ValueError(
            "expected a file, as in sqlite:///kamsync.db: a store in memory forgets everything when "
            "the command ends, whom it met and what it decided too"
        )
    if scheme != "sqlite" or file == rest or not file or "?" in file:
        raise ValueError(
            "expected sqlite:///FILE (three slashes) or postgresql://USER@HOST/DATABASE"
        )
    return f"sqlite:///{path_from(file, info)}"


Address: TypeAlias = Annotated[str, BeforeValidator(_address)]
Name: TypeAlias = Annotated[str, AfterValidator(_name)]
Duration: TypeAlias = Annotated[timedelta, BeforeValidator(_duration)]
FilePath: TypeAlias = Annotated[Path, BeforeValidator(_in_folder)]
Fraction: TypeAlias = Annotated[float, BeforeValidator(_fraction)]
Option: TypeAlias = Annotated[Any, BeforeValidator(with_secrets)]
StoreUrl: TypeAlias = Annotated[str, BeforeValidator(_store_url)]
