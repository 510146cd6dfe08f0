"""What the org answers when it does not do what was asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["Refusal"]


class Refusal(Exception):
    """The org refuses: an HTTP *status*, a *code* and the text and fields that a real org gives.

    Source: REST API Developer Guide, "Status Codes and Error Responses".
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        fields: Sequence[str] = (),
        *,
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.fields = tuple(fields)
        # What stands beside code and message in the answer, as the matches of a duplicate rule do.
        self.extra = extra or {}
