"""Writing records: batches of a hundred, each row answered, each create made once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kamsync.model import Native, Op, Outcome, Receipt, Write
from kamsync_hubspot.client.associations import References
from kamsync_hubspot.client.last_told import CHANGED
from kamsync_hubspot.client.objects import Shape
from kamsync_hubspot.client.records import Records
from kamsync_hubspot.client.wire import Batch, Failure, Thing
from kamsync_hubspot.portal.catalogue import Catalogue
from kamsync_hubspot.portal.ourselves import Ourselves
from kamsync_hubspot.portal.stages import Stages
from kamsync_hubspot.reading.readings import is_id
from kamsync_hubspot.writing.batches import Done, Row, carried_out
from kamsync_hubspot.writing.values import objection, sent

__all__ = ["Writer"]

NOT_THERE = "It is not there any more."


class Writer:
    """Writes the records of one portal."""

    def __init__(
        self,
        records: Records,
        references: References,
        stages: Stages,
        catalogue: Catalogue,
        ourselves: Ourselves,
    ) -> None:
        self._records = records
        self._references = references
        self._stages = stages
        self._catalogue = catalogue
        self._ourselves = ourselves

    def write(self, shape: Shape, writes: Sequence[Write]) -> list[Receipt]:
        """Carry out writes of one object and answer each, in order.

        Several writes to one record go in several calls, since no batch takes a record twice.
        """
        receipts = self._refused(shape, writes)
        for wave in _waves({p: each for p, each in enumerate(writes) if p not in receipts}):
            creates = {place: each for place, each in wave.items() if each.op is Op.CREATE}
            updates = {place: each for place, each in wave.items() if each.op is Op.UPDATE}
            deletes = {place: each for place, each in wave.items() if each.op is Op.DELETE}
            receipts |= self._create(shape, creates) if creates else {}
            receipts |= self._update(shape, updates) if updates else {}
            receipts |= self._delete(shape, deletes) if deletes else {}
        return [receipts[place] for place in range(len(writes))]

    def _refused(self, shape: Shape, writes: Sequence[Write]) -> dict[int, Receipt]:
        """Refuse what HubSpot would take, although it must not be: our own id, a stage's status."""
        refused: dict[int, Receipt] = {}
        for place, write in enumerate(writes):
            reason = self._stages.objection(shape, write.values)
            if not reason and write.op is Op.UPDATE:
                reason = self._stages.contradiction(shape, write.values)
            if self._records.stamp in write.values:
                reason = f"{self._records.stamp} is kept by kamsync, and written once."
            if reason:
                refused[place] = Receipt(Outcome.REFUSED, write.native_id, reason=reason)
        return refused

    def _create(self, shape: Shape, writes: Mapping[int, Write]) -> dict[int, Receipt]:
        """Make records; one whose stamp is there already is found and left as it is."""
        firsts = _first_of_each_stamp(writes)
        rows = [Row(place, self._made(shape, place, writes[place])) for place in firsts.values()]
        # Without a trace of its own in the answer, a row that is alone is known by being alone.
        alone = [row for row in rows if writes[row.place].stamp is None]
        told = self._sent(shape, "create", [row for row in rows if row not in alone], writes)
        for row in alone:
            told |= self._sent(shape, "create", [row], writes)
        told = self._found(shape, told, writes)
        receipts = {place: _receipt(done) for place, done in told.items()}
        for place, write in writes.items():
            if place not in receipts:
                receipts[place] = receipts[firsts[write.stamp or ""]]
        return receipts

    def _found(
        self, shape: Shape, told: dict[int, Done], writes: Mapping[int, Write]
    ) -> dict[int, Done]:
        """Return what became of creates, with those that were refused because they are there already."""
        refused = {
            writes[place].stamp or "": place
            for place, done in told.items()
            if done.outcome is Outcome.REFUSED and writes[place].stamp
        }
        if not refused:
            return told
        found = self._records.read(shape, [], list(refused), by=self._records.stamp)
        there = {thing.properties.get(self._records.stamp): thing for thing in found.things}
        return told | {
            place: Done(Outcome.DONE, thing=there[stamp])
            for stamp, place in refused.items()
            if stamp in there
        }

    def _made(self, shape: Shape, place: int, write: Write) -> dict[str, Any]:
        """Return what is sent to make a record, its associations included."""
        # What is not set cannot be cleared, and some properties refuse it.
        held = self._stages.completed(shape, _properties(write))
        values = {name: sent(v) for name, v in held.items() if v is not None}
        if write.stamp is not None:
            values[self._records.stamp] = write.stamp
        return {
            "properties": values,
            "associations": self._references.given(shape, write.values),
            "objectWriteTraceId": str(place),
        }

    def _update(self, shape: Shape, writes: Mapping[int, Write]) -> dict[int, Receipt]:
        """Change records, then what they refer to; not if somebody let them refer to something else."""
        receipts = self._late(shape, writes)
        writes = {place: write for place, write in writes.items() if place not in receipts}
        rows: list[Row] = []
        done: list[int] = []
        for place, write in writes.items():
            held = self._stages.completed(shape, _properties(write))
            values = {name: sent(value) for name, value in held.items()}
            if not is_id(write.native_id or ""):
                receipts[place] = Receipt(Outcome.GONE, write.native_id, reason=NOT_THERE)
            elif values:
                rows.append(Row(place, {"id": write.native_id, "properties": values}))
            else:
                receipts[place] = Receipt(Outcome.DONE, write.native_id)
                done.append(place)
        told = self._sent(shape, "update", rows, writes)
        receipts |= {p: _receipt(each, writes[p].native_id) for p, each in told.items()}
        changed = [place for place, each in told.items() if each.outcome is Outcome.DONE]
        now = self._records.transport.clock.now()
        self._ourselves.sent(shape.name, [_sent_row(writes[place]) for place in changed], now)
        return receipts | self._refer(shape, writes, [*done, *changed])

    def _late(self, shape: Shape, writes: Mapping[int, Write]) -> dict[int, Receipt]:
        """Return the rows that do not know what their records refer to now: nothing of them is written."""
        wanted = {each.native_id or "": _references(shape, each) for each in writes.values()}
        changed = self._references.changed(
            shape, {id_: each for id_, each in wanted.items() if each and is_id(id_)}
        )
        return {
            place: Receipt(Outcome.STALE, write.native_id, reason=CHANGED)
            for place, write in writes.items()
            if write.native_id in changed
        }

    def _refer(
        self, shape: Shape, writes: Mapping[int, Write], places: Iterable[int]
    ) -> dict[int, Receipt]:
        """Write the references of the rows at *places*; return those that could not be."""
        wanted = {
            writes[place].native_id or "": _references(shape, writes[place]) for place in places
        }
        refused = self._references.put(shape, {id_: each for id_, each in wanted.items() if each})
        return {
            place: Receipt(Outcome.REFUSED, writes[place].native_id, reason=refused[native_id])
            for place in places
            if (native_id := writes[place].native_id or "") in refused
        }

    def _delete(self, shape: Shape, writes: Mapping[int, Write]) -> dict[int, Receipt]:
        """Put records into the archive; what is not there is gone already."""
        rows = [
            Row(place, {"id": write.native_id})
            for place, write in writes.items()
            if is_id(write.native_id or "")
        ]

        def send(part: Sequence[Row]) -> Batch:
            path = self._records.transport.paths.batch("archive")
            inputs = {"inputs": [row.input for row in part]}
            self._records.transport.send(path, inputs, object=shape.name)
            return Batch()

        def which(part: Sequence[Row], _: Batch) -> dict[int, Thing | Failure]:
            return {row.place: Thing(str(row.input["id"])) for row in part}

        told = carried_out(rows, send, which)
        done = {place: told.get(place, Done(Outcome.DONE)) for place in writes}
        return {place: _receipt(each, writes[place].native_id) for place, each in done.items()}

    def _sent(
        self, shape: Shape, act: str, rows: Sequence[Row], writes: Mapping[int, Write]
    ) -> dict[int, Done]:
        """Send rows; if they are refused, those that the portal's schema speaks against stay behind."""

        def send(part: Sequence[Row]) -> Batch:
            path = self._records.transport.paths.batch(act)
            inputs = {"inputs": [row.input for row in part]}
            return self._records.transport.send(path, inputs, object=shape.name).as_(Batch)

        def sift(part: Sequence[Row]) -> Mapping[int, Done]:
            # What was read earlier may refuse what the portal takes by now.
            known = self._catalogue.anew(shape.name)
            told = {row.place: objection(_properties(writes[row.place]), known) for row in part}
            return {place: Done(Outcome.REFUSED, why) for place, why in told.items() if why}

        return carried_out(rows, send, self._which, sift)

    def _which(self, rows: Sequence[Row], answer: Batch) -> dict[int, Thing | Failure]:
        """Tell the results of an answer apart by id, by our stamp, or by the trace that they carry."""
        by_trace, by_id, by_stamp = self._names_of(rows)
        told: dict[int, Thing | Failure] = {}
        for thing in answer.results:
            place = by_id.get(thing.id)
            if place is None:
                place = by_stamp.get(thing.properties.get(self._records.stamp) or "")
            if place is None:
                place = by_trace.get(thing.object_write_trace_id or "")
            if place is None and len(rows) == 1:
                place = rows[0].place
            if place is not None:
                told[place] = thing
        for failure in answer.errors:
            traces = [
                by_trace[each] for each in failure.named("objectWriteTraceId") if each in by_trace
            ]
            ids = [by_id[each] for each in failure.named("ids") if each in by_id]
            told |= dict.fromkeys(traces or ids, failure)
        return told

    def _names_of(
        self, rows: Sequence[Row]
    ) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
        """Return where each row is: by its trace, by its id, and by the stamp that it sends."""
        sent_ = [(row.place, row.input) for row in rows]
        traces = {
            each["objectWriteTraceId"]: p for p, each in sent_ if "objectWriteTraceId" in each
        }
        ids = {str(each["id"]): p for p, each in sent_ if "id" in each}
        stamp = self._records.stamp
        stamps = {
            each["properties"][stamp]: p for p, each in sent_ if stamp in each.get("properties", {})
        }
        return traces, ids, stamps


