"""What became of one row, by the code that it is answered with.

SOAP API Developer Guide, "Core Data Types", StatusCode, lists the codes.
"""

from __future__ import annotations

from kamsync.model import Outcome, Receipt, Write
from kamsync_salesforce.api.answers import Problem

__all__ = ["CHANGED", "GONE", "LOCKED", "RESTS", "STALE", "is_taken", "receipt"]

CHANGED = 412
FAILED = 500
LOCKED = "UNABLE_TO_LOCK_ROW"
STALE = frozenset({"ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE_CHECK", "HTTP_412"})
GONE = frozenset({"ENTITY_IS_DELETED", "NOT_FOUND", "ENTITY_IS_LOCKED_DELETED"})
RESTS = frozenset({"ALL_OR_NONE_OPERATION_ROLLED_BACK", "PROCESSING_HALTED"})
"""This row was all right; another one of the same transaction was not."""
LATER = frozenset(
    {
        LOCKED,
        "REQUEST_LIMIT_EXCEEDED",
        "SERVER_UNAVAILABLE",
        "QUERY_TIMEOUT",
        "UNKNOWN_EXCEPTION",
        "TXN_SECURITY_METERING_ERROR",
        *RESTS,
    }
)
TAKEN = frozenset({"DUPLICATE_VALUE", "DUPLICATE_EXTERNAL_ID"})
NEEDS = {
    "INSUFFICIENT_ACCESS_OR_READONLY": "Give kamsync's user the right to edit it.",
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": "Give kamsync's user access to its parent.",
    "INVALID_FIELD_FOR_INSERT_UPDATE": "Let kamsync's user edit the field, or map it as read only.",
    "DUPLICATES_DETECTED": "Link or merge the two, or change the duplicate rule.",
    "STORAGE_LIMIT_EXCEEDED": "The org is full.",
}


def receipt(write: Write, problem: Problem, status: int = 0) -> Receipt:
    """Return the receipt of a row that was not carried out."""
    outcome = _outcome(problem, status)
    reason = str(problem)
    if outcome is Outcome.REFUSED:
        candidate = f" It found {problem.candidate}." if problem.candidate else ""
        needs = f" {NEEDS[problem.code]}" if problem.code in NEEDS else ""
        reason = f"{reason}.{candidate}{needs}"
    return Receipt(outcome, write.native_id, reason=reason)


def is_taken(problem: Problem, stamp: str) -> bool:
    """Whether a create was refused because a record keeps its stamp already."""
    if problem.code not in TAKEN:
        return False
    return stamp in problem.fields or stamp.lower() in problem.text.lower()


def _outcome(problem: Problem, status: int) -> Outcome:
    if problem.code in STALE or status == CHANGED:
        return Outcome.STALE
    if problem.code in GONE:
        return Outcome.GONE
    if problem.code in LATER:
        return Outcome.LATER
    # Inside a composite, a row that failed on their side may have been carried out.
    return Outcome.UNKNOWN if status >= FAILED else Outcome.REFUSED
