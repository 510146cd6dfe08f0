"""Making, changing and removing of pipelines and stages.

Source: developers.hubspot.com/docs/guides/api/crm/pipelines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from msgspec import structs

from kamsync_hubspot.sandbox.admin.stamping import stamp_all
from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.model.moments import iso
from kamsync_hubspot.sandbox.model.refusal import Refusal, not_found, unset
from kamsync_hubspot.sandbox.state.pipelines import Pipeline, Stage
from kamsync_hubspot.sandbox.state.portal import Portal

__all__ = [
    "add_pipeline",
    "add_stage",
    "change_pipeline",
    "change_stage",
    "drop_pipeline",
    "drop_stage",
    "pipeline_of",
    "stage_of",
]

MOST_STAGES = 100
Body = Mapping[str, Any]


def pipeline_of(portal: Portal, kind: Kind, id_: str) -> Pipeline:
    """Return a pipeline."""
    found = portal.pipelines.of(kind).get(id_)
    if found is None:
        raise not_found(f"Pipeline {id_} does not exist.", "PipelineError.PIPELINE_NOT_FOUND")
    return found


def stage_of(pipeline: Pipeline, id_: str) -> Stage:
    """Return a stage."""
    found = pipeline.stage(id_)
    if found is None:
        raise not_found(f"Stage {id_} does not exist.", "PipelineError.STAGE_NOT_FOUND")
    return found


def add_pipeline(portal: Portal, kind: Kind, body: Body) -> Pipeline:
    """Make a pipeline with its stages."""
    _refuse_lacking(body, "label", "displayOrder", "stages")
    if not kind.stage:
        raise Refusal(400, f"{kind.upper} objects have no pipelines.")
    if any(each.label == body["label"] for each in portal.pipelines.of(kind).values()):
        raise Refusal(
            409,
            f"A pipeline labelled {body['label']} already exists.",
            category="OBJECT_ALREADY_EXISTS",
            sub_category="PipelineError.PIPELINE_LABEL_EXISTS",
        )
    now = iso(portal.now)
    stages = tuple(_stage(portal, kind, each) for each in body["stages"])
    made = Pipeline(
        str(portal.database.count("pipeline", 1, 700_000)),
        str(body["label"]),
        int(body["displayOrder"]),
        _few(stages),
        now,
        now,
    )
    portal.pipelines.keep(kind, made)
    return made


def change_pipeline(portal: Portal, kind: Kind, id_: str, body: Body, *, whole: bool) -> Pipeline:
    """Change a pipeline, its stages too where the *whole* is sent; all its records are stamped."""
    before = pipeline_of(portal, kind, id_)
    changed = structs.replace(
        before,
        label=str(_given(body, "label", before.label)),
        display_order=int(_given(body, "displayOrder", before.display_order)),
        archived=bool(_given(body, "archived", before.archived)),
        updated_at=iso(portal.now),
    )
    if whole:
        _refuse_lacking(body, "label", "displayOrder", "stages")
        stages = tuple(_stage(portal, kind, each) for each in body["stages"])
        changed = structs.replace(changed, stages=_few(stages))
    return _kept(portal, kind, changed)


def drop_pipeline(portal: Portal, kind: Kind, id_: str, *, checked: bool) -> None:
    """Remove a pipeline; where that is to be *checked*, not one that records are in."""
    pipeline = pipeline_of(portal, kind, id_)
    if checked and _used(portal, kind, kind.pipeline, [id_]):
        raise Refusal(
            400,
            f"Pipeline {pipeline.label} is in use.",
            sub_category="PipelineError.PIPELINE_ID_IN_USE",
        )
    portal.pipelines.drop(kind, id_)


def add_stage(portal: Portal, kind: Kind, id_: str, body: Body) -> Stage:
    """Make a stage."""
    before = pipeline_of(portal, kind, id_)
    made = _stage(portal, kind, body)
    _kept(portal, kind, structs.replace(before, stages=_few((*before.stages, made))))
    return made


def change_stage(portal: Portal, kind: Kind, ids: tuple[str, str], body: Body) -> Stage:
    """Change a stage."""
    pipeline = pipeline_of(portal, kind, ids[0])
    before = stage_of(pipeline, ids[1])
    changed = structs.replace(
        before,
        label=str(_given(body, "label", before.label)),
        display_order=int(_given(body, "displayOrder", before.display_order)),
        metadata={**before.metadata, **_texts(body.get("metadata"))},
        updated_at=iso(portal.now),
    )
    if kind.plural == "deals":
        _probability(changed.metadata.get("probability", ""))
    stages = tuple(changed if each.id == ids[1] else each for each in pipeline.stages)
    _kept(portal, kind, structs.replace(pipeline, stages=stages))
    return changed


def drop_stage(portal: Portal, kind: Kind, ids: tuple[str, str], *, checked: bool) -> None:
    """Remove a stage; where that is to be *checked*, not one that records are in."""
    pipeline = pipeline_of(portal, kind, ids[0])
    stage_of(pipeline, ids[1])
    if checked and _used(portal, kind, kind.stage, [ids[1]]):
        raise Refusal(
            400, f"Stage {ids[1]} is in use.", sub_category="PipelineError.STAGE_ID_IN_USE"
        )
    stages = tuple(each for each in pipeline.stages if each.id != ids[1])
    _kept(portal, kind, structs.replace(pipeline, stages=stages))


def _stage(portal: Portal, kind: Kind, body: Body) -> Stage:
    """Return a new stage."""
    _refuse_lacking(body, "label", "displayOrder")
    metadata = _texts(body.get("metadata"))
    if kind.plural == "deals":
        if "probability" not in metadata:
            raise Refusal(400, "Deal stages need a probability in their metadata.")
        closed = _probability(metadata["probability"]) in {0, 1}
        metadata = {"isClosed": str(closed).lower(), **metadata}
    now = iso(portal.now)
    return Stage(
        str(body.get("id") or portal.database.count("stage", 1, 900_000)),
        str(body["label"]),
        int(body["displayOrder"]),
        metadata,
        now,
        now,
    )


def _given(body: Body, name: str, before: Any) -> Any:
    """Return what is to be, or what was where nothing is said."""
    return before if body.get(name) is None else body[name]


def _texts(metadata: Mapping[str, Any] | None) -> dict[str, str]:
    """Return metadata as it is kept."""
    return {name: str(text) for name, text in (metadata or {}).items()}


def _probability(text: str) -> Decimal:
    """Read how likely a deal is: from nought to one."""
    try:
        chance = Decimal(text)
    except InvalidOperation:
        chance = Decimal("NaN")
    if not (chance.is_finite() and 0 <= chance <= 1):
        raise Refusal(
            400, f"The probability of a deal stage is between 0.0 and 1.0, and not {text}."
        )
    return chance


def _few(stages: Sequence[Stage]) -> tuple[Stage, ...]:
    """Return the stages of a pipeline: some, and not too many."""
    if not 0 < len(stages) <= MOST_STAGES:
        raise Refusal(400, f"A pipeline must have 1 to {MOST_STAGES} stages.")
    return tuple(stages)


def _kept(portal: Portal, kind: Kind, pipeline: Pipeline) -> Pipeline:
    """Keep a pipeline that was changed."""
    with portal.atomically():
        portal.pipelines.keep(kind, pipeline)
        stamp_all(portal, kind, kind.pipeline, pipeline.id)
    return pipeline


def _used(portal: Portal, kind: Kind, name: str, ids: Sequence[str]) -> bool:
    """Whether a record is in one of these."""
    row = portal.database.execute(
        "SELECT EXISTS (SELECT 1 FROM record WHERE type = ? AND archived = 0"
        f" AND json_extract(properties, '$.{name}') = ?)",
        (kind.id, ids[0]),
    ).fetchone()
    return bool(row[0])


def _refuse_lacking(body: Body, *names: str) -> None:
    """Refuse a body that lacks something."""
    lacking = [name for name in names if body.get(name) is None]
    if lacking:
        raise unset(lacking)
