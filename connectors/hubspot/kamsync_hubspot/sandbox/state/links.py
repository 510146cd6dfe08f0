"""Associations between records: kept from both ends, each with its types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from kamsync_hubspot.sandbox.model.caller import Caller
from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.model.refusal import Refusal
from kamsync_hubspot.sandbox.state.association_types import PRIMARY, AssociationType
from kamsync_hubspot.sandbox.state.events import Event
from kamsync_hubspot.sandbox.state.portal import Portal
from kamsync_hubspot.sandbox.state.records import find, keep

__all__ = [
    "End",
    "add_types",
    "ends",
    "holds_one",
    "let_go",
    "meant",
    "set_types",
    "unlabel",
]

_HOLDS_COMPANY = {
    "contacts": "associatedcompanyid",
    "deals": "hs_primary_associated_company",
    "tickets": "hs_primary_company_id",
}


class End(Struct, frozen=True):
    """What a record is associated with, and how."""

    id: int
    types: tuple[tuple[str, int], ...]


def ends(portal: Portal, kind: Kind, id_: int, to: Kind, after: int = 0) -> list[End]:
    """Return the living records that a record is associated with, in order, from *after* on."""
    rows = portal.database.execute(
        "SELECT to_id, category, type_id FROM link WHERE from_type = ? AND from_id = ?"
        " AND to_type = ? AND to_id >= ? AND EXISTS (SELECT 1 FROM record WHERE type = to_type"
        " AND id = to_id AND archived = 0) ORDER BY to_id, category, type_id",
        (kind.id, id_, to.id, after),
    )
    found: dict[int, list[tuple[str, int]]] = {}
    for to_id, category, type_id in rows.fetchall():
        found.setdefault(to_id, []).append((category, type_id))
    return [End(to_id, tuple(types)) for to_id, types in found.items()]


def meant(
    portal: Portal, kind: Kind, to: Kind, types: Sequence[Mapping[str, Any]]
) -> list[AssociationType]:
    """Return the types that are meant between two object types, or refuse them."""
    known = portal.association_types.between(kind.id, to.id)
    found = []
    for given in types:
        key = key_of(given)
        if key not in known:
            raise Refusal(
                400,
                f"Association type {key[1]} of {key[0]} does not exist from {kind.upper} to"
                f" {to.upper}",
                sub_category="crm.associations.INVALID_ASSOCIATION_TYPE",
            )
        found.append(known[key])
    return found


def set_types(
    portal: Portal,
    one: tuple[Kind, int],
    other: tuple[Kind, int],
    types: Iterable[AssociationType],
    caller: Caller,
) -> list[AssociationType]:
    """Let two records be associated by exactly these types, and the plain one.

    Source: developers.hubspot.com/docs/guides/api/crm/associations/associations-v4: what is sent
    replaces the labels of the pair; with ``Primary`` comes the plain type, and the primary company
    from before loses the label.
    """
    (kind, id_), (to, to_id) = one, other
    wanted = {type_.key: type_ for type_ in types}
    plain = portal.association_types.plain(kind.id, to.id)
    if plain:
        wanted[plain.key] = plain
    if any(type_.label == PRIMARY for type_ in wanted.values()):
        if holds_one(kind, to):
            demote(portal, kind, id_, to, but=to_id)
        else:
            demote(portal, to, to_id, kind, but=id_)
    held = _types(portal, kind, id_, to, to_id)
    _put(portal, one, other, [wanted[key] for key in wanted.keys() - held])
    known = portal.association_types.between(kind.id, to.id)
    _take(portal, one, other, [known[key] for key in held - wanted.keys()])
    for type_ in wanted.values():
        if type_.key not in held:
            _tell(portal, one, other, type_, caller, removed=False)
    _note_company(portal, one, other)
    return list(wanted.values())


def add_types(
    portal: Portal,
    one: tuple[Kind, int],
    other: tuple[Kind, int],
    types: Iterable[AssociationType],
    caller: Caller,
) -> None:
    """Let two records be associated by these types too."""
    (kind, id_), (to, to_id) = one, other
    known = portal.association_types.between(kind.id, to.id)
    held = [known[key] for key in _types(portal, kind, id_, to, to_id)]
    set_types(portal, one, other, [*held, *types], caller)


def let_go(portal: Portal, one: tuple[Kind, int], other: tuple[Kind, int], caller: Caller) -> None:
    """Let two records be associated no more, by whatever type."""
    (kind, id_), (to, to_id) = one, other
    known = portal.association_types.between(kind.id, to.id)
    held = [known[key] for key in _types(portal, kind, id_, to, to_id)]
    _take(portal, one, other, held)
    for type_ in held:
        _tell(portal, one, other, type_, caller, removed=True)
    _note_company(portal, one, other)


def unlabel(
    portal: Portal,
    one: tuple[Kind, int],
    other: tuple[Kind, int],
    types: Iterable[AssociationType],
    caller: Caller,
) -> None:
    """Take labels away; whoever takes the plain type away takes all. Source: as of `set_types`."""
    (kind, id_), (to, to_id) = one, other
    chosen = list(types)
    if any(type_.label is None for type_ in chosen):
        let_go(portal, one, other, caller)
        return
    held = _types(portal, kind, id_, to, to_id)
    _take(portal, one, other, [type_ for type_ in chosen if type_.key in held])
    _note_company(portal, one, other)


def key_of(given: Mapping[str, Any]) -> tuple[str, int]:
    """Return what names a type in the body of a call."""
    number = str(given.get("associationTypeId"))
    return str(given.get("associationCategory")), int(number) if number.isdigit() else 0


def _types(portal: Portal, kind: Kind, id_: int, to: Kind, to_id: int) -> set[tuple[str, int]]:
    """Return how two records are associated."""
    rows = portal.database.execute(
        "SELECT category, type_id FROM link WHERE from_type = ? AND from_id = ? AND to_type = ?"
        " AND to_id = ?",
        (kind.id, id_, to.id, to_id),
    )
    return set(rows.fetchall())


def holds_one(kind: Kind, to: Kind) -> bool:
    """Whether it is records of *kind* that have one primary among those of *to*, not the other way.

    A contact has one primary company; a company may be that of many contacts.
    """
    return to.plural not in _HOLDS_COMPANY or kind.plural in _HOLDS_COMPANY


def demote(portal: Portal, kind: Kind, id_: int, to: Kind, but: int | None = None) -> None:
    """Take the label ``Primary`` from what has it."""
    known = portal.association_types.between(kind.id, to.id)
    for end in ends(portal, kind, id_, to):
        primary = [known[key] for key in end.types if known[key].label == PRIMARY]
        if primary and end.id != but:
            _take(portal, (kind, id_), (to, end.id), primary)


def _both(
    one: tuple[Kind, int],
    other: tuple[Kind, int],
    types: Iterable[AssociationType],
) -> list[tuple[str, int, str, int, str, int]]:
    """Return the rows of associations, from both ends."""
    (kind, id_), (to, to_id) = one, other
    rows = []
    for type_ in types:
        rows.append((kind.id, id_, to.id, to_id, *type_.key))
        rows.append((to.id, to_id, kind.id, id_, type_.category, type_.inverse))
    return rows


def _put(
    portal: Portal,
    one: tuple[Kind, int],
    other: tuple[Kind, int],
    types: Iterable[AssociationType],
) -> None:
    portal.database.many(
        "INSERT OR IGNORE INTO link VALUES (?, ?, ?, ?, ?, ?)", _both(one, other, types)
    )
    portal.writes += 1


def _take(
    portal: Portal,
    one: tuple[Kind, int],
    other: tuple[Kind, int],
    types: Iterable[AssociationType],
) -> None:
    portal.database.many(
        "DELETE FROM link WHERE from_type = ? AND from_id = ? AND to_type = ? AND to_id = ?"
        " AND category = ? AND type_id = ?",
        _both(one, other, types),
    )
    portal.writes += 1


def _note_company(portal: Portal, one: tuple[Kind, int], other: tuple[Kind, int]) -> None:
    """Keep the number of the primary company with the record that has one, and move no stamp.

    That calculated properties change without a later stamp is observed in
    github.com/estuary/connectors, source-hubspot-native.
    """
    for (kind, id_), (to, _) in ((one, other), (other, one)):
        name = _HOLDS_COMPANY.get(kind.plural)
        if name is None or to.plural != "companies":
            continue
        record = find(portal, kind, id_)
        if record is None:
            continue
        known = portal.association_types.between(kind.id, to.id)
        primary = [
            end.id
            for end in ends(portal, kind, id_, to)
            if any(known[key].label == PRIMARY for key in end.types)
        ]
        value = str(primary[0]) if primary else ""
        if record.properties.get(name, "") != value:
            record.properties[name] = value
            keep(portal, kind, record)


def _tell(
    portal: Portal,
    one: tuple[Kind, int],
    other: tuple[Kind, int],
    type_: AssociationType,
    caller: Caller,
    *,
    removed: bool,
) -> None:
    """Tell of an association that was made or let go."""
    (kind, id_), (to, to_id) = one, other
    details = {
        "associationType": f"{kind.upper}_TO_{to.upper}",
        "fromObjectId": id_,
        "toObjectId": to_id,
        "associationRemoved": removed,
        "isPrimaryAssociation": type_.label == PRIMARY,
    }
    portal.announce(Event("associationChange", kind.id, id_, portal.now, caller.source, details))
