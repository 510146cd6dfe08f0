"""Several calls in one: composite and composite graph, whose parts may build on each other."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import UNSET, Struct

from kamsync_salesforce.sandbox.http.calls.exchange import Call, Reply
from kamsync_salesforce.sandbox.http.rest.references import NAME, resolved
from kamsync_salesforce.sandbox.refusal import Refusal

if TYPE_CHECKING:
    from kamsync_salesforce.sandbox.http.api import Api

__all__ = ["COMPOSITE"]

FAILED = 400
MOST_PARTS = 25
MOST_HEAVY = 5
MOST_NODES = 500
MOST_GRAPHS = 75
DEEPEST = 15
MOST_TYPES = 15
MOST_FAILED = 14
METHODS = {"GET", "POST", "PATCH", "PUT", "DELETE"}
HALTED = "The transaction was rolled back since another operation in the same transaction failed."
# What cannot be a part of a composite.
WHOLE = {"batch", "graph"}

Result: TypeAlias = dict[str, Any]


class Part(Struct, rename="camel"):
    """One call within a composite."""

    method: str
    url: str
    reference_id: str
    body: Any = UNSET
    http_headers: dict[str, str] = {}


class Composite(Struct, rename="camel"):
    """The body of a composite."""

    composite_request: list[Part]
    all_or_none: bool = False
    collate_subrequests: bool | None = None


class Graph(Struct, rename="camel"):
    """A graph of calls, all of which are carried out or none."""

    graph_id: str
    composite_request: list[Part]


class Graphs(Struct):
    """The body of a composite graph."""

    graphs: list[Graph]


class _Undo(Exception):
    """A part failed where all were wanted."""


def composite(api: Api, call: Call) -> Reply:
    """Carry out up to 25 calls, in order.

    Source: REST API Developer Guide, "Composite" (limits; allOrNone; references).
    """
    asked = call.shaped(Composite)
    parts = asked.composite_request
    _check_names(parts)
    if len(parts) > MOST_PARTS:
        raise _too_many(f"more than {MOST_PARTS} subrequests")
    if sum(_is_heavy(part.url) for part in parts) > MOST_HEAVY:
        raise _too_many(f"more than {MOST_HEAVY} query or sObject Collections subrequests")
    results, _ = _carried_out(api, call, parts, all_or_none=asked.all_or_none)
    return Reply(200, {"compositeResponse": results})


def graph(api: Api, call: Call) -> Reply:
    """Carry out graphs of calls, each of them whole or not at all.

    Source: REST API Developer Guide, "Composite Graph" and "Composite Graph Limits".
    """
    graphs = call.shaped(Graphs).graphs
    _check_graphs(graphs)
    told, failed = [], 0
    for each in graphs:
        if failed >= MOST_FAILED:
            results, good = [_halted(part) for part in each.composite_request], False
        else:
            results, good = _carried_out(api, call, each.composite_request, all_or_none=True)
        failed += not good
        told.append(
            {
                "graphId": each.graph_id,
                "graphResponse": {"compositeResponse": results},
                "isSuccessful": good,
            }
        )
    return Reply(200, {"graphs": told})


COMPOSITE = {"POST composite": composite, "POST composite/graph": graph}


def _carried_out(
    api: Api, call: Call, parts: Sequence[Part], *, all_or_none: bool
) -> tuple[list[Result], bool]:
    """Return the result of each part, and whether all of them are good."""
    results: list[Result] = []
    answers: dict[str, Any] = {}
    failed = False
    with suppress(_Undo), api.org.atomically():
        for part in parts:
            reply = _part(api, call, part, answers)
            results.append(_result(part, reply))
            if reply.status < FAILED:
                answers[part.reference_id] = reply.body
                continue
            failed = True
            if all_or_none:
                raise _Undo
    if failed and all_or_none:
        culprit = len(results) - 1
        halted = [_halted(part) for part in parts]
        return [*halted[:culprit], results[culprit], *halted[culprit + 1 :]], False
    return results, not failed


def _part(api: Api, call: Call, part: Part, answers: dict[str, Any]) -> Reply:
    """Carry out one part."""
    try:
        return api.answer(_sub(call, part, answers))
    except Refusal as refusal:
        return api.refused(refusal, None)


def _sub(call: Call, part: Part, answers: dict[str, Any]) -> Call:
    """Return the call that a part is, with the answers that it refers to."""
    url, body = resolved(part.url, answers), resolved(part.body, answers)
    if part.method not in METHODS:
        raise Refusal(405, "METHOD_NOT_ALLOWED", f"HTTP Method '{part.method}' not allowed.")
    sub = call.sub(part.method, url, body=body, headers=part.http_headers)
    if sub.path[:1] == ("composite",) and (len(sub.path) == 1 or sub.path[1] in WHOLE):
        raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")
    return sub


def _result(part: Part, reply: Reply) -> Result:
    """Return what a part is answered."""
    return {
        "body": reply.body,
        "httpHeaders": reply.headers,
        "httpStatusCode": reply.status,
        "referenceId": part.reference_id,
    }


def _halted(part: Part) -> Result:
    """Return the result of a part that was not carried out, or was taken back."""
    error = {"errorCode": "PROCESSING_HALTED", "message": HALTED}
    return _result(part, Reply(400, [error]))


def _check_names(parts: Sequence[Part]) -> None:
    """Refuse names that are not made of letters, digits and underscores, or that come twice."""
    if not parts:
        raise Refusal(400, "INVALID_INPUT", "compositeRequest must have subrequests")
    names = [part.reference_id for part in parts]
    for name in names:
        if not NAME.fullmatch(name):
            text = f"Provided referenceId ('{name}') must contain only letters, numbers and '_'"
            raise Refusal(400, "JSON_PARSER_ERROR", text)
    if len(set(names)) < len(names):
        raise Refusal(400, "INVALID_INPUT", "The referenceIds of the subrequests are not unique")


def _is_heavy(url: str) -> bool:
    """Return whether a part is a query or a collection."""
    path = url.partition("?")[0].strip("/").split("/")[3:]
    return path[:1] in (["query"], ["queryAll"]) or path[:2] == ["composite", "sobjects"]


def _check_graphs(graphs: Sequence[Graph]) -> None:
    """Refuse graphs beyond the limits."""
    if len(graphs) > MOST_GRAPHS:
        raise _too_many(f"more than {MOST_GRAPHS} graphs")
    if sum(len(each.composite_request) for each in graphs) > MOST_NODES:
        raise _too_many(f"more than {MOST_NODES} nodes")
    for each in graphs:
        _check_names(each.composite_request)
        paths = [
            part.url.partition("?")[0].strip("/").split("/")[3:] for part in each.composite_request
        ]
        if any(path[:1] != ["sobjects"] or len(path) < len("ab") for path in paths):
            raise Refusal(400, "INVALID_INPUT", "A graph takes only addresses of sObject records")
        if len({path[1].lower() for path in paths}) > MOST_TYPES:
            raise _too_many(f"more than {MOST_TYPES} types of nodes")
        if _depth(each.composite_request) > DEEPEST:
            raise _too_many(f"a depth of more than {DEEPEST}")


def _depth(parts: Sequence[Part]) -> int:
    """Return how long the longest chain of references is."""
    depths: dict[str, int] = {}
    for part in parts:
        text = f"{part.url}{part.body}"
        below = [depth for name, depth in depths.items() if f"@{{{name}." in text]
        depths[part.reference_id] = 1 + max(below, default=0)
    return max(depths.values(), default=0)


def _too_many(what: str) -> Refusal:
    """Return the refusal of a call that has more than it may; the text is not recorded anywhere."""
    return Refusal(400, "LIMIT_EXCEEDED", f"The request has {what}.")
