"""What a write says, in the form in which the API takes it; what it cannot take is refused here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kamsync.model import Native, Op, Write
from kamsync_salesforce.api.ids import is_id
from kamsync_salesforce.objects.lookups import REFERENCES, Lookups
from kamsync_salesforce.objects.queries import CURRENCY, is_name
from kamsync_salesforce.objects.traits import DERIVED

__all__ = ["Improper", "Outgoing", "is_possible"]

NEVER = frozenset({"id", "attributes"})


class Improper(Exception):
    """A write that the org would not take, with the reason for a person."""


class Outgoing:
    """Turns the values of writes into bodies.

    *currency* is that of an org that has only one: a value in another one is refused, since it would
    become a number of something else.
    """

    def __init__(self, lookups: Lookups, stamp: str, currency: str) -> None:
        self._lookups = lookups
        self._stamp = stamp
        self._currency = currency

    def body(self, object_: str, write: Write) -> dict[str, Any]:
        """Return the fields of one write; raises `Improper`."""
        body = dict(write.values)
        for name in body:
            if name.lower() in NEVER or not is_name(name):
                raise Improper(f"{name} is not written.")
        self._take_currency(body)
        self._take_stage(DERIVED.get(object_, frozenset()) & body.keys(), body)
        for name in [name for name in body if "." in name]:
            self._take_reference(object_, name, body)
        if write.op is Op.CREATE and write.stamp:
            body[self._stamp] = write.stamp
        return body

    def _take_currency(self, body: dict[str, Any]) -> None:
        if not self._currency or CURRENCY not in body:
            return
        given = body.pop(CURRENCY)
        if given not in (None, self._currency):
            raise Improper(
                f"This org holds every amount in {self._currency}, and this one is in {given}."
            )

    def _take_stage(self, derived: frozenset[str], body: dict[str, Any]) -> None:
        """Check what the org derives from the stage, and leave it to the org."""
        told = {name: body.pop(name) for name in derived}
        told = {name: value for name, value in told.items() if value is not None}
        if not told:
            return
        name = body.get("StageName")
        if name is None:
            raise Improper(f"{', '.join(sorted(told))} follow from StageName, which is not given.")
        stage = self._lookups.stage(str(name))
        if stage is None:
            raise Improper(f"This org has no stage {name!r}. Add it to its stages, or map another.")
        if any(bool(stage[each]) != bool(value) for each, value in told.items()):
            raise Improper(
                f"In this org the stage {name!r} is {_state(stage)}, and {_state(told)} is wanted."
            )

    def _take_reference(self, object_: str, name: str, body: dict[str, Any]) -> None:
        """Write a reference by the API name of what it refers to."""
        if name not in REFERENCES:
            raise Improper(f"{name} belongs to another record and is only read here.")
        given: Native = body.pop(name)
        relation, _, _ = name.partition(".")
        found = None if given is None else self._lookups.id_of(relation, object_, str(given))
        if given is not None and found is None:
            raise Improper(f"This org has no active {relation} {given!r} for {object_}.")
        body[REFERENCES[name]] = found


def is_possible(native_id: str | None) -> bool:
    """Whether there can be a record of that id."""
    return native_id is not None and is_id(native_id)


def _state(told: Mapping[str, Any]) -> str:
    if not told.get("IsClosed"):
        return "open"
    return "won" if told.get("IsWon") else "lost"
