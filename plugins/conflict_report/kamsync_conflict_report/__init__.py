"""Reports on where teams disagree, which rules settle it and what waits for a person."""

from __future__ import annotations

from collections.abc import Mapping

from kamsync import hookimpl
from kamsync.extensions import ReportMaker

__all__ = ["kamsync_reports"]

__version__ = "0.1.0"


@hookimpl
def kamsync_reports() -> Mapping[str, ReportMaker]:
    """Offer the reports on conflicts; there are none yet."""
    return {}
