"""A call that the portal refuses, in the shape in which the API says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["Refusal", "gone", "not_found", "unset"]


class Refusal(Exception):
    """What is answered instead of a result: a *status*, a *category* and what was wrong.

    Source: developers.hubspot.com/docs/api-reference/error-handling: each field of the body may be
    absent, `correlationId` is always there.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        category: str | None = "VALIDATION_ERROR",
        sub_category: str | None = None,
        errors: Sequence[Mapping[str, Any]] = (),
        context: Mapping[str, Any] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.category = category
        self.sub_category = sub_category
        self.errors = errors
        self.context = context
        self.extra = extra

    def body(self) -> dict[str, Any]:
        """Return what is answered, without the id of the call."""
        parts = {
            "status": "error",
            "message": self.message,
            "context": self.context,
            "errors": list(self.errors) or None,
            "category": self.category,
            "subCategory": self.sub_category,
            **(self.extra or {}),
        }
        return {name: value for name, value in parts.items() if value is not None}

    def row(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """Return this as one of the errors in the answer to a batch, told by *context*.

        Source: a recorded 207 (github.com/amp-labs/connectors, providers/hubspot/test).
        """
        return {
            "status": "error",
            "category": self.category or "VALIDATION_ERROR",
            "message": self.message,
            **({"subCategory": self.sub_category} if self.sub_category else {}),
            "context": {**(self.context or {}), **context},
            **({"errors": list(self.errors)} if self.errors else {}),
        }


def gone() -> Refusal:
    """Return the refusal of a record that is not there, told without a category.

    Source: `resource not found` is what clients report of GET and PATCH
    (github.com/HubSpot/hubspot-api-python/issues); the category is not confirmed.
    """
    return Refusal(404, "resource not found", category=None)


def not_found(message: str, sub_category: str | None = None) -> Refusal:
    """Return the refusal of a definition that is not there.

    Source: `OBJECT_NOT_FOUND` of a real portal (github.com/scopiousdigital/kalup,
    docs/conformance).
    """
    return Refusal(404, message, category="OBJECT_NOT_FOUND", sub_category=sub_category)


def unset(names: Sequence[str], column: int = 2) -> Refusal:
    """Return the refusal of a body that lacks required fields.

    Source: the wording of real answers to such bodies, for instance of `/crm/v4/.../labels` and
    `/merge`, in probes of a real portal that are published on github.com.
    """
    return Refusal(
        400,
        f"Invalid input JSON on line 1, column {column}. Some required fields were not set:"
        f" [{', '.join(names)}]",
    )
