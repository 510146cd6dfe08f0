"""What is left over at the end, each with its reason: nothing is dropped in silence."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from kamsync.engine import Hub
from kamsync.model import Kind
from kamsync.reports import Names
from kamsync.reports.stuck import stuck
from kamsync.sandbox.world import Remark

__all__ = ["LeftOver", "by_reason", "left_over", "written"]

CONFLICTS_LIMIT = 100_000
QUOTED = re.compile(r"(has |for |names |belongs to |its \w+ is (?:to be )?).+?(?=, which| for its)")
"""What a reason says of one record alone, and not of others that are left over like it."""


class LeftOver(Struct, frozen=True):
    """One record that something is open about: where, what, and why; *taken* is how it was taken."""

    where: str
    record: str
    reason: str
    taken: str = ""


def left_over(hub: Hub, remarks: Iterable[Remark]) -> list[LeftOver]:
    """Return what the source of the clients left open, what waits in the hub, and what a person is asked."""
    found = [LeftOver("source", each.record, each.reason, each.taken) for each in remarks]
    for alike in stuck(hub):
        where = f"{alike.system} {alike.entity}"
        found += [LeftOver(where, what, alike.reason, "waits") for what in alike.whats]
    names = Names(hub)
    asked = hub.store.reviews.open("", "", "", CONFLICTS_LIMIT)
    names.load({each.record for each in asked})
    for conflict in asked:
        is_match = conflict.kind is Kind.MATCH
        what = "which record it is" if is_match else f"its {conflict.field}"
        reason = f"a person is asked about {what}"
        record = names.of(conflict.record) or conflict.record
        found.append(LeftOver(f"hub {conflict.entity}", record, reason, "held"))
    return found


def by_reason(found: Iterable[LeftOver]) -> list[tuple[str, str, int, str]]:
    """Return where, why and how many, with one of them, the most first."""
    counts: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], str] = {}
    for each in found:
        key = (each.where, QUOTED.sub(r"\1…", each.reason))
        counts[key] += 1
        first.setdefault(key, each.record)
    return [(*key, count, first[key]) for key, count in counts.most_common()]


def written(found: Iterable[LeftOver], path: Path) -> Path:
    """Write all of them into a table, one a line, and return where."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(("where", "record", "reason", "taken"))
        table.writerows((each.where, each.record, each.reason, each.taken) for each in found)
    return path
