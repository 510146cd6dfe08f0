"""Who does what for a company: the properties of a company that name an owner, one for each role.

HubSpot keeps no list of people beside a company. What a portal has are properties of the kind "HubSpot
user", such as one for the success manager, so an assignment is told as the owner in one of them, under
an id of the company and the role.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, structs

from kamsync.connector import Can, NativeEntity, NativeField
from kamsync.model import Entry, Native, Op, Outcome, Page, Reading, Receipt, Write
from kamsync_hubspot.client.objects import ASSIGNMENTS, COMPANIES, shape_of
from kamsync_hubspot.reading.histories import Histories
from kamsync_hubspot.reading.read import Reader
from kamsync_hubspot.reading.readings import is_id
from kamsync_hubspot.writing.write import Writer

__all__ = ["Assignments"]

COMPANY, OWNER, ROLE = "company", "owner", "role"
NO_PLACE = "An assignment needs a company in HubSpot, and a role that a property there names."


class Place(Struct, frozen=True):
    """Where one assignment is: a company and a role."""

    company: str
    role: str

    @property
    def id(self) -> str:
        """The id by which it is told."""
        return f"{self.company}:{self.role}"


class Assignments:
    """The assignments of one portal.

    Args:
        roles: the property of a company that names the owner, by role.
        reader: reads the companies.
        writer: writes them.
        histories: tells what they were.
    """

    def __init__(
        self, roles: Mapping[str, str], reader: Reader, writer: Writer, histories: Histories
    ) -> None:
        self._roles = roles
        self._reader = reader
        self._writer = writer
        self._histories = histories
        self._shape = shape_of(COMPANIES)

    @property
    def described(self) -> NativeEntity:
        """What an assignment is; without roles there are none, and none can be made."""
        fields = {
            COMPANY: NativeField(COMPANY, "reference", required=True),
            OWNER: NativeField(OWNER, "reference", required=True),
            ROLE: NativeField(ROLE, "choice", required=True, choices=tuple(self._roles)),
        }
        can = Can.CREATE | Can.UPDATE | Can.DELETE | Can.HISTORY
        return NativeEntity(ASSIGNMENTS, fields, can if self._roles else Can.NOTHING)

    def read(self, names: Sequence[str], cursor: str | None) -> Iterator[Page]:
        """Yield the assignments of the companies that changed."""
        if not self._roles:
            yield Page((), cursor or "")
            return
        for page in self._reader.read(self._shape, list(self._roles.values()), cursor):
            told = [
                reading
                for company in page.readings
                for role in self._roles
                for reading in [self._reading(Place(company.native_id, role), company, names)]
                if cursor or reading.values is not None
            ]
            yield Page(tuple(told), page.cursor)

    def fetch(self, names: Sequence[str], native_ids: Sequence[str]) -> Mapping[str, Reading]:
        """Return assignments by their ids; one whose company names nobody is gone."""
        places = {each: place for each in native_ids if (place := self._place(each))}
        companies = list(dict.fromkeys(place.company for place in places.values()))
        properties = list(self._roles.values())
        found = self._reader.fetch(self._shape, properties, companies) if companies else {}
        return {
            native_id: self._reading(place, found[place.company], names)
            for native_id, place in places.items()
            if place.company in found
        }

    def write(self, writes: Sequence[Write]) -> list[Receipt]:
        """Name owners in the companies' properties; nobody who is named there is put out by a create."""
        places = {number: self._of(write) for number, write in enumerate(writes)}
        receipts: dict[int, Receipt] = {}
        taken = self._taken({n: p for n, p in places.items() if p and writes[n].op is Op.CREATE})
        rows: dict[int, Write] = {}
        for number, write in enumerate(writes):
            place = places[number]
            receipt = _answered(write, place, taken.get(number))
            if receipt is not None or place is None:
                receipts[number] = receipt or Receipt(Outcome.GONE, reason="There is no such role.")
                continue
            owner = None if write.op is Op.DELETE else write.values.get(OWNER)
            values = {self._roles[place.role]: owner}
            rows[number] = Write(Op.UPDATE, place.company, values, write.key)
        sent = self._writer.write(self._shape, list(rows.values()))
        for number, receipt in zip(rows, sent, strict=True):
            place = places[number]
            assert place is not None
            receipts[number] = structs.replace(receipt, native_id=place.id)
        return [receipts[number] for number in range(len(writes))]

    def history(self, names: Sequence[str], since: Mapping[str, str]) -> dict[str, Sequence[Entry]]:
        """Return who was named when, from the histories of the companies."""
        if OWNER not in names:
            return {}
        places = {each: place for each in since if (place := self._place(each))}
        versions: dict[str, str] = {}
        for native_id, place in places.items():
            version = since[native_id]
            known = versions.get(place.company, version)
            versions[place.company] = min(known, version, key=_number)
        told = self._histories.of(self._shape, list(self._roles.values()), versions)
        return {
            native_id: [
                structs.replace(entry, values={OWNER: entry.values[self._roles[place.role]]})
                for entry in told[place.company]
                if self._roles[place.role] in entry.values
                and _number(entry.version) >= _number(since[native_id])
            ]
            for native_id, place in places.items()
            if place.company in told
        }

    def _taken(self, creates: Mapping[int, Place]) -> dict[int, Native]:
        """Return who is named already where somebody is to be."""
        if not creates:
            return {}
        companies = list(dict.fromkeys(place.company for place in creates.values()))
        found = self._reader.fetch(self._shape, list(self._roles.values()), companies)
        return {
            number: (found[place.company].values or {}).get(self._roles[place.role])
            for number, place in creates.items()
            if place.company in found
        }

    def _of(self, write: Write) -> Place | None:
        """Return where a row is about."""
        if write.op is not Op.CREATE:
            return self._place(write.native_id or "")
        return self._place(f"{write.values.get(COMPANY)}:{write.values.get(ROLE)}")

    def _place(self, native_id: str) -> Place | None:
        """Return the company and role behind an id; None if it is none of ours."""
        company, mark, role = native_id.partition(":")
        return Place(company, role) if mark and is_id(company) and role in self._roles else None

    def _reading(self, place: Place, company: Reading, names: Sequence[str]) -> Reading:
        """Return one assignment as a reading; its version is its company's."""
        owner = (company.values or {}).get(self._roles[place.role])
        version, settled, modified = company.version, company.settled, company.modified
        if owner is None:
            return Reading(place.id, None, version, settled, modified)
        held = {COMPANY: place.company, OWNER: owner, ROLE: place.role}
        values = {name: held[name] for name in names if name in held}
        return Reading(place.id, values, version, settled, modified)


def _answered(write: Write, place: Place | None, there: Native) -> Receipt | None:
    """Return the answer to a row that is not sent, None for one that is."""
    if place is None:
        outcome = Outcome.REFUSED if write.op is Op.CREATE else Outcome.GONE
        return Receipt(outcome, write.native_id, reason=NO_PLACE)
    owner = write.values.get(OWNER)
    if write.op is Op.CREATE and there is not None and there == owner:
        return Receipt(Outcome.DONE, place.id)
    reason = _objection(write, place, there)
    return Receipt(Outcome.REFUSED, write.native_id, reason=reason) if reason else None


def _objection(write: Write, place: Place, there: Native) -> str:
    """Return why a row cannot be, empty if it can."""
    kept = {COMPANY: place.company, ROLE: place.role}
    if write.op is Op.CREATE and there is not None:
        return "Somebody else has this role already."
    if any(write.values.get(name, kept[name]) != kept[name] for name in kept):
        return "The company and role of an assignment do not change; make another one instead."
    if write.op is not Op.DELETE and write.values.get(OWNER) is None:
        return "An assignment needs an owner."
    return ""


def _number(version: str) -> int:
    return int(version) if version.isdecimal() else 0
