"""Why a record is ended or made again: somebody deleted it somewhere, and somebody has ruled on that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kamsync.connector import Can
from kamsync.model import Link, Op, Write
from kamsync.testing.simulation.observer.cells import Place

if TYPE_CHECKING:
    from kamsync.testing.simulation.observer.landing import Landings

__all__ = ["passes_for_gone", "require_apart", "require_reason"]


def require_reason(landings: Landings, system: str, record: str, write: Write) -> None:
    """6, 7: report a delete or a return from the dead that nobody wanted."""
    said = landings.chronicle.exists.get(record)
    places = landings.truth.of_record.get(record, ())
    dead = [place for place in places if place in landings.deaths]
    ruled = said is not None and said.act != "set"
    gone = {
        place
        for place in places
        if place in landings.died or passes_for_gone(landings, place, record)
    }
    if write.op is Op.DELETE:
        if not (ruled and said and said.value is False and gone):
            landings.report(7, f"{system} was told to delete {record}: {said}, gone in {dead}")
    elif write.op is Op.CREATE and any(place.system == system for place in dead):
        here = [place for place in places if place.system == system]
        if any(_lives(landings, place, record) for place in here):
            landings.report(6, f"{record} was created in {system}, where it is")
        elif not (ruled and said and said.value is True and gone.intersection(here)):
            landings.report(7, f"{record} was brought back to {system} without a decision")


def _lives(landings: Landings, place: Place, record: str) -> bool:
    """Whether a native record is there, is still this record, and can be known to be.

    It may be one of its own by now, as a person said; and where another one took the place of what passed
    for gone, no listing tells that it is back. So it is of what was merged away before it was put back.
    """
    if place in landings.deaths or not landings.alive(place):
        return False
    known = landings.link(place)
    if place in landings.truth.turned and (known is None or known.native_id != place.native_id):
        return False
    if landings.truth.record_of(place) != landings.truth.now(record):
        return False
    return landings.link(place) is not None or not passes_for_gone(landings, place, record)


def passes_for_gone(landings: Landings, place: Place, record: str) -> bool:
    """Whether what is only hidden counts as gone: by a person's word, or where nothing tells of the gone.

    So it is where the record was gone in all other systems, and golden as that.
    """
    if place not in landings.unshown:
        return False
    if record in landings.chronicle.ended:
        return True
    said = landings.chronicle.exists.get(record)
    by_person = said is not None and said.act == "decided"
    return by_person or Can.TOMBSTONES not in landings.towns[place.system].cast.can


def require_apart(landings: Landings, system: str, link: Link, write: Write) -> None:
    """8: what was brought back from a merge is not written as if it still were its survivor."""
    place = Place(system, link.entity, write.native_id or "")
    survivor = landings.chronicle.split.get(place)
    other = landings.link(survivor) if survivor is not None else None
    if other is None or survivor is None or other.native_id != survivor.native_id:
        return
    if other.record == link.record and landings.alive(survivor):
        text = f"{system} {place.native_id} was brought back from {survivor.native_id}"
        landings.report(8, f"{text}, and is written as if it were part of it")
