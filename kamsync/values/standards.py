"""The world's own standards for names of things: E.164, ISO 3166, ISO 4217, hosts and addresses.

Each function takes trimmed text and returns it in its standard form, or unchanged where it cannot
tell for certain what was meant.
"""

from __future__ import annotations

import re

__all__ = ["country", "currency", "domain", "email", "phone", "url"]

HOST = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_][\w-]*[^\W_]\.?(?::[0-9]{1,5})?")
WEB = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]*)://)?([^/?#\s@]*@)?([^/?#\s@]+)([/?#]\S*)?")
ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")
CALLABLE = re.compile(r"\+[1-9][0-9]{6,14}")
TRUNK_ZERO = re.compile(r"\(0\)")
BETWEEN_DIGITS = re.compile(r"[\s().\-/\u2010-\u2015\u00a0]+")
COUNTRY_ALIASES = {"UK": "GB", "EL": "GR"}
SIGNS = {"€": "EUR", "£": "GBP", "US$": "USD", "CA$": "CAD", "A$": "AUD"}
LETTERS_OF_A_COUNTRY = 2
LETTERS_OF_A_CURRENCY = 3


def email(text: str) -> str:
    """Return an e-mail address in lower case."""
    return text.lower() if ADDRESS.fullmatch(text) else text


def phone(text: str) -> str:
    """Return an international number as E.164; a national one stays as it was written.

    Which country a national number belongs to is nowhere said, so it is not guessed.
    """
    digits = BETWEEN_DIGITS.sub("", TRUNK_ZERO.sub("", text))
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    return digits if CALLABLE.fullmatch(digits) else text


def url(text: str) -> str:
    """Return a web address with its scheme and host in lower case and without a lone last slash."""
    found = WEB.fullmatch(text)
    if found is None:
        return text
    scheme, user, host, rest = found.groups(default="")
    if not scheme and not HOST.fullmatch(host):
        return text
    start = f"{scheme.lower()}://" if scheme else ""
    return f"{start}{user}{host.lower()}{'' if rest == '/' else rest}"


def domain(text: str) -> str:
    """Return the host of a web address, in lower case, without ``www.``, port or last dot."""
    found = WEB.fullmatch(text)
    if found is None or found[2] or not HOST.fullmatch(found[3]):
        return text
    host = found[3].lower().partition(":")[0].removesuffix(".")
    while host.startswith("www.") and "." in host.removeprefix("www."):
        host = host.removeprefix("www.")
    return host


def country(text: str) -> str:
    """Return a country's two letters in capitals."""
    letters = text.upper()
    if len(text) == LETTERS_OF_A_COUNTRY and text.isascii() and text.isalpha():
        return COUNTRY_ALIASES.get(letters, letters)
    return text


def currency(text: str) -> str:
    """Return a currency's three letters in capitals, also for a sign that means only one."""
    if len(text) == LETTERS_OF_A_CURRENCY and text.isascii() and text.isalpha():
        return text.upper()
    return SIGNS.get(text, text)
