"""The setting of a history: a small schema, and systems with capabilities drawn from legal sets."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from functools import cache, cached_property

from msgspec import Struct, structs

from kamsync.connector import Can, NativeEntity, NativeField
from kamsync.guards import Bound, Bounds, Limits
from kamsync.identity import Thresholds
from kamsync.lenses import field_map, identity_map
from kamsync.lenses.single import Same
from kamsync.mapping import EntityMap, FieldMap
from kamsync.model import Native, Op
from kamsync.policy import Policy, RuleMaker, parse_policy
from kamsync.schema import Type
from kamsync.testing.simulation.drawn.choices import Choices
from kamsync.testing.simulation.schema import FIELDS, SCHEMA, TEXTS
from kamsync.testing.simulation.site import Stage

__all__ = ["Cast", "Kind", "Setting", "draw_setting", "policy_from"]

POLICIES: tuple[Mapping[str, Mapping[str, object]], ...] = (
    {},
    {"*": {"*": "latest"}},
    {"*": {"*": "latest", "deletes": "propagate"}},
    {
        "account": {
            "name": {"team": "sales", "otherwise": "latest"},
            "address": {"team": "success", "otherwise": "review"},
            "note": "first",
            "deletes": "restore",
        },
        "contact": {"*": {"team": "account", "otherwise": "latest"}, "deletes": "keep"},
    },
    {"*": {"*": "first", "deletes": "restore"}},
    {"*": {"*": "review", "deletes": "propagate"}},
)

NO_STAGES: Mapping[str, Stage] = {}

TEAMS = ("sales", "success", "account", "finance", "support")

DERIVES = 4
"""Which of seven draws makes a system derive a part of a group."""

BROUGHT: Mapping[int, tuple[str, ...]] = {3: ("share",), 5: ("role",), 6: ("share", "role")}
"""Which draws of the first system give what to every system that has contacts.

