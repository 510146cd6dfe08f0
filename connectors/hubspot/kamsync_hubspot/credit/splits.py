"""Splits of deals: who shares in the credit, each with a part of the whole.

HubSpot keeps them beside a deal, reads and replaces all of one deal at once, and takes only parts that
sum to the whole, with the owner of the deal among those who share (developers.hubspot.com, "CRM API |
Deal splits"). So one split is told as the part of one owner in one deal, under an id of both, and
written by replacing all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from msgspec import Struct

from kamsync.connector import Can, NativeEntity, NativeField
from kamsync.errors import SystemDown
from kamsync.model import Native, Op, Outcome, Page, Reading, Receipt, Write
from kamsync_hubspot.client.last_told import CHANGED, LastTold
from kamsync_hubspot.client.objects import DEALS, SPLITS, shape_of
from kamsync_hubspot.client.records import FORBIDDEN, chunks
from kamsync_hubspot.client.refusals import AnswerLost, Refusal
from kamsync_hubspot.client.transport import Transport
from kamsync_hubspot.client.wire import SplitBatch
from kamsync_hubspot.portal.people import People
from kamsync_hubspot.reading.read import Reader
from kamsync_hubspot.reading.readings import is_id

__all__ = ["Splits"]

READ = 100
DEAL, OWNER, FRACTION, KIND = "deal", "owner", "fraction", "kind"
REVENUE = "revenue"
HAS_SPLITS = "hs_is_deal_split"
DEAL_OWNER, DEAL_NAME = "hubspot_owner_id", "dealname"
WHOLE = Decimal(1)
PROBE = "1"
"""A deal that need not be there: what matters is whether one may ask."""

Parts = dict[str, Decimal]
"""The part of each owner, by the owner's id."""


class Place(Struct, frozen=True):
    """Where one split is: a deal and an owner."""

    deal: str
    owner: str

    @property
    def id(self) -> str:
        """The id by which it is told."""
        return f"{self.deal}:{self.owner}"


class Owned(Struct, frozen=True):
    """A deal, what it is called and who owns it, as far as that is known."""

    id: str
    name: str = ""
    owner: str = ""


