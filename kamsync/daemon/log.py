"""The log of the daemon: one line for each round, and for whatever else happens."""

from __future__ import annotations

import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog

from kamsync.clock import Clock, instant
from kamsync.daemon.outcome import Outcome
from kamsync.daemon.standing import Standing
from kamsync.redact import redact
from kamsync.tracebacks import keep_traceback

__all__ = ["Log"]

_FIRST = ["at", "level", "event"]


class Log:
    """Writes lines of ``key=value``, or with *json* objects, each with its time, level and event.

    Nothing that a log must not hold gets into it: values of fields are never told here, and what
    looks like a secret is taken out.
    """

    def __init__(self, clock: Clock, *, json: bool, file: TextIO | None = None) -> None:
        self._clock = clock
        renderer: Any = (
            structlog.processors.JSONRenderer(ensure_ascii=False)
            if json
            else structlog.processors.LogfmtRenderer(key_order=_FIRST, drop_missing=True)
        )
        self._log = structlog.wrap_logger(
            structlog.PrintLogger(file or sys.stdout),
            processors=[structlog.processors.add_log_level, self._stamped, renderer],
        )

    def round_ended(self, outcome: Outcome) -> None:
        """Write the line of a round."""
        level = "error" if outcome.end == "failed" else "warning" if _wants(outcome) else "info"
        self._write(level, "round", outcome.line())

    def systems_are(self, standing: Standing) -> None:
        """Write nothing: what is new of it happens."""

    def happened(self, what: str, *, wrong: bool, **details: Any) -> None:
        """Write one line of what happened; of an error also where its traceback is."""
        error = details.pop("error", None)
        if isinstance(error, Exception):
            details |= {"error": type(error).__name__, "traceback": keep_traceback(error)}
        self._write("error" if wrong else "info", what, details)

    def _write(self, level: str, event: str, details: Mapping[str, Any]) -> None:
        """Write one line."""
        getattr(self._log, level)(event, **redact(dict(details)))

    def _stamped(
        self,
        logger: Any,  # noqa: ARG002 - the shape of a processor
        method: str,  # noqa: ARG002 - the same
        event: MutableMapping[str, Any],
    ) -> Mapping[str, Any]:
        """Add the time, first."""
        return {"at": instant(self._clock.now()), **event}


def _wants(outcome: Outcome) -> bool:
    """Whether a person should look at what a round says."""
    return outcome.end in {"stopped", "busy"} or bool(outcome.down)
