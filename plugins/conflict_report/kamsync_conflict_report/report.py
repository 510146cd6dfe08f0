"""The open conflicts as a table: a row for each side, those of one shape together, the oldest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from kamsync.engine import CHOICES
from kamsync.entities import core_schema
from kamsync.extensions import Column, Report
from kamsync.model import Conflict, Contender, Kind
from kamsync.reports import Sight, alike, at_stake, cause_of, label, native_label
from kamsync.store import Store
from kamsync_conflict_report.told import told

__all__ = ["COLUMNS", "conflicts"]

SHAPE = (
    Column("field", "The entity and field that it is about, or the kind of conflict."),
    Column("cause", "Why it is a conflict."),
    Column("teams", "The teams that disagree; the system, where the team is not certain."),
)
"""What the conflicts of one group have in common."""

CONFLICT = (
    Column("conflict", "Its id."),
    Column("record", "What the record is called, else its id."),
    Column("id", "The id of the record.", detail=True),
    Column("age", "How long it has been open.", unit="hours", summary="highest"),
    Column("opened", "Since when it has been open.", unit="UTC", detail=True),
    Column("due", "By when the policy wants a decision.", unit="UTC"),
    Column("escalate", "Whom the policy calls in after that.", detail=True),
    Column("assigned", "Who has taken it on."),
    Column(
        "at stake",
        "What the record is worth: its first field that holds money, as last agreed. In a workbook it"
        " stands on each row of a conflict; the sheet Groups has the sums.",
        unit_in="currency",
        summary="sum",
    ),
    Column("currency", "The currency of what is at stake."),
    Column("agreed", "What everybody last agreed on."),
    Column("found", "What was found when two records were compared that may be one."),
    Column("comment", "What was said about it last."),
    Column("version", "The version of the conflict that the commands decide.", detail=True),
)
SIDE = (
    Column("side", "The number of the side, as --keep takes it."),
    Column("value", "What the side says."),
    Column("team", "For whom; blank where the evidence is not certain."),
    Column("person", "Who entered it."),
    Column("system", "Where; blank for what was true before."),
    Column("native", "The id that the system has for the record.", detail=True),
    Column("time", "When it was entered.", unit="UTC"),
    Column(
        "evidence",
        "How it is known; golden is what was true before, a score how alike two records are.",
    ),
    Column("decide", "The command that decides for this side."),
)
COLUMNS = (*SHAPE, *CONFLICT, *SIDE)

PAGE = 500
PAGES_LIMIT = 2_000
SECONDS_AN_HOUR = 3600

Shape: TypeAlias = tuple[str, str, str]
Row: TypeAlias = tuple[Any, ...]


def conflicts(store: Store) -> Report:
    """Return the open conflicts; values of class pay, and of fields that only plugins know, are hidden."""
    groups: dict[Shape, list[Conflict]] = {}
    found = sorted(_open(store), key=_age)
    for conflict in found:
        groups.setdefault(_shape(conflict), []).append(conflict)
    known = _Known(store, found)
    ordered = sorted(groups.items(), key=lambda pair: (_age(pair[1][0]), pair[0]))
    return Report(
        title="Open conflicts",
        columns=COLUMNS,
        rows=[row for shape, group in ordered for each in group for row in known.rows(shape, each)],
        group_by=tuple(column.name for column in SHAPE),
        shared=tuple(column.name for column in CONFLICT),
        thing="conflict",
    )


def _open(store: Store) -> Iterator[Conflict]:
    """Yield every open conflict, page by page."""
    after = ""
    for _ in range(PAGES_LIMIT):
        page = store.reviews.open(after=after, limit=PAGE)
        if not page:
            return
        yield from page
        after = page[-1].id


def _age(conflict: Conflict) -> tuple[str, int, str]:
    """Return what sorts the oldest conflict first; of ids, which are counted up, the shorter."""
    return conflict.opened, len(conflict.id), conflict.id


def _shape(conflict: Conflict) -> Shape:
    """Return what a conflict has in common with the others of its group."""
    what = f"{conflict.entity}.{conflict.field}"
    if conflict.kind is not Kind.VALUE:
        what = f"{conflict.entity} ({conflict.kind})"
    *_, teams = alike(conflict)
    cause, _ = cause_of(conflict)
    return what, cause or "the systems disagree", " ↔ ".join(teams)


class _Known:
    """What the store knows of the records in question: their names and worth, and where they are."""

    def __init__(self, store: Store, found: Sequence[Conflict]) -> None:
        sides = [side for conflict in found for side in conflict.contenders]
        said = [side.value for side in sides] + [conflict.agreed for conflict in found]
        ids = {conflict.record for conflict in found} | {
            each for each in said if isinstance(each, str)
        }
        self._sight = Sight(core_schema())
        self._now = store.clock.now()
        self._records = store.records.by_id(sorted(ids))
        self._links = store.links.by_id(
            sorted({side.link for side in sides if side.link is not None})
        )
        entities = self._sight.schema.entities
        self._names = {
            id_: label(entities[record.entity], record)
            for id_, record in self._records.items()
            if record.entity in entities
        } | dict(self._newcomers(found))

    def _newcomers(self, found: Sequence[Conflict]) -> Iterator[tuple[str, str]]:
        """Yield what the systems call the newcomers of whom it is asked who they are."""
        entities = self._sight.schema.entities
        for conflict in found:
            if conflict.kind is Kind.MATCH and conflict.entity in entities:
                links = [self._links[c.link] for c in conflict.contenders if c.link in self._links]
                for each in links[:1]:
                    yield conflict.record, native_label(each, entities[conflict.entity])

    def rows(self, shape: Shape, conflict: Conflict) -> Iterator[Row]:
        """Yield one row for each side of a conflict; one with blanks if it has none."""
        first = (*shape, *self._conflict(conflict))
        for number, side in enumerate(conflict.contenders, 1):
            yield (*first, *self._side(conflict, number, side))
        if not conflict.contenders:
            blank = (None,) * (len(SIDE) - 1)
            yield (*first, *blank, f"kamsync conflicts show {conflict.id}")

    def _conflict(self, conflict: Conflict) -> Row:
        """Return what a conflict says once."""
        opened = datetime.fromisoformat(conflict.opened)
        agreed = None
        if conflict.kind is Kind.VALUE:
            agreed = told(self._sight, self._names, conflict, conflict.agreed)
        return (
            conflict.id,
            self._names.get(conflict.record) or conflict.record,
            conflict.record,
            round((self._now - opened).total_seconds() / SECONDS_AN_HOUR, 1),
            opened,
            _moment(conflict.due),
            conflict.escalate or None,
            conflict.assignee or None,
            *at_stake(self._sight, self._records.get(conflict.record)),
            agreed,
            cause_of(conflict)[1] or None,
            _comment(self._sight, conflict),
            conflict.version,
        )

    def _side(self, conflict: Conflict, number: int, side: Contender) -> Row:
        """Return what one side of a conflict says."""
        link = self._links.get(side.link) if side.link is not None else None
        return (
            number,
            told(self._sight, self._names, conflict, side.value),
            side.team,
            side.person or None,
            side.system or None,
            link.native_id if link else None,
            _moment(side.at),
            _evidence(conflict, side),
            _command(conflict, number, side),
        )


def _comment(sight: Sight, conflict: Conflict) -> str | None:
    """Return the last comment, and whose it is."""
    comments = sight.comments(conflict)
    if not comments:
        return None
    last = comments[-1]
    return f"{last.person}: {last.text}"


def _moment(at: str) -> datetime | None:
    """Return a stored time, None where there is none."""
    return datetime.fromisoformat(at) if at else None


def _evidence(conflict: Conflict, side: Contender) -> str:
    """Return how it is known what a side says; of a record that a newcomer may be, how alike they are."""
    if side.link is not None:
        return side.evidence.value
    if conflict.kind is Kind.MATCH:
        score = side.cells[0] if side.cells else None
        return f"score {score:.2f}" if isinstance(score, int | float) else "score unknown"
    return "golden"


def _command(conflict: Conflict, number: int, side: Contender) -> str:
    """Return the command that decides for one side of a conflict as it was shown here."""
    words = CHOICES.get(conflict.kind)
    if conflict.kind is Kind.MATCH and side.link is not None:
        choice = "--choice new"
    elif words is None or conflict.kind is Kind.MATCH:
        choice = f"--keep {number}"
    elif conflict.kind is Kind.DELETE:
        choice = f"--choice {'restore' if side.value else 'delete'}"
    else:
        choice = f"--choice {words[0]}"
    return f"kamsync conflicts resolve {conflict.id} --version {conflict.version} {choice}"
