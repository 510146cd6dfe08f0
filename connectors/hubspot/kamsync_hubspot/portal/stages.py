"""Stages of deals: what a stage's id means is told by its pipeline, and follows from nothing else.

A deal holds the id of its stage. Whether that is won, lost or open, and how likely, is a property of
the stage (developers.hubspot.com, "CRM API | Pipelines"); so these two are shown beside the id, and
what is written of them must agree with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock

from msgspec import Struct

from kamsync.connector import NativeField
from kamsync.model import Native
from kamsync_hubspot.client.objects import DEALS, Shape
from kamsync_hubspot.client.transport import Transport
from kamsync_hubspot.client.wire import PipelineList

__all__ = ["PROBABILITY", "STAGE", "STATUS", "Stages"]

STAGE = "dealstage"
PIPELINE = "pipeline"
STATUS = "stage.status"
PROBABILITY = "stage.probability"
FIELDS = (
    NativeField(STATUS, type="choice", choices=("open", "won", "lost")),
    NativeField(PROBABILITY, type="number", writable=False),
)
ALONE = (
    "In HubSpot the stage of a deal says its status and probability, and it has others. "
    "Set them for the stage in the pipeline, or change them in the other system."
)


class Stage(Struct, frozen=True):
    """One stage of one pipeline."""

    id: str
    pipeline: str
    status: str
    probability: str | None


class Stages:
    """The stages of one portal; one that is not known yet is looked up once."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._lock = Lock()
        self._known: dict[str, Stage] = {}
        self._strange: set[str] = set()

    def derived(self, shape: Shape, names: Sequence[str], stage_id: Native) -> dict[str, Native]:
        """Return those of *names* that follow from a stage; nothing of one that nobody knows."""
        if shape.name != DEALS or not {STATUS, PROBABILITY} & set(names):
            return {}
        stage = self._stage(str(stage_id)) if stage_id else None
        if stage is None and stage_id:
            return {}
        status, probability = (stage.status, stage.probability) if stage else (None, None)
        told = {STATUS: status, PROBABILITY: probability}
        return {name: value for name, value in told.items() if name in names}

    def objection(self, shape: Shape, values: Mapping[str, Native]) -> str:
        """Return why what a stage means cannot be written: without a stage, or as another status.

        Without its stage nothing would be written, and to call that done would be to try it for ever.
        """
        if shape.name != DEALS:
            return ""
        if STAGE not in values and {STATUS, PROBABILITY} & set(values):
            return ALONE
        status, stage_id = values.get(STATUS), values.get(STAGE)
        if not status or not stage_id:
            return ""
        stage = self._stage(str(stage_id))
        if stage is None:
            return f"HubSpot has no deal stage {stage_id!r}. Map its stages to your words for them."
        if stage.status != status:
            return f"The deal stage {stage_id!r} is {stage.status} in HubSpot, not {status}."
        return ""

    def contradiction(self, shape: Shape, values: Mapping[str, Native]) -> str:
        """Return why a change of a deal cannot be: its stage has another probability.

        HubSpot would take the stage and keep its own probability; to call that done would be to
        write it again in every round. A deal that is made takes what its stage says.
        """
        said, stage_id = values.get(PROBABILITY), values.get(STAGE)
        stage = self._stage(str(stage_id)) if shape.name == DEALS and stage_id else None
        if said is None or stage is None or _same(str(said), stage.probability):
            return ""
        return (
            f"The deal stage {stage_id!r} has the probability {stage.probability} in HubSpot, not "
            f"{said}. Set it for the stage in the pipeline, or change it in the other system."
        )

    def completed(self, shape: Shape, values: Mapping[str, Native]) -> Mapping[str, Native]:
        """Return *values* with the pipeline that a stage belongs to."""
        if shape.name != DEALS or not values.get(STAGE) or PIPELINE in values:
            return values
        stage = self._stage(str(values[STAGE]))
        return values if stage is None else {**values, PIPELINE: stage.pipeline}

    def _stage(self, stage_id: str) -> Stage | None:
        """Return a stage, reading all pipelines if it is not known."""
        with self._lock:
            if stage_id not in self._known and stage_id not in self._strange:
                self._known = {stage.id: stage for stage in self._read()}
                self._strange.add(stage_id)
                self._strange -= set(self._known)
            return self._known.get(stage_id)

    def _read(self) -> list[Stage]:
        """Ask for all pipelines of deals."""
        answer = self._transport.get(self._transport.paths.pipelines, object=DEALS)
        return [
            Stage(stage.id, pipeline.id, _status(stage.metadata), _probability(stage.metadata))
            for pipeline in answer.as_(PipelineList).results
            for stage in pipeline.stages
        ]


def _status(metadata: Mapping[str, Native]) -> str:
    """Return whether a stage is open, won or lost: closed ones are certain or hopeless."""
    if str(metadata.get("isClosed", "")).lower() != "true":
        return "open"
    return "won" if float(metadata.get("probability") or 0) > 0 else "lost"


def _same(one: str, other: str | None) -> bool:
    """Whether two texts are the same number, however they are written."""
    try:
        return other is not None and float(one) == float(other)
    except ValueError:
        return False


def _probability(metadata: Mapping[str, Native]) -> str | None:
    told = metadata.get("probability")
    return None if told in (None, "") else str(told)
