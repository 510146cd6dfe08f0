"""Endpoints of the labels that associations can bear, and of how many there may be.

Source: developers.hubspot.com/docs/guides/api/crm/associations/associations-v4 (labels).
"""

from __future__ import annotations

from typing import Any

from msgspec import structs

from kamsync_hubspot.sandbox.changing.batches import Batch, inputs
from kamsync_hubspot.sandbox.http.associations import pair
from kamsync_hubspot.sandbox.http.calls import Answer, Call
from kamsync_hubspot.sandbox.http.objects import reading, writing_of
from kamsync_hubspot.sandbox.http.paths import Routes
from kamsync_hubspot.sandbox.http.shapes import Definition
from kamsync_hubspot.sandbox.model.refusal import Refusal, not_found, unset
from kamsync_hubspot.sandbox.state.association_types import AssociationType

__all__ = ["ROUTES"]

ROUTES = Routes()
V4 = "v4"
MOST = 50
_LABELS = "associations/{type}/{to}/labels"
_LIMITS = "associations/definitions/configurations"


@ROUTES.crm("GET", _LABELS, scope=reading, versions=V4)
def list_labels(call: Call) -> dict[str, Any]:
    """Tell the types from one object type to another."""
    one, other = pair(call)
    found = call.portal.association_types.between(one.id, other.id).values()
    return {"results": [_told(each) for each in found]}


@ROUTES.crm("POST", _LABELS, scope=writing_of, versions=V4, shape=Definition)
def add_label(call: Call) -> dict[str, Any]:
    """Make a label, or a pair of labels that belong together."""
    lacking = [name for name in ("label", "name") if not call.body.get(name)]
    if lacking:
        raise unset(lacking)
    one, other = pair(call)
    own = [
        each
        for each in call.portal.association_types.between(one.id, other.id).values()
        if each.category == "USER_DEFINED"
    ]
    label, name = str(call.body["label"]), str(call.body["name"])
    if any(each.name == name for each in own):
        raise Refusal(
            400,
            f"An association label named {name} already exists.",
            sub_category="crm.associations.DUPLICATE_LABEL",
        )
    if len(own) >= MOST:
        raise Refusal(400, f"There may be {MOST} labels between two object types.")
    there = call.portal.database.count("association type")
    inverse = str(call.body.get("inverseLabel") or label)
    # One label for both ways has one number when both ends are of one type.
    back = (
        there
        if one == other and inverse == label
        else call.portal.database.count("association type")
    )
    made = [AssociationType(one.id, other.id, "USER_DEFINED", there, label, name, back)]
    if back != there:
        made.append(
            AssociationType(
                other.id, one.id, "USER_DEFINED", back, inverse, f"{name}_inverse", there
            )
        )
    call.portal.association_types.keep(*made)
    return {"results": [_told(each) for each in made]}


@ROUTES.crm("PUT", _LABELS, scope=writing_of, versions=V4, shape=Definition)
def change_label(call: Call) -> Answer:
    """Call a label otherwise."""
    lacking = [name for name in ("label", "associationTypeId") if not call.body.get(name)]
    if lacking:
        raise unset(lacking)
    found = _own(call, int(call.body["associationTypeId"]))
    call.portal.association_types.keep(structs.replace(found, label=str(call.body["label"])))
    return Answer(status=204)


@ROUTES.crm("DELETE", f"{_LABELS}/{{label_id}}", scope=writing_of, versions=V4)
def drop_label(call: Call) -> Answer:
    """Let a label be no more, and take it from where it is."""
    text = call.path["label_id"]
    found = _own(call, int(text) if text.isdigit() else 0)
    for type_ in (found, call.portal.association_types.inverse(found)):
        if type_ is not None:
            call.portal.database.execute(
                "DELETE FROM link WHERE from_type = ? AND to_type = ? AND category = ?"
                " AND type_id = ?",
                (type_.from_type, type_.to_type, *type_.key),
            )
    call.portal.association_types.drop(found)
    return Answer(status=204)


@ROUTES.crm("GET", f"{_LIMITS}/all", versions=V4)
def list_all_limits(call: Call) -> dict[str, Any]:
    """Tell how many of each type there may be: nobody has set a limit."""
    del call
    return {"results": []}


@ROUTES.crm("GET", f"{_LIMITS}/{{type}}/{{to}}", versions=V4)
def list_limits(call: Call) -> dict[str, Any]:
    """Tell how many of each type there may be between two object types."""
    pair(call)
    return {"results": []}


@ROUTES.crm("POST", f"{_LIMITS}/{{type}}/{{to}}/batch/{{what:create|update}}", versions=V4)
def set_limits(call: Call) -> Answer:
    """Take limits; they are answered and not enforced."""
    results = [
        {
            "category": each.get("category"),
            "typeId": each.get("typeId"),
            "userEnforcedMaxToObjectIds": each.get("maxToObjectIds"),
        }
        for each in inputs(call.body)
    ]
    status = 201 if call.path["what"] == "create" else 200
    return Answer(Batch(results, [], status, call.portal.now).body(call.portal.now), status)


def _own(call: Call, number: int) -> AssociationType:
    """Return a label that somebody made here."""
    one, other = pair(call)
    found = call.portal.association_types.between(one.id, other.id).get(("USER_DEFINED", number))
    if found is None:
        raise not_found(f"Association label {number} does not exist.")
    return found


def _told(type_: AssociationType) -> dict[str, Any]:
    return {"category": type_.category, "typeId": type_.type_id, "label": type_.label}
