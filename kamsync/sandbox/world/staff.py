"""The company's own people, who work in all of its systems."""

from __future__ import annotations

import re
from unicodedata import normalize

from msgspec import Struct

__all__ = ["DOMAIN", "STAFF", "Colleague"]

DOMAIN = "kamsync.example"
NO_LETTER = re.compile(r"[^a-z0-9.-]")
NOT_ASCII = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "'": "", " ": ""})


class Colleague(Struct, frozen=True):
    """Somebody who works here: *team* is ``sales``, ``success`` or ``account``, *manager* a user name."""

    first: str
    last: str
    team: str
    manager: str = ""

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}".strip()

    @property
    def user_name(self) -> str:
        """The name to log in with, which is also the address before the at sign."""
        words = [each.lower().translate(NOT_ASCII) for each in (self.first, self.last) if each]
        plain = [NO_LETTER.sub("", normalize("NFKD", word)) for word in words]
        # A word of another alphabet would vanish, and two people would be one; so it is spelled in numbers.
        return ".".join(
            each or "".join(f"{ord(letter):x}" for letter in word)
            for each, word in zip(plain, words, strict=True)
        )

    @property
    def email(self) -> str:
        """The address at work, which is the same in every system."""
        return f"{self.user_name}@{DOMAIN}"


STAFF = (
    Colleague("Ada", "Weber", "sales", "susan.lindt"),
    Colleague("Jonas", "Holm", "sales", "susan.lindt"),
    Colleague("Marek", "Nowak", "sales", "susan.lindt"),
    Colleague("Sofia", "Lindqvist", "sales", "susan.lindt"),
    Colleague("Tomás", "Rivera", "success", "mia.okafor"),
    Colleague("Noor", "Haddad", "success", "mia.okafor"),
    Colleague("Émile", "Laurent", "success", "mia.okafor"),
    Colleague("Ingrid", "Solberg", "account", "elena.rossi"),
    Colleague("Kofi", "Mensah", "account", "elena.rossi"),
    Colleague("Lucía", "Ferrer", "account", "elena.rossi"),
    Colleague("Susan", "Lindt", "sales"),
    Colleague("Paul", "Brandt", "sales", "susan.lindt"),
    Colleague("Mia", "Okafor", "success"),
    Colleague("Jonas", "Weber", "success", "mia.okafor"),
    Colleague("Elena", "Rossi", "account"),
    Colleague("Tom", "Nguyen", "account", "elena.rossi"),
)
"""Whoever works here to begin with."""
