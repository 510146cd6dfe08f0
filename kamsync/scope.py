"""Which accounts the hub is for; everything else follows its account.

A record outside the scope is never created, written or stored. Leaving the scope stops writes and
deletes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from kamsync.model import Value
from kamsync.schema import Entity

__all__ = ["Scope"]


class Scope(Struct, frozen=True):
    """The accounts in scope, by field values or native ids; an empty scope takes everything.

    *values* gives, by field of the root entity, the values that are in scope: all named fields must
    fit. *listed* are native ids by system that are in scope whatever their values.
    """

    root: str = "account"
    values: Mapping[str, frozenset[str]] = {}
    listed: Mapping[str, frozenset[str]] = {}

    @property
    def is_open(self) -> bool:
        """Whether every record is in scope."""
        return not self.values and not self.listed

    def takes(self, values: Mapping[str, Value], system: str = "", native_id: str = "") -> bool:
        """Whether a root record with these canonical values is in scope."""
        if self.is_open or native_id in self.listed.get(system, frozenset()):
            return True
        return bool(self.values) and all(
            _plain(values.get(name)) & wanted for name, wanted in self.values.items()
        )

    def follows(self, entity: Entity) -> str:
        """Return the field by which *entity* follows a root record, or nothing if it stands alone."""
        parent = entity.fields.get(entity.parent)
        return entity.parent if parent is not None and parent.to == self.root else ""


def _plain(value: Value) -> frozenset[str]:
    """Return a value, or each of a list of values, as text to compare with a configuration."""
    if isinstance(value, list):
        return frozenset(str(each) for each in value)
    return frozenset() if value is None else frozenset({str(value)})
