"""Find the record that a person means, and what records are called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from rapidfuzz.fuzz import partial_ratio
from rapidfuzz.process import extract

from kamsync.engine import Choice, Hub
from kamsync.errors import UnknownName
from kamsync.identity import block_keys
from kamsync.model import Conflict, Golden, Kind, Link, Record, Value
from kamsync.schema import Entity, Type

__all__ = ["Names", "choice", "find_record", "label", "native_label"]

Batches: TypeAlias = Callable[[Hub, Entity, str], Iterator[list[str]]]
"""What yields records that may go by a name."""

NAMED_LIMIT = 5
"""How many records are listed where a text fits several."""

ALIKE = 80
"""How alike, in percent, some part of a name is to what was typed for it, to be offered instead."""

READ_AT_ONCE = 500
SCANNED_LIMIT = 200_000
"""How many records of one entity are looked through for a name that no key leads to."""


def find_record(hub: Hub, text: str) -> Record:
    """Return the one record that *text* means: by id, its beginning, a native id, or its name.

    A record that was merged into another leads to that one.

    Raises:
        UnknownName: no record is meant, or several are, and which.
    """
    text = text.strip()
    found = (hub.store.records.find(text) if text else []) or _called(hub, text)
    now = hub.store.records.merged(found)
    ids = list(dict.fromkeys(now.get(id_, id_) for id_ in found))
    records = hub.store.records.by_id(ids)
    if len(records) == 1:
        return records[ids[0]]
    if not records:
        like = ", ".join(_resembling(hub, text))
        raise UnknownName(
            f"There is no record {text!r}; give its id, the id that a system has for it, or its name.",
            hint=f"Such as: {like}." if like else _unlike(hub),
        )
    names = Names(hub)
    listed = ", ".join(f"{id_} ({names.of(id_)})" for id_ in list(records)[:NAMED_LIMIT])
    raise UnknownName(
        f"{len(records)} records fit {text!r}: {listed}.", hint="Give one of the ids."
    )


def _unlike(hub: Hub) -> str:
    """Return what to do where no record is called anything like that."""
    if any(hub.store.records.ids(entity.name, "", 1) for entity in hub.entities()):
        return "Nothing that was read and is in scope is called anything like that."
    return "No record is kept before the first round; see what it would be with: kamsync plan."


def choice(names: Sequence[str]) -> Choice | None:
    """Return the choice of the records called *names*, as `find_record` finds them; None for no names."""
    return Choice(tuple(names), lambda hub, text: find_record(hub, text).id) if names else None


def _called(hub: Hub, name: str) -> list[str]:
    """Return the records that go by *name*: through the keys of near names, else one by one."""
    wanted = _plain(name)
    if not wanted:
        return []
    ways = ((_fitting, _near), (_fitting, _all), (_fitting_there, _near))
    found = (
        [id_ for entity in hub.entities() for id_ in fitting(hub, entity, wanted, batches)]
        for fitting, batches in ways
    )
    return next(filter(None, found), [])


def _resembling(hub: Hub, text: str) -> list[str]:
    """Return the names most like *text* that records go by, each with its id; those that hold it first."""
    wanted = _plain(text)
    names = Names(hub)
    found: list[tuple[float, str]] = []
    for entity in hub.entities() if wanted else ():
        for ids in _all(hub, entity, wanted):
            names.load(ids)
            called = {id_: _plain(names.of(id_)) for id_ in ids}
            like = extract(
                wanted, called, scorer=partial_ratio, score_cutoff=ALIKE, limit=NAMED_LIMIT
            )
            found += [(-share, f"{names.of(id_)} ({id_})") for _, share, id_ in like]
    return [each for _, each in sorted(found)[:NAMED_LIMIT]]


def _fitting(
    hub: Hub,
    entity: Entity,
    wanted: str,
    batches: Batches,
) -> Iterator[str]:
    """Yield the records among *batches* that go by the name *wanted*, in golden or under review."""
    names = Names(hub)
    for ids in batches(hub, entity, wanted):
        records = hub.store.records.by_id(ids)
        unnamed = [id_ for id_, record in records.items() if not label(entity, record)]
        shown = names.shown_of(unnamed)
        for id_, record in records.items():
            if wanted in {_plain(name) for name in (label(entity, record), *shown.get(id_, ()))}:
                yield id_


def _fitting_there(
    hub: Hub,
    entity: Entity,
    wanted: str,
    batches: Batches,
) -> Iterator[str]:
    """Yield the records among *batches* that go by the name *wanted* in a system."""
    names = Names(hub)
    for ids in batches(hub, entity, wanted):
        for id_, shown in names.shown_of(ids).items():
            if wanted in map(_plain, shown):
                yield id_


def _near(hub: Hub, entity: Entity, name: str) -> Iterator[list[str]]:
    """Yield the records that share a key with what *name* may be called."""
    keys = block_keys(entity, {entity.label: _label_value(entity, name)})
    found = hub.store.records.with_keys(entity.name, keys)
    yield sorted({id_ for each in found.values() for id_ in each})


def _all(hub: Hub, entity: Entity, _name: str) -> Iterator[list[str]]:
    """Yield the records of *entity*, as many as may be looked through."""
    after = ""
    for _ in range(SCANNED_LIMIT // READ_AT_ONCE):
        ids = hub.store.records.ids(entity.name, after, READ_AT_ONCE)
        if not ids:
            return
        yield ids
        after = ids[-1]


def _plain(name: str) -> str:
    """Return *name* as it is compared."""
    return " ".join(name.casefold().split())


def _label_value(entity: Entity, name: str) -> Value:
    """Return *name* as the label of *entity* holds it: a person's has two parts."""
    field = entity.fields.get(entity.label)
    if field is None or field.type is not Type.GROUP:
        return name
    first, _, last = name.strip().rpartition(" ")
    values = dict.fromkeys(part.name for part in field.parts)
    return {**values, **dict(zip(values, (first or None, last), strict=False))}


