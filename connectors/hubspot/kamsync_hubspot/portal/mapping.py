"""The ready maps: how a portal's standard objects and properties hold the entities.

What means something else in every portal is left to the configuration: industries, stages of life,
tiers, teams, and which stage of a deal is which of yours.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from kamsync.errors import ValueInvalid
from kamsync.lenses import Form, field_map
from kamsync.mapping import Direction, EntityMap, FieldMap, Refs
from kamsync.model import Cells, Value
from kamsync.schema import Entity, Field, Schema
from kamsync.values import normalise
from kamsync_hubspot.client.objects import (
    ASSIGNMENTS,
    COMPANIES,
    CONTACTS,
    DEALS,
    OWNERS,
    SPLITS,
)

__all__ = ["STAMP", "FirstOf", "NoonOf", "maps"]

STAMP = "kamsync_id"
IN = Direction(writes=False)
OUTLOOK = {
    "OMIT": "omitted",
    "PIPELINE": "pipeline",
    "BEST_CASE": "best_case",
    "MOST_LIKELY": "most_likely",
    "COMMIT": "commit",
    "CLOSED": "closed",
}


class FirstOf(Struct, frozen=True):
    """One cell that holds one item of a list, such as a company's one main domain.

    Where the item that it holds is among those of the list, it stays: which one is the main one is
    for people to say.
    """

    field: Field

    def get(self, cells: Cells, refs: Refs) -> Value:  # noqa: ARG002
        """Return the item as a list."""
        return normalise(self.field, [cells[0]]) if cells[0] else None

    def put(self, value: Value, cells: Cells | None, refs: Refs) -> Cells:
        """Return the item of now if it is in the list, else the list's first."""
        if not value:
            return (None,)
        if cells is not None:
            try:
                held = self.get(cells, refs)
            except ValueInvalid:
                held = None
            if held and held[0] in value:
                return cells
        return (value[0],)


class NoonOf(Struct, frozen=True):
    """One cell that holds a moment and stands for its day.

    A day is written as its noon in UTC, which is the same day for nearly everybody who looks at it.
    """

    field: Field

    def get(self, cells: Cells, refs: Refs) -> Value:  # noqa: ARG002
        """Return the day of the moment, in UTC."""
        held = cells[0]
        if not isinstance(held, str) or "T" not in held:
            return normalise(self.field, held)
        try:
            moment = datetime.fromisoformat(held)
        except ValueError:
            return normalise(self.field, held)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return normalise(self.field, aware.astimezone(UTC).date().isoformat())

    def put(self, value: Value, cells: Cells | None, refs: Refs) -> Cells:
        """Return the day's noon, or the moment of now if it is on that day."""
        if value is None:
            return (None,)
        if cells is not None:
            try:
                if self.get(cells, refs) == value:
                    return cells
            except ValueInvalid:
                pass
        return (f"{value}T12:00:00Z",)


def maps(schema: Schema) -> list[EntityMap]:
    """Return the maps of everything that a portal holds."""
    return [
        _account(schema.entity("account")),
        _contact(schema.entity("contact")),
        _employee(schema.entity("employee")),
        _assignment(schema.entity("assignment")),
        _opportunity(schema.entity("opportunity")),
        _split(schema.entity("split")),
    ]


def _account(entity: Entity) -> EntityMap:
    """Map companies."""
    domains = entity.field("domains")
    address = {
        "billing_street": "address",
        "billing_city": "city",
        "billing_postal_code": "zip",
        "billing_region": "state",
        "billing_country": {"native": "country", "as": "name"},
    }
    revenue = {
        "annual_revenue": "annualrevenue",
        "revenue_currency": "hs_annual_revenue_currency_code",
    }
    fields = [
        _one(entity, "name", "name"),
        FieldMap("domains", ("domain",), FirstOf(domains)),
        _one(entity, "website", "website"),
        _parts(entity, "annual_revenue", revenue),
        _one(entity, "employees", "numberofemployees"),
        _one(entity, "phone", "phone"),
        _parts(entity, "billing_address", address),
        _one(entity, "parent", "association.parent"),
        _one(entity, "owner", "hubspot_owner_id"),
        _one(entity, "description", "description"),
        _read(entity, "last_touch", "notes_last_contacted"),
        _read(entity, "next_touch", "notes_next_activity_date"),
    ]
    return _map(entity, COMPANIES, fields, STAMP)


