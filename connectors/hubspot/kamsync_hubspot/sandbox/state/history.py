"""The history of each property: who set which value, and when.

Nothing is kept of a value that was never changed: it is as old as its record, and whoever made the
record set it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import json

from kamsync_hubspot.sandbox.model.caller import Source
from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.model.moments import iso
from kamsync_hubspot.sandbox.state.portal import Portal
from kamsync_hubspot.sandbox.state.records import Record

__all__ = ["remember", "versions"]

_source = json.Decoder(Source).decode


def remember(
    portal: Portal, kind: Kind, record: Record, changes: Mapping[str, str], source: Source
) -> None:
    """Keep who changed what of *record*, which still holds the values from before."""
    known = _known(portal, kind, record.id, changes)
    rows: list[Sequence[Any]] = []
    for name, value in changes.items():
        if name not in known and name in record.properties:
            first = record.properties[name]
            rows.append((kind.id, record.id, name, record.created, first, record.origin))
        text = json.encode(source).decode()
        rows.append((kind.id, record.id, name, portal.now, value, text))
    portal.database.many("INSERT INTO version VALUES (?, ?, ?, ?, ?, ?)", rows)


def versions(
    portal: Portal, kind: Kind, record: Record, names: Iterable[str]
) -> dict[str, list[dict[str, Any]]]:
    """Return what each property held, the newest first.

    Source: `propertiesWithHistory` in the answers that github.com/ballerina-platform recorded. How
    many versions are kept is not confirmed; it is one of the settings.
    """
    wanted = list(names)
    kept = _kept(portal, kind)
    found: dict[str, list[dict[str, Any]]] = {}
    rows = portal.database.execute(
        "SELECT name, at, value, source FROM version WHERE type = ? AND id = ?"
        " ORDER BY name, at DESC, rowid DESC",
        (kind.id, record.id),
    )
    for name, at, value, source in rows.fetchall():
        found.setdefault(name, []).append(_source(source).version(value, iso(at)))
    for name in wanted:
        value = record.properties.get(name)
        if name not in found and value:
            found[name] = [record.source.version(value, iso(record.created))]
    return {name: found.get(name, [])[:kept] for name in wanted}


def _known(portal: Portal, kind: Kind, id_: int, names: Iterable[str]) -> set[str]:
    """Return which of *names* were changed before."""
    rows = portal.database.execute(
        "SELECT DISTINCT name FROM version WHERE type = ? AND id = ?", (kind.id, id_)
    )
    return {name for (name,) in rows.fetchall()} & set(names)


def _kept(portal: Portal, kind: Kind) -> int:
    """Return how many versions are told."""
    settings = portal.settings
    return settings.versions_of_contacts if kind.plural == "contacts" else settings.versions
