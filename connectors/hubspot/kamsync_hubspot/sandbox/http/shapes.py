"""What the bodies of calls must look like, before anything is done with them.

Source: the endpoints' guides on developers.hubspot.com/docs; a body of another shape is refused as one
that is no JSON, as the API does.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from msgspec import Struct, ValidationError, convert

from kamsync_hubspot.sandbox.model.refusal import Refusal

__all__ = [
    "Change",
    "Changes",
    "Create",
    "Creates",
    "Definition",
    "Ids",
    "Merge",
    "Named",
    "NamedPairs",
    "Pairs",
    "Reads",
    "Search",
    "Shape",
    "Splits",
    "Subscribe",
    "Switches",
    "Types",
    "refuse_other",
]

Scalar: TypeAlias = str | int | float | bool | None
Id: TypeAlias = str | int


class Shape(Struct, rename="camel"):
    """Any body; fields that are not named here are passed over."""


class _Type(Shape):
    association_category: str
    association_type_id: int


class _End(Shape):
    id: Id


class Switches(Shape):
    """Subscriptions that are switched on or off."""

    inputs: list[_End] | None = None


class _Association(Shape):
    to: _End
    types: list[_Type] = []


class Create(Shape):
    """A new record."""

    properties: dict[str, Scalar] | None = None
    associations: list[_Association] | None = None
    object_write_trace_id: str | None = None


class Change(Shape):
    """What is to be different."""

    properties: dict[str, Scalar] | None = None


class _Changed(Change, kw_only=True):
    id: Id
    id_property: str | None = None
    object_write_trace_id: str | None = None


class Creates(Shape):
    """New records."""

    inputs: list[Create] | None = None


class Changes(Shape):
    """Records that are to be different."""

    inputs: list[_Changed] | None = None


class Merge(Shape):
    """Two records that are one, or one that is to be forgotten."""

    primary_object_id: Id | None = None
    object_id_to_merge: Id | None = None
    object_id: Id | None = None
    id_property: str | None = None


class _NamedPair(Struct, rename={"from_": "from"}):
    from_: _End
    to: _End
    type: str


class NamedPairs(Shape):
    """Pairs of records, each with the name of a type."""

    inputs: list[_NamedPair] | None = None


class Ids(Shape):
    """Records, or whatever else has an id."""

    inputs: list[_End] | None = None


class Reads(Ids):
    """Records, and what is to be told of them."""

    properties: list[str] | None = None
    properties_with_history: list[str] | None = None
    id_property: str | None = None


class _Filter(Shape):
    property_name: str | None = None
    operator: str | None = None
    value: Scalar = None
    high_value: Scalar = None
    values: list[Scalar] | None = None


class _Group(Shape):
    filters: list[_Filter] | None = None


class _Sort(Shape):
    property_name: str
    direction: str = ""


class Search(Shape):
    """What is searched for."""

    filter_groups: list[_Group] | None = None
    filters: list[_Filter] | None = None
    sorts: list[str | _Sort] | None = None
    properties: list[str] | None = None
    query: str | None = None
    limit: int | None = None
    after: Id | None = None


class _Pair(Struct, rename={"from_": "from"}):
    from_: _End
    to: _End | list[_End]
    types: list[_Type] | None = None
    type: str | None = None


class Pairs(Shape):
    """Pairs of records."""

    inputs: list[_Pair] | None = None


class _Share(Shape):
    owner_id: Id
    percentage: float | str


class _Split(Shape):
    id: Id
    splits: list[_Share]


class Splits(Shape):
    """Who gets how much of which deal."""

    inputs: list[_Split] | None = None


class _Option(Shape):
    label: str
    value: str


class _Stage(Shape):
    label: str | None = None
    display_order: int | None = None
    metadata: dict[str, Scalar] | None = None


class _Property(Shape):
    name: str
    label: str | None = None
    type: str | None = None
    field_type: str | None = None
    options: list[_Option] | None = None


class Definition(Shape):
    """A property, a group, a pipeline, a stage, a label, a subscription or an object type."""

    name: str | None = None
    label: str | None = None
    inverse_label: str | None = None
    type: str | None = None
    field_type: str | None = None
    group_name: str | None = None
    options: list[_Option] | None = None
    display_order: int | None = None
    metadata: dict[str, Scalar] | None = None
    stages: list[_Stage] | None = None
    association_type_id: int | None = None
    labels: dict[str, str] | None = None
    properties: list[_Property] | None = None
    required_properties: list[str] | None = None
    allows_sensitive_properties: bool | None = None
    searchable_properties: list[str] | None = None
    secondary_display_properties: list[str] | None = None
    associated_objects: list[str] | None = None
    event_type: str | None = None
    object_type_id: str | None = None
    to_object_type_id: str | None = None
    property_name: str | None = None
    target_url: str | None = None
    primary_display_property: str | None = None
    has_unique_value: bool = False
    throttling: dict[str, int] | None = None


class Subscribe(Shape):
    """What is to be in the journal."""

    subscription_type: str | None = None
    object_type_id: str | None = None
    actions: list[str] | None = None
    properties: list[str] | None = None


class Named(Shape):
    """Definitions in a batch."""

    inputs: list[Definition] | None = None


Types = list[_Type]
"""The types of one association, as a bare list."""


def refuse_other(shape: Any, body: Any) -> None:
    """Refuse a body of another shape."""
    try:
        convert(body, shape)
    except ValidationError as error:
        raise Refusal(400, f"Invalid input JSON on line 1, column 2: {error}") from None
