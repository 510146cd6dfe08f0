"""What a property may hold, and how the portal spells it."""

import pytest

from kamsync_hubspot.sandbox.changing.writing import create, update
from kamsync_hubspot.sandbox.model.caller import Caller
from kamsync_hubspot.sandbox.model.refusal import Refusal

APP = Caller.integration(77, "app")


def told(portal, object_, **values):
    """Create a record and return what it holds."""
    return create(portal, portal.kind(object_), values, APP).properties


def refused(portal, object_, **values):
    """Return the code with which values are refused."""
    with pytest.raises(Refusal) as refusal:
        create(portal, portal.kind(object_), values, APP)
    return refusal.value.errors[0]["code"]


def test_every_value_is_kept_as_a_text(portal):
    """Numbers, truths and times all come back as texts."""
    deal = told(portal, "deals", dealname="D", amount=3000, closedate=1_767_225_600_000)
    company = told(portal, "companies", name="C", is_public=True)

    assert ("3000", "2026-01-01T00:00:00Z") == (deal["amount"], deal["closedate"])
    assert "true" == company["is_public"]


def test_a_time_without_milliseconds_shows_no_fraction(portal):
    """A fraction is there only where it says something."""
    assert (
        "2026-01-01T08:30:00.120Z"
        == told(portal, "deals", dealname="D", closedate="2026-01-01T09:30:00.12+01:00")[
            "closedate"
        ]
    )


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"nonsense": "1"}, "PROPERTY_DOESNT_EXIST"),
        ({"num_associated_contacts": "1"}, "READ_ONLY_VALUE"),
        ({"industry": "Machinery"}, "INVALID_OPTION"),
        ({"annualrevenue": "much"}, "INVALID_LONG"),
        ({"closedate": "soon"}, "INVALID_LONG"),
        ({"is_public": "perhaps"}, "INVALID_OPTION"),
        ({"hubspot_owner_id": "1"}, "INVALID_OWNER_ID"),
    ],
)
def test_what_a_property_cannot_hold_is_refused_by_its_code(portal, values, code):
    """Each wrong value has the code of the API."""
    assert code == refused(portal, "companies", name="C", **values)


def test_all_that_is_wrong_is_told_at_once(portal):
    """A caller need not try again for each wrong value."""
    with pytest.raises(Refusal) as refusal:
        told(portal, "companies", name="C", nonsense="1", annualrevenue="much")

    assert ["nonsense", "annualrevenue"] == [
        each["context"]["propertyName"][0] for each in refusal.value.errors
    ]
    assert refusal.value.message.startswith('Property values were not valid: [{"isValid":false,')


def test_a_day_in_milliseconds_must_be_a_midnight(portal):
    """A day has no hour."""
    item = told(portal, "line_items", hs_recurring_billing_start_date=1_767_225_600_000)

    assert "2026-01-01" == item["hs_recurring_billing_start_date"]
    assert "INVALID_DATE" == refused(portal, "line_items", hs_recurring_billing_start_date=1)


def test_a_stage_must_be_of_the_pipeline(portal):
    """A stage of nowhere is refused, and the stages that there are named."""
    with pytest.raises(Refusal, match=r"registered is not a valid pipeline stage ID.*closedwon"):
        told(portal, "deals", dealname="D", dealstage="registered")


def test_options_that_begin_with_a_semicolon_are_added(portal):
    """Several options can be added without naming those that are there."""
    kind = portal.kind("contacts")
    record = create(portal, kind, {"email": "a@b.example", "hs_buying_role": "CHAMPION"}, APP)

    changed, _ = update(portal, kind, record.id, {"hs_buying_role": ";BLOCKER"}, APP)

    assert "CHAMPION;BLOCKER" == changed.properties["hs_buying_role"]


def test_a_stage_of_life_goes_only_forward_unless_it_is_cleared(portal):
    """A lead that became a customer stays one."""
    kind = portal.kind("contacts")
    record = create(portal, kind, {"email": "a@b.example", "lifecyclestage": "customer"}, APP)

    back, _ = update(portal, kind, record.id, {"lifecyclestage": "lead"}, APP)
    assert "customer" == back.properties["lifecyclestage"]

    update(portal, kind, record.id, {"lifecyclestage": ""}, APP)
    again, _ = update(portal, kind, record.id, {"lifecyclestage": "lead"}, APP)
    assert "lead" == again.properties["lifecyclestage"]


def test_what_follows_from_a_stage_is_worked_out(portal):
    """A deal knows what it is worth where it stands, to the last binary digit of its chance."""
    deal = told(portal, "deals", dealname="D", amount="1000", dealstage="qualifiedtobuy")
    chance = "0.40000000000000002220446049250313080847263336181640625"
    worth = "400.00000000000002220446049250313080847263336181640625000"

    assert ("default", chance, worth, "false") == (
        deal["pipeline"],
        deal["hs_deal_stage_probability"],
        deal["hs_projected_amount"],
        deal["hs_is_closed"],
    )
