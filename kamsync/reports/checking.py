"""Check everything that a round needs: what is wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from kamsync.clock import minute
from kamsync.connector import Can, NativeEntity, named
from kamsync.engine import Hub, System, pauses
from kamsync.engine.reading.selecting import has_selected_nothing, untold
from kamsync.engine.rounds.recognising import known_identities, require_another, require_same, said
from kamsync.engine.rounds.restore import still_to_read
from kamsync.entities import TEAMS
from kamsync.errors import ConfigurationInvalid, KamsyncError
from kamsync.mapping import EntityMap
from kamsync.model import Op
from kamsync.plugins import Broken
from kamsync.reports.rounds import rounds
from kamsync.reports.stuck import stuck
from kamsync.reports.vocabulary import Gap, Vocabulary, gaps, gaps_between, vocabularies
from kamsync.store import INTERRUPTED, RUNNING
from kamsync.wording import counted, did_you_mean

__all__ = ["Check", "Level", "Met", "check", "check_store", "check_system"]

SHOWN_LIMIT = 20
COUNTED_LIMIT = 1000
NAMED_LIMIT = 5

_NEEDED = {Op.CREATE: Can.CREATE, Op.UPDATE: Can.UPDATE, Op.DELETE: Can.DELETE}

_OF_THE_GONE = {
    "propagate": "is deleted everywhere else",
    "restore": "is made there a second time",
}
"""What the policy makes of a record that is gone in one system, where it asks nobody."""

_ABILITIES = {
    Can.REFUSE_STALE: "refuses stale writes",
    Can.HISTORY: "tells its history",
    Can.WHO_EDITED: "tells who edited",
    Can.TOMBSTONES: "tells of deletes",
    Can.MERGES: "tells of merges",
    Can.STAMP: "keeps our id",
    Can.IDEMPOTENT_CREATE: "creates once per key",
}


class Level(StrEnum):
    """How much a finding matters: nothing to do, good to know, or in the way of a round."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


class Check(Struct, frozen=True):
    """One finding: what it is *about*, what was found, and what to do, with the *lines* to write for it."""

    level: Level
    about: str
    text: str
    hint: str = ""
    lines: tuple[str, ...] = ()


class Met(Struct):
    """What was found in the systems that were looked at so far: who they are, and their lists."""

    identities: dict[str, str | None] = {}
    lists: list[Vocabulary] = []


def check(hub: Hub, broken: Sequence[Broken] = (), *, full: bool = False) -> Iterator[Check]:
    """Yield everything that was looked at, systems last; nothing is written anywhere.

    What waits alike is told together, or with *full* each by itself.
    """
    for each in broken:
        yield Check(
            Level.PROBLEM,
            "plugins",
            str(each),
            f"See it with: kamsync plugins --check {each.plugin.name}.",
        )
    yield from check_store(hub, full=full)
    if not hub.systems:
        hint = "Add a [system.NAME] section with a connector."
        yield Check(Level.PROBLEM, "configuration", "It names no system.", hint)
    for text, hint in untold(hub):
        yield Check(Level.PROBLEM, "scope", text, hint)
    if has_selected_nothing(hub):
        root = hub.scope.root
        hint = f"Correct what [scope.{root}] selects by, or wait until one has it."
        yield Check(Level.NOTE, "scope", f"No {root} that was read is in scope.", hint)
    met = Met()
    for system in hub.systems.values():
        yield from check_system(hub, system, met)
    for gap in gaps_between(met.lists):
        yield _of_gap(gap)


def _of_gap(gap: Gap) -> Check:
    """Return a gap as a finding."""
    return Check(Level.NOTE, gap.system, gap.text, gap.hint, gap.lines)


def check_store(hub: Hub, *, full: bool = False) -> Iterator[Check]:
    """Yield what waits in the store: parked records, references, a restoration, conflicts."""
    store = hub.store
    counts = {entity.name: store.records.count(entity.name) for entity in hub.entities()}
    shown = ", ".join(f"{name} {count:,}" for name, count in counts.items() if count)
    text = f"It opens. Its records: {shown}." if shown else "It opens and holds no records yet."
    yield Check(Level.OK, "store", text)
    if hub.restored_at:
        unread = ", ".join(sorted(still_to_read(hub)))
        text = f"An older state was restored, and not read as a whole since: {unread or 'nothing'}."
        hint = "Nothing is merged or written until it was; run kamsync sync --sweep."
        yield Check(Level.NOTE, "store", text, hint)
    if conflicts := store.reviews.count_open():
        text = f"{counted(conflicts, 'conflict')} for a person to decide."
        yield Check(Level.NOTE, "store", text, "See: kamsync conflicts.")
    yield from _stuck(hub, each=full)
    for name, paused in pauses(hub).items():
        why = f": {paused.why}" if paused.why else ""
        text = f"{name} is paused since {minute(paused.at)}{why}."
        yield Check(Level.NOTE, "store", text, f"Serve it again with: kamsync resume {name}.")
    for round_ in rounds(store, 1):
        if round_.state == RUNNING:
            yield Check(Level.NOTE, "store", f"Round {round_.number} runs now.")
        elif round_.state == INTERRUPTED:
            text = f"Round {round_.number} was interrupted."
            yield Check(Level.NOTE, "store", text, "The next round takes it up where it ended.")


