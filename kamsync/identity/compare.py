"""Score how likely two records are the same, and say in words what spoke for it and against it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import Struct

from kamsync.identity.keys import exact_keys, label_of, person_of
from kamsync.identity.names import SAME, Name, alike, codes, is_slip, named, person_likeness
from kamsync.identity.words import SIBLING
from kamsync.model import Value
from kamsync.schema import Entity, Field, Type
from kamsync.values import is_blank

__all__ = ["Score", "score", "sibling"]

NAME = 0.86
"""What the same name alone is worth: a question to a person, and not yet a match."""

NO_FORM, OTHER_FORM = 0.02, 0.10
"""What a missing legal form, and what another one, takes away from that."""

PERSON_NAME = 0.80
STRONG, MEDIUM, COUNTRY, SMALL = 0.20, 0.13, 0.08, 0.06
"""What other signs are worth, for or against; a sign that forbids a match need not weigh much."""

WEAK = {"annual_revenue": 0.05, "employees": 0.04, "industry": 0.02}
WEAK_LIMIT = 0.05
"""What all weak signs together can add: they never turn a name alone into a match."""

NEAR, NEAR_DAYS, NEAR_SHARE = 0.6, 14, Decimal("0.35")
"""What days and sums count that are near each other: one of them is what the same thing came to since.

