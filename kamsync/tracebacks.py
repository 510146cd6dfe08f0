"""Keep the traceback of an error that nobody foresaw, where only its owner reads it."""

from __future__ import annotations

import os
import tempfile
import traceback

__all__ = ["keep_traceback"]


def keep_traceback(error: Exception) -> str:
    """Write the traceback of *error* to a file of its own; return its name, empty if that failed."""
    try:
        handle, name = tempfile.mkstemp(prefix="kamsync-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            traceback.print_exception(error, file=file)
    except OSError:
        return ""
    return name
