"""What the row of a link says of its facts beside them, so that it is found by that."""

from __future__ import annotations

from collections.abc import Mapping

from kamsync.model import EXISTS, Fact

__all__ = ["is_alive", "is_moved"]


def is_moved(facts: Mapping[str, Fact]) -> bool:
    """Say what `Link.moved` says, without the cost of a property for each field."""
    for fact in facts.values():  # noqa: SIM110
        if fact.observed != fact.merged or fact.doubt or fact.trail:
            return True
    return False


def is_alive(native_id: str | None, facts: Mapping[str, Fact]) -> bool:
    """Whether the native record is there, as far as it was last seen."""
    if native_id is None:
        return False
    existence = facts.get(EXISTS)
    return existence is None or existence.observed != (False,)
