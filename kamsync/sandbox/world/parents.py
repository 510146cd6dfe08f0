"""The order of companies in which each comes after the one that owns it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from kamsync.sandbox.world.truth import Company

__all__ = ["parents_first"]


def parents_first(companies: Sequence[Company]) -> tuple[tuple[Company, ...], list[Company]]:
    """Return companies so that each comes after the one that owns it, and those that closed a ring.

    A company that would own itself, by way of others or not, is given no parent; those below it keep theirs.
    """
    by_key = {each.key: each for each in companies}
    order: dict[str, Company] = {}
    rings: list[Company] = []
    for company in companies:
        line: dict[str, Company] = {}
        here: Company | None = company
        while here is not None and here.key not in order and here.key not in line:
            line[here.key] = here
            here = by_key.get(here.parent)
        above = list(line.values())
        if here is not None and here.key in line:
            rings.append(above[-1])
            line[above[-1].key] = structs.replace(above[-1], parent="")
        order |= {each.key: line[each.key] for each in reversed(above)}
    return tuple(order.values()), rings
