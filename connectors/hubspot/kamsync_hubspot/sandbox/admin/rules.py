"""Rules of an admin: which properties a record must have.

Source: the changelog "CRM API write validation enforcement" (developers.hubspot.com/changelog): the
paths of 2026-09 and later hold every write to them, the older ones do not.
"""

from __future__ import annotations

from collections.abc import Mapping

from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.model.refusal import Refusal
from kamsync_hubspot.sandbox.state.portal import Portal

__all__ = ["ENFORCED_SINCE", "refuse_unmet", "require"]

ENFORCED_SINCE = "2026-09"


def require(portal: Portal, kind: Kind, name: str) -> None:
    """Let every record of *kind* need a value of a property."""
    portal.database.execute(
        "INSERT OR REPLACE INTO definition VALUES ('rule', ?, ?, 0, '')", (kind.id, name)
    )


def refuse_unmet(portal: Portal, kind: Kind, values: Mapping[str, str]) -> None:
    """Refuse what a record would hold, where it would lack what a rule asks for."""
    rows = portal.database.execute(
        "SELECT name FROM definition WHERE what = 'rule' AND type = ?", (kind.id,)
    )
    lacking = [name for (name,) in rows.fetchall() if not values.get(name)]
    if lacking:
        raise Refusal(
            400,
            f"{kind.upper} lacks properties that are required: {', '.join(lacking)}",
            errors=[
                {
                    "message": f"{name} is required.",
                    "code": "MISSING_REQUIRED_PROPERTY",
                    "context": {"propertyName": [name]},
                }
                for name in lacking
            ],
        )
