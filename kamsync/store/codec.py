"""The JSON of the store: each value's encoder and decoder, made once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, json

from kamsync.errors import ValueInvalid
from kamsync.model import Conflict, Fact, Golden, Intent

__all__ = [
    "conflict_of",
    "encoded",
    "facts_of",
    "facts_text",
    "golden_of",
    "intents_of",
    "object_of",
    "written",
]

_encoder = json.Encoder()
encoded = _encoder.encode
facts_of = json.Decoder(dict[str, Fact]).decode
golden_of = json.Decoder(dict[str, Golden]).decode
intents_of = json.Decoder(dict[str, Intent]).decode
conflict_of = json.Decoder(Conflict).decode
object_of = json.Decoder(dict[str, Any]).decode


def facts_text(facts: Mapping[str, Fact]) -> str:
    """Return facts as JSON text, without what most of them end in: a decoder puts it back."""
    lean = {
        name: fact
        if fact.author is not None
        or (fact.at or fact.doubt or fact.trail or fact.emptied or fact.known is not None)
        or (fact.aside or fact.unseen)
        else (fact.observed, fact.merged, fact.knows)
        for name, fact in facts.items()
    }
    return encoded(lean).decode()


def written(value: dict[str, Any] | Struct, about: str) -> str:
    """Return *value* as JSON text; `ValueInvalid` names *about* where a text is not Unicode."""
    try:
        return encoded(value).decode()
    except UnicodeEncodeError as error:
        raise ValueInvalid(
            f"{about} holds a text that is not valid Unicode; correct it where it was entered."
        ) from error
