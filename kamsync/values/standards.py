"""The world's own standards for names of things: E.164, ISO 3166, ISO 4217, hosts and addresses.

Each function takes trimmed text and returns it in its standard form, or unchanged where it cannot
tell for certain what was meant.
"""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["country", "country_name", "currency", "domain", "email", "phone", "url"]

LONGEST_HOST = 253
LETTERS_OF_A_COUNTRY = 2
LETTERS_OF_A_CURRENCY = 3

NAMES_KEPT = 8192
"""How many names of each kind stay read: several systems show the same ones shortly after another."""

HOST = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_][\w-]*[^\W_]\.?(?::[0-9]{1,5})?")
WEB = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]*)://)?([^/?#\s@]*@)?([^/?#\s@]+)([/?#]\S*)?")
ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
# A slash may stand before an alternative ending as well as after an area code, so it is not taken out.
BETWEEN_DIGITS = re.compile(r"[\s().\-\u2010-\u2015]+")
SIGNS = {"€": "EUR", "£": "GBP", "US$": "USD", "CA$": "CAD", "A$": "AUD"}


@lru_cache(maxsize=NAMES_KEPT)
def email(text: str) -> str:
    """Return an e-mail address in lower case."""
    return text.lower() if ADDRESS.fullmatch(text) else text


@lru_cache(maxsize=NAMES_KEPT)
def phone(text: str) -> str:
    """Return an international number as E.164; a national one stays as it was written.

    Which country a national number belongs to is nowhere said, so it is not guessed.
    """
    digits = BETWEEN_DIGITS.sub("", text.replace("(0)", ""))
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    return digits if E164.fullmatch(digits) else text


@lru_cache(maxsize=NAMES_KEPT)
def url(text: str) -> str:
    """Return a web address with its scheme and host in lower case and without a lone last slash."""
    found = WEB.fullmatch(text)
    if found is None:
        return text
    scheme, user, host, rest = found.groups(default="")
    if not scheme and not _is_host(host):
        return text
    start = f"{scheme.lower()}://" if scheme else ""
    return f"{start}{user}{host.lower()}{'' if rest == '/' else rest}"


@lru_cache(maxsize=NAMES_KEPT)
def domain(text: str) -> str:
    """Return the host of a web address, in lower case, without ``www.``, port or last dot."""
    found = WEB.fullmatch(text)
    if found is None or found[2] or not _is_host(found[3]):
        return text
    host = found[3].lower().partition(":")[0].removesuffix(".")
    while host.startswith("www.") and "." in host.removeprefix("www."):
        host = host.removeprefix("www.")
    return host


@lru_cache(maxsize=1024)
def country(text: str) -> str:
    """Return the two letters of a country that is called by its code or by a common name."""
    from kamsync.values.countries import CODES

    known = CODES.get(text.casefold())
    if known is None and len(text) == LETTERS_OF_A_COUNTRY and text.isascii() and text.isalpha():
        return text.upper()
    return known or text


def country_name(code: str) -> str:
    """Return the English name of a country, or *code* where it is no country's."""
    from kamsync.values.countries import NAMES

    return NAMES.get(code, code)


def currency(text: str) -> str:
    """Return a currency's three letters in capitals, also for a sign that means only one."""
    if len(text) == LETTERS_OF_A_CURRENCY and text.isascii() and text.isalpha():
        return text.upper()
    return SIGNS.get(text.upper(), text)


def _is_host(text: str) -> bool:
    """Whether *text* looks like the name of a host, with an optional port."""
    return len(text) <= LONGEST_HOST and HOST.fullmatch(text) is not None
