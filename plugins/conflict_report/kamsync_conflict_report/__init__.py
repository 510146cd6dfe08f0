"""The report ``conflicts``: where teams disagree, since when, who says what, and how to decide it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kamsync import hookimpl

if TYPE_CHECKING:
    from kamsync.extensions import ReportMaker

__all__ = ["kamsync_reports"]

__version__ = "0.1.0"


@hookimpl
def kamsync_reports() -> Mapping[str, ReportMaker]:
    """Offer the report on open conflicts."""
    from kamsync_conflict_report.report import conflicts

    return {"conflicts": conflicts}
