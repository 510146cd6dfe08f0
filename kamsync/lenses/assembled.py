"""Maps of groups from configuration: which native field says each part, and which parts follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from kamsync.errors import ConfigurationInvalid
from kamsync.lenses.groups import Grouped, Part
from kamsync.lenses.options import Options, lens_from
from kamsync.lenses.writing import Form
from kamsync.mapping import Derived, FieldMap, Lens
from kamsync.model import Value
from kamsync.schema import Field

__all__ = ["Usual", "group_map"]


class Usual(NamedTuple):
    """What is known of a system without its configuration: its form, and what follows by itself."""

    form: Form
    derived: frozenset[str]


def group_map(options: Options, native: Sequence[str], usual: Usual) -> FieldMap:
    """Return the map of a group."""
    field, where = options.field, options.where
    names = [part.name for part in field.parts]
    settings: Mapping[str, Any] = options.table("parts")
    if settings and native:
        raise ConfigurationInvalid(f"{where}: name native fields or parts, not both.")
    if not settings:
        if len(native) != len(names):
            raise ConfigurationInvalid(
                f"{where}.native must name a native field for each of {', '.join(names)}. "
                f'If the system lacks one, write parts = {{ {names[0]} = "…" }} with those it has.'
            )
        settings = dict(zip(names, native, strict=True))
    for name in settings:
        if name not in names:
            raise ConfigurationInvalid(
                f"{where}.parts: {field.name} has no part {name!r}; it has {', '.join(names)}."
            )
    return _assembled(options, settings, usual._replace(form=options.form() or usual.form))


def _assembled(options: Options, settings: Mapping[str, Any], usual: Usual) -> FieldMap:
    """Return the map of a group from the setting of each part that the system has."""
    group = _Group(options.field)
    for part in options.field.parts:
        if part.name in settings:
            own = _table(settings[part.name])
            group.take(part, own, f"{options.where}.parts.{part.name}", usual)
    if not group.entered.parts:
        raise ConfigurationInvalid(
            f"{options.where}.parts must name a native field for one part that can be entered."
        )
    return group.map()


class _Cells:
    """The native fields of some parts of a group, and how each part is read from them."""

    def __init__(self) -> None:
        self.native: list[str] = []
        self.parts: list[Part] = []

    def add(self, name: str, lens: Lens, native: str) -> None:
        """Take one part in."""
        place = len(self.native)
        self.parts.append(Part(name, lens, place, place + 1))
        self.native.append(native)


class _Group:
    """A group on its way to a map: what can be entered in the system, what follows, what is fixed."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.entered = _Cells()
        self.derived = _Cells()
        self.constants: dict[str, Value] = {}

    def take(self, part: Field, own: Mapping[str, Any], where: str, usual: Usual) -> None:
        """Take the setting of one part in."""
        shaping = {key: own[key] for key in own if key not in ("native", "value", "derived")}
        at = Options(part, shaping, where)
        if "value" in own:
            if len(own) > 1:
                raise ConfigurationInvalid(f"{where}.value stands alone, without other options.")
            self.constants[part.name] = at.meaning("value", own["value"])
            return
        name = own.get("native")
        if not isinstance(name, str) or not name:
            raise ConfigurationInvalid(f"{where}.native must name one native field.")
        derived = own.get("derived", name in usual.derived)
        if not isinstance(derived, bool):
            raise ConfigurationInvalid(
                f"{where}.derived must be true or false: whether it follows from the other parts."
            )
        cells = self.derived if derived else self.entered
        cells.add(part.name, lens_from(at, usual.form), name)

    def map(self) -> FieldMap:
        """Return the map; what nobody can enter in the system is what it lacks."""
        entered, derived = self.entered, self.derived
        has = {part.name for part in entered.parts} | self.constants.keys()
        return FieldMap(
            self.field.name,
            tuple(entered.native),
            Grouped(self.field, tuple(entered.parts), self.constants),
            lacks=tuple(part.name for part in self.field.parts if part.name not in has),
            derived=self._derived() if derived.parts else None,
        )

    def _derived(self) -> Derived:
        """Return the parts that follow from the others."""
        parts = tuple(self.derived.parts)
        names = tuple(part.name for part in parts)
        return Derived(names, tuple(self.derived.native), Grouped(self.field, parts))


def _table(setting: object) -> Mapping[str, Any]:
    """Return the setting of a part as a table."""
    return setting if isinstance(setting, Mapping) else {"native": setting}
