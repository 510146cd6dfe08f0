"""What is done for an account: contact and follow-up, worries, plans, goals and how satisfied it is."""

from __future__ import annotations

from kamsync.entities.fields import choice, entity, field, money, reference
from kamsync.schema import Field, Type

__all__ = ["ACCOUNT_PLAN", "ACTIVITY", "CASE", "EXPENSE", "MEASUREMENT", "OBJECTIVE"]

CASE = entity(
    "case",
    "Something that an account complains about, worries about or asks for.",
    reference("account", "account", "The account."),
    reference("contact", "contact", "Who raised it."),
    field("number", Type.TEXT, "The number in the service system."),
    field("subject", Type.TEXT, "What it is about."),
    choice("kind", "What it is.", "complaint", "concern", "request"),
    choice("priority", "How urgent it is.", "low", "medium", "high", "urgent"),
    choice("status", "Where it stands.", "new", "open", "waiting", "escalated", "closed"),
    field("opened", Type.TIME, "When it was raised.", unit="UTC"),
    field("due", Type.TIME, "By when it is to be resolved.", unit="UTC"),
    field("closed", Type.TIME, "When it was resolved.", unit="UTC"),
    reference("owner", "employee", "Who sees to it."),
    reference("escalated_to", "employee", "Who was called in."),
    field("resolution", Type.LONG_TEXT, "What was done about it."),
    parent="account",
    keys=("number",),
    label="subject",
)

ACTIVITY = entity(
    "activity",
    "One contact with an account, or a task to do for it.",
    reference("account", "account", "The account."),
    reference("contact", "contact", "With whom."),
    reference("opportunity", "opportunity", "The opportunity that it is about."),
    choice("kind", "What it is.", "call", "email", "meeting", "visit", "task"),
    field("subject", Type.TEXT, "What it is about."),
    field("at", Type.TIME, "When it takes or took place.", unit="UTC"),
    field("due_date", Type.DATE, "By when it is to be done."),
    field("done", Type.BOOLEAN, "Whether it is done."),
    reference("owner", "employee", "Who does it."),
    parent="account",
    label="subject",
)

ACCOUNT_PLAN = entity(
    "account_plan",
    "What we want to reach with an account in a period, and how.",
    reference("account", "account", "The account."),
    field("period", Type.TEXT, "The period, such as 2026 or 2026-H2."),
    field("narrative", Type.LONG_TEXT, "How things stand with the account."),
    field("strategy", Type.LONG_TEXT, "How it is to grow."),
    reference("owner", "employee", "Who answers for the plan."),
    parent="account",
    label="period",
)

OBJECTIVE = entity(
    "objective",
    "One goal of an account plan.",
    reference("account_plan", "account_plan", "The plan."),
    field("goal", Type.TEXT, "What is to be reached."),
    field("metric", Type.TEXT, "What it is measured by."),
    field("target", Type.NUMBER, "What the metric is to be."),
    field("actual", Type.NUMBER, "What the metric is."),
    field("due_date", Type.DATE, "By when."),
    choice("status", "Where it stands.", "open", "on_track", "at_risk", "met", "missed", "dropped"),
    parent="account_plan",
    label="goal",
)

MEASUREMENT = entity(
    "measurement",
    "How satisfied or successful an account was found to be at one moment.",
    reference("account", "account", "The account."),
    reference("contact", "contact", "Who was asked."),
    choice("kind", "What was measured.", "nps", "csat", "ces", "health", "usage", "revenue"),
    Field(
        "result",
        Type.GROUP,
        "The result; a number means nothing without its scale.",
        parts=(
            field("value", Type.NUMBER, "The number."),
            field("scale", Type.TEXT, "What the number counts, such as 0-10, 1-5 or EUR."),
        ),
    ),
    field("at", Type.TIME, "When it was measured.", unit="UTC"),
    field("comment", Type.LONG_TEXT, "What was said with it."),
    parent="account",
    label="kind",
)

EXPENSE = entity(
    "expense",
    "What promotion of and at an account costs.",
    reference("account", "account", "The account."),
    reference("owner", "employee", "Who spent it."),
    choice("kind", "What it was for.", "advertising", "promotion", "travel"),
    money("amount", "What was spent."),
    money("budget", "What may be spent.", currency="budget_currency"),
    field("date", Type.DATE, "When it was spent."),
    parent="account",
    label="kind",
)