class Splits:
    """The splits of one portal."""

    def __init__(self, transport: Transport, reader: Reader, people: People) -> None:
        self._transport = transport
        self._reader = reader
        self._people = people
        self._deals = shape_of(DEALS)
        self._last: LastTold[Parts] = LastTold()

    @property
    def described(self) -> NativeEntity:
        """What a split is."""
        fields = {
            DEAL: NativeField(DEAL, "reference", required=True),
            OWNER: NativeField(OWNER, "reference", required=True),
            FRACTION: NativeField(FRACTION, "number", required=True),
            KIND: NativeField(KIND, "choice", choices=(REVENUE,)),
        }
        return NativeEntity(SPLITS, fields, Can.CREATE | Can.UPDATE | Can.DELETE)

    def read(self, names: Sequence[str], cursor: str | None) -> Iterator[Page]:
        """Yield the splits of the deals that changed: a deal changes with its splits.

        Where the token may not see them there are none to read. Nothing is called gone for that: asking
        for one of them by its id says that it may not be seen.
        """
        if not cursor and self._is_barred():
            yield Page((), "")
            return
        # Splits go with their deal, so that the archive is not looked through for them once more.
        for page in self._reader.read(self._deals, [HAS_SPLITS], cursor, deleted=False):
            living = [reading for reading in page.readings if reading.values is not None]
            # A first reading passes over the deals that say that they have none.
            split = [r for r in living if cursor or (r.values or {}).get(HAS_SPLITS) != "false"]
            parts = self._parts([reading.native_id for reading in split])
            for reading in living:
                self._last.drop(reading.native_id)
            told = [
                _reading(Place(reading.native_id, owner), part, names, reading)
                for reading in split
                for owner, part in parts.get(reading.native_id, {}).items()
            ]
            yield Page(tuple(told), page.cursor)

    def fetch(self, names: Sequence[str], native_ids: Sequence[str]) -> Mapping[str, Reading]:
        """Return splits by their ids; one whose deal is there without it is gone."""
        places = {each: place for each in native_ids if (place := _place(each))}
        deals = list(dict.fromkeys(place.deal for place in places.values()))
        found = self._reader.fetch(self._deals, [], deals)
        living = [deal for deal in deals if deal in found and found[deal].values is not None]
        parts = self._parts(living)
        for deal in living:
            self._last.keep(deal, parts.get(deal, {}))
        return {
            native_id: _reading(
                place, parts.get(place.deal, {}).get(place.owner), names, found[place.deal]
            )
            for native_id, place in places.items()
            if place.deal in found
        }

    def write(self, writes: Sequence[Write]) -> list[Receipt]:
        """Replace the splits of each deal whole, as they would be after all rows about it.

        Rows about one deal stand and fall together: parts that do not sum to the whole are refused,
        and nothing of that deal is changed. Nor is it where the splits are others than those that were
        told last: somebody has changed them, and is heard first. What HubSpot would refuse for want of
        the deal's owner is not sent.
        """
        receipts: dict[int, Receipt] = {}
        halted: set[str] = set()
        rows: dict[str, dict[int, tuple[Place, Write]]] = {}
        for number, write in enumerate(writes):
            place = _of(write)
            reason = _objection(write, place)
            if place is None or reason:
                receipts[number] = Receipt(Outcome.REFUSED, write.native_id, reason=reason)
                # What HubSpot has no such thing for is no part of the whole.
                if place is not None and write.values.get(KIND, REVENUE) in (REVENUE, None):
                    halted.add(place.deal)
            else:
                rows.setdefault(place.deal, {})[number] = (place, write)
        parts = self._parts(list(rows))
        owned = self._owned([deal for deal in rows if deal not in halted])
        for deal, each in rows.items():
            if deal in halted:
                receipts |= {number: _beside(write) for number, (_, write) in each.items()}
                continue
            there = parts.get(deal, {})
            if self._last.differs(deal, there):
                receipts |= {number: _stale(write) for number, (_, write) in each.items()}
                continue
            receipts |= self._replace(owned.get(deal, Owned(deal)), dict(there), each)
        return [receipts[number] for number in range(len(writes))]

    def _is_barred(self) -> bool:
        """Whether the token may not see splits, as in every portal whose plan does not have them."""
        try:
            self._parts([PROBE])
        except Refusal as refusal:
            return refusal.status == FORBIDDEN
        return False

    def _owned(self, deals: Sequence[str]) -> dict[str, Owned]:
        """Return what the deals are called and who owns them, those that are there."""
        found = self._reader.fetch(self._deals, [DEAL_OWNER, DEAL_NAME], deals)
        return {
            deal: Owned(deal, str(values.get(DEAL_NAME) or ""), str(values.get(DEAL_OWNER) or ""))
            for deal, reading in found.items()
            if (values := reading.values) is not None
        }

    def _replace(
        self, deal: Owned, parts: Parts, rows: Mapping[int, tuple[Place, Write]]
    ) -> dict[int, Receipt]:
        """Write the splits of one deal, and answer each of its rows."""
        receipts: dict[int, Receipt] = {}
        before = dict(parts)
        for number, (place, write) in rows.items():
            outcome = _taken(parts, place, write)
            receipts[number] = Receipt(outcome, place.id, reason=REASONS.get(outcome, ""))
        done = [number for number, each in receipts.items() if each.outcome is Outcome.DONE]
        if len(done) < len(rows):
            return receipts | {number: _beside(rows[number][1]) for number in done}
        if parts == before:
            return receipts
        outcome, reason = self._sent(deal, parts)
        if outcome is not Outcome.DONE:
            ids = {number: rows[number][1].native_id for number in done}
            receipts |= {n: Receipt(outcome, ids[n], reason=reason) for n in done}
        return receipts

    def _sent(self, deal: Owned, parts: Parts) -> tuple[Outcome, str]:
        """Send the splits of one deal, unless it cannot be; return what became of them, and why."""
        why_not = self._why_not(deal, parts)
        if why_not:
            return Outcome.REFUSED, why_not
        splits = [
            {"ownerId": int(owner), "percentage": float(part)} for owner, part in parts.items()
        ]
        body = {"inputs": [{"id": int(deal.id), "splits": splits}]}
        try:
            answer = self._transport.send(f"{self._transport.paths.splits}/upsert", body)
        except Refusal as refusal:
            return Outcome.REFUSED, refusal.message
        except AnswerLost as lost:
            return Outcome.UNKNOWN, lost.message
        except SystemDown as down:
            return Outcome.LATER, down.message
        failures = answer.as_(SplitBatch).errors
        if failures:
            return Outcome.REFUSED, failures[0].message
        return Outcome.DONE, ""

    def _why_not(self, deal: Owned, parts: Parts) -> str:
        """Return why HubSpot would not take these splits of a deal, empty if it would."""
        whole = sum(parts.values(), Decimal(0))
        if parts and whole != WHOLE:
            text = f"The splits of deal {deal.id} would sum to {whole:f}, and HubSpot takes only 1."
            return f"{text} Change them together."
        if parts and deal.owner and deal.owner not in parts:
            return (
                f"{self._people.name(deal.owner)} owns {deal.name or f'deal {deal.id}'} in HubSpot and"
                " has no part in its splits, and HubSpot takes none without the owner. Give the owner a"
                " part, or the deal another owner."
            )
        return ""

    def _parts(self, deals: Sequence[str]) -> dict[str, Parts]:
        """Return the parts of each deal that has any."""
        found: dict[str, Parts] = {}
        for part in chunks(deals, READ):
            body = {"inputs": [{"id": deal} for deal in part]}
            answer = self._transport.ask(f"{self._transport.paths.splits}/read", body)
            for each in answer.as_(SplitBatch).results:
                found[str(each.id)] = {
                    owner: fraction
                    for split in each.splits
                    if (owner := split.owner) and (fraction := _fraction(split.part)) is not None
                }
        return found


