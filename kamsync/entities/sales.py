"""What is sold to an account: from the first chance to the delivery."""

from __future__ import annotations

from kamsync.entities.fields import choice, entity, field, money, reference
from kamsync.schema import Field, Type

__all__ = ["CONTACT_ROLE", "CONTRACT", "OPPORTUNITY", "ORDER", "QUOTE", "SPLIT"]

STAGE = Field(
    "stage",
    Type.GROUP,
    "How far it has come; the three are only true together.",
    parts=(
        field("stage", Type.TEXT, "The step of the sales process, by the name it has there."),
        choice("status", "Whether it is still open.", "open", "won", "lost"),
        field("probability", Type.FRACTION, "How likely it is to be won."),
    ),
)

OPPORTUNITY = entity(
    "opportunity",
    "A chance to sell something to an account.",
    reference("account", "account", "The account."),
    field("name", Type.TEXT, "What it is called."),
    choice("kind", "What kind of business it is.", "new", "upsell", "cross_sell", "renewal"),
    STAGE,
    money("amount", "What it would bring."),
    choice(
        "forecast_category",
        "How it counts in the forecast.",
        "omitted",
        "pipeline",
        "best_case",
        "most_likely",
        "commit",
        "closed",
    ),
    field("close_date", Type.DATE, "When it was or should be decided."),
    reference("owner", "employee", "Who sells it."),
    field("lost_reason", Type.TEXT, "Why it was lost."),
    reference("contact", "contact", "The first person to speak to about it."),
    parent="account",
)

CONTACT_ROLE = entity(
    "contact_role",
    "A person's part in one opportunity.",
    reference("opportunity", "opportunity", "The opportunity."),
    reference("contact", "contact", "The person."),
    field("role", Type.TEXT, "The part, in the words of the system that it comes from."),
    parent="opportunity",
    label="role",
    unique=("opportunity", "contact"),
)

SPLIT = entity(
    "split",
    "Somebody's share in the credit for an opportunity.",
    reference("opportunity", "opportunity", "The opportunity."),
    reference("employee", "employee", "Who gets the credit."),
    field("fraction", Type.FRACTION, "The share."),
    choice("kind", "Whether shares add up to the whole, or come on top.", "revenue", "overlay"),
    parent="opportunity",
    label="kind",
    together=("opportunity", "kind"),
    unique=("opportunity", "employee", "kind"),
)

CONTRACT = entity(
    "contract",
    "An agreement with an account.",
    reference("account", "account", "The account."),
    field("number", Type.TEXT, "The number on the contract."),
    choice(
        "status",
        "Where it stands.",
        "draft",
        "in_negotiation",
        "in_approval",
        "active",
        "expired",
        "terminated",
    ),
    field("start_date", Type.DATE, "The first day that it covers."),
    field("end_date", Type.DATE, "The last day that it covers."),
    field("term", Type.INTEGER, "How long it runs.", unit="months"),
    money("value", "What it is worth over its whole term."),
    reference("owner", "employee", "Who negotiates and keeps it."),
    reference("renewal_of", "contract", "The contract that it continues."),
    parent="account",
    keys=("number",),
    label="number",
)

ORDER = entity(
    "order",
    "Something that an account ordered, and whether it got it in time.",
    reference("account", "account", "The account."),
    reference("opportunity", "opportunity", "The opportunity that it came from."),
    field("number", Type.TEXT, "The number of the order's line."),
    field("item", Type.TEXT, "The product or service."),
    field("quantity", Type.NUMBER, "How many."),
    money("price", "The price of one."),
    field("due_date", Type.DATE, "The day for which it was promised."),
    field("delivered_date", Type.DATE, "The day on which it was delivered."),
    choice(
        "status", "Where it stands.", "draft", "confirmed", "delivered", "invoiced", "cancelled"
    ),
    parent="account",
    keys=("number",),
    label="item",
)

QUOTE = entity(
    "quote",
    "A proposal to an account.",
    reference("account", "account", "The account."),
    reference("opportunity", "opportunity", "The opportunity that it is for."),
    field("number", Type.TEXT, "The number on the proposal."),
    choice(
        "status",
        "Where it stands.",
        "draft",
        "in_approval",
        "sent",
        "accepted",
        "rejected",
        "expired",
    ),
    money("amount", "What it comes to."),
    field("valid_until", Type.DATE, "The last day on which it can be accepted."),
    field("sent_date", Type.DATE, "The day on which it was sent."),
    parent="account",
    keys=("number",),
    label="number",
)
