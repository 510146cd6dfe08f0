"""Pull: read what changed in one system, page by page, each page and its cursor in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from msgspec import Struct, structs

from kamsync.clock import instant
from kamsync.connector import Upcoming
from kamsync.engine.hub import Hub, System
from kamsync.engine.reading.hearing import hear
from kamsync.engine.reading.hidden import hidden_in, keep_hidden, shows_again
from kamsync.engine.reading.passed_over import forget, sought
from kamsync.errors import PluginBroken
from kamsync.model import Link, Page, Reading
from kamsync.observe import ABSENT
from kamsync.store import Cursor

__all__ = ["Pulled", "foresee", "invite", "look_again", "pull", "reread"]

PAGES_LIMIT = 1_000_000
"""How many pages one pull may take, so that a connector that never ends is noticed."""


class Pulled(Struct, frozen=True):
    """What one pull brought: rows read, links changed, records gone, and whether it was a full sweep.

    *unseen* are the mapped native fields that a living record did not show: the system has none of
    that name any more, or hides it from kamsync's user.
    """

    read: int = 0
    changed: int = 0
    gone: int = 0
    sweep: bool = False
    unseen: frozenset[str] = frozenset()

    def plus(self, other: Pulled) -> Pulled:
        """Return the sum of two pulls."""
        return Pulled(
            self.read + other.read,
            self.changed + other.changed,
            self.gone + other.gone,
            self.sweep or other.sweep,
            self.unseen | other.unseen,
        )


def pull(
    hub: Hub,
    system: System,
    entity: str,
    *,
    sweep: bool = False,
    count: Callable[[int], None] | None = None,
) -> Pulled:
    """Take in what changed since the last pull; everything on the first one, or with *sweep*.

    So it is once a field shows again that was hidden. A crash leaves the cursor at the last page that
    was taken in. Raises what the connector raises: what came before is kept. A sweep also finds what
    is gone without a trace. *count* is told after each page how many rows were read so far.
    """
    place = hub.store.cursors.get(system.name, entity)
    whole = _is_whole(hub, system, place, sweep=sweep) or shows_again(hub, system, entity)
    start = hub.store.take("revision") if whole else 0
    total = Pulled(sweep=whole)
    hidden: dict[str, str] = {}
    for page, seen in _pages(hub, system, entity, None if whole else place.cursor):
        if not (whole or page.readings) and page.cursor == place.cursor:
            continue
        hidden = {**hidden_in(system.maps[entity].shown, page.readings), **hidden}
        with hub.store.transaction():
            heard = hear(hub, system, entity, page.readings, seen)
            if not whole:
                keep_hidden(hub, system, entity, hidden, whole=False)
                # What was heard may have shown that all of this is to be read again.
                place = hub.store.cursors.get(system.name, entity)
                place = structs.replace(place, cursor=page.cursor)
                hub.store.cursors.put(system.name, entity, place)
        place = structs.replace(place, cursor=page.cursor)
        total = structs.replace(
            total,
            read=total.read + len(page.readings),
            changed=total.changed + heard.changed,
            gone=total.gone + heard.gone,
            unseen=frozenset(hidden),
        )
        if count is not None:
            count(total.read)
    if whole:
        missing = _miss(hub, system, entity, start)
        total = structs.replace(total, gone=total.gone + missing)
        place = structs.replace(place, sweep_due=False, swept_at=hub.now())
        with hub.store.transaction():
            keep_hidden(hub, system, entity, hidden, whole=True)
            hub.store.cursors.put(system.name, entity, place)
    return total


def foresee(hub: Hub, system: System, *, sweep: bool = False) -> None:
    """Tell a system's connector which reads the pulls of this round begin with."""
    upcoming, places = [], hub.store.cursors.all()
    for entity in hub.entities():
        map_ = system.maps.get(entity.name)
        if map_ is not None:
            place = places.get((system.name, entity.name), Cursor())
            cursor = None if _is_whole(hub, system, place, sweep=sweep) else place.cursor
            upcoming.append(Upcoming(map_.object, map_.names, cursor))
    system.connector.foresee(upcoming)


