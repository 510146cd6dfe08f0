"""The conformance suite: numbered rules that every connector keeps, each a test.

A rule is aware of capabilities. What a connector declares must work; what it does not declare must
raise `kamsync.errors.Unsupported`. No rule is ever skipped.
"""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite(
    *(
        f"kamsync.testing.conformance.{name}"
        for name in (
            "changes",
            "creates",
            "deletes",
            "describing",
            "histories",
            "looking",
            "merges",
            "reads",
            "updates",
            "values",
            "versions",
        )
    )
)

from kamsync.testing.conformance.suite import ConnectorTests, Rule, rules  # noqa: E402
from kamsync.testing.conformance.world import World  # noqa: E402

__all__ = ["ConnectorTests", "Rule", "World", "rules"]
