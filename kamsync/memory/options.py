"""The options of a memory system, as a configuration writes them."""

from __future__ import annotations

from collections.abc import Sequence

from kamsync.connector import Can
from kamsync.errors import ConfigurationInvalid

__all__ = ["can_of", "natural", "stamps_of"]

NAMES = {str(can.name).lower(): can for can in Can}


def can_of(names: Sequence[str]) -> Can:
    """Return the capabilities called *names*, such as ``refuse_stale``."""
    if isinstance(names, str) or not isinstance(names, Sequence):
        raise ConfigurationInvalid(
            f'A memory system\'s can is {names!r}; give a list, such as ["create", "update"].'
        )
    can = Can.NOTHING
    for name in names:
        if name not in NAMES:
            raise ConfigurationInvalid(
                f"A memory system cannot {name!r}; what it can is among {', '.join(NAMES)}."
            )
        can |= NAMES[name]
    return can


def stamps_of(can: Can, stamps: str | None) -> Can:
    """Return *can* with versions as *stamps* wants them: ``exact``, or ``second``."""
    if stamps is None:
        return can
    if stamps == "exact":
        return can | Can.EXACT_VERSION
    if stamps == "second":
        return can & ~Can.EXACT_VERSION
    raise ConfigurationInvalid(
        f'A memory system\'s stamps are {stamps!r}; give "exact" or "second".'
    )


def natural(name: str, number: object) -> int:
    """Return a number that must be 1 or more."""
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise ConfigurationInvalid(
            f"A memory system's {name} is {number!r}; give a whole number from 1 on."
        )
    return number
