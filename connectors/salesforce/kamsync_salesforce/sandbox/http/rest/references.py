"""References from one part of a composite call to the answer of another: ``@{account.id}``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Raw, json

from kamsync_salesforce.sandbox.refusal import Refusal

__all__ = ["NAME", "resolved"]

NAME = re.compile(r"[A-Za-z0-9_]+")
MARK = re.compile(r"@\{([^}]*)\}")
STEP = re.compile(r"\.?([A-Za-z0-9_]+)|\[(\d+)\]")


def resolved(told: Any, answers: Mapping[str, Any]) -> Any:
    """Return *told* with what *answers* hold in the place of each reference.

    A text that is nothing but a reference becomes the value; inside of other text it becomes text.
    Source: REST API Developer Guide, "Composite Subrequest" (reference syntax).

    Raises:
        Refusal: a reference names what no answer holds.
    """
    if isinstance(told, str):
        whole = MARK.fullmatch(told)
        if whole:
            return _value(whole[1], answers)
        return MARK.sub(lambda match: str(_value(match[1], answers)), told)
    if isinstance(told, Mapping):
        return {key: resolved(each, answers) for key, each in told.items()}
    if isinstance(told, list):
        return [resolved(each, answers) for each in told]
    return told


def _value(path: str, answers: Mapping[str, Any]) -> Any:
    """Return what a reference names."""
    name = re.split(r"[.\[]", path, maxsplit=1)[0]
    held: Any = answers.get(name)
    for member, place in STEP.findall(path[len(name) :]):
        if isinstance(held, Raw):
            held = json.decode(held)
        if place and isinstance(held, list) and int(place) < len(held):
            held = held[int(place)]
        elif member and isinstance(held, Mapping) and member in held:
            held = held[member]
        else:
            held = None
            break
    if held is None or isinstance(held, Mapping | list | Raw):
        text = f"Invalid reference specified. No value for {path} found in {name}"
        raise Refusal(400, "PROCESSING_HALTED", text)
    return held
