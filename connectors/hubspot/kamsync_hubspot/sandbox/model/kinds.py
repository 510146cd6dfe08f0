"""The object types: their ids and names, their stamps, and what they ask for."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

__all__ = ["STANDARD", "Kind"]


class Kind(Struct, frozen=True):
    """One object type.

    *created* and *modified* are the properties that hold its stamps. Only contacts call the
    latter ``lastmodifieddate``: a search of contacts by ``hs_lastmodifieddate`` finds nothing.
    Source: developers.hubspot.com/docs/guides/api/crm/using-object-apis for ids, its section on
    search for the properties that are returned by default, and
    github.com/airbytehq/airbyte/pull/85019 for the stamps.
    """

    id: str
    plural: str
    singular: str
    created: str = "hs_createdate"
    modified: str = "hs_lastmodifieddate"
    defaults: tuple[str, ...] = ()
    required: tuple[tuple[str, ...], ...] = ()
    searched: tuple[str, ...] = ()
    pipeline: str = ""
    stage: str = ""
    scope: str = ""
    writable: bool = True
    mergeable: bool = False
    engagement: bool = False
    custom: bool = False
    fully_qualified: str = ""

    @property
    def upper(self) -> str:
        """The name in messages and as a path: CONTACT."""
        return self.singular.upper()

    def names(self) -> Iterator[str]:
        """Yield everything that a path may call it, in lower case."""
        yield from dict.fromkeys(
            name.lower()
            for name in (self.id, self.plural, self.singular, self.fully_qualified)
            if name
        )

    def shown(self) -> tuple[str, ...]:
        """Return what an answer holds when no property was asked for."""
        return tuple(dict.fromkeys((*self.defaults, *self.always())))

    def always(self) -> tuple[str, ...]:
        """Return what an answer holds whatever was asked for."""
        return (self.created, self.modified, "hs_object_id")


def _crm(id_: str, plural: str, singular: str, **more: object) -> Kind:
    """Return a type whose record is created at ``createdate``."""
    scope = f"crm.objects.{plural}"
    return Kind(id_, plural, singular, created="createdate", scope=scope, **more)  # type: ignore[arg-type]


def _act(
    id_: str, plural: str, singular: str, *searched: str, required: tuple[str, ...] = ()
) -> Kind:
    """Return a type of activity: it needs its own time."""
    return Kind(
        id_,
        plural,
        singular,
        required=tuple((each,) for each in ("hs_timestamp", *required)),
        searched=searched,
        scope="crm.objects.contacts",
        engagement=True,
    )


STANDARD = (
    _crm(
        "0-1",
        "contacts",
        "contact",
        modified="lastmodifieddate",
        mergeable=True,
        defaults=("email", "firstname", "lastname"),
        required=(("email", "firstname", "lastname"),),
        searched=("firstname", "lastname", "email", "phone", "company", "hs_additional_emails"),
    ),
    _crm(
        "0-2",
        "companies",
        "company",
        mergeable=True,
        defaults=("name", "domain"),
        required=(("name", "domain"),),
        searched=("name", "domain", "website", "phone"),
    ),
    _crm(
        "0-3",
        "deals",
        "deal",
        mergeable=True,
        pipeline="pipeline",
        stage="dealstage",
        defaults=("dealname", "amount", "closedate", "pipeline", "dealstage"),
        required=(("dealname",),),
        searched=("dealname", "pipeline", "dealstage", "description", "dealtype"),
    ),
    _crm(
        "0-5",
        "tickets",
        "ticket",
        mergeable=True,
        pipeline="hs_pipeline",
        stage="hs_pipeline_stage",
        defaults=(
            "content",
            "hs_pipeline",
            "hs_pipeline_stage",
            "hs_ticket_category",
            "hs_ticket_priority",
            "subject",
        ),
        required=(("hs_pipeline_stage",),),
        searched=("subject", "content", "hs_pipeline_stage", "hs_ticket_category", "hs_ticket_id"),
    ),
    _crm(
        "0-7",
        "products",
        "product",
        defaults=("name", "description", "price", "hs_sku"),
        searched=("name", "description", "price", "hs_sku"),
    ),
    _crm(
        "0-8",
        "line_items",
        "line_item",
        defaults=("quantity", "amount", "price"),
        searched=("name", "description", "hs_sku"),
    ),
    Kind(
        "0-14",
        "quotes",
        "quote",
        scope="crm.objects.quotes",
        defaults=("hs_expiration_date", "hs_public_url_key", "hs_status", "hs_title"),
        required=(("hs_title",), ("hs_expiration_date",)),
        searched=("hs_title",),
    ),
    _act(
        "0-18",
        "communications",
        "communication",
        "hs_communication_body",
        required=("hs_communication_channel_type",),
    ),
    Kind(
        "0-19",
        "feedback_submissions",
        "feedback_submission",
        writable=False,
        scope="crm.objects.feedback_submissions",
    ),
    _act("0-27", "tasks", "task", "hs_task_subject", "hs_task_body"),
    _act("0-46", "notes", "note", "hs_note_body"),
    _act("0-47", "meetings", "meeting", "hs_meeting_title", "hs_meeting_body"),
    _act("0-48", "calls", "call", "hs_call_title", "hs_call_body"),
    _act("0-49", "emails", "email", "hs_email_subject", required=("hs_email_direction",)),
    Kind("0-28", "forms", "form", writable=False, scope="forms"),
    Kind("0-53", "invoices", "invoice", scope="crm.objects.invoices"),
    Kind("0-69", "subscriptions", "subscription", scope="crm.objects.subscriptions"),
    # Its number is told by clients and not confirmed.
    Kind(
        "0-72",
        "deal_splits",
        "deal_split",
        writable=False,
        defaults=("hs_deal_split_percentage", "hubspot_owner_id"),
        scope="crm.objects.deals",
    ),
    Kind(
        "0-74",
        "goal_targets",
        "goal_target",
        defaults=("hs_goal_name",),
        scope="crm.objects.goals",
        required=(("hs_goal_name",),),
    ),
    Kind("0-115", "users", "user", scope="crm.objects.users"),
    _act("0-116", "postal_mail", "postal_mail", "hs_postal_mail_body"),
    Kind("0-123", "orders", "order", scope="crm.objects.orders"),
    Kind("0-136", "leads", "lead", scope="crm.objects.leads", required=(("hs_lead_name",),)),
    Kind("0-180", "contracts", "contract", scope="crm.objects.contracts", writable=False),
)
