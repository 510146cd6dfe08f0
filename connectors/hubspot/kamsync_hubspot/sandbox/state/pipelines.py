"""The pipelines of deals and tickets, and their stages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, json

from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.state.database import Database

__all__ = ["Pipeline", "Pipelines", "Stage"]

_BEGINNING = "1970-01-01T00:00:00Z"


class Stage(Struct, frozen=True, rename="camel"):
    """One stage. Source: recorded in github.com/NangoHQ/integration-templates (fetch-pipelines)."""

    id: str
    label: str
    display_order: int
    metadata: Mapping[str, str]
    created_at: str = _BEGINNING
    updated_at: str = _BEGINNING
    archived: bool = False
    write_permissions: str = "CRM_PERMISSIONS_ENFORCEMENT"


class Pipeline(Struct, frozen=True, rename="camel"):
    """One pipeline."""

    id: str
    label: str
    display_order: int
    stages: tuple[Stage, ...]
    created_at: str = _BEGINNING
    updated_at: str = _BEGINNING
    archived: bool = False

    def stage(self, id_: str) -> Stage | None:
        """Return a stage by its id."""
        return next((each for each in self.stages if each.id == id_), None)


def _deal(place: int, id_: str, label: str, probability: str) -> Stage:
    closed = "true" if probability in {"0.0", "1.0"} else "false"
    return Stage(id_, label, place, {"isClosed": closed, "probability": probability})


_DEALS = (
    _deal(0, "appointmentscheduled", "Appointment Scheduled", "0.2"),
    _deal(1, "qualifiedtobuy", "Qualified To Buy", "0.4"),
    _deal(2, "presentationscheduled", "Presentation Scheduled", "0.6"),
    _deal(3, "decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
    _deal(4, "contractsent", "Contract Sent", "0.9"),
    _deal(5, "closedwon", "Closed Won", "1.0"),
    _deal(6, "closedlost", "Closed Lost", "0.0"),
)
_TICKETS = tuple(
    Stage(id_, label, place, {"ticketState": state, "isClosed": str(state == "CLOSED").lower()})
    for place, (id_, label, state) in enumerate(
        (
            ("1", "New", "OPEN"),
            ("2", "Waiting on contact", "OPEN"),
            ("3", "Waiting on us", "OPEN"),
            ("4", "Closed", "CLOSED"),
        )
    )
)
FIRST = {
    "0-3": Pipeline("default", "Sales Pipeline", 0, _DEALS),
    "0-5": Pipeline("0", "Support Pipeline", 0, _TICKETS),
}
"""What every portal begins with. Source: knowledge.hubspot.com/object-settings (default stages)."""


class Pipelines:
    """The pipelines, kept in the database and read once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, dict[str, Pipeline]] = {}

    def begin(self) -> None:
        """Keep what every portal begins with."""
        for type_, pipeline in FIRST.items():
            self._keep(type_, pipeline)

    def of(self, kind: Kind) -> dict[str, Pipeline]:
        """Return the pipelines of *kind* by id, in their order."""
        if kind.id not in self._known:
            rows = self._database.execute(
                "SELECT body FROM definition WHERE what = 'pipeline' AND type = ?", (kind.id,)
            )
            found = [json.decode(body, type=Pipeline) for (body,) in rows.fetchall()]
            found.sort(key=lambda each: each.display_order)
            self._known[kind.id] = {each.id: each for each in found}
        return self._known[kind.id]

    def keep(self, kind: Kind, pipeline: Pipeline) -> None:
        """Keep a pipeline, new or changed."""
        self._keep(kind.id, pipeline)

    def drop(self, kind: Kind, id_: str) -> None:
        """Forget a pipeline."""
        self._database.execute(
            "DELETE FROM definition WHERE what = 'pipeline' AND type = ? AND name = ?",
            (kind.id, id_),
        )
        self._known.clear()

    def stage(self, kind: Kind, properties: Mapping[str, Any]) -> Stage | None:
        """Return the stage that a record is in."""
        pipeline = self.of(kind).get(properties.get(kind.pipeline) or "")
        return pipeline.stage(properties.get(kind.stage) or "") if pipeline else None

    def _keep(self, type_: str, pipeline: Pipeline) -> None:
        self._database.execute(
            "INSERT OR REPLACE INTO definition VALUES ('pipeline', ?, ?, 0, ?)",
            (type_, pipeline.id, json.encode(pipeline).decode()),
        )
        self._known.clear()
