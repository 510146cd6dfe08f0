"""What Salesforce says when it does not do what was asked, in each of its shapes.

Single requests answer with a list of ``errorCode`` and ``message``, rows of a collection with
``statusCode``, the token endpoint with ``error`` and ``error_description`` (REST API Developer Guide,
"Status Codes and Error Responses"; OAuth 2.0, RFC 6749, 5.2).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

__all__ = ["Problem", "body_of", "problem_of", "problems_in"]


class Problem(Struct, frozen=True):
    """One error: its *code*, what it says, the fields that it names, and a candidate that it found."""

    code: str
    text: str = ""
    fields: tuple[str, ...] = ()
    candidate: str = ""

    def __str__(self) -> str:
        about = f" ({', '.join(self.fields)})" if self.fields else ""
        return f"{self.text.strip() or self.code}{about} [{self.code}]"


def body_of(content: bytes) -> Any:
    """Return what a body says, None for one that is empty or no JSON."""
    try:
        return msgspec.json.decode(content)
    except ValueError:
        return _read_patiently(content)


def _read_patiently(content: bytes) -> Any:
    """Return what a body says that the fast reader refuses: it may hold half a character, or a mark first."""
    try:
        return json.loads(content) if content.strip() else None
    except ValueError:
        return None


def problem_of(body: Any, status: int) -> Problem:
    """Return the first error of a body, or one that only says the status."""
    found = problems_in(body)
    return found[0] if found else Problem(f"HTTP_{status}", f"It answered with status {status}.")


def problems_in(body: Any) -> list[Problem]:
    """Return all errors of a body."""
    if isinstance(body, Mapping) and "error" in body:
        return [Problem(str(body["error"]), str(body.get("error_description", "")))]
    if isinstance(body, Mapping):
        body = body.get("errors") or ([body] if _code(body) else [])
    if not isinstance(body, Sequence) or isinstance(body, str):
        return []
    return [_problem(each) for each in body if isinstance(each, Mapping) and _code(each)]


def _problem(said: Mapping[str, Any]) -> Problem:
    fields = said.get("fields") or ()
    return Problem(
        _code(said),
        str(said.get("message", "")),
        tuple(str(each) for each in fields),
        _candidate(said),
    )


def _code(said: Mapping[str, Any]) -> str:
    return str(said.get("errorCode") or said.get("statusCode") or said.get("exceptionCode") or "")


def _candidate(said: Mapping[str, Any]) -> str:
    """Return the id of the first record that a duplicate rule found; its key is misspelt in real orgs."""
    result = said.get("duplicateResut") or said.get("duplicateResult") or {}
    for match in result.get("matchResults") or ():
        for record in match.get("matchRecords") or ():
            found = (record.get("record") or {}).get("Id")
            if found:
                return str(found)
    return ""
