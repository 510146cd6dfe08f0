"""What a canonical record may hold: types with their normal forms, fields, entities, the schema.

The entities themselves are declared in `kamsync.entities`; plugins add fields and entities.
A canonical value is always in the normal form of its type, so that equal facts are equal JSON:

==========  =====================================================  ==========================
type        normal form                                            source
==========  =====================================================  ==========================
text        text, trimmed, None when empty
long_text   text as it is, None when empty
number      decimal text without exponent or trailing zeros
fraction    the same, between 0 and 1
integer     a JSON integer
boolean     true or false
date        ``2026-11-30``                                         ISO 8601
time        ``2026-11-30T16:41:00Z``, UTC, to the microsecond      ISO 8601
choice      one of the field's choices
choices     sorted list of them, without repeats
texts       sorted list of items, without repeats
email       lower-case
phone       ``+4930123456``                                        E.164
url         lower-case scheme and host
domain      lower-case host without ``www.``
country     two capital letters                                    ISO 3166-1 alpha-2
currency    three capital letters                                  ISO 4217
reference   the canonical id of another record
group       object of its parts, each in its own normal form
==========  =====================================================  ==========================
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cached_property

from msgspec import Struct, structs

from kamsync.errors import ConfigurationInvalid, UnknownName
from kamsync.model import EXISTS
from kamsync.wording import did_you_mean

__all__ = ["FAMILY", "GIVEN", "DataClass", "Entity", "Field", "Nature", "Schema", "Type"]

GIVEN, FAMILY = "first_name", "last_name"
"""The parts of a person's name."""


class Type(StrEnum):
    """The kind of value that a field holds."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    FRACTION = "fraction"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    CHOICE = "choice"
    CHOICES = "choices"
    TEXTS = "texts"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    DOMAIN = "domain"
    COUNTRY = "country"
    CURRENCY = "currency"
    REFERENCE = "reference"
    GROUP = "group"


class DataClass(StrEnum):
    """Who may see a field: everybody, the company, or only those cleared for pay."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PAY = "pay"


class Nature(StrEnum):
    """How an entity changes: merged field by field, or only ever added to."""

    RECORD = "record"
    LEDGER = "ledger"


class Field(Struct, frozen=True):
    """One canonical field, or a group of parts that only make sense together and merge as one value.

    *to* names the entity that a reference points to. Part names are unique within an entity.
    *items* is the type of each element of texts, such as domains or e-mail addresses.
    """

    name: str
    type: Type
    meaning: str
    unit: str = ""
    data_class: DataClass = DataClass.INTERNAL
    to: str = ""
    choices: tuple[str, ...] = ()
    parts: tuple[Field, ...] = ()
    items: Type = Type.TEXT


class Entity(Struct, frozen=True, dict=True):
    """One kind of canonical record.

    *parent* names the reference field through which a record belongs to an account, for the scope
    and for the order of creation. *keys* name the fields whose equal values mean the same record.
    *unique* names fields, references among them, whose values mean it only all at once: who does what
    for whom. Such records relate others, and are recognised by nothing else. *together* names fields,
    one of them a reference: records with equal values there are only right together, as shares that
    add up, and are written all in one call or not at all.
    """

    name: str
    meaning: str
    fields: Mapping[str, Field]
    nature: Nature = Nature.RECORD
    parent: str = ""
    keys: tuple[str, ...] = ()
    label: str = "name"
    together: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()

    @cached_property
    def phones(self) -> tuple[str, ...]:
        """The names of the fields that hold a phone number."""
        return tuple(f.name for f in self.fields.values() if f.type is Type.PHONE)

    @cached_property
    def is_organisation(self) -> bool:
        """Whether its records are companies: they have internet domains of their own."""
        return any(Type.DOMAIN in (f.type, f.items) for f in self.fields.values())

    @cached_property
    def is_person(self) -> bool:
        """Whether its records are people: their label is a given and a family name."""
        label = self.fields.get(self.label)
        return label is not None and {GIVEN, FAMILY} <= {part.name for part in label.parts}

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """The names of the references without which a record is not created anywhere."""
        named = dict.fromkeys((self.parent, *self.unique))
        return tuple(n for n in named if n and self.fields[n].type is Type.REFERENCE)

    def field(self, name: str) -> Field:
        """Return the field called *name*; `UnknownName` says which ones there are."""
        try:
            return self.fields[name]
        except KeyError:
            known = ", ".join(sorted(self.fields))
            raise UnknownName(
                f"{self.name} has no field {name!r}; it has {known}.",
                hint=did_you_mean(name, self.fields),
            ) from None


