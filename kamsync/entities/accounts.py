"""Accounts, the people there, and who looks after them here."""

from __future__ import annotations

from kamsync.entities.fields import (
    address,
    choice,
    entity,
    field,
    money,
    person_name,
    reference,
    several,
)
from kamsync.schema import DataClass, Type

__all__ = ["ACCOUNT", "ASSIGNMENT", "CONTACT", "EMPLOYEE", "TEAMS"]

PUBLIC = DataClass.PUBLIC
TEAMS = ("sales", "success", "account", "finance", "other")

ACCOUNT = entity(
    "account",
    "A company that is a key account, or may become one.",
    field("name", Type.TEXT, "The name by which everybody here calls it.", data_class=PUBLIC),
    field("legal_name", Type.TEXT, "The name in its register and on contracts.", data_class=PUBLIC),
    several(
        "domains", "The internet domains that are its own.", items=Type.DOMAIN, data_class=PUBLIC
    ),
    field("website", Type.URL, "Its web address.", data_class=PUBLIC),
    field("industry", Type.TEXT, "The industry that it works in.", data_class=PUBLIC),
    choice("tier", "How important it is to us.", "strategic", "key", "emerging", "standard"),
    choice(
        "lifecycle",
        "Where it stands with us.",
        "prospect",
        "emerging",
        "existing",
        "at_risk",
        "churned",
    ),
    choice("health", "How well things go with it, as success sees it.", "green", "yellow", "red"),
    several("key_reasons", "Why it is a key account.", "revenue", "reputation", "potential"),
    money("annual_revenue", "What the company turns over in a year.", currency="revenue_currency"),
    field("employees", Type.INTEGER, "How many people work there.", unit="people"),
    field("phone", Type.PHONE, "Its switchboard.", unit="E.164", data_class=PUBLIC),
    address("billing_address", "Where invoices go.", "billing"),
    address("shipping_address", "Where goods go.", "shipping"),
    reference("parent", "account", "The company that it belongs to."),
    reference("owner", "employee", "The key account manager."),
    field("description", Type.LONG_TEXT, "What else to know about it."),
    field("last_touch", Type.TIME, "When somebody was last in touch.", unit="UTC"),
    field("next_touch", Type.TIME, "When somebody is to be in touch next.", unit="UTC"),
    keys=("domains", "website"),
)

CONTACT = entity(
    "contact",
    "A person at an account.",
    reference("account", "account", "The company that the person works for."),
    person_name("The person's name."),
    field("email", Type.EMAIL, "The address to write to."),
    several("other_emails", "Further addresses of the same person.", items=Type.EMAIL),
    field("phone", Type.PHONE, "The number at work.", unit="E.164"),
    field("mobile", Type.PHONE, "The mobile number.", unit="E.164"),
    field("title", Type.TEXT, "The title on the business card."),
    choice(
        "role",
        "The person's part in the decision to buy.",
        "primary",
        "decision_maker",
        "budget_holder",
        "champion",
        "influencer",
        "blocker",
        "user",
        "other",
    ),
    reference("owner", "employee", "Who keeps in touch with the person."),
    field("email_opt_out", Type.BOOLEAN, "Whether the person wants no e-mail."),
    field("phone_opt_out", Type.BOOLEAN, "Whether the person wants no calls."),
    parent="account",
    keys=("email", "other_emails"),
)

EMPLOYEE = entity(
    "employee",
    "One of our own people, as far as accounts concern them.",
    field("number", Type.TEXT, "The number in the personnel and payroll systems."),
    person_name("The person's name."),
    field("email", Type.EMAIL, "The address at work."),
    field("title", Type.TEXT, "The job title."),
    choice("team", "The team that the person speaks for.", *TEAMS),
    reference("manager", "employee", "Whom the person reports to."),
    field("hire_date", Type.DATE, "The first day at work."),
    field("end_date", Type.DATE, "The last day at work."),
    choice("status", "Whether the person works here.", "active", "on_leave", "left"),
    keys=("number", "email"),
)

ASSIGNMENT = entity(
    "assignment",
    "Who does what for an account, from when to when.",
    reference("account", "account", "The account."),
    reference("employee", "employee", "The person."),
    choice(
        "role",
        "What the person does for the account.",
        "key_account_manager",
        "sales_rep",
        "success_manager",
        "executive_sponsor",
    ),
    choice("team", "The team in whose name.", *TEAMS),
    field("from_date", Type.DATE, "The first day."),
    field("to_date", Type.DATE, "The last day; blank while it goes on."),
    parent="account",
    label="role",
    unique=("account", "employee", "role"),
)
