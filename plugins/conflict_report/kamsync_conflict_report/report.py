"""The open conflicts as a table, those of one shape together, the oldest shapes first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from kamsync.cli.words import value
from kamsync.engine import CHOICES
from kamsync.entities import core_schema
from kamsync.extensions import Column, Report
from kamsync.model import Conflict, Contender, Kind, Value
from kamsync.reports import Sight, label
from kamsync.schema import Schema
from kamsync.store import Store

__all__ = ["COLUMNS", "conflicts"]

COLUMNS = (
    Column("what", "The entity and field that it is about, or the kind of conflict."),
    Column("cause", "Why it is a conflict."),
    Column("teams", "The teams that disagree; the system, where the team is not certain."),
    Column("alike", "How many open conflicts have this shape.", unit="conflicts"),
    Column("conflict", "Its id."),
    Column("record", "What the record is called, else its id."),
    Column("age", "How long it has been open.", unit="hours"),
    Column("contenders", "Each side by its number: value, person, team, system, time, evidence."),
    Column("decide", "The command that decides it, for the number or word of your choice."),
)

PAGE = 500
PAGES_LIMIT = 2_000
SECONDS_AN_HOUR = 3600

Shape = tuple[str, str, str]


def conflicts(store: Store) -> Report:
    """Return the open conflicts; values of class pay, and of fields that only plugins know, are hidden."""
    sight = Sight(core_schema())
    found = list(_open(store))
    names = _names(store, sight.schema, found)
    groups: dict[Shape, list[Conflict]] = {}
    for conflict in found:
        groups.setdefault(_shape(conflict), []).append(conflict)
    for group in groups.values():
        group.sort(key=_age)
    ordered = sorted(groups.items(), key=lambda pair: (_age(pair[1][0]), pair[0]))
    now = store.clock.now()
    rows = [
        (
            *shape,
            len(group),
            each.id,
            names.get(each.record) or each.record,
            round((now - datetime.fromisoformat(each.opened)).total_seconds() / SECONDS_AN_HOUR, 1),
            "; ".join(
                f"{number} {_said(sight, names, each, side)}"
                for number, side in enumerate(each.contenders, 1)
            ),
            _command(each),
        )
        for shape, group in ordered
        for each in group
    ]
    return Report("Open conflicts", COLUMNS, rows)


def _open(store: Store) -> Iterator[Conflict]:
    """Yield every open conflict, page by page."""
    after = ""
    for _ in range(PAGES_LIMIT):
        page = store.reviews.open(after=after, limit=PAGE)
        if not page:
            return
        yield from page
        after = page[-1].id


def _age(conflict: Conflict) -> tuple[str, str]:
    """Return what sorts the oldest conflict first."""
    return conflict.opened, conflict.id


def _shape(conflict: Conflict) -> Shape:
    """Return what a conflict has in common with those that are decided alike."""
    what = f"{conflict.entity}.{conflict.field}"
    if conflict.kind is not Kind.VALUE:
        what = f"{conflict.entity} ({conflict.kind})"
    sides = sorted({side.team or side.system for side in conflict.contenders} - {""})
    return what, conflict.cause or "the systems disagree", " ↔ ".join(sides)


def _names(store: Store, schema: Schema, found: Iterable[Conflict]) -> Mapping[str, str]:
    """Return what the records in question, and those that values refer to, are called."""
    ids = {conflict.record for conflict in found}
    ids |= {
        side.value
        for conflict in found
        for side in conflict.contenders
        if isinstance(side.value, str)
    }
    records = store.records.by_id(sorted(ids))
    return {
        id_: label(schema.entities[record.entity], record)
        for id_, record in records.items()
        if record.entity in schema.entities
    }


def _command(conflict: Conflict) -> str:
    """Return the command that decides a conflict as it was shown here."""
    words = CHOICES.get(conflict.kind)
    is_numbered = words is None or conflict.kind is Kind.MATCH
    choice = "--keep N" if is_numbered else f"--choice {'|'.join(words or ())}"
    return f"kamsync conflicts resolve {conflict.id} --version {conflict.version} {choice}"


def _said(sight: Sight, names: Mapping[str, str], conflict: Conflict, side: Contender) -> str:
    """Return one side in words."""
    evidence = side.evidence.value if side.link is not None else "golden"
    by = (side.person, side.team or "", side.system, side.at[:16].replace("T", " "), evidence)
    shown = _shown(sight, names, conflict, side.value)
    return f"{shown} ({', '.join(part for part in by if part)})"


def _shown(sight: Sight, names: Mapping[str, str], conflict: Conflict, said: Value) -> str:
    """Return what one side says, as far as whoever reads a report may see it."""
    if conflict.kind is Kind.MATCH:
        return names.get(str(said)) or "the newcomer"
    if conflict.kind is Kind.DELETE:
        return "there" if said else "gone"
    if conflict.kind is Kind.MERGE:
        return str(said)
    field = sight.field(conflict.entity, conflict.field)
    name = names.get(said, "") if field is not None and field.to else ""
    return name or value(field, sight.value(conflict.entity, conflict.field, said))
