"""What a key means as an answer, for the question on the screen and for another one like it."""

from __future__ import annotations

from kamsync.cli.deciding import Answer
from kamsync.errors import ValueInvalid
from kamsync.model import Conflict, Contender, Kind
from kamsync.values import is_blank

__all__ = ["answer_for", "answer_like", "meanings"]

ENDS = {True: "it ends everywhere", False: "it is put back where it is gone"}


def answer_for(conflict: Conflict, key: str) -> Answer:
    """Return the answer that a number, b or d stands for.

    Raises:
        ValueInvalid: it stands for nothing here.
    """
    if key == "b":
        return _agreed(conflict)
    if key == "d":
        return _detached(conflict)
    number = int(key)
    if not 1 <= number <= len(conflict.contenders):
        raise ValueInvalid(f"There is no side {key}; there are {len(conflict.contenders)}.")
    return Answer(keep=str(number))


def meanings(conflict: Conflict) -> list[tuple[str, str]]:
    """Return what each key stands for where the question is not about a value, in words."""
    keys = [str(number) for number in range(1, len(conflict.contenders) + 1)]
    told = []
    for key, side in zip(keys, conflict.contenders, strict=True):
        if conflict.kind is Kind.MATCH:
            told.append((key, "it is this record" if side.value else "it is a record of its own"))
        elif conflict.kind is Kind.DELETE:
            told.append((key, ENDS[not side.value]))
        elif conflict.kind is Kind.MERGE:
            told.append((key, "they stay as they are"))
    if conflict.kind is Kind.DELETE:
        agreed = [] if conflict.agreed is None else [("b", ENDS[not conflict.agreed])]
        told += [*agreed, ("d", "it stays gone there and lives on elsewhere")]
    return told


def answer_like(conflict: Conflict, key: str, other: Conflict) -> Answer:
    """Return the answer to *other* that is the same choice as *key* is for *conflict*.

    To keep a side means the side of the same system and team. To tie a newcomer to a record means the
    only one that it may be.

    Raises:
        ValueInvalid: there is no such choice, or it would be several.
    """
    first = answer_for(conflict, key)
    if other.id == conflict.id or first.keep is None:
        return answer_for(other, key)
    chosen = conflict.contenders[int(first.keep) - 1]
    return Answer(keep=str(_number_of(chosen, other)))


def _agreed(conflict: Conflict) -> Answer:
    if conflict.kind is Kind.DELETE and conflict.agreed is not None:
        return Answer(choice="restore" if conflict.agreed else "delete")
    if conflict.kind is not Kind.VALUE:
        raise ValueInvalid("This is not about a value, so there is none to go back to.")
    if is_blank(conflict.agreed):
        raise ValueInvalid("Nothing was agreed on before; keep a side, or enter a value with o.")
    return Answer(agreed=True)


def _detached(conflict: Conflict) -> Answer:
    if conflict.kind is not Kind.DELETE:
        raise ValueInvalid("Nothing is gone here; d is for records that are gone in one system.")
    return Answer(choice="detach")


def _number_of(chosen: Contender, other: Conflict) -> int:
    """Return the number of the side of *other* that is like *chosen*."""
    sides = [
        (number, side)
        for number, side in enumerate(other.contenders, 1)
        if _is_like(chosen, side, other.kind)
    ]
    if not sides:
        raise ValueInvalid(f"{chosen.team or chosen.system or 'what was before'} has no side there")
    if len({repr(side.value) for _, side in sides}) > 1:
        raise ValueInvalid("there are several to choose from")
    return sides[0][0]


def _is_like(chosen: Contender, side: Contender, kind: Kind) -> bool:
    """Whether two sides stand for the same choice."""
    if kind is Kind.DELETE:
        return bool(side.value) == bool(chosen.value)
    if kind is Kind.MATCH:
        return (side.link is None) == (chosen.link is None)
    if kind is Kind.MERGE:
        return True
    place = (side.link is None, side.system, side.team)
    return place == (chosen.link is None, chosen.system, chosen.team)
