"""The keys of a record: exact ones, that only the same record shares, and blocks, to look near."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import itemgetter
from typing import TypeAlias

from kamsync.identity.names import core, named, plain
from kamsync.identity.words import ROLE_MAILBOXES, SHARED_HOSTS
from kamsync.model import Value
from kamsync.schema import FAMILY, GIVEN, Entity, Field, Type
from kamsync.values.standards import domain

__all__ = [
    "KeyMaker",
    "block_keys",
    "exact_keys",
    "key_fields",
    "label_of",
    "person_of",
]

KeyMaker: TypeAlias = Callable[[str, Mapping[str, Value]], Iterable[str]]
"""What makes exact keys of an entity's name and a record's canonical values; a plugin may offer one."""

HOST = re.compile(r"[^\s@/:]+\.[^\W\d_][\w-]+")
ADDRESS = re.compile(r"([^\s@]+)@([^\s@]+\.[^\s@]+)")
DIGITS = re.compile(r"\d")
ALL_BUT_DIGITS = re.compile(r"\D+")
NO_VOWELS = str.maketrans("", "", "aeiouy")
REPEATS = re.compile(r"([^\W\d_])\1+")
ONE_OF_THEM = itemgetter(1)

HOSTED = frozenset({Type.DOMAIN, Type.URL})

PHONE_DIGITS = 8
"""How many digits at the end of a number tell it apart, however its country is written."""

SHORTEST_BONES = 3
"""How many consonants tell a name apart; with fewer, too many would be compared."""


def exact_keys(
    entity: Entity, values: Mapping[str, Value], makers: Iterable[KeyMaker] = ()
) -> tuple[str, ...]:
    """Return the keys, such as ``domain:acme.com``, that only the same record shares; sorted.

    Hosts of free mail and social networks are no keys, nor are mailboxes such as ``info@``. What is
    unique by several fields has a key of all of them, once each of its references is known.
    """
    found = set(_whole_key(entity, values)) if entity.unique else set()
    for name in entity.keys:
        value = values.get(name)
        if value is not None:
            found.update(_keys(entity.fields[name], value))
    for maker in makers:
        found.update(maker(entity.name, values))
    return tuple(sorted(found))


def _whole_key(entity: Entity, values: Mapping[str, Value]) -> Iterator[str]:
    """Yield the key that all fields of a unique combination make."""
    said = [values.get(name) for name in entity.unique]
    related = [name for name in entity.unique if entity.fields[name].type is Type.REFERENCE]
    if all(values.get(name) is not None for name in related):
        yield f"{', '.join(entity.unique)}:{'|'.join(map(_within_a_key, said))}"


def _within_a_key(value: Value) -> str:
    """Return one value of a key of several, such that nothing in it looks like the end of it."""
    words = "" if value is None else " ".join(str(value).casefold().split())
    return words.replace("\\", "\\\\").replace("|", "\\|")


def _keys(field: Field, value: Value) -> Iterator[str]:
    """Yield the exact keys of one field."""
    kind = field.items if field.type is Type.TEXTS else field.type
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, str) or type(each) is int:
            key = _key(kind, field.name, str(each))
            if key:
                yield key


def _key(kind: Type, name: str, text: str) -> str:
    """Return the exact key of one text, or nothing if many may share it."""
    if kind in HOSTED:
        host = domain(text)
        return f"domain:{host}" if HOST.fullmatch(host) and host not in SHARED_HOSTS else ""
    if kind is Type.EMAIL:
        found = ADDRESS.fullmatch(text.lower())
        return f"email:{found[0]}" if found and found[1] not in ROLE_MAILBOXES else ""
    words = " ".join(text.casefold().split())
    return f"{'phone' if kind is Type.PHONE else name}:{words}" if words else ""


def block_keys(
    entity: Entity, values: Mapping[str, Value], exact: Iterable[str] | None = None
) -> tuple[str, ...]:
    """Return the keys under which records that may be the same are looked for; sorted.

    *exact* are the record's exact keys, where they are known already. Blocks are chosen to be shared
    by few, so that comparing costs little, and to survive another legal form, another order of words,
    accents, blanks and one slip of the finger. What only relates others is never guessed.
    """
    if entity.unique:
        return ()
    found = set(_phones(entity, values))
    if entity.is_person:
        found.update(_person_blocks(*person_of(values)))
    elif entity.is_organisation:
        found.update(_organisation_blocks(values))
        found.update(_site_blocks(exact_keys(entity, values) if exact is None else exact))
    else:
        found.update(_thing_blocks(entity, values))
    return tuple(sorted([f"near:{key}" for key in found]))


def key_fields(entity: Entity) -> frozenset[str]:
    """Return the fields from whose values keys are made, exact ones and blocks."""
    names = {entity.label, "name", "legal_name", *entity.keys, *entity.unique, *entity.phones}
    return frozenset({*names, *_owners(entity)})


def person_of(values: Mapping[str, Value]) -> tuple[str, str]:
    """Return a person's given and family name, each ``""`` where it is not known."""
    name = values.get("name") or {}
    return name.get(GIVEN) or "", name.get(FAMILY) or ""


