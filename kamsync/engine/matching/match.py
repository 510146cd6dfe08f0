"""Match: tie native records that were never seen to the records that they are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from kamsync.engine.context.canonical import canonical
from kamsync.engine.context.places import fill_places, matched
from kamsync.engine.hub import Hub, record_id
from kamsync.engine.matching.candidates import Candidates
from kamsync.engine.matching.questions import Newcomer, Questions
from kamsync.identity import Match, Score, Verdict, block_keys, exact_keys, match
from kamsync.model import EXISTS, Event, Link, Op
from kamsync.observe import HERE
from kamsync.schema import Entity
from kamsync.store import Glimpse

__all__ = ["make_record", "match_links"]

LATE = (
    "it carries the id of a record that has another one here, and may be a create that was given up"
)
"""The cause of what is asked of a create that lands after its record was merged."""


def match_links(
    hub: Hub,
    entity: Entity,
    *,
    only: Collection[int] | None = None,
    count: Callable[[int], None] | None = None,
) -> int:
    """Identify the native records of one entity that belong to no record yet; return how many.

    First by the id that the system keeps for us, then by exact keys, then by score. What may be one
    of several, or a twin of what is linked already, waits for a person. With *only*, no native records
    but these links are looked at. A newcomer that waits and was edited since is looked at again:
    it is tied once that is sure, else the question stays, with the candidates of now. One that is
    known by what it refers to waits until that is known itself. While it is
    unclear what became of a create, the newcomers of that system wait: one of them may be it. What
    waits is looked at again once there are new records, so that none of them is created beside it.
    *count* is told after each batch how many are tied so far.
    """
    tied, unmatched = 0, hub.store.links.unmatched
    if hub.restored_at is not None:
        # What carries an id is the copy that an older store forgot; its twins come after it.
        tied, _ = _match(hub, entity, only, unmatched, stamped=True)
    more, made = _match(hub, entity, only, unmatched, count)
    for waiting in (hub.store.links.asked, hub.store.links.referring) if made else ():
        more += _match(hub, entity, only, waiting)[0]
    return tied + more


def _match(
    hub: Hub,
    entity: Entity,
    only: Collection[int] | None,
    following: Callable[[str, int, int], Sequence[Glimpse]],
    count: Callable[[int], None] | None = None,
    *,
    stamped: bool = False,
) -> tuple[int, bool]:
    """Identify what *following* returns; return how many, and whether a record was made for one.

    With *stamped*, no more than what carries an id that was given by us.
    """
    tied, after, made = 0, 0, False
    while links := following(entity.name, after, hub.batch):
        after = links[-1].id
        ready = _ready(hub, entity.name)
        with hub.store.transaction():
            wanted = [
                link
                for link in links
                if (only is None or link.id in only)
                and _is_alive(link)
                and link.system in ready
                and (link.stamp or not stamped)
            ]
            matching = _Matching(hub, entity, wanted)
            tied += matching.run()
            matching.save()
            made = made or bool(matching.made)
        if count is not None:
            count(tied)
    return tied, made


def _ready(hub: Hub, entity: str) -> frozenset[str]:
    """Return the systems that still map an entity and where no create of it is in flight."""
    open_ = hub.store.outbox.open_kinds()
    systems = [system.name for system in hub.mapping(entity)]
    return frozenset([name for name in systems if (name, entity, Op.CREATE.value) not in open_])


def make_record(hub: Hub, entity: Entity, link: Link) -> None:
    """Make a record of its own for a native record, whatever it may look like."""
    matching = _Matching(hub, entity, [link])
    matching.make(link)
    matching.save()
    fill_places(hub, entity.name, matching.made)


class _Matching:
    """The identification of one batch; records made on the way are candidates for the rest."""

    def __init__(self, hub: Hub, entity: Entity, links: Sequence[Newcomer]) -> None:
        self.hub = hub
        self.entity = entity
        self.links = links
        self.restoring = hub.restored_at is not None
        self.said = canonical(hub, entity, links)
        makers = hub.key_makers
        self.exact = {id_: exact_keys(entity, said, makers) for id_, said in self.said.items()}
        self.blocks: dict[int, tuple[str, ...]] = {}
        self.ids: dict[int, str] = {}
        self.known = Candidates(hub, entity)
        self.questions = Questions(hub, entity, self.known, links)
        self.tied: list[tuple[Newcomer, str]] = []
        self.filled: list[int] = []
        self.made: dict[str, Sequence[str]] = {}
        self.events: list[Event] = []
        self.awaited: list[tuple[int, str, str, str]] = []
        self.undecided: dict[tuple[str, str, str], bool] = {}
        self._load()

    def _load(self) -> None:
        """Load every record that shares an exact key or a stamp with one of the batch.

        Only for what shares none, others that may be the same are looked for.
        """
        self.known.find(
            [key for keys in self.exact.values() for key in keys],
            [link.stamp for link in self.links if link.stamp],
        )
        self._look_near(
            [link for link in self.links if not self.known.sharing(self.exact[link.id])]
        )

    def _look_near(self, links: Sequence[Newcomer]) -> None:
        """Load every record that shares a block with some newcomers, or may be called as theirs would."""
        for link in links:
            said, makers = self.said[link.id], self.hub.key_makers
            own = exact_keys(self.entity, said) if makers else self.exact[link.id]
            self.blocks[link.id] = block_keys(self.entity, said, own)
            self.ids[link.id] = self._id(link)
        self.known.find(
            [key for link in links for key in self.blocks[link.id]],
            [self.ids[link.id] for link in links],
        )

    def run(self) -> int:
        """Identify each link in turn; return how many are tied now."""
        return sum([self._identify(link) for link in self.links])

    def _identify(self, link: Newcomer) -> bool:
        """Identify one native record; return whether it is tied now."""
        if link.stamp:
            known = self.known.now(link.stamp)
            if self._is_split(link, known):
                if self._may_be_late(link):
                    self.questions.ask(
                        link, Match(Verdict.REVIEW, known, ((known, Score(1.0)),), LATE)
                    )
                    return False
                return self._recognise(link)
            if known in self.known.systems:
                return self._tie(link, known, f"it carries the id {link.stamp}")
            if link.stamp.startswith(f"{self.entity.name}-"):
                return self._stamped_by_another(link, link.stamp)
        if unknown := self._unmet(link, self.entity.unique):
            self.awaited += unknown
            return False
        return self._recognise(link)

    def _copied(self, link: Newcomer) -> str | None:
        """Return the record of a copy in which an older store finds the id that it once made for *link*.

        That may have been merged away since, and the native record have come back where it was.
        """
        if not self.restoring:
            return None
        record = self.known.now(self._id(link))
        systems = self.known.systems.get(record)
        return record if systems is not None and link.system not in systems else None

    def _is_split(self, link: Newcomer, record: str) -> bool:
        """Whether the record whose id is carried has another native record in the same system.

        Somebody has undone a merge there: what came back need not be what took it over. After a restore
        it may be the copy of what is known under another id.
        """
        may_be_copy = record == link.stamp and self.restoring
        return link.system in self.known.systems.get(record, ()) and not may_be_copy

    def _may_be_late(self, link: Newcomer) -> bool:
        """Whether a create of ours may have made it that was given up, and whose record was merged since."""
        return self.hub.store.outbox.has_given_up(link.system, self.entity.name, link.stamp or "")

    def _stamped_by_another(self, link: Newcomer, stamp: str) -> bool:
        """Identify what carries an id that this store never gave, or has forgotten; return True.

        It may be the copy of what is known by now under another one.
        """
        found = self._compare(link)
        if found.verdict is Verdict.LINK and found.record is not None:
            return self._tie(link, found.record, found.reason)
        return self._new(link, stamp)

    def _recognise(self, link: Newcomer) -> bool:
        """Identify a native record by what it says; return whether it is tied now."""
        if copied := self._copied(link):
            return self._tie(link, copied, "what it was copied to carries its id")
        found = self._compare(link)
        if found.verdict is Verdict.LINK and found.record is not None:
            return self._tie(link, found.record, found.reason)
        if undecided := self._undecided(link):
            self.awaited += undecided
            return False
        if found.verdict is Verdict.REVIEW or self.questions.is_open(link):
            self.questions.ask(link, found)
            return False
        return self.make(link)

    def _undecided(self, link: Newcomer) -> list[tuple[int, str, str, str]]:
        """Return what a link belongs to while a person is asked which record that is.

        Compared without it, and linked to nothing, it would be taken for new.
        """
        parent = self.entity.parent
        if not parent or self.questions.is_open(link):
            return []
        return [each for each in self._unmet(link, [parent]) if self._is_undecided(*each[1:])]

    def _unmet(self, link: Newcomer, names: Iterable[str]) -> list[tuple[int, str, str, str]]:
        """Return the native records that some fields of a link refer to and that are no record yet."""
        said = self.said[link.id]
        return [
            (link.id, link.system, field.to, str(cell))
            for field in map(self.entity.fields.__getitem__, names)
            if field.to and field.name in link.facts and said.get(field.name) is None
            for cell in link.facts[field.name].observed
            if cell not in (None, "")
        ]

    def _is_undecided(self, system: str, entity: str, native_id: str) -> bool:
        """Whether a native record is there and not known yet as what."""
        key = (system, entity, native_id)
        if key not in self.undecided:
            found = self.hub.store.links.by_native(system, entity, [native_id]).get(native_id)
            self.undecided[key] = found is not None and found.record is None and _is_alive(found)
        return self.undecided[key]

    def make(self, link: Newcomer) -> bool:
        """Make a record of its own for *link*."""
        if link.id not in self.blocks:
            self._look_near([link])
        return self._new(link, self._free_id(link))

    def _compare(self, link: Newcomer) -> Match:
        """Weigh the newcomer against the records that share a key with it, or else a block."""
        same = self.known.sharing(self.exact[link.id])
        found = self._weigh(link, same) if same else None
        if found is not None and found.verdict is Verdict.LINK:
            return found
        if link.id not in self.blocks:
            self._look_near([link])
        return self._weigh(link, same | self.known.near(self.blocks[link.id]))

    def _weigh(self, link: Newcomer, ids: Collection[str]) -> Match:
        """Weigh the newcomer against some records."""
        exact, known = self.exact[link.id], self.known
        shared = {id_: tuple([key for key in exact if id_ in known.having(key)]) for id_ in ids}
        taken = [id_ for id_ in ids if link.system in known.systems.get(id_, ())]
        candidates = {id_: known.values(id_) for id_ in shared}
        return match(
            self.entity, self.said[link.id], candidates, shared, taken, self.hub.thresholds
        )

    def _tie(self, link: Newcomer, record: str, reason: str) -> bool:
        """Tie *link* to a record that is known; a place kept for it there is filled by it."""
        place = self.known.places.pop((record, link.system), None)
        if place is not None:
            self.filled.append(place)
        self.questions.answer(link)
        self.tied.append((link, record))
        self.known.systems.setdefault(record, set()).add(link.system)
        self.events.append(matched(link, record, reason))
        return True

    def _new(self, link: Newcomer, id_: str) -> bool:
        """Make the record that *link* is the first to show; its merge makes it a place elsewhere."""
        if link.id not in self.blocks:
            self._look_near([link])
        self.made[id_] = keys = [*self.exact[link.id], *self.blocks[link.id]]
        self.known.add(id_, link.system, keys, self.said[link.id])
        self.tied.append((link, id_))
        return True

    def _id(self, link: Newcomer, attempt: int = 0) -> str:
        """Return the id of a record that *link* is the first to show."""
        return record_id(self.entity.name, link.system, link.native_id or "", attempt)

    def _free_id(self, link: Newcomer) -> str:
        """Return the id for a new record; a later one for a native id whose record is taken."""
        first = self.ids[link.id]
        if first not in self.known.systems:
            return first
        attempt = 1
        while self.hub.store.records.by_id([self._id(link, attempt)]):
            attempt += 1
        return self._id(link, attempt)

    def save(self) -> None:
        """Keep all that was found out about this batch."""
        store = self.hub.store
        store.records.add(self.entity.name, self.made)
        store.links.await_references(self.awaited)
        store.links.delete(self.filled)
        store.links.tie([(link.id, record) for link, record in self.tied])
        known = {record for _, record in self.tied} - self.made.keys()
        store.records.mark_dirty(sorted(known))
        self.questions.save()
        self.hub.note(self.events)
        arrived: dict[str, list[str]] = {}
        for link, record in self.tied:
            arrived.setdefault(link.system, []).extend((link.native_id or "", record))
        for system, ids in arrived.items():
            store.links.arrived(system, self.entity.name, ids)


def _is_alive(link: Newcomer) -> bool:
    """Whether the native record is there."""
    fact = link.facts.get(EXISTS)
    return fact is not None and fact.observed == HERE
