"""What is read again and is what it was: told by a digest, before anything else is done about it.

Systems show much that is known: where they are read as a whole, and where each reading looks back over
what may have been late. The digest is over all that a reading says of a record; where it is that of the
last reading, hearing it would change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b

from kamsync.engine.hub import Hub, System
from kamsync.errors import ValueInvalid
from kamsync.mapping import EntityMap
from kamsync.model import Reading
from kamsync.values.storable import storable_json

__all__ = ["digests_of", "pass_unchanged"]


def digests_of(map_: EntityMap, readings: Sequence[Reading]) -> dict[str, int]:
    """Return the digest of each living record, by its native id; what has one can be kept as it is."""
    digests = {}
    for reading in readings:
        try:
            said = storable_json(reading.values) if reading.values else b""
        except ValueInvalid:
            continue
        if said:
            about = f"{reading.native_id}\n{reading.version}\n{reading.stamp}\n{map_.layout}\n"
            digest = blake2b(about.encode(errors="replace") + said, digest_size=8).digest()
            digests[reading.native_id] = int.from_bytes(digest, "big", signed=True)
    return digests


def pass_unchanged(
    hub: Hub,
    system: System,
    entity: str,
    readings: Sequence[Reading],
    digests: Mapping[str, int],
    seen: int,
) -> set[str]:
    """Note that what is the same was read again; return the native ids of these.

    What a write of ours may be on its way to is none of them, nor is anything while a store that was
    put back learns anew what there is.
    """
    settled = [r.native_id for r in readings if r.settled and r.native_id in digests]
    if not settled or hub.restored_at is not None:
        return set()
    known = hub.store.links.digests(system.name, entity, settled)
    same = {id_: link for id_, link, digest in known if digests[id_] == digest}
    hub.store.links.touch(list(same.values()), seen, hub.now())
    return set(same)
