"""Records in the shape in which the API tells them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.model.moments import from_iso, iso
from kamsync_hubspot.sandbox.state.history import versions
from kamsync_hubspot.sandbox.state.portal import Portal
from kamsync_hubspot.sandbox.state.records import Record

__all__ = ["asked", "shown", "shown_whole"]


def asked(portal: Portal, kind: Kind, names: Sequence[str]) -> tuple[str, ...]:
    """Return which properties an answer holds: those asked for that are defined, and always some.

    Source: developers.hubspot.com/docs/guides/api/crm/using-object-apis: a name that is not
    defined is left out, and a property that was never set is null.
    """
    if not names:
        return kind.shown()
    known = portal.catalogue.properties(kind)
    return tuple(dict.fromkeys((*(name for name in names if name in known), *kind.always())))


def shown(
    portal: Portal,
    kind: Kind,
    record: Record,
    names: Iterable[str],
    with_history: Sequence[str] = (),
) -> dict[str, Any]:
    """Return a record with these properties."""
    values = record.properties
    told: dict[str, Any] = {
        "id": str(record.id),
        "properties": {name: values.get(name) for name in names},
        "createdAt": iso(record.created),
        "updatedAt": iso(record.modified),
        "archived": record.archived_at is not None,
    }
    if record.archived_at is not None:
        told["archivedAt"] = iso(record.archived_at)
    if with_history:
        told["propertiesWithHistory"] = versions(portal, kind, record, with_history)
    domain, account = portal.settings.ui_domain, portal.settings.portal_id
    place = f"contacts/{account}/record/{kind.id}"
    if kind.plural == "tasks":
        place = f"tasks/{account}/view/all/task"
    told["url"] = f"https://{domain}/{place}/{record.id}"
    return told


def shown_whole(portal: Portal, kind: Kind, record: Record) -> dict[str, Any]:
    """Return a record with all that it holds, as the answer to its creation does.

    Source: recorded creations (github.com/NangoHQ/integration-templates): what was written and what
    the portal worked out, thirty properties and more, some of whose times are in milliseconds.
    """
    told = shown(portal, kind, record, record.properties)
    for name, value in record.properties.items():
        if value and name.startswith("hs_lifecyclestage_"):
            told["properties"][name] = str(from_iso(value))
    return told