def _stuck(hub: Hub, *, each: bool) -> Iterator[Check]:
    """Yield what waits, and for what."""
    groups = list(stuck(hub, each=each))
    for group in groups if each else groups[:SHOWN_LIMIT]:
        yield Check(Level.NOTE, group.about, group.text(), group.hint)
    if not each and len(groups) > SHOWN_LIMIT:
        left = counted(len(groups) - SHOWN_LIMIT, "more reason")
        yield Check(Level.NOTE, "waiting", f"{left} to wait; kamsync check --full lists all.")


def check_system(hub: Hub, system: System, met: Met) -> Iterator[Check]:
    """Yield what is right and wrong with one system, which joins those that were *met* before."""
    name = system.name
    try:
        findings = system.connector.check()
        objects = system.connector.describe()
        identity = system.connector.identity()
    except KamsyncError as error:
        yield Check(Level.PROBLEM, name, error.message, named(error.hint, name))
        return
    # The plugin border: a connector may fail in any way, and its message may hold a secret.
    except Exception as error:  # noqa: BLE001
        text = f"Its connector failed ({type(error).__name__}); its plugin is at fault."
        yield Check(Level.PROBLEM, name, text)
        return
    for finding in findings:
        level = (Level.NOTE if finding.hint else Level.OK) if finding.ok else Level.PROBLEM
        yield Check(level, name, f"{finding.about}: {finding.text}", finding.hint_for(name))
    yield from _identity(hub, name, identity, met)
    yield from _team(system)
    yield from _abilities(system)
    yield from _untold(hub, system)
    yield from _unseen(system, objects)
    for entity, map_ in system.maps.items():
        if map_.object in objects:
            yield from _mapped(system, entity, map_, objects[map_.object])
    for vocabulary in vocabularies(hub.schema, system, objects):
        yield from map(_of_gap, gaps(vocabulary))
        met.lists.append(vocabulary)
    yield from _waiting(hub, system)


def _identity(hub: Hub, name: str, identity: str | None, met: Met) -> Iterator[Check]:
    """Yield which system it is, and whether it is the one that it was, and none of those *met*."""
    met.identities[name] = identity
    try:
        known = known_identities(hub)
        require_another(hub, name, identity, known | said(met.identities))
        require_same(name, known.get(name), identity)
    except ConfigurationInvalid as error:
        yield Check(Level.PROBLEM, name, error.message, error.hint)
        return
    if identity is None:
        text = (
            "It does not say which system it is, so that another one in its place is not noticed."
        )
        yield Check(Level.NOTE, name, text, "Take care with what its section leads to.")
    else:
        yield Check(Level.OK, name, f"It is {identity}.")


def _team(system: System) -> Iterator[Check]:
    """Yield that a system speaks for a team whose name is nearly that of a known one."""
    near = did_you_mean(system.team or "", TEAMS)
    if system.team and system.team not in TEAMS and near:
        text = (
            f"It speaks for the team {system.team!r}, which is none of those that people can be in."
        )
        yield Check(Level.NOTE, system.name, text, f"{near} It is team in [system.{system.name}].")


def _abilities(system: System) -> Iterator[Check]:
    """Yield what the system is able to do, or that nothing is done there."""
    can = system.connector.can
    able = [words for flag, words in _ABILITIES.items() if flag in can]
    text = ", ".join(able) or "can be read and written, with nothing that guards a write"
    yield Check(Level.OK, system.name, f"It {text}.")
    if any(system.allow.values()):
        yield from _exceptions(system)
    else:
        text = "Nothing may be written there; it is only read."
        hint = f"To change that, add allow to [system.{system.name}]."
        yield Check(Level.NOTE, system.name, text, hint)


def _exceptions(system: System) -> Iterator[Check]:
    """Yield what the promise has to leave out for a system that is written, since it lacks what is needed."""
    can = system.connector.can
    if not can & (Can.REFUSE_STALE | Can.HISTORY):
        text = (
            "It neither refuses a stale write nor tells its history: an edit made in the instant of "
            "a write can be lost there. That no edit is ever lost holds everywhere but for this."
        )
        yield Check(
            Level.NOTE, system.name, text, "Let people and kamsync write different fields there."
        )
    creates = any(Op.CREATE in ops for ops in system.allow.values())
    if creates and not can & (Can.STAMP | Can.IDEMPOTENT_CREATE | Can.SEARCH):
        text = (
            "It neither keeps our id nor creates once per key, and cannot be searched: where the answer "
            "to a create is lost, a record may be made there twice."
        )
        hint = (
            f"Take create out of allow in [system.{system.name}]; people make records there then."
        )
        yield Check(Level.NOTE, system.name, text, hint)
    elif creates and not can & (Can.STAMP | Can.IDEMPOTENT_CREATE):
        text = (
            "It neither keeps our id nor creates once per key, so that only a search tells what became "
            "of a create: where its answer is lost, and people change so much of that record first that "
            "nothing tells it is ours, it may be made there twice."
        )
        hint = "Give records a key that people leave alone, or merge the two there."
        yield Check(Level.NOTE, system.name, text, hint)


