"""What two native records of one system differ in, once a person has said that they are one record."""

from __future__ import annotations

from collections.abc import Mapping

from kamsync.merge import FIRST_MEETING
from kamsync.model import Conflict, Link
from kamsync.policy import Settlement

__all__ = ["kept"]

RULE = "what the record held before its twin stays"
REASON = "a person said that the two are one record"


def kept(conflict: Conflict, links: Mapping[int, Link]) -> Settlement | None:
    """Return that golden stays, if nobody speaks against it but twins that have just joined.

    Both sides of such a conflict are of one system and team, so that no rule about teams can tell them
    apart. Whoever said that they are one record was shown what that would overwrite.
    """
    sides = [links.get(side.link) for side in conflict.contenders if side.link is not None]
    met = {link.system for link in links.values() if _was_met(link, conflict.field)}
    joined = [
        link is not None and link.system in met and not _was_met(link, conflict.field)
        for link in sides
    ]
    if conflict.cause != FIRST_MEETING or not all(joined):
        return None
    golden = [i for i, side in enumerate(conflict.contenders) if side.link is None]
    if len(golden) != 1:
        return None
    return Settlement(conflict.contenders[golden[0]].value, (golden[0],), RULE, REASON)


def _was_met(link: Link, field: str) -> bool:
    """Whether what a link shows of a field was dealt with before."""
    fact = link.facts.get(field)
    return fact is not None and fact.merged is not None
