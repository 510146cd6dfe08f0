"""What the portal works out by itself when values are set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, localcontext

from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.model.moments import iso
from kamsync_hubspot.sandbox.state.portal import Portal

__all__ = ["at_birth", "worked_out"]

Values = Mapping[str, str]

_DIGITS = 200
"""How many digits a product of amounts is worked out with."""


def at_birth(kind: Kind, values: Values) -> dict[str, str]:
    """Return what a new record gets in addition.

    Source: recorded creations (github.com/NangoHQ/integration-templates): contacts and companies
    become leads in their pipeline; that a company's website is its domain is in
    knowledge.hubspot.com/records.
    """
    more = dict(_AT_BIRTH.get(kind.plural, {}))
    if kind.plural == "companies" and values.get("domain"):
        more["website"] = values["domain"]
    if kind.stage and values.get(kind.stage):
        more[kind.pipeline] = "default" if kind.plural == "deals" else "0"
    return {name: value for name, value in more.items() if not values.get(name)}


def worked_out(portal: Portal, kind: Kind, values: Values, changed: Values) -> dict[str, str]:
    """Return the calculated properties that follow from *values*, of which some have *changed*."""
    more = _owner(portal, changed)
    rule = _RULES.get(kind.plural)
    if rule:
        more.update(rule(portal, kind, values, changed))
    return {name: value for name, value in more.items() if values.get(name, "") != value}


def _owner(portal: Portal, changed: Values) -> dict[str, str]:
    """Return what follows from a new owner."""
    if "hubspot_owner_id" not in changed:
        return {}
    id_ = changed["hubspot_owner_id"]
    person = portal.people.all.get(id_)
    teams = person.teams if person else ()
    return {
        "hubspot_owner_assigneddate": iso(portal.now) if id_ else "",
        "hubspot_team_id": teams[0].id if teams else "",
        "hs_all_team_ids": ";".join(team.id for team in teams),
        "hs_all_owner_ids": id_,
        "hs_user_ids_of_all_owners": str(person.user_id) if person else "",
    }


def _company(portal: Portal, kind: Kind, values: Values, changed: Values) -> dict[str, str]:
    """Return what follows for a company."""
    del portal, kind
    return {"hs_task_label": values.get("name", "")} if "name" in changed else {}


def _contact(portal: Portal, kind: Kind, values: Values, changed: Values) -> dict[str, str]:
    """Return what follows for a contact."""
    del kind
    more: dict[str, str] = {}
    email = values.get("email", "")
    if "email" in changed:
        more["hs_email_domain"] = email.rpartition("@")[2]
    if changed.keys() & {"firstname", "lastname", "email"}:
        name = " ".join(filter(None, (values.get("firstname"), values.get("lastname"))))
        more["hs_full_name_or_email"] = name or email
    if "phone" in changed:
        digits = "".join(filter(str.isdigit, changed["phone"]))
        more["hs_searchable_calculated_phone_number"] = digits
    stage = changed.get("lifecyclestage")
    if stage in {"lead", "customer", "opportunity"}:
        more[f"hs_lifecyclestage_{stage}_date"] = iso(portal.now)
    return more


def _deal(portal: Portal, kind: Kind, values: Values, changed: Values) -> dict[str, str]:
    """Return what follows for a deal: from its stage, and what it is worth in it."""
    more: dict[str, str] = {}
    stage = portal.pipelines.stage(kind, values)
    if stage and "dealstage" in changed:
        chance = Decimal(stage.metadata.get("probability", "0"))
        closed = stage.metadata.get("isClosed") == "true"
        more |= {
            "hs_deal_stage_probability": _stretched(chance),
            "hs_is_closed": str(closed).lower(),
            "hs_is_closed_won": str(closed and chance == 1).lower(),
            "hs_is_closed_lost": str(closed and chance == 0).lower(),
            "hs_is_closed_count": str(int(closed)),
            "hs_v2_date_entered_current_stage": iso(portal.now),
        }
    if changed.keys() & {"amount", "dealstage"}:
        more |= _worth({**values, **more}, stage is not None)
    return more


def _stretched(chance: Decimal) -> str:
    """Return a probability as deals tell it: the binary number nearest to it, with all its digits.

    Source: recorded deals (github.com/NangoHQ/integration-templates): 0.9 is told with 53 digits, and what
    is worked out from it as well, though the pipeline itself says 0.9.
    """
    return f"{Decimal(float(chance)):f}"


def _worth(values: Values, staged: bool) -> dict[str, str]:  # noqa: FBT001 - said by its name
    """Return the amounts of a deal that follow from its amount."""
    amount = values.get("amount", "")
    more = {"amount_in_home_currency": amount, "hs_closed_amount": "0"}
    if values.get("hs_is_closed_won") == "true":
        more["hs_closed_amount"] = amount or "0"
    more["hs_closed_amount_in_home_currency"] = more["hs_closed_amount"]
    weighted = ""
    if amount and staged:
        with localcontext(prec=_DIGITS):
            product = Decimal(amount) * Decimal(values.get("hs_deal_stage_probability", "0"))
        weighted = f"{product:f}"
    return more | {
        "hs_projected_amount": weighted,
        "hs_projected_amount_in_home_currency": weighted,
    }


def _ticket(portal: Portal, kind: Kind, values: Values, changed: Values) -> dict[str, str]:
    """Return what follows for a ticket."""
    stage = portal.pipelines.stage(kind, values)
    if stage is None or kind.stage not in changed:
        return {}
    closed = stage.metadata.get("ticketState") == "CLOSED"
    return {
        "hs_is_closed": str(closed).lower(),
        "closed_date": iso(portal.now) if closed else "",
    }


def _line_item(portal: Portal, kind: Kind, values: Values, changed: Values) -> dict[str, str]:
    """Return what follows for a line item: its net price."""
    del portal, kind
    if not changed.keys() & {"price", "quantity", "discount"}:
        return {}
    price, count = values.get("price") or "0", values.get("quantity") or "1"
    product = (Decimal(price) - Decimal(values.get("discount") or "0")) * Decimal(count)
    return {"amount": f"{product:f}"}


_AT_BIRTH: dict[str, dict[str, str]] = {
    "contacts": {
        "lifecyclestage": "lead",
        "hs_pipeline": "contacts-lifecycle-pipeline",
        "hs_is_unworked": "true",
        "num_notes": "0",
    },
    "companies": {
        "lifecyclestage": "lead",
        "hs_pipeline": "companies-lifecycle-pipeline",
        "num_notes": "0",
    },
    "deals": {
        "days_to_close": "0",
        "hs_is_closed_lost": "false",
        "hs_is_closed_won": "false",
        "hs_is_deal_split": "false",
        "hs_num_associated_deal_splits": "0",
        "hs_num_of_associated_line_items": "0",
        "hs_num_target_accounts": "0",
        "num_associated_contacts": "0",
        "num_notes": "0",
    },
    "tickets": {"hs_is_closed": "false", "hs_num_times_contacted": "0", "num_notes": "0"},
}
_RULES: dict[str, Callable[[Portal, Kind, Values, Values], dict[str, str]]] = {
    "companies": _company,
    "contacts": _contact,
    "deals": _deal,
    "tickets": _ticket,
    "line_items": _line_item,
}