def _untold(hub: Hub, system: System) -> Iterator[Check]:
    """Yield what the policy would make of records that are only hidden, where nothing tells of the gone."""
    if Can.TOMBSTONES in system.connector.can:
        return
    for entity in system.maps:
        becomes = _OF_THE_GONE.get(hub.policy.deletes(entity))
        if becomes:
            text = (
                f"It does not tell which {entity} is deleted: one that its user may not see any more "
                f"counts as gone, and {becomes}."
            )
            hint = f'Let deletes be "review" in [policy.{entity}]; a person is asked then.'
            yield Check(Level.NOTE, system.name, text, hint)


def _unseen(system: System, objects: Mapping[str, NativeEntity]) -> Iterator[Check]:
    """Yield the mapped objects that the system does not show.

    One that takes any field may take any object too, and shows those that are in use.
    """
    names = [each.object for each in system.maps.values() if each.object not in objects]
    if not names:
        return
    closed = bool(objects) and not any(each.open for each in objects.values())
    level = Level.PROBLEM if closed else Level.NOTE
    more = f" and {len(names) - NAMED_LIMIT} more" if len(names) > NAMED_LIMIT else ""
    text = f"It does not show {', '.join(names[:NAMED_LIMIT])}{more}, which the mapping names."
    hint = f"Correct object in [system.{system.name}.map], or let kamsync's user see it."
    yield Check(level, system.name, text, hint if closed else "Nothing to do if it is empty.")


def _mapped(system: System, entity: str, map_: EntityMap, object_: NativeEntity) -> Iterator[Check]:
    """Yield what the system does not have, or does not let us write, of what is mapped."""
    where = f"[system.{system.name}.map.{entity}]"
    missing = [name for name in map_.names if name not in object_.fields and not object_.open]
    if missing:
        text = f"{map_.object} has no {', '.join(missing)}, to which {entity} is mapped."
        near = [each for name in missing if (each := did_you_mean(name, object_.fields))]
        hint = f"Correct {where}, or let kamsync's user see the field."
        yield Check(Level.PROBLEM, system.name, text, " ".join([*near, hint]))
    allowed = system.allow.get(entity, frozenset())
    for op in sorted(allowed):
        if _NEEDED[op] not in system.connector.can & object_.can:
            text = f"{op} of {entity} is allowed, but the system cannot do it to {map_.object}."
            hint = f"Put right what keeps it from that, or take it out of allow in [system.{system.name}]."
            yield Check(Level.PROBLEM, system.name, text, hint)
    if Op.UPDATE in allowed or Op.CREATE in allowed:
        yield from _locked(system, entity, map_, object_)
    for field in map_.fields.values():
        if field.derived is not None:
            parts = ", ".join(field.derived.parts)
            text = f"{entity}.{field.field}: {parts} follows from the rest there; only read, as it is shown."
            yield Check(Level.OK, system.name, text)


def _locked(system: System, entity: str, map_: EntityMap, object_: NativeEntity) -> Iterator[Check]:
    """Yield the native fields that are to be written and cannot be."""
    locked = [
        name
        for field in map_.fields.values()
        if field.direction.writes
        for name in field.native
        if name in object_.fields and not object_.fields[name].writable
    ]
    if locked:
        text = f"{map_.object}: {', '.join(dict.fromkeys(locked))} cannot be written there."
        hint = f'Give them direction = "in" in [system.{system.name}.map.{entity}.fields].'
        yield Check(Level.NOTE, system.name, text, hint)


def _waiting(hub: Hub, system: System) -> Iterator[Check]:
    """Yield whether the first meeting is still to be approved, and which writes are open."""
    if not hub.has_met(system.name):
        text = "Its first meeting was not approved yet, so nothing is merged or written."
        yield Check(Level.NOTE, system.name, text, "See what it would be with: kamsync plan.")
    for entity in system.maps:
        open_ = len(hub.store.outbox.inflight(system.name, entity, 0, COUNTED_LIMIT))
        if open_:
            more = "at least " if open_ == COUNTED_LIMIT else ""
            text = f"It is open what became of {more}{counted(open_, 'write')} of {entity}."
            yield Check(Level.NOTE, system.name, text, "The next round asks the system.")
