"""Checking of values that somebody wants to set, all of them before any is set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import json

from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.model.refusal import Refusal
from kamsync_hubspot.sandbox.model.values import (
    Wrong,
    as_text,
    joined,
    read_only,
    spelled,
    unknown,
)
from kamsync_hubspot.sandbox.state.portal import Portal

__all__ = ["Invalid", "checked", "refuse_missing"]

Values = Mapping[str, str]


def checked(portal: Portal, kind: Kind, given: Mapping[str, Any], held: Values) -> dict[str, str]:
    """Return what is *given* as the portal spells it; *held* is what the record holds by now.

    Source: developers.hubspot.com/docs/api-reference/error-handling: all that is wrong is told at
    once, in the sentence and in `errors`.
    """
    known = portal.catalogue.properties(kind)
    values: dict[str, str] = {}
    wrong: list[Wrong] = []
    for name, value in given.items():
        try:
            if name not in known:
                raise unknown(name)
            if known[name].read_only:
                raise read_only(name)
            text = as_text(value)
            if known[name].field_type == "checkbox":
                text = joined(text, held.get(name, ""))
            # What a stage and a pipeline may be is told by the pipelines, below.
            is_place = bool(kind.stage) and name in {kind.stage, kind.pipeline}
            values[name] = text if is_place else spelled(known[name], text)
        except Wrong as error:
            wrong.append(error)
    wrong += _wrong_places(portal, kind, values, held)
    if wrong:
        raise Invalid(wrong)
    return values


class Invalid(Refusal):
    """The refusal of values that properties cannot hold; *wrong* is all that is wrong.

    Source: batches that github.com/amp-labs/connectors recorded: the sentence lists what is wrong in
    all rows, as JSON, and so does `errors`.
    """

    def __init__(self, wrong: Iterable[Wrong]) -> None:
        self.wrong = tuple(wrong)
        rows = [
            {"isValid": False, "message": each.message, "error": each.code, "name": each.name}
            for each in self.wrong
        ]
        super().__init__(
            400,
            f"Property values were not valid: {json.encode(rows).decode()}",
            errors=[
                {
                    "message": each.message,
                    "code": each.code,
                    "context": {"propertyName": [each.name]},
                }
                for each in self.wrong
            ],
        )


def refuse_missing(kind: Kind, values: Values) -> None:
    """Refuse a new record that lacks what its type needs.

    Source: developers.hubspot.com/docs/guides/api/crm/objects (each object's guide), and the
    sentence of real answers. A deal needs its name alone: such a creation is recorded.
    """
    lacking = [names[0] for names in kind.required if not any(values.get(name) for name in names)]
    if lacking:
        raise Refusal(
            400,
            f"Error creating {kind.upper}. Some required properties were not set.",
            context={"properties": lacking},
        )


def _wrong_places(portal: Portal, kind: Kind, values: Values, held: Values) -> Iterator[Wrong]:
    """Yield what is wrong about owner, pipeline, stage and price."""
    owner = values.get("hubspot_owner_id")
    if owner and owner not in portal.people.all:
        yield Wrong("hubspot_owner_id", "INVALID_OWNER_ID", f"Owner {owner} does not exist.")
    if kind.stage:
        yield from _wrong_stage(portal, kind, values, held)
    if kind.plural == "line_items" and values.get("price", "").startswith("-"):
        yield Wrong("price", "INVALID_PRICE", "The price of a line item cannot be negative.")


def _wrong_stage(portal: Portal, kind: Kind, values: Values, held: Values) -> Iterator[Wrong]:
    """Yield what is wrong about a pipeline or a stage.

    Source: a real answer to a deal with an unknown stage, published in a test on github.com.
    """
    if not values.keys() & {kind.pipeline, kind.stage}:
        return
    pipelines = portal.pipelines.of(kind)
    first = next(iter(pipelines), "")
    name = values.get(kind.pipeline) or held.get(kind.pipeline) or first
    if name not in pipelines:
        ids = ", ".join(pipelines)
        yield Wrong(
            kind.pipeline,
            "INVALID_OPTION",
            f"{name} is not a valid pipeline ID. Valid options are: [{ids}]",
        )
        return
    stage = values.get(kind.stage) or held.get(kind.stage)
    if stage and pipelines[name].stage(stage) is None:
        ids = ", ".join(each.id for each in pipelines[name].stages)
        yield Wrong(
            kind.stage,
            "INVALID_OPTION",
            f"{stage} is not a valid pipeline stage ID. Valid options are:"
            f" pipelineId={name} : [{ids}]",
        )
