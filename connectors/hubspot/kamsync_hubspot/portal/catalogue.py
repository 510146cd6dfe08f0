"""The properties of each object, as the portal describes them; read once and kept."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock

from kamsync_hubspot.client.records import unsupported
from kamsync_hubspot.client.refusals import Refusal
from kamsync_hubspot.client.transport import Transport
from kamsync_hubspot.client.wire import Properties, Property

__all__ = ["Catalogue"]

GROUP = {
    "companies": "companyinformation",
    "contacts": "contactinformation",
    "deals": "dealinformation",
}
EXISTS = 409


class Catalogue:
    """What may be asked and written in one portal."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._lock = Lock()
        self._known: dict[str, Mapping[str, Property]] = {}

    def of(self, object_: str) -> Mapping[str, Property]:
        """Return the properties of an object by name; `Unsupported` if there is no such object."""
        with self._lock:
            if object_ not in self._known:
                self._known[object_] = self._read(object_)
            return self._known[object_]

    def anew(self, object_: str) -> Mapping[str, Property]:
        """Return the properties of an object as they are now: somebody may have changed them."""
        with self._lock:
            self._known.pop(object_, None)
        return self.of(object_)

    def forget(self) -> None:
        """Let everything be read again: somebody may have changed it."""
        with self._lock:
            self._known.clear()

    def add_unique(self, object_: str, name: str) -> None:
        """Make the property that keeps our ids; one that is there already stays as it is."""
        body = {
            "name": name,
            "label": "kamsync id",
            "description": "Which record of kamsync this is. Written once, by kamsync.",
            "groupName": GROUP.get(object_, f"{object_}_information"),
            "type": "string",
            "fieldType": "text",
            "hasUniqueValue": True,
            "formField": False,
        }
        try:
            self._transport.send(self._transport.paths.properties, body, object=object_)
        except Refusal as refusal:
            if refusal.status != EXISTS:
                raise
        self.forget()

    def _read(self, object_: str) -> Mapping[str, Property]:
        """Ask for the properties of an object."""
        try:
            answer = self._transport.get(self._transport.paths.properties, object=object_)
        except Refusal as refusal:
            raise unsupported(object_, refusal) from refusal
        found = answer.as_(Properties).results
        return {each.name: each for each in found if not each.archived}
