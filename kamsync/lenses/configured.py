"""Maps from configuration: what stands under ``[system.NAME.map.ENTITY]``.

These options of a field choose and shape its lens:

===============  ==================================================================================
option           meaning
===============  ==================================================================================
``as``           ``"normal"``, ``"text"``, ``"number"`` or ``"name"``: how a value is written
``limit``        how many characters the system takes
``factor``       how many times as large the system's number is: 100 for percent, 0.001 for thousands
``places``       to how many decimal places the system rounds
``ticks``        ``"seconds"`` or ``"milliseconds"``: how finely the system tells the time
``separator``    what stands between the items of a list in one text
``words``        what each of the system's words means, ``""`` for nothing
``writes``       which word is written for a value, where that cannot be told from ``words``
``otherwise``    what a word means that is not among ``words``
``parts``        for a group: each part's native field or a table of these options with ``native``,
                 or ``{ value = … }`` for a part that is the same for everything in this system;
                 with ``derived = true`` a part that the system works out from the others, which is
                 read for information, and neither written nor compared there
===============  ==================================================================================
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from msgspec import structs

from kamsync.errors import ConfigurationInvalid, UnknownName
from kamsync.lenses.assembled import Usual, group_map
from kamsync.lenses.options import Options, lens_from
from kamsync.lenses.single import Reference, Same
from kamsync.lenses.writing import Form
from kamsync.mapping import Direction, EntityMap, FieldMap
from kamsync.schema import Entity, Field, Type

__all__ = ["EntitySetting", "FieldSetting", "entity_map", "field_map"]

DIRECTIONS = {
    "both": Direction(),
    "in": Direction(reads=True, writes=False),
    "out": Direction(reads=False, writes=True),
}


class FieldSetting(Protocol):
    """What a configuration says of one field: native fields, ``in``, ``out`` or ``both``, options."""

    @property
    def native(self) -> Sequence[str]:
        """The native fields, none to keep those of the connector's own map."""

    @property
    def direction(self) -> str | None:
        """Whether the field is read, written or both; None to keep it as it is."""

    @property
    def options(self) -> Mapping[str, Any]:
        """The options of its lens."""

    @property
    def unmapped(self) -> bool:
        """Whether the field is left alone in this system."""


class EntitySetting(Protocol):
    """What a configuration says of one entity in one system."""

    @property
    def object(self) -> str | None:
        """The native object, None to keep that of the connector's own map."""

    @property
    def stamp(self) -> str | None:
        """The native field that keeps our id, None to keep that of the connector's own map."""

    @property
    def fields(self) -> Mapping[str, FieldSetting]:
        """The fields that are not as in the connector's own map."""


def entity_map(
    entity: Entity, setting: EntitySetting, given: EntityMap | None = None, where: str = "map"
) -> EntityMap:
    """Return *given*, the connector's own map, with what a configuration lays over it.

    Raises:
        ConfigurationInvalid: something is wrong; the message has a line for each wrong field, which
            starts with *where* and the field.
    """
    object_ = setting.object or (given.object if given else "")
    if not object_:
        raise ConfigurationInvalid(f"{where}.object must name the native object for {entity.name}.")
    fields = dict(given.fields) if given else {}
    wrong: list[str] = []
    for name, field in setting.fields.items():
        try:
            _lay_over(fields, entity.field(name), field, f"{where}.fields.{name}")
        except UnknownName as error:
            wrong.append(f"{where}.fields.{name}: {error}")
        except ConfigurationInvalid as error:
            wrong.append(str(error))
    wrong += [] if wrong else _written_twice(fields, where)
    if wrong:
        raise ConfigurationInvalid("\n".join(wrong))
    stamp = setting.stamp if setting.stamp is not None else (given.stamp if given else "")
    return EntityMap(entity.name, object_, fields, stamp)


def field_map(
    field: Field,
    native: Sequence[str],
    options: Mapping[str, Any] | None = None,
    *,
    where: str = "",
    usual: Form = Form.NORMAL,
    derived: Collection[str] = (),
) -> FieldMap:
    """Return the map of *field* to the native fields *native*, with a lens shaped by *options*.

    A group has one native field for each part, in the declared order, unless the option ``parts``
    gives them by name; parts that it leaves out are those that the system lacks. *usual* is the
    form in which the system likes its values. *derived* are the native fields that are known to
    follow from others, unless the options say otherwise.

    Raises:
        ConfigurationInvalid: an option is wrong, or the native fields are too many or too few; the
            message starts with *where*, which is the field's name if it is empty.
    """
    checked = Options(field, options or {}, where or field.name)
    if field.type is Type.GROUP:
        return group_map(checked, native, Usual(usual, frozenset(derived)))
    if len(native) != 1:
        raise ConfigurationInvalid(
            f"{checked.where}.native must name one native field; it names {len(native)}."
        )
    return FieldMap(field.name, tuple(native), lens_from(checked, usual))


def _lay_over(fields: dict[str, FieldMap], field: Field, setting: FieldSetting, where: str) -> None:
    """Put the map of *field* into *fields* as *setting* says, or take it out."""
    given = fields.pop(field.name, None)
    if setting.unmapped:
        return
    direction = DIRECTIONS[setting.direction] if setting.direction else None
    made = _made(field, setting, given, where)
    fields[field.name] = structs.replace(made, direction=direction or made.direction)


def _made(field: Field, setting: FieldSetting, given: FieldMap | None, where: str) -> FieldMap:
    """Return *given* under other native names, or a new map if that is not all that is set."""
    if given is None:
        return field_map(field, setting.native, setting.options, where=where)
    if not setting.options and len(setting.native) in (0, len(given.native)):
        return structs.replace(given, native=tuple(setting.native) or given.native)
    kept = () if "parts" in setting.options else given.native
    native = setting.native or kept
    derived = given.derived.native if given.derived else ()
    made = field_map(
        field, native, setting.options, where=where, usual=_usual(given), derived=derived
    )
    return structs.replace(made, direction=given.direction)


def _usual(given: FieldMap) -> Form:
    """Return the form in which the connector's own map writes a field."""
    return given.lens.form if isinstance(given.lens, Same | Reference) else Form.NORMAL


def _written_twice(fields: Mapping[str, FieldMap], where: str) -> list[str]:
    """Return a line for each native field that two canonical fields would write to."""
    writers: dict[str, list[str]] = {}
    for name, field in fields.items():
        for native in field.native if field.direction.writes else ():
            writers.setdefault(native, []).append(name)
    return [
        f"{where}.fields.{names[-1]}: {native!r} is written by {names[0]} already; "
        'set direction = "in" for one of them.'
        for native, names in writers.items()
        if len(names) > 1
    ]
