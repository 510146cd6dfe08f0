"""The JSON of the store: each value's encoder and decoder, made once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, json, structs
from msgspec.structs import force_setattr

from kamsync.clock import instant
from kamsync.errors import ValueInvalid
from kamsync.model import Cells, Conflict, Fact, Golden, Intent, Reading

__all__ = [
    "SHARED",
    "conflict_of",
    "encoded",
    "facts_of",
    "facts_text",
    "first_facts_text",
    "golden_of",
    "intents_of",
    "object_of",
    "written",
]

SHARED = ""
"""Under which name a text of facts says the author and the time that most of them share."""

NOBODY = "-"
"""What stands for the time of a fact that has neither an author nor a time, beside others that do."""

_encoder = json.Encoder()
encoded = _encoder.encode
_facts_of = json.Decoder(dict[str, Fact]).decode
golden_of = json.Decoder(dict[str, Golden]).decode
intents_of = json.Decoder(dict[str, Intent]).decode
conflict_of = json.Decoder(Conflict).decode
object_of = json.Decoder(dict[str, Any]).decode


def facts_text(facts: Mapping[str, Fact]) -> str:
    """Return facts as JSON text, without what most of them end in: a decoder puts it back.

    Most facts of a link have one author and one time. Those are said once, under a name that no
    field has; a fact that has neither says so where others share them.
    """
    first = next(iter(facts.values()), None)
    author, at = (first.author, first.at) if first is not None else (None, "")
    is_shared = author is not None or at != ""
    lean: dict[str, Any] = {SHARED: ((), None, -1, False, author, at)} if is_shared else {}
    for name, fact in facts.items():
        if fact.at != at or (fact.author is not author and fact.author != author):
            nobody = is_shared and fact.author is None and not fact.at
            lean[name] = structs.replace(fact, at=NOBODY) if nobody else fact
        elif (fact.doubt or fact.trail or fact.emptied or fact.known is not None) or (
            fact.aside or fact.unseen
        ):
            lean[name] = fact
        elif fact.merged is None and fact.knows == -1:
            lean[name] = (fact.observed,)
        else:
            lean[name] = (fact.observed, fact.merged, fact.knows)
    return encoded(lean).decode()


def first_facts_text(reading: Reading, cells: Mapping[str, Cells]) -> str:
    """Return the text of facts that are nothing but the *cells* that a reading shows for the first time."""
    author, at = reading.author, instant(reading.modified) if reading.modified else ""
    lean: dict[str, Any] = {name: (each,) for name, each in cells.items()}
    if author is not None or at:
        lean[SHARED] = ((), None, -1, False, author, at)
    return encoded(lean).decode()


def facts_of(text: str) -> dict[str, Fact]:
    """Return the facts that a JSON text holds."""
    facts = _facts_of(text)
    shared = facts.pop(SHARED, None)
    if shared is None:
        return facts
    author, at = shared.author, shared.at
    for fact in facts.values():
        # They were made a moment ago, and nobody else knows them yet.
        if fact.at == NOBODY:
            force_setattr(fact, "at", "")
        elif fact.author is None and not fact.at:
            force_setattr(fact, "at", at)
            if author is not None:
                force_setattr(fact, "author", author)
    return facts


def written(value: dict[str, Any] | Struct, about: str) -> str:
    """Return *value* as JSON text; `ValueInvalid` names *about* where a text is not Unicode."""
    try:
        return encoded(value).decode()
    except UnicodeEncodeError as error:
        raise ValueInvalid(
            f"{about} holds a text that is not valid Unicode; correct it where it was entered."
        ) from error