def _waves(writes: Mapping[int, Write]) -> list[dict[int, Write]]:
    """Return writes in parts that name no record twice, each with its place, in order."""
    waves: list[dict[int, Write]] = []
    named: list[set[str]] = []
    for place, write in writes.items():
        native_id = write.native_id or ""
        turn = sum(1 for ids in named if native_id and native_id in ids)
        if turn == len(waves):
            waves.append({})
            named.append(set())
        waves[turn][place] = write
        named[turn].add(native_id)
    return waves


def _first_of_each_stamp(writes: Mapping[int, Write]) -> dict[str, int]:
    """Return the place of the first create of each stamp; one without is always the first."""
    firsts: dict[str, int] = {}
    for place, write in writes.items():
        firsts.setdefault(write.stamp if write.stamp is not None else f"row {place}", place)
    return firsts


def _properties(write: Write) -> dict[str, Native]:
    """Return what a write says of properties."""
    return {name: value for name, value in write.values.items() if "." not in name}


def _references(shape: Shape, write: Write) -> dict[str, Native]:
    """Return what a write says of references that are kept as associations."""
    return {each.name: write.values[each.name] for each in shape.referring(list(write.values))}


def _sent_row(write: Write) -> tuple[str, dict[str, Native]]:
    """Return what was sent to which record, as its history will tell it."""
    return write.native_id or "", {
        n: v for n, v in _properties(write).items() if isinstance(v, str)
    }


def _receipt(done: Done, native_id: str | None = None) -> Receipt:
    """Return what became of a row as a receipt."""
    return Receipt(done.outcome, done.thing.id if done.thing else native_id, reason=done.reason)