def label(entity: Entity, record: Record) -> str:
    """Return what a record is called, ``""`` if it has no name yet."""
    return _words(record.fields.get(entity.label, Golden()).value)


def native_label(link: Link, entity: Entity) -> str:
    """Return what the native record behind *link* is called in its system."""
    fact = link.facts.get(entity.label)
    cells = fact.observed if fact else ()
    return " ".join(str(cell) for cell in cells if cell not in (None, ""))


def _words(value: Value) -> str:
    """Return a label in one line."""
    parts = value.values() if isinstance(value, dict) else [value]
    return " ".join(str(part) for part in parts if part not in (None, ""))


class Names:
    """What records are called; each is looked up once."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._known: dict[str, str] = {}

    def load(self, ids: Iterable[str]) -> None:
        """Look up the names of many records at once."""
        missing = sorted({id_ for id_ in ids if id_ not in self._known})
        records = self._hub.store.records.by_id(missing)
        for id_ in missing:
            record = records.get(id_)
            known = record and self._hub.schema.entities.get(record.entity)
            self._known[id_] = label(known, record) if record and known else ""
        self._load_shown([id_ for id_ in records if not self._known[id_]])

    def _load_shown(self, ids: Sequence[str]) -> None:
        """Let records without a name yet, such as one that is under review, go by what a system shows."""
        for id_, names in self.shown_of(ids).items():
            self._known[id_] = next(iter(names), "")

    def shown_of(self, ids: Sequence[str]) -> dict[str, list[str]]:
        """Return what the systems call each of these records, where they call it anything."""
        return {
            id_: [name for each in links if (name := self._shown(each))]
            for id_, links in self._hub.store.links.of_records(ids).items()
        }

    def greet(self, conflicts: Iterable[Conflict]) -> None:
        """Let newcomers of whom it is asked who they are go by what their systems show."""
        known = self._hub.schema.entities
        asked = [c for c in conflicts if c.kind is Kind.MATCH and c.entity in known]
        ids = [side.link for each in asked for side in each.contenders if side.link is not None]
        links = self._hub.store.links.by_id(ids) if ids else {}
        for conflict in asked:
            shown = [links[c.link] for c in conflict.contenders if c.link in links]
            self._known[conflict.record] = next(map(self._shown, shown), "")

    def of(self, id_: str) -> str:
        """Return what one record is called, ``""`` where that is not known."""
        if id_ not in self._known:
            self.load([id_])
        return self._known[id_]

    def _shown(self, link: Link) -> str:
        return native_label(link, self._hub.schema.entity(link.entity))
