"""Which system a sandbox is: no two are one, and one that comes back where it was is the same."""

from __future__ import annotations

import hashlib
import secrets

from kamsync.extensions import SandboxOptions

__all__ = ["number_of"]


def number_of(kind: str, options: SandboxOptions, below: int) -> int:
    """Return a number from 1 to *below* for a sandbox of some *kind*.

    At a port of its own it has the same number each time that it starts with the same records; at any
    free port it is another one each time.
    """
    if not options.port:
        return 1 + secrets.randbelow(below - 1)
    place = f"{kind}:{options.port}:{options.seed}:{options.load or ''}"
    digest = hashlib.blake2b(place.encode(), digest_size=8).digest()
    return 1 + int.from_bytes(digest, "big") % (below - 1)
