"""The written policy: which rule settles a conflict of which field, in data and in words.

A rule never invents a value and never depends on the order in which the contenders are listed. What
no rule settles is held for a person.
"""

from __future__ import annotations

from kamsync.policy.book import DELETES, Line, Policy
from kamsync.policy.chances import Chance, idle_rules
from kamsync.policy.reading import parse_policy
from kamsync.policy.rules import Recency, Review, Team, While, outcome
from kamsync.policy.verdict import Case, Hold, Rule, RuleMaker, Settlement

__all__ = [
    "DELETES",
    "Case",
    "Chance",
    "Hold",
    "Line",
    "Policy",
    "Recency",
    "Review",
    "Rule",
    "RuleMaker",
    "Settlement",
    "Team",
    "While",
    "idle_rules",
    "outcome",
    "parse_policy",
]