def label_of(entity: Entity, values: Mapping[str, Value]) -> str:
    """Return what a record is called, or ``""``."""
    label = values.get(entity.label)
    return label if isinstance(label, str) else ""


def _organisation_blocks(values: Mapping[str, Value]) -> Iterator[str]:
    """Yield blocks for each way to spell the names that a company goes by."""
    spellings: set[tuple[str, ...]] = set()
    for text in (values.get("name"), values.get("legal_name")):
        if isinstance(text, str):
            name = named(text)
            spellings.update((name.words, name.spelled))
    for words in spellings:
        if words:
            yield from _name_blocks(words)


def _name_blocks(words: tuple[str, ...]) -> Iterator[str]:
    """Yield blocks for a company's name: as a set of words, as consonants, and by its ends."""
    own, written = core(words), "".join(words)
    yield "words " + " ".join(sorted(own))
    bones = _bones(written)
    if len(bones) >= SHORTEST_BONES:
        yield f"bones {bones}"
    if not DIGITS.search(written):
        yield from _ends(own)


def _ends(own: tuple[str, ...]) -> Iterator[str]:
    """Yield blocks for how a name starts and ends; with a number in it, too many would share them."""
    if len(own) == 1:
        yield f"ends {own[0][:4]} {own[0][-1]}"
        yield f"ends {own[0][:2]} {own[0][-3:]}"
        yield f"start {own[0][:5]}"
    else:
        yield f"first {own[0]} {own[1][0]}"
        yield f"last {own[-1]} {own[0][0]}"


def _bones(text: str) -> str:
    """Return the first letter and the consonants of a word, each once in a row."""
    return REPEATS.sub(ONE_OF_THEM, text[:1] + text[1:].translate(NO_VOWELS))


def _site_blocks(keys: Iterable[str]) -> Iterator[str]:
    """Yield a block for each domain without its ending: acme.de may be acme.com."""
    for key in keys:
        if key.startswith("domain:"):
            yield "site " + key.removeprefix("domain:").rpartition(".")[0]


def _person_blocks(given: str, family: str) -> Iterator[str]:
    if not family:
        return
    for words in {named(family).words, named(family).spelled}:
        yield f"person {_bones(''.join(words))} {plain(given)[:1]}"
    if given:
        yield f"person {_bones(''.join(named(given).words))} {plain(family)[:1]}"


def _phones(entity: Entity, values: Mapping[str, Value]) -> Iterator[str]:
    for name in entity.phones:
        text = values.get(name)
        if isinstance(text, str):
            digits = ALL_BUT_DIGITS.sub("", text)
            if len(digits) >= PHONE_DIGITS:
                yield "phone " + digits[-PHONE_DIGITS:]


def _thing_blocks(entity: Entity, values: Mapping[str, Value]) -> Iterator[str]:
    """Yield a block of what belongs to the same record and is called the same, or nearly."""
    owner = next((name for name in _owners(entity) if values.get(name)), None)
    label = named(label_of(entity, values))
    if label.words:
        near = values[owner] if owner else ""
        yield f"thing {near} {' '.join(sorted(label.words))}"
        yield f"thing {near} {_bones(''.join(label.words))}"


def _owners(entity: Entity) -> Iterator[str]:
    """Yield the references that say what a record belongs to, its parent first."""
    if entity.parent:
        yield entity.parent
    for field in entity.fields.values():
        if field.name == field.to != entity.parent:
            yield field.name
