"""Batches: many records in one call, and what is answered when some of them cannot be done.

Source: developers.hubspot.com/docs/api-reference/error-handling (partial success) and batches that
github.com/amp-labs/connectors recorded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from kamsync_hubspot.sandbox.changing.binning import archive
from kamsync_hubspot.sandbox.changing.checking import Invalid
from kamsync_hubspot.sandbox.changing.writing import create, identified, refuse_closed, update
from kamsync_hubspot.sandbox.model.caller import Caller
from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.model.moments import iso
from kamsync_hubspot.sandbox.model.refusal import Refusal, unset
from kamsync_hubspot.sandbox.model.values import Wrong
from kamsync_hubspot.sandbox.state.portal import Portal
from kamsync_hubspot.sandbox.state.records import as_id, find, many, unaliased
from kamsync_hubspot.sandbox.telling.showing import asked, shown, shown_whole

__all__ = ["Batch", "archive_all", "create_all", "inputs", "read_all", "update_all", "upsert_all"]

LARGEST = 100
Input = Mapping[str, Any]


class Batch(Struct):
    """What came of a batch."""

    results: list[dict[str, Any]]
    errors: list[dict[str, Any]]
    status: int
    begun: int

    def body(self, now: int) -> dict[str, Any]:
        """Return what is answered; with errors, their number."""
        failed = {"numErrors": len(self.errors), "errors": self.errors} if self.errors else {}
        return {
            "status": "COMPLETE",
            "results": self.results,
            **failed,
            "startedAt": iso(self.begun),
            "completedAt": iso(now),
        }

    @property
    def code(self) -> int:
        """The status: 207 as soon as something was not done."""
        return 207 if self.errors else self.status


def inputs(body: Mapping[str, Any], largest: int = LARGEST) -> list[dict[str, Any]]:
    """Return the inputs of a batch: at least one, and not too many."""
    given = body.get("inputs")
    if not isinstance(given, list):
        raise unset(["inputs"])
    if not given:
        raise Refusal(400, "Batch input provided should have at least one object.")
    if len(given) > largest:
        raise Refusal(
            400,
            f"The maximum number of inputs in a batch is {largest}, and there are {len(given)}.",
        )
    return given


def read_all(
    portal: Portal, kind: Kind, body: Mapping[str, Any], *, archived: bool = False
) -> Batch:
    """Read records by id or by a unique property; what is not there is told as an error.

    Results come in the order of ids, not of inputs: no order is documented.
    """
    begun, given = portal.now, inputs(body)
    names = asked(portal, kind, list(body.get("properties") or ()))
    history = list(body.get("propertiesWithHistory") or ())
    if history and len(given) > LARGEST // 2:
        raise Refusal(400, f"With history, at most {LARGEST // 2} records are read in a batch.")
    by = body.get("idProperty")
    wanted = {str(each.get("id", "")): _sought(portal, kind, by, each) for each in given}
    found = many(portal, kind, [id_ for id_ in wanted.values() if id_], archived=archived)
    missing = [text for text, id_ in wanted.items() if id_ not in found]
    errors = [_missing(kind, missing)] if missing else []
    results = [shown(portal, kind, each, names, history) for each in found.values()]
    return Batch(results, errors, 200, begun)


def create_all(portal: Portal, kind: Kind, body: Mapping[str, Any], caller: Caller) -> Batch:
    """Make records: all or none, unless every input bears a trace id of its own."""
    begun, given = portal.now, inputs(body)

    def one(each: Input) -> dict[str, Any]:
        record = create(
            portal, kind, each.get("properties") or {}, caller, each.get("associations") or ()
        )
        return shown_whole(portal, kind, record)

    return _each(portal, given, one, Batch([], [], 201, begun), partial=_traced(given))


def update_all(portal: Portal, kind: Kind, body: Mapping[str, Any], caller: Caller) -> Batch:
    """Change records; ids that are not there are told, and everything else is done.

    The id of a record that was merged away is not there. A value that is not valid refuses the
    whole batch, unless every input bears a trace id.
    """
    refuse_closed(kind)
    begun, given = portal.now, inputs(body)
    _refuse_doubles(given)
    targets = [_target(portal, kind, each) for each in given]
    missing = [str(each.get("id", "")) for each, id_ in zip(given, targets, strict=True) if not id_]
    batch = Batch([], [_missing(kind, missing)] if missing else [], 200, begun)
    by_input = {id(each): id_ for each, id_ in zip(given, targets, strict=True)}
    there = [each for each in given if by_input[id(each)]]

    def one(each: Input) -> dict[str, Any]:
        target = by_input[id(each)]
        assert target is not None
        record, names = update(portal, kind, target, each.get("properties") or {}, caller)
        return shown(portal, kind, record, sorted(names))

    _each(portal, there, one, batch, partial=_traced(given))
    batch.results.sort(key=lambda told: int(told["id"]))
    return batch


def upsert_all(portal: Portal, kind: Kind, body: Mapping[str, Any], caller: Caller) -> Batch:
    """Change the records that have a value of a unique property, and make the others.

    Partial success is not there for e-mail addresses. Source:
    developers.hubspot.com/docs/guides/api/crm/objects/contacts (upsert).
    """
    refuse_closed(kind)
    begun, given = portal.now, inputs(body)
    _refuse_doubles(given)
    by_email = any(each.get("idProperty") == "email" for each in given)

    def one(each: Input) -> dict[str, Any]:
        return _upsert(portal, kind, each, caller)

    return _each(
        portal, given, one, Batch([], [], 200, begun), partial=_traced(given) and not by_email
    )


def archive_all(portal: Portal, kind: Kind, body: Mapping[str, Any], caller: Caller) -> None:
    """Put records into the bin; ids that are not there are passed over."""
    with portal.atomically():
        for each in inputs(body):
            id_ = as_id(each.get("id", ""))
            if id_ is not None:
                archive(portal, kind, id_, caller)


def _upsert(portal: Portal, kind: Kind, each: Input, caller: Caller) -> dict[str, Any]:
    """Change or make one record."""
    by, key, values = each.get("idProperty"), str(each.get("id", "")), each.get("properties") or {}
    if by is None:
        record, names = update(portal, kind, as_id(key) or 0, values, caller)
        return shown(portal, kind, record, sorted(names)) | {"new": False}
    found = identified(portal, kind, by, key)
    if found is None:
        record = create(portal, kind, {by: key, **values}, caller)
        return shown_whole(portal, kind, record) | {"new": True}
    record, names = update(portal, kind, found, values or {by: key}, caller)
    return shown(portal, kind, record, sorted({*names, by})) | {"new": False}


def _each(
    portal: Portal,
    given: Sequence[Input],
    one: Callable[[Input], dict[str, Any]],
    batch: Batch,
    *,
    partial: bool,
) -> Batch:
    """Do *one* input after the other; where that is not *partial*, a refusal undoes all."""
    wrong: list[Wrong] = []
    with portal.atomically():
        for each in given:
            trace = each.get("objectWriteTraceId")
            told = {"objectWriteTraceId": trace} if trace else {}
            try:
                batch.results.append(one(each) | told)
            except Invalid as refusal:
                wrong += refusal.wrong
                batch.errors.append(refusal.row(_context(str(trace), refusal)))
            except Refusal as refusal:
                if not partial:
                    raise _without_id(refusal) from None
                batch.errors.append(refusal.row(_context(str(trace), refusal)))
        if wrong and not partial:
            raise Invalid(wrong)
    return batch


def _without_id(refusal: Refusal) -> Refusal:
    """Return how a whole batch is refused: a conflict does not name the record. Source: recorded."""
    refusal.message = refusal.message.partition(". Existing ID: ")[0]
    return refusal


def _context(trace: str, refusal: Refusal) -> dict[str, list[str]]:
    """Return what tells which input was refused, and which record stood in its way."""
    _, _, existing = refusal.message.partition("Existing ID: ")
    return {"objectWriteTraceId": [trace], **({"existingId": [existing]} if existing else {})}


def _traced(given: Sequence[Input]) -> bool:
    """Whether every input bears a trace id of its own."""
    traces = {each.get("objectWriteTraceId") for each in given}
    return len(traces) == len(given) and not traces & {None, ""}


def _refuse_doubles(given: Sequence[Input]) -> None:
    """Refuse a batch that names a record twice. Source: recorded, as above."""
    counts = Counter(str(each.get("id")) for each in given)
    twice = [id_ for id_, count in counts.items() if count > 1]
    if twice:
        ids = ", ".join(twice)
        message = f"Duplicate IDs found in batch input: [{ids}]. IDs must be unique"
        raise Refusal(400, message, context={"ids": twice})


def _target(portal: Portal, kind: Kind, each: Input) -> int | None:
    """Return which living record an input of an update is about."""
    by, key = each.get("idProperty"), str(each.get("id", ""))
    if by:
        return identified(portal, kind, by, key)
    id_ = as_id(key)
    return id_ if id_ is not None and find(portal, kind, id_) else None


def _sought(portal: Portal, kind: Kind, by: str | None, each: Input) -> int | None:
    """Return the id under which an input of a read is looked for."""
    key = str(each.get("id", ""))
    if by:
        return identified(portal, kind, by, key)
    id_ = as_id(key)
    if id_ is not None and portal.settings.batch_read_follows_merges:
        return unaliased(portal, kind, id_)
    return id_


def _missing(kind: Kind, ids: Sequence[str]) -> dict[str, Any]:
    """Return the error of records that are not there."""
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": f"Could not get some {kind.upper} objects, they may be deleted or not exist."
        " Check that ids are valid.",
        "context": {"ids": list(ids)},
    }
