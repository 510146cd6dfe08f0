"""Many records that are stamped as changed at one moment, without any value being another.

Source: editing a pipeline stamps all its deals (github.com/PipedreamHQ/pipedream/issues/4209), and
jobs at night stamp more than ten thousand contacts with the same millisecond
(github.com/airbytehq/airbyte/issues/43317).
"""

from __future__ import annotations

from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.model.moments import iso
from kamsync_hubspot.sandbox.state.portal import Portal

__all__ = ["stamp_all"]


def stamp_all(portal: Portal, kind: Kind, name: str = "", value: str = "") -> int:
    """Stamp the living records of *kind*, or those whose property *name* is *value*; return how many."""
    now = portal.now
    which, values = "", ()
    if name:
        which, values = f" AND json_extract(properties, '$.\"{name}\"') = ?", (value,)  # type: ignore[assignment]
    cursor = portal.database.execute(
        f"UPDATE record SET modified = ?, properties = json_set(properties, '$.{kind.modified}', ?)"
        f" WHERE type = ? AND archived = 0{which}",
        (now, iso(now), kind.id, *values),
    )
    portal.writes += 1
    return cursor.rowcount