def _contact(entity: Entity) -> EntityMap:
    """Map contacts."""
    name = {"first_name": "firstname", "last_name": "lastname"}
    emails = field_map(
        entity.field("other_emails"), ("hs_additional_emails",), {"separator": ";"}, usual=Form.TEXT
    )
    fields = [
        _one(entity, "account", "association.company"),
        _parts(entity, "name", name),
        _one(entity, "email", "email"),
        FieldMap(emails.field, emails.native, emails.lens, IN),
        _one(entity, "phone", "phone"),
        _one(entity, "mobile", "mobilephone"),
        _one(entity, "title", "jobtitle"),
        _one(entity, "owner", "hubspot_owner_id"),
        _read(entity, "email_opt_out", "hs_email_optout"),
    ]
    return _map(entity, CONTACTS, fields, STAMP)


def _employee(entity: Entity) -> EntityMap:
    """Map owners, of whom nothing is ever written."""
    name = {"first_name": "firstName", "last_name": "lastName"}
    words = {"words": {"active": "active", "left": "left"}}
    fields = [
        _parts(entity, "name", name),
        _one(entity, "email", "email"),
        field_map(entity.field("status"), ("status",), words),
    ]
    read = [FieldMap(each.field, each.native, each.lens, IN) for each in fields]
    return _map(entity, OWNERS, read)


def _assignment(entity: Entity) -> EntityMap:
    """Map the roles that a company's properties name owners for."""
    fields = [
        _one(entity, "account", "company"),
        _one(entity, "employee", "owner"),
        _one(entity, "role", "role"),
    ]
    return _map(entity, ASSIGNMENTS, fields)


def _opportunity(entity: Entity) -> EntityMap:
    """Map deals; what a stage means comes with the stage, and how likely a deal is follows from it."""
    stage = {
        "stage": "dealstage",
        "status": "stage.status",
        "probability": {"native": "stage.probability", "derived": True},
    }
    amount = {"amount": "amount", "currency": "deal_currency_code"}
    outlook = {"words": OUTLOOK}
    fields = [
        _one(entity, "account", "association.company"),
        _one(entity, "name", "dealname"),
        _parts(entity, "stage", stage),
        _parts(entity, "amount", amount),
        field_map(entity.field("forecast_category"), ("hs_manual_forecast_category",), outlook),
        FieldMap("close_date", ("closedate",), NoonOf(entity.field("close_date"))),
        _one(entity, "owner", "hubspot_owner_id"),
        _one(entity, "lost_reason", "closed_lost_reason"),
        _read(entity, "contact", "association.contact"),
    ]
    return _map(entity, DEALS, fields, STAMP)


def _split(entity: Entity) -> EntityMap:
    """Map the splits of deals."""
    fields = [
        _one(entity, "opportunity", "deal"),
        _one(entity, "employee", "owner"),
        _one(entity, "fraction", "fraction"),
        _one(entity, "kind", "kind"),
    ]
    return _map(entity, SPLITS, fields)


def _map(entity: Entity, object_: str, fields: list[FieldMap], stamp: str = "") -> EntityMap:
    return EntityMap(entity.name, object_, {each.field: each for each in fields}, stamp)


def _one(entity: Entity, name: str, native: str) -> FieldMap:
    """Map a field to one property, whose values are texts."""
    return field_map(entity.field(name), (native,), usual=Form.TEXT)


def _read(entity: Entity, name: str, native: str) -> FieldMap:
    """Map a field that HubSpot lets nobody write."""
    made = _one(entity, name, native)
    return FieldMap(made.field, made.native, made.lens, IN)


def _parts(entity: Entity, name: str, parts: Mapping[str, Any]) -> FieldMap:
    """Map a group to a property for each part."""
    return field_map(entity.field(name), (), {"parts": dict(parts)}, usual=Form.TEXT)
