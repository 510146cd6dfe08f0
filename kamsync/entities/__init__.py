"""The entities of key account management, as data: every field with its type, class and meaning.

`CORE` is the whole job of a key account manager; plugins add to it through a hook.
"""

from __future__ import annotations

from kamsync.entities.accounts import ACCOUNT, ASSIGNMENT, CONTACT, EMPLOYEE, TEAMS
from kamsync.entities.care import (
    ACCOUNT_PLAN,
    ACTIVITY,
    CASE,
    EXPENSE,
    MEASUREMENT,
    OBJECTIVE,
)
from kamsync.entities.pay import COMMISSION, PAYOUT, SALES_QUOTA
from kamsync.entities.sales import CONTACT_ROLE, CONTRACT, OPPORTUNITY, ORDER, QUOTE, SPLIT
from kamsync.schema import Schema

__all__ = ["CORE", "TEAMS", "core_schema"]

CORE = Schema(
    {
        entity.name: entity
        for entity in (
            ACCOUNT,
            CONTACT,
            EMPLOYEE,
            ASSIGNMENT,
            OPPORTUNITY,
            CONTACT_ROLE,
            SPLIT,
            CONTRACT,
            ORDER,
            CASE,
            ACTIVITY,
            ACCOUNT_PLAN,
            OBJECTIVE,
            MEASUREMENT,
            SALES_QUOTA,
            QUOTE,
            COMMISSION,
            PAYOUT,
            EXPENSE,
        )
    }
)


def core_schema() -> Schema:
    """Return the schema without any plugin's additions."""
    return CORE