def _is_whole(hub: Hub, system: System, place: Cursor, *, sweep: bool) -> bool:
    """Whether everything is to be read, and not only what changed."""
    due = sweep or place.sweep_due or place.cursor is None
    return due or _is_overdue(hub, system, place.swept_at)


def _is_overdue(hub: Hub, system: System, swept_at: str) -> bool:
    """Whether the last full sweep is so long ago that another one is due.

    One that lies as far ahead was noted by a clock that was wrong, and says nothing.
    """
    now, every = hub.clock.now(), system.sweep_every or hub.sweep_every
    return not instant(now - every) <= swept_at <= instant(now + every)


def _pages(hub: Hub, system: System, entity: str, cursor: str | None) -> Iterator[tuple[Page, int]]:
    """Yield each page with the store's revision from before anything was asked for.

    A connector may fetch pages ahead, so that a later page may be as old as the first.
    """
    map_ = system.maps[entity]
    seen = hub.store.current("revision")
    for number, page in enumerate(system.connector.read(map_.object, map_.names, cursor)):
        if number >= PAGES_LIMIT:
            raise PluginBroken(
                f"{system.name} sent more than {PAGES_LIMIT:,} pages of {map_.object} without an end;"
                " its connector is at fault."
            )
        yield page, seen


def _miss(hub: Hub, system: System, entity: str, start: int) -> int:
    """Look once more at each link that a full sweep did not show; return how many are gone.

    A listing alone never proves that a record is gone: it is asked for by its id. After a restore,
    what the old store knows to be gone is asked for too.
    """
    gone, after = 0, ""
    dead = hub.restored_at is not None
    unseen = partial(hub.store.links.unseen_since, system.name, entity, start, dead=dead)
    while links := unseen(after, hub.batch):
        after = links[-1].native_id or ""
        gone += look_again(hub, system, entity, links)
    return gone


def look_again(hub: Hub, system: System, entity: str, links: Sequence[Link]) -> int:
    """Fetch *links* by their ids and take in what they are now; return how many are gone."""
    gone = 0
    map_, limit = system.maps[entity], system.connector.batch_limit
    ids = [link.native_id for link in links if link.native_id is not None]
    for start in range(0, len(ids), limit):
        wanted = ids[start : start + limit]
        seen = hub.store.current("revision")
        found = system.connector.fetch(map_.object, map_.names, wanted)
        readings = [
            found.get(native_id, Reading(native_id, None, version=ABSENT)) for native_id in wanted
        ]
        gone += hear(hub, system, entity, readings, seen).gone
    return gone


def invite(hub: Hub, system: System) -> bool:
    """Take in accounts that were passed over and may be one in scope; return whether there were any."""
    root = hub.scope.root
    ids, limit = sought(hub, system), system.connector.batch_limit
    for start in range(0, len(ids), limit):
        wanted = ids[start : start + limit]
        map_, seen = system.maps[root], hub.store.current("revision")
        found = system.connector.fetch(map_.object, map_.names, wanted)
        alive = frozenset(id_ for id_, reading in found.items() if reading.values is not None)
        with hub.store.transaction():
            hear(hub, system, root, [found[id_] for id_ in sorted(alive)], seen, invited=alive)
            forget(hub, system, set(wanted) - alive)
    return bool(ids)


def reread(hub: Hub, system: System, entity: str) -> int:
    """Read each link again that holds golden but was last read before golden was set."""
    count, after = 0, 0
    while links := hub.store.links.owed(system.name, entity, "read", after, hub.batch):
        after = links[-1].id
        look_again(hub, system, entity, links)
        hub.store.records.mark_dirty(sorted({link.record for link in links if link.record}))
        count += len(links)
    return count
