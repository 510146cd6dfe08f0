"""The written policy: which rule settles a conflict of which field, in data and in words.

A rule never invents a value and never depends on the order in which the contenders are listed. What
no rule settles is held for a person.
"""

from __future__ import annotations

from kamsync.policy.book import DELETES, Line, Policy
from kamsync.policy.reading import parse_policy
from kamsync.policy.verdict import Case, Hold, Rule, RuleMaker, Settlement

__all__ = [
    "DELETES",
    "Case",
    "Hold",
    "Line",
    "Policy",
    "Rule",
    "RuleMaker",
    "Settlement",
    "parse_policy",
]
