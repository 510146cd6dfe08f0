"""The forms of company numbers.

Each function returns the one spelling of a number, or None for what has not its form and for what
people type to get past a required field, such as nine zeros. None of them asks a register: a
well-formed number can still belong to nobody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["clean_duns", "clean_lei", "clean_vat_id"]

_SEPARATORS = re.compile(r"[\s.\-/]+")
_DUNS = re.compile(r"[0-9]{9}")
_LEI = re.compile(r"[0-9A-Z]{18}[0-9]{2}")

_BRITISH = r"[0-9]{9}|[0-9]{12}|GD[0-4][0-9]{2}|HA[5-9][0-9]{2}"

_VAT_FORMS: Mapping[str, re.Pattern[str]] = {
    prefix: re.compile(form)
    for prefix, form in {
        "AT": r"U[0-9]{8}",
        "BE": r"[01][0-9]{9}",
        "BG": r"[0-9]{9,10}",
        "CHE": r"[0-9]{9}",
        "CY": r"[0-9]{8}[A-Z]",
        "CZ": r"[0-9]{8,10}",
        "DE": r"[0-9]{9}",
        "DK": r"[0-9]{8}",
        "EE": r"[0-9]{9}",
        "EL": r"[0-9]{9}",
        "ES": r"[0-9A-Z][0-9]{7}[0-9A-Z]",
        "FI": r"[0-9]{8}",
        "FR": r"[0-9A-HJ-NP-Z]{2}[0-9]{9}",
        "GB": _BRITISH,
        "HR": r"[0-9]{11}",
        "HU": r"[0-9]{8}",
        "IE": r"[0-9]{7}[A-W][A-I]?|[0-9][A-Z+*][0-9]{5}[A-W]",
        "IT": r"[0-9]{11}",
        "LT": r"[0-9]{9}|[0-9]{12}",
        "LU": r"[0-9]{8}",
        "LV": r"[0-9]{11}",
        "MT": r"[0-9]{8}",
        "NL": r"[0-9]{9}B[0-9]{2}",
        "NO": r"[0-9]{9}",
        "PL": r"[0-9]{10}",
        "PT": r"[0-9]{9}",
        "RO": r"[0-9]{2,10}",
        "SE": r"[0-9]{12}",
        "SI": r"[0-9]{8}",
        "SK": r"[0-9]{10}",
        "XI": _BRITISH,
    }.items()
}
"""What follows the prefix of a VAT number in the European Union and its neighbours."""

_SUFFIXES = re.compile(r"(?<=^CHE[0-9]{9})(?:MWST|TVA|IVA)$|(?<=^NO[0-9]{9})MVA$")
"""Words that Switzerland and Norway put after the number, in which they are no part of it."""


def clean_lei(text: str) -> str | None:
    """Return the LEI in *text*, if its check digits are right (ISO 17442, ISO 7064 MOD 97-10)."""
    lei = _packed(text)
    if not _LEI.fullmatch(lei):
        return None
    digits = "".join(str(int(character, 36)) for character in lei)
    return lei if int(digits) % 97 == 1 else None


def clean_duns(text: str) -> str | None:
    """Return the nine digits of a D-U-N-S number, which has no check digit.

    Eight digits are not taken for nine that lost their leading zero: that would be a guess.
    """
    duns = _packed(text)
    return duns if _DUNS.fullmatch(duns) and not _is_filler(duns) else None


def clean_vat_id(text: str) -> str | None:
    """Return the VAT number in *text* with its prefix; None where there is no known prefix.

    Without a prefix the same digits are another company in the next country.
    """
    vat_id = _SUFFIXES.sub("", _packed(text))
    if vat_id.startswith("GR"):
        vat_id = f"EL{vat_id[2:]}"
    for length in (3, 2):
        form = _VAT_FORMS.get(vat_id[:length])
        if form is not None:
            rest = vat_id[length:]
            return vat_id if form.fullmatch(rest) and not _is_filler(rest) else None
    return None


def _packed(text: str) -> str:
    """Return *text* in capitals without the separators that people put in.

    Text beyond ASCII comes back empty: it is no number, and capitals could make it look like one.
    """
    packed = _SEPARATORS.sub("", text)
    return packed.upper() if packed.isascii() else ""


def _is_filler(text: str) -> bool:
    """Whether all digits in *text* are one and the same."""
    return len({character for character in text if character.isdigit()}) == 1
