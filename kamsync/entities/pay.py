"""What our people are to reach, and what they earn by it: pay, for those cleared to see it."""

from __future__ import annotations

from kamsync.entities.fields import choice, entity, field, money, reference
from kamsync.schema import DataClass, Nature, Type

__all__ = ["COMMISSION", "PAYOUT", "SALES_QUOTA"]

PAY = DataClass.PAY

SALES_QUOTA = entity(
    "sales_quota",
    "What one of our people is to reach in a period.",
    reference("employee", "employee", "The person."),
    field("metric", Type.TEXT, "What is counted, such as revenue, renewals or visits."),
    field("period", Type.TEXT, "The period, such as 2026-11 or 2026-Q4."),
    money(
        "target",
        "What is to be reached; without a currency where no money is counted.",
        currency="target_currency",
        data_class=PAY,
    ),
    money(
        "actual",
        "What has been reached; without a currency where no money is counted.",
        currency="actual_currency",
        data_class=PAY,
    ),
    label="metric",
)

COMMISSION = entity(
    "commission",
    "One line of variable pay that somebody earned. A line is never edited, only corrected by another.",
    field("reference", Type.TEXT, "What tells this line from all others, for ever."),
    reference("employee", "employee", "Who earned it."),
    reference("account", "account", "The account that it was earned at."),
    reference("opportunity", "opportunity", "The opportunity that it was earned by."),
    field("commission_plan", Type.TEXT, "The agreement by which it is reckoned."),
    money("basis", "The sum that it is reckoned from.", currency="basis_currency", data_class=PAY),
    field("rate", Type.FRACTION, "The share of the basis that is earned.", data_class=PAY),
    money("amount", "What is earned; less than nothing takes it back.", data_class=PAY),
    field("period", Type.TEXT, "The pay period that it counts in, such as 2026-11."),
    choice("kind", "What it is.", "commission", "bonus", "correction", "clawback"),
    choice("status", "Where it stands.", "reckoned", "approved", "paid", "cancelled"),
    reference("reverses", "commission", "The line that it corrects."),
    parent="account",
    keys=("reference",),
    label="reference",
    nature=Nature.LEDGER,
)

PAYOUT = entity(
    "payout",
    "What one of our people was or will be paid for a period.",
    reference("employee", "employee", "Who is paid."),
    field("period", Type.TEXT, "The pay period, such as 2026-11."),
    money("amount", "What is paid.", data_class=PAY),
    choice("status", "Where it stands.", "scheduled", "approved", "paid", "failed", "cancelled"),
    field("paid_date", Type.DATE, "The day on which it was paid."),
    field("reference", Type.TEXT, "The payment's own reference."),
    keys=("reference",),
    label="reference",
    nature=Nature.LEDGER,
)
