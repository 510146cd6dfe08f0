"""References that are kept as associations: read by the thousand, written beside what is there.

The shapes are those of developers.hubspot.com, "CRM API | Associations v4".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kamsync.model import Native
from kamsync_hubspot.client.last_told import LastTold
from kamsync_hubspot.client.objects import Reference, Shape
from kamsync_hubspot.client.records import chunks
from kamsync_hubspot.client.refusals import Refusal
from kamsync_hubspot.client.transport import Transport
from kamsync_hubspot.client.wire import Associated, Associations, Failures

__all__ = ["READ_LIMIT", "References"]

READ_LIMIT = 1000
SMALL_LIMIT = 100
"""How many records one question may name where a portal does not take a thousand."""

WRITE_LIMIT = 1000
PAGES_LIMIT = 100
DEFINED = "HUBSPOT_DEFINED"

Tied = dict[str, list[Associated]]


class References:
    """The associations of one portal, as references."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._limit = READ_LIMIT
        self._last: LastTold[tuple[bool, Native]] = LastTold()

    def of(
        self, shape: Shape, names: Sequence[str], ids: Sequence[str], *, keep: bool = False
    ) -> Mapping[str, Mapping[str, Native]]:
        """Return the references among *names* that each of *ids* has, by id.

        What is told just before a write is to be kept: `changed` compares with that.
        """
        found: dict[str, dict[str, Native]] = {each: {} for each in ids}
        for reference in shape.referring(names):
            tied = self.tied(shape, reference.to, ids)
            nothing = _shown(reference, [])
            for native_id in ids:
                told = tied.get(native_id)
                shown, value = _shown(reference, told) if told else nothing
                if shown:
                    found[native_id][reference.name] = value
                if keep:
                    self._last.keep(_place(shape, reference, native_id), (shown, value))
                elif self._last:
                    self._last.drop(_place(shape, reference, native_id))
        return found

    def changed(self, shape: Shape, wanted: Mapping[str, Mapping[str, Native]]) -> set[str]:
        """Return which records refer to something else than was told of them last, or is wanted."""
        found: set[str] = set()
        for reference in shape.references:
            rows = {
                id_: each[reference.name] for id_, each in wanted.items() if reference.name in each
            }
            tied = self.tied(shape, reference.to, list(rows)) if rows else {}
            for native_id, value in rows.items():
                now = _shown(reference, tied.get(native_id, []))
                differs = self._last.differs(_place(shape, reference, native_id), now)
                if differs and now != (True, value):
                    found.add(native_id)
        return found

    def tied(self, shape: Shape, to: str, ids: Sequence[str]) -> Tied:
        """Return what each of *ids* is associated with; one without any is missing."""
        found: Tied = {}
        wanted = [{"id": each} for each in ids]
        for _ in range(PAGES_LIMIT):
            further: list[dict[str, str]] = []
            for part in chunks(wanted, self._limit):
                further += self._part(shape, to, part, found)
            if not further:
                return found
            wanted = further
        return found

    def _part(
        self, shape: Shape, to: str, part: Sequence[Mapping[str, str]], found: Tied
    ) -> list[dict[str, str]]:
        """Read the associations of a part into *found*; return what has further pages."""
        path = self._transport.paths.associated("read")
        try:
            answer = self._transport.ask(path, {"inputs": list(part)}, object=shape.name, to=to)
        except Refusal as refusal:
            if refusal.status != 400 or len(part) <= SMALL_LIMIT:  # noqa: PLR2004
                raise
            self._limit = SMALL_LIMIT
            smaller = [self._part(shape, to, each, found) for each in chunks(part, SMALL_LIMIT)]
            return [each for rest in smaller for each in rest]
        further = []
        for pair in answer.as_(Associations).results:
            found.setdefault(str(pair.from_.id), []).extend(pair.to)
            if pair.paging is not None and pair.paging.next is not None:
                after = str(pair.paging.next.after)
                further.append({"id": str(pair.from_.id), "after": after})
        return further

    def given(self, shape: Shape, values: Mapping[str, Native]) -> list[dict[str, Any]]:
        """Return the associations that a new record is made with."""
        return [
            {"to": {"id": values[reference.name]}, "types": _types(reference, [])}
            for reference in shape.references
            if values.get(reference.name)
        ]

    def put(self, shape: Shape, wanted: Mapping[str, Mapping[str, Native]]) -> dict[str, str]:
        """Let each record refer to what is wanted of it; return why not, by id, where it cannot.

        What two records are associated as otherwise is kept: writing types replaces all types of a
        pair, so those that are there are read first. Nothing is taken away but the one type that
        says the reference.
        """
        refused: dict[str, str] = {}
        for reference in shape.references:
            rows = {
                id_: each[reference.name] for id_, each in wanted.items() if reference.name in each
            }
            if rows:
                tied = self.tied(shape, reference.to, list(rows))
                refused |= self._tie(shape, reference, rows, tied)
                refused |= self._untie(shape, reference, rows, tied)
        return refused

    def _tie(
        self, shape: Shape, reference: Reference, rows: Mapping[str, Native], tied: Tied
    ) -> dict[str, str]:
        """Associate records with what they are to refer to."""
        inputs = []
        for native_id, value in rows.items():
            there = [each for each in tied.get(native_id, []) if str(each.to_object_id) == value]
            if value and not any(_says(each, reference) for each in there):
                types = _types(reference, there)
                inputs.append({"from": {"id": native_id}, "to": {"id": value}, "types": types})
        return self._sent(shape, reference.to, "create", inputs)

    def _untie(
        self, shape: Shape, reference: Reference, rows: Mapping[str, Native], tied: Tied
    ) -> dict[str, str]:
        """Take the type that says the reference away from what records referred to."""
        types = [{"associationCategory": DEFINED, "associationTypeId": reference.type}]
        inputs = [
            {"from": {"id": native_id}, "to": {"id": str(each.to_object_id)}, "types": types}
            for native_id, value in rows.items()
            for each in tied.get(native_id, [])
            if _says(each, reference)
            and str(each.to_object_id) != value
            # A labelled type moves by itself when another record gets it.
            and (value is None or not reference.plain)
        ]
        return self._sent(shape, reference.to, "labels/archive", inputs)

    def _sent(
        self, shape: Shape, to: str, act: str, inputs: Sequence[Mapping[str, Any]]
    ) -> dict[str, str]:
        """Write associations; return why not, by the id that they start from."""
        refused: dict[str, str] = {}
        path = self._transport.paths.associated(act)
        for part in chunks(inputs, WRITE_LIMIT):
            try:
                answer = self._transport.send(
                    path, {"inputs": list(part)}, object=shape.name, to=to
                )
            except Refusal as refusal:
                if len(part) == 1:
                    refused[part[0]["from"]["id"]] = refusal.message
                    continue
                half = len(part) // 2
                refused |= self._sent(shape, to, act, part[:half])
                refused |= self._sent(shape, to, act, part[half:])
                continue
            if not answer.data:
                continue
            for failure in answer.as_(Failures).errors:
                ids = failure.named("fromObjectId") or [each["from"]["id"] for each in part]
                refused |= dict.fromkeys(ids, failure.message)
        return refused


def _place(shape: Shape, reference: Reference, native_id: str) -> str:
    """Return the name of one reference of one record."""
    return f"{shape.name} {native_id} {reference.name}"


def _shown(reference: Reference, tied: Sequence[Associated]) -> tuple[bool, Native]:
    """Return whether the reference can be told, and what it is."""
    said = [str(each.to_object_id) for each in tied if _says(each, reference)]
    if reference.only and len(said) > 1:
        return False, None
    return True, said[0] if said else None


def _says(associated: Associated, reference: Reference) -> bool:
    """Whether an association is of the type that says the reference."""
    return any(
        label.category == DEFINED and label.type_id == reference.type
        for label in associated.association_types
    )


def _types(reference: Reference, there: Sequence[Associated]) -> list[dict[str, Any]]:
    """Return the types to write: the one that says the reference, and those that are there."""
    kept = [(label.category, label.type_id) for each in there for label in each.association_types]
    wanted = [(DEFINED, reference.type), *([(DEFINED, reference.plain)] if reference.plain else [])]
    return [
        {"associationCategory": category, "associationTypeId": type_}
        for category, type_ in dict.fromkeys([*wanted, *kept])
    ]
