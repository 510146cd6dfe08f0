"""What the org shows our user of its objects: described when it is asked for, and remembered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from msgspec import structs
from simple_salesforce.api import Salesforce

from kamsync.clock import Clock
from kamsync.connector import Can, NativeEntity, NativeField
from kamsync_salesforce.api.answers import Problem
from kamsync_salesforce.api.client import Client, Refusal
from kamsync_salesforce.objects.lookups import REFERENCES
from kamsync_salesforce.objects.queries import CURRENCY
from kamsync_salesforce.objects.traits import DERIVED, KEY_OBJECTS, READ_ONLY, Traits, traits_of

__all__ = ["Described", "Descriptions"]

NUMBERS = frozenset({"int", "double", "currency", "percent"})
KINDS = {"id": "id", "reference": "reference", "boolean": "boolean", "date": "date"}
KINDS |= {"datetime": "time", **dict.fromkeys(NUMBERS, "number")}


LOOK_AGAIN = timedelta(hours=1)
"""How long what was not shown counts as not shown."""


class Described:
    """One object as its describe call shows it, by the names that a query may use."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        self.name = str(raw["name"])
        self.fields: Mapping[str, Mapping[str, Any]] = {
            each["name"]: each for each in raw["fields"]
        }

    @cached_property
    def histories(self) -> bool:
        """Whether the history of its fields can be read along."""
        children = self.raw.get("childRelationships") or ()
        return any(each.get("relationshipName") == "Histories" for each in children)

    @cached_property
    def relations(self) -> Mapping[str, Mapping[str, Any]]:
        """Its references by the name under which a query goes through them."""
        return {
            str(each["relationshipName"]): each
            for each in self.fields.values()
            if each.get("relationshipName")
        }

    def shows(self, name: str) -> bool:
        """Whether a query may name *name*: a field, or one behind a reference."""
        head, dot, _ = name.partition(".")
        return head in self.relations if dot else name in self.fields

    def entity(self, can: Can, stamp: str, currency: str = "") -> NativeEntity:
        """Return the object as kamsync knows one.

        It also has what the connector adds: the *currency* of an org that has only one, and the names
        of what some references refer to.
        """
        able = can & _abilities(self.raw, traits_of(self.name), stamped=self.keeps(stamp))
        fields = {name: _field(each) for name, each in self.fields.items()}
        for name, reference in REFERENCES.items():
            if self.shows(name) and reference in self.fields:
                writable = fields[reference].writable
                fields[name] = NativeField(name, writable=writable)
        for name in DERIVED.get(self.name, frozenset()) & fields.keys():
            fields[name] = structs.replace(fields[name], writable=True)
        if currency and CURRENCY not in fields:
            fields[CURRENCY] = NativeField(CURRENCY, choices=(currency,))
        return NativeEntity(self.name, fields, able)

    def keeps(self, stamp: str) -> bool:
        """Whether it has the field for our id, and never has one twice."""
        field = self.fields.get(stamp)
        return field is not None and bool(field.get("unique")) and bool(field.get("createable"))


class Descriptions(Mapping[str, NativeEntity]):
    """All objects of the org by name; those of key accounts, and those that were asked for, are listed.

    An org has many hundreds of objects, each of which costs a call to describe.
    """

    def __init__(
        self,
        client: Client,
        clock: Clock,
        can: Can,
        stamp: str,
        currency: str,
        more: Iterable[str] = (),
    ) -> None:
        self._client = client
        self._clock = clock
        self._can = can
        self._stamp = stamp
        self._currency = currency
        self._listed = dict.fromkeys((*KEY_OBJECTS, *more))
        self._known: dict[str, Described | None] = {}
        self._asked_at: dict[str, datetime] = {}
        self._names: frozenset[str] | None = None

    def __getitem__(self, name: str) -> NativeEntity:
        found = self.described(name)
        if found is None:
            raise KeyError(name)
        return found.entity(self._can, self._stamp, self._currency)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name in self.names()

    def __iter__(self) -> Iterator[str]:
        return iter([name for name in self._listed if name in self.names()])

    def __len__(self) -> int:
        return len(list(iter(self)))

    def names(self) -> frozenset[str]:
        """Return the names of all objects that our user sees."""
        if self._names is None:
            found = self._sdk().describe() or {}
            self._names = frozenset(str(each["name"]) for each in found.get("sobjects", ()))
        return self._names

    def known(self, name: str) -> Described | None:
        """Return an object that was described already."""
        return self._known.get(name)

    def lacking(self, name: str) -> Described | None:
        """Return an object that lacks something which was asked for: described anew once an hour.

        What was hidden from our user may be shown by now.
        """
        age = self._clock.now() - self._asked_at[name]
        return self.described(name, anew=not timedelta(0) <= age < LOOK_AGAIN)

    def described(self, name: str, *, anew: bool = False) -> Described | None:
        """Return an object's describe, None if our user sees none of that name."""
        if anew or name not in self._known:
            self._known[name] = self._asked(name)
            self._asked_at[name] = self._clock.now()
        return self._known[name]

    def _asked(self, name: str) -> Described | None:
        from simple_salesforce.exceptions import SalesforceError, SalesforceResourceNotFound

        if not name.isidentifier():
            return None
        try:
            raw = getattr(self._sdk(), name).describe()
        except SalesforceResourceNotFound:
            return None
        except SalesforceError as error:
            raise Refusal(
                error.status, Problem("DESCRIBE", "An object was not described.")
            ) from None
        return Described(raw)

    def _sdk(self) -> Salesforce:
        """Return simple-salesforce on our session, which puts the real token and address on each call."""
        session = self._client.session
        return Salesforce(
            session_id="kept by the session",
            instance_url=session.tokens.current().instance,
            version=self._client.base.rpartition("/v")[2],
            session=session,
            object_pairs_hook=None,
        )


def _abilities(raw: Mapping[str, Any], traits: Traits, *, stamped: bool) -> Can:
    """Return what may be done with an object: what it allows our user, and what its kind can."""
    able = ~(Can.CREATE | Can.UPDATE | Can.DELETE | Can.STAMP | Can.MERGES | Can.TOMBSTONES)
    if traits.merges:
        able |= Can.MERGES
    if traits.deletes and not traits.vanishes:
        able |= Can.TOMBSTONES
    if raw["name"] in READ_ONLY:
        return able
    if stamped:
        able |= Can.STAMP
    if stamped and raw.get("createable"):
        able |= Can.CREATE
    if raw.get("updateable"):
        able |= Can.UPDATE
    if raw.get("deletable"):
        able |= Can.DELETE
    return able


def _field(raw: Mapping[str, Any]) -> NativeField:
    """Return one field as kamsync knows one."""
    kind = str(raw.get("type", "string"))
    length = int(raw.get("length") or 0)
    values = raw.get("picklistValues") or ()
    choices = tuple(str(each["value"]) for each in values if each.get("active"))
    writable = bool(raw.get("createable") or raw.get("updateable")) and kind != "id"
    needed = not raw.get("nillable") and not raw.get("defaultedOnCreate")
    return NativeField(
        name=str(raw["name"]),
        type=KINDS.get(kind, "text"),
        writable=writable,
        required=writable and bool(raw.get("createable")) and needed,
        limit=length if length and KINDS.get(kind) is None else None,
        choices=choices,
        open=not raw.get("restrictedPicklist"),
    )
