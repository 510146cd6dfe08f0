"""What HubSpot answers, as far as it is read: decoded into these and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from kamsync.errors import SystemDown

__all__ = [
    "Associated",
    "Associations",
    "Batch",
    "Change",
    "Failure",
    "Failures",
    "Label",
    "Listing",
    "Owner",
    "Owners",
    "Pair",
    "PipelineList",
    "Problem",
    "Properties",
    "Property",
    "SplitBatch",
    "Thing",
    "decoded",
    "millis",
    "text_of",
]

T = TypeVar("T")


class Wire(Struct, frozen=True, gc=False, rename="camel"):
    """A part of an answer; what it does not name is passed over."""


class Change(Wire, frozen=True):
    """One entry of a property's history, which is told newest first."""

    value: Any = None
    timestamp: str = ""
    source_type: str = ""
    source_id: str | None = None
    source_label: str | None = None
    updated_by_user_id: int | None = None


class Thing(Wire, frozen=True):
    """One record; a property that is not set is null, one that does not exist is not there."""

    id: str
    properties: dict[str, Any] = {}
    properties_with_history: dict[str, list[Change]] | None = None
    updated_at: str = ""
    archived: bool = False
    archived_at: str | None = None
    object_write_trace_id: str | None = None


class Next(Wire, frozen=True):
    """Where the next page begins."""

    after: str | int = ""


class Paging(Wire, frozen=True):
    """What follows a page, if anything does."""

    next: Next | None = None


class Failure(Wire, frozen=True):
    """What went wrong with one row of a batch."""

    category: str = ""
    sub_category: str | None = None
    message: str = ""
    context: dict[str, Any] = {}

    def named(self, key: str) -> list[str]:
        """Return what the context names under *key*, as texts."""
        told = self.context.get(key)
        return [
            str(each) for each in (told if isinstance(told, list) else [told]) if each is not None
        ]


class Listing(Wire, frozen=True):
    """One page of records, listed or searched."""

    results: list[Thing] = []
    paging: Paging | None = None
    total: int = 0

    @property
    def after(self) -> str:
        """Where the next page begins, empty on the last one."""
        return str(self.paging.next.after) if self.paging and self.paging.next else ""


class Batch(Wire, frozen=True):
    """The answer to a batch: what was done, and what was not."""

    results: list[Thing] = []
    errors: list[Failure] = []


class Label(Wire, frozen=True):
    """One way in which two records are associated."""

    type_id: int
    category: str = "HUBSPOT_DEFINED"
    label: str | None = None


class Associated(Wire, frozen=True):
    """One record at the other end of an association."""

    to_object_id: str | int
    association_types: list[Label] = []


class From(Wire, frozen=True):
    """The record that associations start from."""

    id: str | int


class Pair(Wire, frozen=True):
    """The associations of one record."""

    from_: From = msgspec.field(name="from")
    to: list[Associated] = []
    paging: Paging | None = None


class Associations(Wire, frozen=True):
    """The answer to a batch of questions for associations."""

    results: list[Pair] = []
    errors: list[Failure] = []


class Team(Wire, frozen=True):
    """One team of an owner."""

    id: str | int
    name: str = ""
    primary: bool = False


class Owner(Wire, frozen=True):
    """One person who can own records; *user_id* is what histories name."""

    id: str
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    user_id: int | None = None
    user_id_including_inactive: int | None = None
    archived: bool = False
    updated_at: str = ""
    teams: list[Team] = []


class Owners(Wire, frozen=True):
    """One page of owners."""

    results: list[Owner] = []
    paging: Paging | None = None

    @property
    def after(self) -> str:
        """Where the next page begins, empty on the last one."""
        return str(self.paging.next.after) if self.paging and self.paging.next else ""


class Failures(Wire, frozen=True):
    """What went wrong with the rows of a batch, of which nothing else is read."""

    errors: list[Failure] = []


class Option(Wire, frozen=True):
    """One value that an enumeration may take."""

    value: str
    label: str = ""
    hidden: bool = False


class Modification(Wire, frozen=True):
    """What may be changed about a property."""

    read_only_value: bool = False


class Property(Wire, frozen=True):
    """One property of an object, as its schema describes it."""

    name: str
    label: str = ""
    type: str = "string"
    field_type: str = ""
    options: list[Option] = []
    has_unique_value: bool = False
    archived: bool = False
    external_options: bool = False
    referenced_object_type: str | None = None
    modification_metadata: Modification | None = None

    @property
    def writable(self) -> bool:
        """Whether values may be written: this tells, and not whether it is calculated."""
        return self.modification_metadata is None or not self.modification_metadata.read_only_value


class Properties(Wire, frozen=True):
    """All properties of an object."""

    results: list[Property] = []


class WireStage(Wire, frozen=True):
    """One stage of a pipeline, whose meaning is in its metadata."""

    id: str
    label: str = ""
    metadata: dict[str, Any] = {}


class Pipeline(Wire, frozen=True):
    """One pipeline with its stages."""

    id: str
    label: str = ""
    stages: list[WireStage] = []


class PipelineList(Wire, frozen=True):
    """All pipelines of an object."""

    results: list[Pipeline] = []


class Split(Wire, frozen=True):
    """One part of one owner: told as a record of its own, or as it is sent."""

    properties: dict[str, Any] = {}
    owner_id: str | int = ""
    percentage: float | str | None = None

    @property
    def owner(self) -> str:
        """The id of the owner."""
        return str(self.properties.get("hubspot_owner_id") or self.owner_id or "")

    @property
    def part(self) -> Any:
        """The part of the whole."""
        told = self.properties.get("hs_deal_split_percentage")
        return self.percentage if told is None else told


class SplitDeal(Wire, frozen=True):
    """All splits of one deal."""

    id: str | int
    splits: list[Split] = []


class SplitBatch(Wire, frozen=True):
    """The splits of several deals."""

    results: list[SplitDeal] = []
    errors: list[Failure] = []


class Detail(Wire, frozen=True):
    """One reason of a refusal."""

    message: str = ""
    code: str | None = None
    context: dict[str, Any] = {}


class Problem(Wire, frozen=True):
    """A refusal, in the words of HubSpot."""

    message: str = ""
    category: str = ""
    correlation_id: str = ""
    policy_name: str = ""
    error_type: str = ""
    errors: list[Detail] = []
    context: dict[str, Any] = {}


def decoded(data: bytes, kind: type[T]) -> T:
    """Return an answer as *kind*; `SystemDown` if it is something else, such as a gateway's page."""
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.MsgspecError as error:
        raise SystemDown(
            f"HubSpot answered with something that is no {kind.__name__.lower()}.",
            hint="Something between here and HubSpot may have answered in its place.",
        ) from error


def millis(at: str | None) -> int:
    """Return a time as HubSpot tells it in milliseconds since 1970; its fraction may be missing."""
    if not at:
        return 0
    if at.isdecimal():
        return int(at)
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return 0
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(aware.timestamp() * 1000)


def text_of(at_ms: int) -> str:
    """Return milliseconds since 1970 as HubSpot writes a time."""
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
