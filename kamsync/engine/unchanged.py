"""What is read again and is what it was: told by a digest, before anything else is done about it.

Systems show much that is known: where they are read as a whole, and where each reading looks back over
what may have been late. The digest is over all that a reading says of a record; where it is that of the
last reading, hearing it would change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b

import msgspec

from kamsync.engine.hub import Hub, System
from kamsync.mapping import EntityMap
from kamsync.model import Reading

__all__ = ["digests_of", "pass_unchanged"]

_encoded = msgspec.json.Encoder().encode


def digests_of(map_: EntityMap, readings: Sequence[Reading]) -> dict[str, int]:
    """Return the digest of each living record, by its native id; none of what cannot be kept as JSON."""
    digests = {}
    for reading in readings:
        if reading.values is not None and reading.settled:
            try:
                said = _encoded(
                    (reading.native_id, reading.version, reading.stamp, reading.values, map_.layout)
                )
            except (TypeError, UnicodeEncodeError, OverflowError):
                continue
            digest = blake2b(said, digest_size=8).digest()
            digests[reading.native_id] = int.from_bytes(digest, "big", signed=True)
    return digests


def pass_unchanged(
    hub: Hub, system: System, entity: str, digests: Mapping[str, int], seen: int
) -> set[str]:
    """Note that what is the same was read again; return the native ids of these.

    What a write of ours may be on its way to is none of them, nor is anything while a store that was
    put back learns anew what there is.
    """
    if hub.restored_at is not None:
        return set()
    known = hub.store.links.digests(system.name, entity, list(digests))
    same = {id_: link for id_, link, digest in known if digests[id_] == digest}
    hub.store.links.touch(list(same.values()), seen, hub.now())
    return set(same)
