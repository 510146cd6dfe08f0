"""Values that no two records share: e-mail addresses of contacts, and unique properties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.model.refusal import Refusal
from kamsync_hubspot.sandbox.model.values import Wrong
from kamsync_hubspot.sandbox.state.portal import Portal

__all__ = ["free", "holder", "refuse_taken", "take"]


def holder(portal: Portal, kind: Kind, name: str, value: str) -> int | None:
    """Return the id of the record that has this value."""
    row = portal.database.execute(
        "SELECT id FROM unique_value WHERE type = ? AND name = ? AND value = ?",
        (kind.id, name, value.strip().lower()),
    ).fetchone()
    return int(row[0]) if row else None


def refuse_taken(portal: Portal, kind: Kind, values: Mapping[str, str], own: int | None) -> None:
    """Refuse values that another record has.

    An e-mail address is a conflict that names the record; domains of companies are not kept apart.
    Source: the 409 and its sentence recorded in github.com/amp-labs/connectors; what is answered
    for other unique properties is told by clients, and its wording is not confirmed.
    """
    for name in portal.catalogue.unique(kind) & values.keys():
        found = holder(portal, kind, name, values[name]) if values[name] else None
        if found is None or found == own:
            continue
        if kind.plural == "contacts" and name == "email":
            raise Refusal(
                409,
                f"Contact already exists. Existing ID: {found}",
                category="CONFLICT",
                context=None,
                extra=None,
            )
        raise Wrong(
            name,
            "CONFLICTING_UNIQUE_VALUE",
            f"{values[name]} conflicts with the value of {found}: propertyValue: already has that"
            f" value {name}",
        )


def take(portal: Portal, kind: Kind, id_: int, values: Mapping[str, str]) -> None:
    """Keep the unique values among *values* for a record; a blank gives the one before back."""
    for name in portal.catalogue.unique(kind) & values.keys():
        portal.database.execute(
            "DELETE FROM unique_value WHERE type = ? AND id = ? AND name = ?", (kind.id, id_, name)
        )
        texts = [values[name]]
        if name == "email":
            texts += values.get("hs_additional_emails", "").split(";")
        _keep(portal, kind, id_, name, texts)


def free(portal: Portal, kind: Kind, id_: int) -> None:
    """Give back all that a record has."""
    portal.database.execute("DELETE FROM unique_value WHERE type = ? AND id = ?", (kind.id, id_))


def _keep(portal: Portal, kind: Kind, id_: int, name: str, texts: Iterable[str]) -> None:
    portal.database.many(
        "INSERT OR IGNORE INTO unique_value VALUES (?, ?, ?, ?)",
        [(kind.id, name, text.strip().lower(), id_) for text in texts if text],
    )
