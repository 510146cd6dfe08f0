"""The open conflicts: counted by shape, and one line for each."""

from __future__ import annotations

from itertools import islice

from msgspec import Struct

from kamsync.engine import Hub
from kamsync.model import Comment, Conflict, Kind, Value
from kamsync.reports.finding import Names
from kamsync.reports.sight import Sight
from kamsync.reports.wanted import Wanted, open_conflicts
from kamsync.reviews import ReviewGroup, group_reviews

__all__ = ["Conflicts", "Item", "Saying", "conflicts", "item"]

EVERY = Wanted()


class Saying(Struct, frozen=True):
    """What one side of a conflict says; *system* is ``""`` for the value that was true before."""

    system: str
    team: str
    value: Value
    name: str = ""


class Item(Struct, frozen=True):
    """One open conflict in a line: *due* is by when a person is to decide, ``""`` for any time.

    *escalate* is who is called in otherwise, *overdue* says that it is time for that. *assignee* is who
    has taken it on, ``""`` for nobody.
    """

    id: str
    kind: str
    entity: str
    field: str
    record: str
    label: str
    version: int
    cause: str
    opened: str
    sides: tuple[Saying, ...]
    due: str = ""
    escalate: str = ""
    overdue: bool = False
    assignee: str = ""
    comments: tuple[Comment, ...] = ()


class Conflicts(Struct, frozen=True):
    """The open conflicts: how many of them fit, in groups of one shape, and the first of them.

    *left* is how many come after those.
    """

    total: int
    groups: tuple[ReviewGroup, ...]
    items: tuple[Item, ...]
    left: int = 0


def conflicts(
    hub: Hub, sight: Sight, wanted: Wanted = EVERY, *, after: str = "", limit: int = 20
) -> Conflicts:
    """Return the open conflicts that are *wanted*, as far as *limit* goes."""
    groups = _groups(hub, wanted)
    total = sum(group.count for group in groups)
    every = open_conflicts(hub, wanted, after)
    found = list(islice(every, limit))
    left = sum(1 for _ in every) if after else total - len(found)
    names = Names(hub)
    names.greet(found)
    names.load({conflict.record for conflict in found})
    names.load({c.value for each in found for c in each.contenders if isinstance(c.value, str)})
    items = tuple(item(each, sight, names, hub.now()) for each in found)
    return Conflicts(total, groups, items, left)


def _groups(hub: Hub, wanted: Wanted) -> tuple[ReviewGroup, ...]:
    """Return the open conflicts that are wanted, counted by shape, the most frequent first."""
    if wanted.is_detailed:
        return tuple(group_reviews(open_conflicts(hub, wanted)))
    return tuple(
        group
        for group in hub.store.reviews.groups()
        if wanted.kind in ("", group.kind.value) and wanted.entity in ("", group.entity)
    )


def item(conflict: Conflict, sight: Sight, names: Names, now: str) -> Item:
    """Return one conflict in a line, as it stands at the time *now*."""
    refers = conflict.kind is Kind.MATCH or _is_reference(conflict, sight)
    sides = []
    for each in conflict.contenders:
        value = sight.value(conflict.entity, conflict.field, each.value)
        name = names.of(value) if refers and isinstance(value, str) else ""
        sides.append(
            Saying(each.system if each.link is not None else "", each.team or "", value, name)
        )
    return Item(
        id=conflict.id,
        kind=conflict.kind.value,
        entity=conflict.entity,
        field=conflict.field,
        record=conflict.record,
        label=names.of(conflict.record),
        version=conflict.version,
        cause=conflict.cause,
        opened=conflict.opened,
        sides=tuple(sides),
        due=conflict.due,
        escalate=conflict.escalate,
        overdue=bool(conflict.due) and not conflict.closed and conflict.due <= now,
        assignee=conflict.assignee,
        comments=sight.comments(conflict),
    )


def _is_reference(conflict: Conflict, sight: Sight) -> bool:
    """Whether the values of a conflict are records."""
    field = sight.field(conflict.entity, conflict.field)
    return field is not None and bool(field.to)
