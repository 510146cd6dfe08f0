"""The JSON of the store: each value's encoder and decoder, made once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, json, structs
from msgspec.structs import force_setattr

from kamsync.clock import instant
from kamsync.errors import ValueInvalid
from kamsync.model import Author, Cells, Conflict, Fact, Golden, Intent, Reading

__all__ = [
    "SHARED",
    "conflict_of",
    "encoded",
    "facts_of",
    "facts_text",
    "first_facts_text",
    "golden_of",
    "golden_text",
    "intents_of",
    "object_of",
    "written",
]

SHARED = ""
"""Under which name a text of facts says the author and the time that most of them share.

In a text of golden values, it says the origin that most of those share.
"""

AS_SEEN: Cells = ()
"""What stands for `Fact.merged` where that is what is observed, in a text whose shared part says it, too."""

NOBODY = "-"
"""What stands for the time of a fact that has neither an author nor a time, beside others that do."""

_encoder = json.Encoder()
encoded = _encoder.encode
_facts_of = json.Decoder(dict[str, Fact]).decode
_golden_of = json.Decoder(dict[str, Golden]).decode
intents_of = json.Decoder(dict[str, Intent]).decode
conflict_of = json.Decoder(Conflict).decode
object_of = json.Decoder(dict[str, Any]).decode


def facts_text(facts: Mapping[str, Fact]) -> str:
    """Return facts as JSON text, without what most of them say alike: a decoder puts it back.

    Most facts of a link have one author and one time. Those are said once, under a name that no
    field has; a fact that has neither says so where others share them. And most facts were merged as
    they are observed, which is said once as well.
    """
    author, at = _said_most(list(facts.values()))
    is_shared = author is not None or at != ""
    seen = AS_SEEN if _may_be_seen(facts) else None
    lean: dict[str, Any] = {}
    if is_shared or seen is not None:
        lean[SHARED] = ((), seen, -1, False, author, at)
    for name, fact in facts.items():
        merged = fact.merged if seen is None or fact.merged != fact.observed else seen
        if fact.at != at or (fact.author is not author and fact.author != author):
            nobody = is_shared and fact.author is None and not fact.at
            lean[name] = structs.replace(fact, merged=merged, at=NOBODY if nobody else fact.at)
        elif (fact.doubt or fact.trail or fact.emptied or fact.known is not None) or (
            fact.aside or fact.unseen
        ):
            lean[name] = structs.replace(fact, merged=merged)
        elif merged is None and fact.knows == -1:
            lean[name] = (fact.observed,)
        else:
            lean[name] = (fact.observed, merged, fact.knows)
    return encoded(lean).decode()


def _said_most(facts: Sequence[Fact]) -> tuple[Author | None, str]:
    """Return the author and the time that most facts have.

    Mostly the first and the last agree. A history tells who edited each field, and of the existence,
    which comes first, only that somebody made the record.
    """
    if not facts:
        return None, ""
    first, last = facts[0], facts[-1]
    if first.at == last.at and first.author == last.author:
        return first.author, first.at
    return Counter((fact.author, fact.at) for fact in facts).most_common(1)[0][0]


def _may_be_seen(facts: Mapping[str, Fact]) -> bool:
    """Whether something was merged, and nothing as what stands for what is observed."""
    some = False
    for fact in facts.values():
        if fact.merged is not None:
            if not fact.merged:
                return False
            some = True
    return some


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
    # They were made a moment ago, and nobody else knows them yet.
    if shared.merged is not None:
        for fact in facts.values():
            if fact.merged == AS_SEEN:
                force_setattr(fact, "merged", fact.observed)
    author, at = shared.author, shared.at
    if author is not None or at:
        for fact in facts.values():
            if fact.at == NOBODY:
                force_setattr(fact, "at", "")
            elif fact.author is None and not fact.at:
                force_setattr(fact, "at", at)
                if author is not None:
                    force_setattr(fact, "author", author)
    return facts


def golden_text(fields: Mapping[str, Golden], record: str) -> str:
    """Return the golden values of a *record* as JSON text, in which an origin that many share is said once.

    `ValueInvalid` names the record where a text is not Unicode.
    """
    shared = next((each.origin for each in fields.values()), None)
    lean: dict[str, Any] = {SHARED: Golden(origin=shared)}
    for name, golden in fields.items():
        if golden.origin is None:
            return written(dict(fields), record)
        if golden.origin is not shared and golden.origin != shared:
            lean[name] = golden
        elif golden.recent or golden.turns or golden.pinned:
            lean[name] = structs.replace(golden, origin=None)
        else:
            lean[name] = (golden.value, golden.revision)
    return written(lean if fields else {}, record)


def golden_of(text: str) -> dict[str, Golden]:
    """Return the golden values that a JSON text holds."""
    fields = _golden_of(text)
    shared = fields.pop(SHARED, None)
    if shared is not None:
        for golden in fields.values():
            # They were made a moment ago, and nobody else knows them yet.
            if golden.origin is None:
                force_setattr(golden, "origin", shared.origin)
    return fields


def written(value: dict[str, Any] | Struct, about: str) -> str:
    """Return *value* as JSON text; `ValueInvalid` names *about* where a text is not Unicode."""
    try:
        return encoded(value).decode()
    except UnicodeEncodeError as error:
        raise ValueInvalid(
            f"{about} holds a text that is not valid Unicode; correct it where it was entered."
        ) from error
