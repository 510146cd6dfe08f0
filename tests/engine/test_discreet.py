"""What a system says of a refused write is told to everybody, and pay is not."""

from __future__ import annotations

import pytest

from kamsync.reports import check

PAID = {"amount": "98765.4", "currency": "EUR", "kind": "bonus", "period": "2026-11"}


@pytest.mark.parametrize("spelled", ["98765.4", "98,765.40", "98'765.4", "-98765.4"])
def test_a_reason_that_repeats_pay_is_told_with_dots(stage, spelled):
    """Where it is parked, where it is told, and in the journal; the rest of it is left."""
    hub = stage("payroll", "sales", entities=("commission",), clears_pay=["payroll", "sales"])
    hub["payroll"].create("commission", **PAID)
    hub["sales"].trouble.refuse(f"amount: {spelled} breaks rule PAY_7 of 001Kx01.")

    hub.meet()

    assert ["amount: ••• breaks rule PAY_7 of 001Kx01."] == hub.reasons()
    (record,) = hub.records("commission")
    told = [event.reason for event in hub.events(record) if event.act == "refused"]
    assert told == hub.reasons()
    assert not [each.text for each in check(hub.hub) if spelled in each.text]


def test_a_reason_of_a_write_without_pay_is_told_as_it_is(stage):
    """Numbers help whoever has to put it right."""
    hub = stage("payroll", "sales", entities=("commission",), clears_pay=["payroll"])
    hub["payroll"].create("commission", **PAID)
    hub["sales"].trouble.refuse("Only 100 rows fit.")

    hub.meet()

    assert ["Only 100 rows fit."] == hub.reasons()
