"""Endpoints of deal splits, in the three places where they are.

Source: developers.hubspot.com/docs/api-reference/crm-deal-splits-v3/guide, and for the versions that
are called by their month developers.hubspot.com/docs/api-reference/2026-03/crm/objects/deal-splits.
"""

from __future__ import annotations

from kamsync_hubspot.sandbox.changing import splits
from kamsync_hubspot.sandbox.http.calls import Answer, Call
from kamsync_hubspot.sandbox.http.paths import Routes
from kamsync_hubspot.sandbox.http.shapes import Ids, Splits

__all__ = ["ROUTES"]

ROUTES = Routes()
SCOPE = "crm.dealsplits.read_write"


@ROUTES.area("POST", "/deal-splits", "/batch/read", scope=SCOPE, shape=Ids)
@ROUTES.crm("POST", "objects/deals/splits/batch/read", scope=SCOPE, shape=Ids)
def read(call: Call) -> Answer:
    """Tell the splits of deals."""
    batch = splits.read(call.portal, call.body)
    return Answer(batch.body(call.portal.now), batch.code)


@ROUTES.area("POST", "/deal-splits", "/batch/upsert", scope=SCOPE, shape=Splits)
@ROUTES.crm("POST", "objects/deals/splits/batch/upsert", scope=SCOPE, shape=Splits)
def replace(call: Call) -> Answer:
    """Let deals be split."""
    batch = splits.replace(call.portal, call.body, call.caller)
    return Answer(batch.body(call.portal.now), batch.code)