class Schema(Struct, frozen=True, dict=True):
    """All entities by name."""

    entities: Mapping[str, Entity]

    def entity(self, name: str) -> Entity:
        """Return the entity called *name*; `UnknownName` says which ones there are."""
        try:
            return self.entities[name]
        except KeyError:
            known = ", ".join(sorted(self.entities))
            raise UnknownName(
                f"There is no entity {name!r}; there are {known}.",
                hint=did_you_mean(name, self.entities),
            ) from None

    def extended(self, additions: Iterable[Entity]) -> Schema:
        """Return this schema with *additions*: new entities, or more fields and keys for known ones.

        Raises:
            ConfigurationInvalid: an addition redefines a field, refers to an unknown entity, uses a
                name twice, or lacks what its type needs.
        """
        entities = dict(self.entities)
        for addition in additions:
            known = entities.get(addition.name)
            entities[addition.name] = addition if known is None else _joined(known, addition)
        schema = Schema(entities)
        schema.require_known_references()
        for entity in entities.values():
            _require_distinct_names(entity)
            _require_whole_fields(entity)
        return schema

    def require_known_references(self) -> None:
        """Raise `ConfigurationInvalid` if a reference points to no entity."""
        for entity in self.entities.values():
            for field in entity.fields.values():
                if field.type is Type.REFERENCE and field.to not in self.entities:
                    raise ConfigurationInvalid(
                        f"{entity.name}.{field.name} refers to {field.to!r}, which is no entity."
                    )

    def in_order(self) -> list[Entity]:
        """Return the entities, each after those that it refers to, as far as cycles allow."""
        return list(self._ordered)

    @cached_property
    def _ordered(self) -> tuple[Entity, ...]:
        done: dict[str, Entity] = {}

        def visit(name: str, path: tuple[str, ...]) -> None:
            if name in done or name in path:
                return
            for field in self.entities[name].fields.values():
                if field.type is Type.REFERENCE:
                    visit(field.to, (*path, name))
            done[name] = self.entities[name]

        for name in self.entities:
            visit(name, ())
        return tuple(done.values())


def _joined(known: Entity, addition: Entity) -> Entity:
    """Return *known* with the fields and keys of *addition*."""
    twice = sorted(set(known.fields) & set(addition.fields))
    if twice:
        raise ConfigurationInvalid(
            f"Two definitions of {known.name}.{twice[0]}: a plugin may add a field but not change one."
        )
    return structs.replace(
        known,
        fields={**known.fields, **addition.fields},
        keys=(*known.keys, *(key for key in addition.keys if key not in known.keys)),
        unique=addition.unique or known.unique,
    )


def _require_distinct_names(entity: Entity) -> None:
    """Raise `ConfigurationInvalid` if a field or part has the name of another, or a reserved one."""
    seen = {EXISTS}
    for field in entity.fields.values():
        for name in [part.name for part in field.parts] or [field.name]:
            if name in seen:
                raise ConfigurationInvalid(
                    f"{entity.name}.{name} is there twice: fields and parts of groups need names of "
                    f"their own, and {EXISTS!r} is taken."
                )
            seen.add(name)


def _require_whole_fields(entity: Entity) -> None:
    """Raise `ConfigurationInvalid` if a field lacks what its type needs, or a key or parent is none."""
    for field in entity.fields.values():
        for each in (field, *field.parts):
            if each.type in (Type.CHOICE, Type.CHOICES) and not each.choices:
                raise ConfigurationInvalid(f"{entity.name}.{each.name} needs choices.")
        if (field.type is Type.GROUP) != bool(field.parts):
            raise ConfigurationInvalid(
                f"{entity.name}.{field.name}: a group, and only that, has parts."
            )
        if any(part.type is Type.GROUP for part in field.parts):
            raise ConfigurationInvalid(
                f"{entity.name}.{field.name}: no part of a group is a group."
            )
    for name in (*entity.keys, *entity.unique, *entity.together, entity.parent):
        if name and name not in entity.fields:
            raise ConfigurationInvalid(
                f"{entity.name} names {name!r} as a key or its parent, or to be written together by, "
                "which is none of its fields."
            )
    types = {entity.fields[name].type for name in entity.unique}
    if types and (Type.REFERENCE not in types or types - _UNIQUE):
        raise ConfigurationInvalid(
            f"{entity.name} is unique by {', '.join(entity.unique)}: there must be a reference among"
            " them, and beside references only choices, texts and dates."
        )


_UNIQUE = frozenset({Type.REFERENCE, Type.CHOICE, Type.TEXT, Type.DATE})
"""The types of fields that can be parts of one key."""
