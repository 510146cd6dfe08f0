"""The versions of the API: which there are, and what a release is called."""

from __future__ import annotations

from kamsync_salesforce.sandbox.refusal import Refusal

__all__ = ["NEWEST", "OLDEST", "listed", "number_of", "prefix"]

NEWEST = 67
OLDEST = 31
RETIRED = range(7, OLDEST)
SEASONS = ("Spring", "Summer", "Winter")
WINTER_2026 = 65


def prefix(version: int) -> str:
    """Return what an address of that version begins with."""
    return f"/services/data/v{version}.0"


def listed() -> list[dict[str, str]]:
    """Return the list that anybody may ask for.

    Source: REST API Developer Guide, "Versions".
    """
    return [
        {"label": _label(version), "url": prefix(version), "version": f"{version}.0"}
        for version in range(OLDEST, NEWEST + 1)
    ]


def number_of(text: str) -> int:
    """Return the version that a path names as ``v66.0``.

    Source: REST API Developer Guide, "Versions"; API End-of-Life Policy: versions up to 30 are gone.

    Raises:
        Refusal: it is retired, which is answered 410, or there never was one.
    """
    whole, _, rest = text.removeprefix("v").partition(".")
    version = int(whole) if whole.isdecimal() and len(whole) < len("100") and rest == "0" else 0
    if version in RETIRED:
        raise Refusal(410, "UNSUPPORTED_API_VERSION", "The requested API version is not supported.")
    if not OLDEST <= version <= NEWEST or not text.startswith("v"):
        raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")
    return version


def _label(version: int) -> str:
    """Return the name of the release that brought a version: three a year, Winter the first."""
    year = 26 + (version - WINTER_2026) // 3
    return f"{SEASONS[version % 3]} '{year}"