What comes back every month is further apart than the days.
"""

NAMED, CODED = 5.0, 7.0
"""What the name of a thing weighs, and one that holds a code which tells the thing from all others."""

CALLED_THE_SAME = 0.8
"""What the same code in two names is worth at least, and the same name of two things that belong to
nothing: a question to a person, and never a second record unasked."""

FULL_EVIDENCE = 9
"""How much must have been compared before things without a name of their own count as equal."""


class Score(Struct, frozen=True):
    """How likely two records are the same, from 0 to 1, and why.

    *contradicted* says that something which the same record cannot have twice is different; such a
    pair is never matched without a person.
    """

    value: float
    reasons: tuple[str, ...] = ()
    contradicted: bool = False


class _Sign(Struct, frozen=True):
    """One thing that speaks for a match, or (with a negative worth) against it."""

    worth: float
    text: str = ""
    forbids: bool = False
    weak: bool = False


def score(entity: Entity, a: Mapping[str, Value], b: Mapping[str, Value]) -> Score:
    """Return how likely *a* and *b* are the same record; the order of the two is no matter."""
    if entity.is_organisation:
        signs = [*_organisation_signs(a, b), *_key_signs(entity, a, b), *_phone_signs(entity, a, b)]
    elif entity.is_person:
        signs = [
            *_person_signs(entity, a, b),
            *_key_signs(entity, a, b),
            *_phone_signs(entity, a, b),
        ]
    else:
        signs = [_thing_sign(entity, a, b), *_key_signs(entity, a, b), *_owner_signs(entity, a, b)]
    weak = min(WEAK_LIMIT, sum(sign.worth for sign in signs if sign.weak))
    total = sum(sign.worth for sign in signs if not sign.weak) + weak
    return Score(
        round(min(1.0, max(0.0, total)), 4),
        tuple(sign.text for sign in signs if sign.text),
        any(sign.forbids for sign in signs),
    )


def _organisation_signs(a: Mapping[str, Value], b: Mapping[str, Value]) -> Iterator[_Sign]:
    """Yield what the names, addresses and sizes of two companies say."""
    yield _company_name(a, b)
    if a.get("legal_name") and b.get("legal_name"):
        yield _legal_name(named(a["legal_name"]), named(b["legal_name"]))
    yield from _address_signs(a.get("billing_address") or {}, b.get("billing_address") or {})
    for name, worth in WEAK.items():
        if _agree(a, b, name):
            yield _Sign(worth, f"the same {name.replace('_', ' ')}", weak=True)
    if _differ(a, b, "parent"):
        yield _Sign(-SMALL, "different parents")


def _company_name(a: Mapping[str, Value], b: Mapping[str, Value]) -> _Sign:
    """Return the best likeness between the names that each company goes by."""
    pairs = [(one, other) for one in _names(a) for other in _names(b)]
    signs = [_name_sign(one, other) for one, other in pairs]
    return max(signs, key=lambda sign: sign.worth, default=_Sign(0.0))


def _name_sign(a: Name, b: Name) -> _Sign:
    """Return what two names say. Two legal forms are two companies, and so are other words."""
    likeness = alike(a, b)
    similar = "similar names" if likeness else ""
    if a.forms and b.forms and a.forms != b.forms:
        return _Sign(likeness * (NAME - OTHER_FORM), similar, forbids=True)
    if likeness < SAME:
        return _Sign(likeness * NAME, similar, forbids=not is_slip(a, b))
    if a.forms == b.forms:
        return _Sign(NAME, "the same name")
    return _Sign(NAME - NO_FORM, "the same name, but for the legal form")


def _legal_name(a: Name, b: Name) -> _Sign:
    """Return what two legal names say, which are exact where there are any."""
    if alike(a, b) >= SAME and a.forms == b.forms:
        return _Sign(MEDIUM, "the same legal name")
    return _Sign(-SMALL, "different legal names", forbids=True)


def _names(values: Mapping[str, Value]) -> list[Name]:
    texts = (values.get("name"), values.get("legal_name"))
    return [named(text) for text in texts if isinstance(text, str)]


def sibling(a: Mapping[str, Value], b: Mapping[str, Value]) -> str:
    """Return what tells apart two companies of one group, which often share a domain, or ``""``."""
    one, other = _country(a), _country(b)
    if one and other and one != other:
        return "in different countries"
    names = _full_name(a), _full_name(b)
    if not names[0] or not names[1] or names[0] == names[1]:
        return ""
    first, second = named(names[0]), named(names[1])
    if first.forms and second.forms and first.forms != second.forms:
        return "with different legal forms"
    if (set(first.words) ^ set(second.words)) & SIBLING:
        return "with a name that tells companies of one group apart"
    return ""


def _country(values: Mapping[str, Value]) -> tuple[str, ...]:
    """Return the words for the country of a company."""
    return _part(values.get("billing_address") or {}, "country")


def _full_name(values: Mapping[str, Value]) -> str | None:
    """Return the legal name of a company, or else what it is called."""
    for field in ("legal_name", "name"):
        text = values.get(field)
        if isinstance(text, str):
            return text
    return None


def _address_signs(a: Mapping[str, Value], b: Mapping[str, Value]) -> Iterator[_Sign]:
    """Yield what two addresses say; *country* is the one part in which a company rarely errs."""
    one, other = _place(a), _place(b)
    if one["code"] and one["code"] == other["code"]:
        if one["street"] and one["street"] == other["street"]:
            yield _Sign(MEDIUM, "the same street address")
        else:
            yield _Sign(SMALL, "the same postal code")
    elif one["city"] and one["city"] == other["city"]:
        yield _Sign(0.04, "the same city", weak=True)
    if one["country"] and one["country"] == other["country"]:
        yield _Sign(0.02, "the same country", weak=True)
    elif one["country"] and other["country"]:
        yield _Sign(-COUNTRY, "different countries", forbids=True)


def _place(address: Mapping[str, Value]) -> Mapping[str, tuple[str, ...]]:
    """Return the parts of an address that compare, by what they are."""
    words = {"street": "street", "code": "postal_code", "city": "city", "country": "country"}
    return {word: _part(address, part) for word, part in words.items()}


def _part(address: Mapping[str, Value], part: str) -> tuple[str, ...]:
    """Return the words of one part of an address, none where it is blank."""
    for name, text in address.items():
        if text and name.endswith(part):
            return named(str(text)).words
    return ()


def _person_signs(
    entity: Entity, a: Mapping[str, Value], b: Mapping[str, Value]
) -> Iterator[_Sign]:
    """Yield what the names and the places of work of two people say."""
    likeness = person_likeness(person_of(a), person_of(b))
    text = "the same name" if likeness == 1.0 else "similar names" if likeness > 0 else ""
    yield _Sign(PERSON_NAME * likeness, text, forbids=likeness < 1.0)
    if entity.parent and _agree(a, b, entity.parent):
        yield _Sign(MEDIUM, f"the same {entity.parent}")
    elif entity.parent and _differ(a, b, entity.parent):
        yield _Sign(-STRONG, f"different {entity.parent}s", forbids=True)
    if _agree(a, b, "hire_date"):
        yield _Sign(MEDIUM, "the same first day at work")
    if _agree(a, b, "title"):
        yield _Sign(0.02, "the same title")


def _key_signs(entity: Entity, a: Mapping[str, Value], b: Mapping[str, Value]) -> Iterator[_Sign]:
    """Yield what exact keys say: a shared one much, and a different one of the same kind too."""
    one, other = _by_kind(exact_keys(entity, a)), _by_kind(exact_keys(entity, b))
    for kind in sorted(one.keys() & other.keys()):
        if one[kind] & other[kind]:
            yield _Sign(STRONG, f"the same {kind}")
        else:
            yield _Sign(-SMALL, f"different {kind}s", forbids=True)


def _by_kind(keys: tuple[str, ...]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for key in keys:
        kind, _, text = key.partition(":")
        found.setdefault(kind, set()).add(text)
    return found


def _phone_signs(entity: Entity, a: Mapping[str, Value], b: Mapping[str, Value]) -> Iterator[_Sign]:
    one, other = ({each[name] for name in entity.phones if each.get(name)} for each in (a, b))
    if one & other:
        yield _Sign(STRONG if entity.is_organisation else SMALL, "the same phone")


def _thing_sign(entity: Entity, a: Mapping[str, Value], b: Mapping[str, Value]) -> _Sign:
    """Return which share of what both records say is the same, where enough is said."""
    agreed = compared = 0.0
    same: list[str] = []
    for field in entity.fields.values():
        weight, likeness = _thing_likeness(entity, field, a, b) or (0.0, 0.0)
        compared += weight
        agreed += weight * likeness
        if likeness == 1.0:
            same.append(field.name.replace("_", " "))
    if not compared:
        return _Sign(0.0)
    value = agreed / max(compared, FULL_EVIDENCE)
    if _is_called_the_same(entity, a, b):
        value = max(value, CALLED_THE_SAME)
    return _Sign(value, f"the same {', '.join(same)}" if same else "")


def _is_called_the_same(entity: Entity, a: Mapping[str, Value], b: Mapping[str, Value]) -> bool:
    """Whether two things share a code in their names, or a whole name while neither belongs to anything."""
    one, other = (named(label_of(entity, each)) for each in (a, b))
    if codes(one) & codes(other):
        return True
    belongs = not entity.parent or a.get(entity.parent) or b.get(entity.parent)
    return not belongs and alike(one, other) >= SAME


def _thing_likeness(
    entity: Entity, field: Field, a: Mapping[str, Value], b: Mapping[str, Value]
) -> tuple[float, float] | None:
    """Return how much one field weighs, and how alike it is; nothing where it says nothing."""
    one, other = a.get(field.name), b.get(field.name)
    if is_blank(one) or is_blank(other):
        return None
    equal = float(one == other)
    if field.name == entity.label and field.type is Type.TEXT:
        name, its = named(one), named(other)
        return (CODED if codes(name) & codes(its) else NAMED), alike(name, its)
    if field.type is Type.REFERENCE:
        owns = field.name in {entity.parent, field.to}
        return (3.0, equal) if owns else (equal, equal)
    if field.type is Type.DATE and not equal:
        return WEIGHTS[field.type], NEAR if _days_apart(one, other) <= NEAR_DAYS else 0.0
    if field.type in WEIGHTS:
        return WEIGHTS[field.type], equal
    numbers = [part.name for part in field.parts if part.type is Type.NUMBER]
    return (2.0, _as_far_as_said(one, other, numbers)) if numbers else None


def _as_far_as_said(one: Value, other: Value, numbers: Sequence[str]) -> float:
    """Return how alike two sums are in all that both say; a system may know of no currencies."""
    both = [name for name in one if one[name] is not None and other.get(name) is not None]
    if not set(numbers) <= set(both) or any(
        one[name] != other[name] for name in both if name not in numbers
    ):
        return 0.0
    return min(_nearness(one[name], other[name]) for name in numbers)


def _nearness(one: Any, other: Any) -> float:
    """Return how alike two numbers are: equal, near, or not at all."""
    if one == other:
        return 1.0
    a, b = Decimal(one), Decimal(other)
    return NEAR if abs(a - b) <= NEAR_SHARE * max(abs(a), abs(b)) else 0.0


def _days_apart(one: Any, other: Any) -> int:
    return abs((date.fromisoformat(one) - date.fromisoformat(other)).days)


WEIGHTS = {
    Type.DATE: 2.0,
    Type.TIME: 2.0,
    Type.NUMBER: 2.0,
    Type.FRACTION: 2.0,
    Type.TEXT: 2.0,
    Type.CHOICE: 1.0,
}
"""What equal values of a type say about things such as opportunities; other types say nothing."""


def _owner_signs(entity: Entity, a: Mapping[str, Value], b: Mapping[str, Value]) -> Iterator[_Sign]:
    if entity.parent and _differ(a, b, entity.parent):
        yield _Sign(-STRONG, f"different {entity.parent}s", forbids=True)
    one, other = label_of(entity, a), label_of(entity, b)
    if one and other and not alike(named(one), named(other)):
        yield _Sign(0.0, "different names", forbids=True)


def _agree(a: Mapping[str, Value], b: Mapping[str, Value], name: str) -> bool:
    return not is_blank(a.get(name)) and a.get(name) == b.get(name)


def _differ(a: Mapping[str, Value], b: Mapping[str, Value], name: str) -> bool:
    one, other = a.get(name), b.get(name)
    return not is_blank(one) and not is_blank(other) and one != other
