"""Hear what a system shows: one reading turned into facts, with nothing decided yet.

The question behind each line is whose value this is. A value that our own user stored, or that we
had sent, is an echo: it becomes `merged` and moves nothing. Anything else that differs is somebody's
edit. Where it cannot be told apart, the fact is put in doubt, and only a conflict settles it.
"""

from __future__ import annotations

from kamsync.observe.observing import first_cells, observe
from kamsync.observe.words import ABSENT, GONE, HERE, Hearing, is_gone, says_nothing

__all__ = ["ABSENT", "GONE", "HERE", "Hearing", "first_cells", "is_gone", "observe", "says_nothing"]