No draw that an older tape holds is above four: what was added stands behind it.
"""

LIMIT = 8
"""How many characters a lossy system keeps of a text: enough for the token at its beginning."""


class Kind(Struct, frozen=True):
    """One way in which a system keeps a write from covering an edit, and how often it is drawn."""

    name: str
    can: Can
    weight: int


KINDS = (
    Kind("exact", Can.REFUSE_STALE | Can.EXACT_VERSION, 34),
    Kind("seconds", Can.REFUSE_STALE, 34),
    Kind("history", Can.HISTORY | Can.EXACT_VERSION, 18),
    Kind("history by the second", Can.HISTORY, 10),
    Kind("neither", Can.EXACT_VERSION, 4),
)


class Cast(Struct, frozen=True, dict=True):
    """One system of a history: what it is able to do, and how it treats what it is given."""

    name: str
    team: str
    kind: str
    can: Can
    maps: Mapping[str, EntityMap]
    page: int
    batch: int
    rewrites: bool
    limit: int | None
    follows: bool
    lateness: timedelta
    brings: tuple[str, ...] = ()
    """The entities that this system was drawn to bring into its history."""
    derives: bool = False
    """Whether the system works a city out from the street, and takes none."""
    untold: frozenset[tuple[str, str]] = frozenset()
    """The fields, each with its entity, that no history tells of."""
    withheld: frozenset[tuple[str, Op]] = frozenset()
    """What its section does not allow although it can be done."""
    cleared: bool = True
    """Whether its section lets pay be written there."""

    @property
    def objects(self) -> dict[str, NativeEntity]:
        """Return how the system describes its objects."""
        described = {name: _object(name, self.limit, follows=self.follows) for name in self.maps}
        return {name: _without(object_, self.derived) for name, object_ in described.items()}

    @property
    def derived(self) -> frozenset[str]:
        """Return the native fields that follow from others in this system."""
        return frozenset({"city"}) if self.derives else frozenset()

    @cached_property
    def allow(self) -> dict[str, frozenset[Op]]:
        """Return the operations that the hub may carry out: all that the system can, but for a few."""
        ops = frozenset(op for op in Op if Can[op.name] in self.can)
        return {
            entity: frozenset(op for op in ops if (entity, op) not in self.withheld)
            for entity in self.maps
        }

    def rewritten(self, _: str, name: str, value: Native) -> Native:
        """Return what a system that rewrites makes of a value."""
        texts = name in ("street", "city", *TEXTS)
        return value.upper() if texts and isinstance(value, str) else value

    def following(self, _: str, values: Mapping[str, Native]) -> Mapping[str, Native]:
        """Return what follows from values in a system that derives."""
        if "street" not in values:
            return {}
        street = values["street"]
        return {"city": None if street is None else f"in{street}"}


class Setting(Struct, frozen=True):
    """Everything about a history that is drawn before its first step."""

    casts: tuple[Cast, ...]
    policy: Policy
    first_meeting: Policy
    limits: Limits
    thresholds: Thresholds
    batch: int
    sweep_every: timedelta
    repeats: float
    faults: frozenset[str]
    fault_rate: float
    acts: Mapping[str, int]
    later: Policy | None = None
    """The policy that holds once the hub has died and was started again; None for the same."""


def draw_setting(
    choices: Choices,
    acts: Mapping[str, int],
    rare: frozenset[str],
    faults: tuple[str, ...],
    stages: Mapping[str, Stage] = NO_STAGES,
) -> Setting:
    """Draw a setting: few systems with unlike capabilities, tiny batches, a part of the faults.

    A system that is named in *stages* is what its stage says instead of what was drawn.

    *acts* are the steps with their weights; of the *rare* ones a part is left out, so that histories
    without them are found too.
    """
    count = choices.weighted(((2, 5), (3, 4), (4, 1), (5, 1)))
    drawn = (_cast(choices, f"s{place}", TEAMS[place]) for place in range(count))
    casts = _with_brought([_staged(cast, stages.get(cast.name)) for cast in drawn], stages)
    first = choices.below(len(POLICIES) + 2)
    calm = choices.below(10) == 0
    setting = Setting(
        casts=casts,
        policy=_policy(choices.below(len(POLICIES))),
        first_meeting=_policy(first) if first < len(POLICIES) else Policy(),
        limits=_tight() if choices.happens(0.1) else _wide(),
        thresholds=Thresholds() if choices.happens(0.3) else Thresholds(link=1.0, review=1.0),
        batch=choices.pick((50, 1, 2, 3)),
        sweep_every=choices.pick((timedelta(days=1), timedelta(seconds=20))),
        repeats=choices.pick((0.0, 0.0, 0.3)),
        faults=frozenset() if calm else frozenset(f for f in faults if choices.happens(0.7)),
        fault_rate=choices.pick((0.1, 0.3, 0.5)),
        acts={
            act: weight for act, weight in acts.items() if act not in rare or choices.happens(0.5)
        },
    )
    later = choices.below(2 * len(POLICIES))
    return structs.replace(
        setting, later=_policy(later - 1) if 0 < later <= len(POLICIES) else None
    )


def _cast(choices: Choices, name: str, team: str) -> Cast:
    """Draw one system."""
    kind = choices.weighted(tuple((kind, kind.weight) for kind in KINDS))
    can = kind.can | Can.CREATE | Can.UPDATE
    for extra, share in _EXTRAS:
        if choices.happens(share):
            can |= extra
    tells_authors = bool(can & (Can.WHO_EDITED | Can.HISTORY))
    rewrites = tells_authors and choices.happens(0.15)
    # A search for what was sent finds nothing where it is stored as something else.
    ways = (Can.STAMP, Can.IDEMPOTENT_CREATE, Can.STAMP | Can.SEARCH, Can.SEARCH)
    can |= choices.pick(ways[:3] if rewrites else ways)
    limit = LIMIT if choices.happens(0.2) else None
    # One draw for two things: what is drawn after it stays what it was.
    share = choices.below(7)
    entities = ("account", "contact") if share else ("account",)
    derives = share == DERIVES
    late = Can.EXACT_VERSION not in can and choices.happens(0.15)
    return Cast(
        name=name,
        team=team,
        kind=kind.name,
        can=can,
        maps={entity: _map(entity, limit, derives=derives) for entity in entities},
        page=choices.pick((20, 1, 2, 3)),
        batch=choices.pick((20, 1, 2, 3)),
        rewrites=rewrites,
        limit=limit,
        follows=choices.happens(0.6),
        lateness=timedelta(seconds=2 if late else 0),
        derives=derives,
        brings=BROUGHT.get(share, ()),
    )


def _with_brought(casts: Sequence[Cast], stages: Collection[str]) -> tuple[Cast, ...]:
    """Return casts with what the first one brings: two systems may then split or relate alike.

    What is played on *stages* has objects of its own, and nothing more.
    """
    return tuple(
        structs.replace(cast, maps={**cast.maps, **_brought(casts[0].brings, cast)})
        if "contact" in cast.maps and cast.name not in stages
        else cast
        for cast in casts
    )


def _brought(entities: Sequence[str], cast: Cast) -> dict[str, EntityMap]:
    """Return the maps of what is brought to a cast, which cuts its texts as it cuts any."""
    return {entity: _map(entity, cast.limit, derives=False) for entity in entities}


def _staged(cast: Cast, stage: Stage | None) -> Cast:
    """Return a cast as its stage says."""
    if stage is None:
        return cast
    return structs.replace(
        cast,
        kind=stage.name,
        can=stage.can,
        maps={entity: words.map(entity) for entity, words in stage.words.items()},
        rewrites=False,
        limit=None,
        derives=False,
        brings=(),
        follows=True,
        lateness=timedelta(0),
        untold=frozenset(
            (each, name) for each, words in stage.words.items() for name in words.beside
        ),
    )


_EXTRAS = (
    (Can.WHO_EDITED, 0.75),
    (Can.ANSWERS_WITH_RECORD, 0.5),
    (Can.TOMBSTONES, 0.7),
    (Can.MERGES, 0.7),
    (Can.UNDELETE, 0.5),
    (Can.DELETE, 0.8),
    (Can.HISTORY, 0.1),
)


def policy_from(
    tables: Mapping[str, Mapping[str, object]], rules: Mapping[str, RuleMaker]
) -> Policy:
    """Return the policy of a history that *tables* write down, with the *rules* of plugins."""
    return parse_policy(tables, SCHEMA, rules, teams=TEAMS)


@cache
def _policy(place: int) -> Policy:
    return policy_from(POLICIES[place], {})


@cache
def _map(entity: str, limit: int | None, *, derives: bool) -> EntityMap:
    """Return the map of an entity that a system holds as kamsync does, but for what it cannot."""
    map_ = identity_map(SCHEMA.entity(entity), entity)
    fields = dict(map_.fields)
    for name in TEXTS if limit is not None else ():
        if name in fields:
            lens = Same(SCHEMA.entity(entity).field(name), limit=limit)
            fields[name] = FieldMap(name, (name,), lens)
    if derives and "address" in fields:
        parts = {"street": "street", "city": {"native": "city", "derived": True}}
        address = SCHEMA.entity(entity).field("address")
        fields["address"] = field_map(address, [], {"parts": parts})
    return EntityMap(entity, entity, fields)


@cache
def _object(entity: str, limit: int | None, *, follows: bool) -> NativeEntity:
    """Return the description of a native object."""
    fields = {}
    for name in FIELDS[entity]:
        declared = SCHEMA.entity(entity).fields.get(name)
        refers = declared is not None and declared.type is Type.REFERENCE
        fields[name] = NativeField(
            name,
            type="reference" if refers and follows else "text",
            limit=limit if name in TEXTS else None,
        )
    return NativeEntity(entity, fields, ~Can.NOTHING)


def _without(object_: NativeEntity, derived: frozenset[str]) -> NativeEntity:
    """Return a description in which kamsync's user cannot write what is *derived*."""
    if not derived:
        return object_
    fields = {
        name: structs.replace(field, writable=name not in derived)
        for name, field in object_.fields.items()
    }
    return structs.replace(object_, fields=fields)


def _tight() -> Limits:
    """Return limits that plans of a history reach now and then."""
    return Limits(
        Bounds(
            delete=Bound(0, 0.0),
            update=Bound(2, 0.0),
            create=Bound(2, 0.0),
            blank=Bound(1, 0.0),
            emptied=0.5,
            emptied_from=3,
        )
    )


def _wide() -> Limits:
    """Return limits that no plan of a history reaches."""
    wide = Bound(1000, 1.0)
    return Limits(Bounds(wide, wide, wide, wide, 0.0, 1000))
