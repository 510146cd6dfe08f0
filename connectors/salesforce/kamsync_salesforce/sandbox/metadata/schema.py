"""The objects that one org has at present; an admin may add fields and record types to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct, structs

from kamsync_salesforce.sandbox.metadata.field import Field, read_field
from kamsync_salesforce.sandbox.metadata.sobject import SObject, standard_objects
from kamsync_salesforce.sandbox.refusal import Refusal

__all__ = ["ChildRelation", "Schema"]

CURRENCIES = ["EUR", "USD", "GBP", "CHF", "JPY"]
# Objects whose records hold no amount of their own and stay without a currency.
NO_CURRENCY = re.compile(r".*History|Profile|UserRole|Group|RecordType|OpportunityStage|Currency.*")


class ChildRelation(Struct, frozen=True):
    """That *field* of *child* points at an object, and the name by which its records are listed."""

    child: str
    field: Field
    name: str | None


class Schema:
    """The objects of an org by name; every change of it raises *version*."""

    def __init__(self, *, multi_currency: bool = False, person_accounts: bool = False) -> None:
        switches = {"multi-currency"} if multi_currency else set()
        self.objects: dict[str, SObject] = {
            name: _without_record_type(object_)
            for name, object_ in standard_objects().items()
            if object_.needs is None or object_.needs in switches
        }
        self.multi_currency = multi_currency
        self.person_accounts = person_accounts
        self.version = 0
        self._spelled = {name.lower(): name for name in self.objects}
        if multi_currency:
            self._give_currencies()

    def __iter__(self) -> Iterator[SObject]:
        return iter(self.objects.values())

    def find(self, name: str) -> SObject | None:
        """Return the object of that name, in whatever case it is written."""
        return self.objects.get(self._spelled.get(name.lower(), name))

    def object(self, name: str) -> SObject:
        """Return the object of that name; NOT_FOUND where the org has none.

        Source: REST API Developer Guide, "sObject Basic Information".
        """
        if (found := self.find(name)) is None:
            raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")
        return found

    def of_id(self, id_: str) -> SObject | None:
        """Return the object whose ids begin as *id_* does.

        Every history object begins with the same three characters; no id is looked up by those.
        """
        return next((each for each in self if each.prefix == id_[:3]), None)

    def children(self, parent: str) -> list[ChildRelation]:
        """Return what points at the records of *parent*."""
        return [
            ChildRelation(object_.name, field, field.children)
            for object_ in self
            for field in object_.references()
            if parent in field.targets
        ]

    def add(self, object_: str, field: Field) -> Field:
        """Give *object_* a field, or put a field in the place of the one that has its name."""
        held = self.object(object_)
        self.objects[held.name] = structs.replace(held, fields=held.fields | {field.name: field})
        self.version += 1
        return field

    def remove(self, object_: str, name: str) -> None:
        """Take a field away, as an admin who deletes it does."""
        held = self.object(object_)
        fields = {each: field for each, field in held.fields.items() if each != name}
        self.objects[held.name] = structs.replace(held, fields=fields)
        self.version += 1

    def _give_currencies(self) -> None:
        """Give every object with records of its own the currency that its amounts are in.

        Source: Object Reference, "Multicurrency" ("CurrencyIsoCode").
        """
        told: Mapping[str, Any] = {
            "is": "picklist(3) defaulted restricted nofls",
            "label": "Currency ISO Code",
            "values": CURRENCIES,
            "default": CURRENCIES[0],
        }
        for object_ in list(self):
            if not NO_CURRENCY.fullmatch(object_.name):
                self.add(object_.name, read_field("CurrencyIsoCode", told))


def _without_record_type(object_: SObject) -> SObject:
    """Return *object_* as it is where nobody has made a record type for it."""
    kept = {name: field for name, field in object_.fields.items() if name != "RecordTypeId"}
    return structs.replace(object_, fields=kept)