BESIDE = "Another split of the same deal was not taken, so none was."
REASONS = {
    Outcome.GONE: "It is not there any more.",
    Outcome.REFUSED: "This owner has a part in this deal already.",
}


def _taken(parts: Parts, place: Place, write: Write) -> Outcome:
    """Change *parts* as one row says, and return what becomes of the row if all goes well."""
    if write.op is Op.DELETE:
        parts.pop(place.owner, None)
        return Outcome.DONE
    there = parts.get(place.owner)
    fraction = _fraction(write.values[FRACTION]) if FRACTION in write.values else there
    assert fraction is not None
    if write.op is Op.UPDATE and there is None:
        return Outcome.GONE
    if write.op is Op.CREATE and there not in (None, fraction):
        return Outcome.REFUSED
    parts[place.owner] = fraction
    return Outcome.DONE


def _beside(write: Write) -> Receipt:
    """Return the receipt of a row that is all right, where another one of its deal is not."""
    return Receipt(Outcome.LATER, write.native_id, reason=BESIDE)


def _stale(write: Write) -> Receipt:
    """Return the receipt of a row that did not know the splits as they are."""
    return Receipt(Outcome.STALE, write.native_id, reason=CHANGED)


def _objection(write: Write, place: Place | None) -> str:
    """Return why a row cannot be, empty if it can."""
    values = write.values
    if place is None:
        return "A split needs a deal and an owner that are in HubSpot."
    if values.get(KIND, REVENUE) not in (REVENUE, None):
        return f"HubSpot has no splits of the kind {values[KIND]}."
    moves = {DEAL: place.deal, OWNER: place.owner}
    if write.op is Op.UPDATE and any(
        values.get(name, kept) != kept for name, kept in moves.items()
    ):
        return "The deal and the owner of a split do not change; delete it and make another one."
    needs = write.op is Op.CREATE or FRACTION in values
    if write.op is not Op.DELETE and needs and _fraction(values.get(FRACTION)) is None:
        return "A split needs a fraction between 0 and 1."
    return ""


def _of(write: Write) -> Place | None:
    """Return where a row is about."""
    if write.op is not Op.CREATE:
        return _place(write.native_id or "")
    return _place(f"{write.values.get(DEAL)}:{write.values.get(OWNER)}")


def _place(native_id: str) -> Place | None:
    """Return the deal and owner behind an id; None if it is none of ours."""
    deal, mark, owner = native_id.partition(":")
    return Place(deal, owner) if mark and is_id(deal) and is_id(owner) else None


def _fraction(value: Native) -> Decimal | None:
    """Return a part of the whole, None if it is none."""
    try:
        part = Decimal(str(value))
    except InvalidOperation:
        return None
    return part.normalize() if 0 <= part <= 1 else None


def _reading(place: Place, part: Decimal | None, names: Sequence[str], deal: Reading) -> Reading:
    """Return one split as a reading; its version is its deal's."""
    version, modified = deal.version, deal.modified or datetime.fromtimestamp(0, UTC)
    if part is None or deal.values is None:
        return Reading(place.id, None, version, deal.settled, modified)
    held = {DEAL: place.deal, OWNER: place.owner, FRACTION: f"{part:f}", KIND: REVENUE}
    values = {name: held[name] for name in names if name in held}
    return Reading(place.id, values, version, deal.settled, modified)
