"""Which record is this? Exact keys first, then a scored comparison, and a person where it is close.

A false match mixes two clients and is worse than a question, so whatever speaks against a match
leaves it to a person. Nothing here reads a clock, a disk or a network, and no reason repeats a value.
"""

from __future__ import annotations

from kamsync.identity.compare import Score, score
from kamsync.identity.deciding import Match, Thresholds, Verdict, match
from kamsync.identity.keys import KeyMaker, block_keys, exact_keys, key_fields

__all__ = [
    "KeyMaker",
    "Match",
    "Score",
    "Thresholds",
    "Verdict",
    "block_keys",
    "exact_keys",
    "key_fields",
    "match",
    "score",
]
