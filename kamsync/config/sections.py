"""The sections of a configuration, each with its keys, their kinds and what holds without them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, model_validator

from kamsync.config.kinds import (
    Address,
    Duration,
    FilePath,
    Fraction,
    Name,
    Option,
    StoreUrl,
)
from kamsync.errors import ConfigurationInvalid, UnknownName
from kamsync.identity import Thresholds
from kamsync.model import Op
from kamsync.redact import without_password
from kamsync.wording import did_you_mean, there_are

__all__ = [
    "Config",
    "DaemonSection",
    "FieldSection",
    "IdentitySection",
    "MapSection",
    "PolicyFile",
    "RoundSection",
    "ScopeSection",
    "StoreSection",
    "SystemSection",
    "Tables",
]

Tables = dict[str, dict[str, Any]]


class Section(BaseModel):
    """What every section has in common: it does not change, and takes no key that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False)


class StoreSection(Section):
    """Where kamsync keeps what it knows, and the key that seals it."""

    url: StoreUrl = Field("sqlite:///kamsync.db", repr=False, validate_default=True)
    key_file: FilePath = Field("kamsync.key", validate_default=True)

    @property
    def shown_url(self) -> str:
        """The address without its password, for people and logs."""
        return without_password(self.url)

    def key(self) -> bytes:
        """Return the master key.

        Raises:
            ConfigurationInvalid: the key file is not there, open to others, or holds no key.
        """
        from kamsync.seal import read_key

        return read_key(self.key_file)


class RoundSection(Section):
    """How a round goes: *batch* records at a time, and a full sweep of each system now and then.

    *every* is how often a daemon serves a system whose section says nothing else.
    """

    batch: int = Field(500, ge=1, le=10_000, strict=True)
    sweep_every: Duration = timedelta(days=1)
    every: Duration = timedelta(minutes=5)


class DaemonSection(Section):
    """Where ``kamsync run`` answers on its health and its metrics; an empty *listen* is nowhere."""

    listen: Address = Field("127.0.0.1:9464", validate_default=True)


class IdentitySection(Section):
    """From which score on two records are linked, by which margin, and when a person is asked."""

    link: Fraction = Thresholds().link
    review: Fraction = Thresholds().review
    margin: Fraction = Thresholds().margin

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        try:
            self.thresholds()
        except ConfigurationInvalid as error:
            raise ValueError(error.message.rstrip(".")) from None
        return self

    def thresholds(self) -> Thresholds:
        """Return the thresholds as the match takes them."""
        return Thresholds(link=self.link, review=self.review, margin=self.margin)


def _native_names(given: object) -> object:
    """Take one native field or a list of them."""
    return [given] if isinstance(given, str) else given


class FieldSection(Section):
    """How one field is mapped: its native fields, its direction, and options for its lens.

    An empty *native* keeps what the connector's own map says; *unmapped* takes the field out of it.
    """

    native: Annotated[tuple[str, ...], BeforeValidator(_native_names)] = ()
    direction: Literal["in", "out", "both"] | None = None
    options: dict[str, Any] = {}
    unmapped: bool = False

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, given: object) -> object:
        """Take a name, a list of names, ``false``, or a table whose other keys are lens options."""
        if given is False:
            return {"unmapped": True}
        if isinstance(given, str | list):
            return {"native": given}
        if isinstance(given, Mapping):
            own = {key: given[key] for key in ("native", "direction") if key in given}
            return {**own, "options": {key: given[key] for key in given if key not in own}}
        raise ValueError(
            'expected a native field such as "Name", a list of them, a table, or false'
        )


class MapSection(Section):
    """How one entity is mapped, laid over what the connector's plugin says of it."""

    object: Annotated[str, Field(min_length=1)] | None = None
    stamp: str | None = None
    fields: dict[str, FieldSection] = {}


class SystemSection(Section):
    """One system: the kind of its connector, the team it speaks for, and what may be written.

    *clears_pay* says that fields of class *pay* may be written there. A daemon serves the system
    *every* so often, and tells it aloud when that did not succeed within *fresh_within*. It is read
    as a whole as often as *sweep_every* says, else as often as every system is. Keys that are not
    named here are *options*, which the connector is called with.
    """

    connector: Annotated[str, Field(min_length=1)]
    team: Name | None = None
    allow: dict[str, frozenset[Op]] = {}
    clears_pay: bool = Field(default=False, strict=True)
    every: Duration | None = None
    fresh_within: Duration | None = None
    sweep_every: Duration | None = None
    map: dict[str, MapSection] = {}
    options: dict[str, Option] = {}

    @model_validator(mode="before")
    @classmethod
    def _with_options(cls, given: object) -> object:
        """Put the keys that are not the core's own under *options*."""
        if not isinstance(given, Mapping):
            return given
        known = set(cls.model_fields) - {"options"}
        own = {key: given[key] for key in given if key in known}
        return {**own, "options": {key: given[key] for key in given if key not in known}}

    def allowed(self, entity: str) -> frozenset[Op]:
        """Return what may be done with records of *entity* in this system; by default nothing."""
        return self.allow.get(entity, frozenset())


class ScopeSection(Section):
    """Which accounts the hub is for: by field values, by native ids, or by a file of native ids.

    *values* gives the values that are in scope by field; all of the fields must fit. *listed* are
    native ids by system, which are in scope whatever their values.
    """

    values: dict[str, frozenset[str]] = {}
    listed: dict[str, frozenset[str]] = Field({}, alias="list")
    file: FilePath | None = None

    @model_validator(mode="before")
    @classmethod
    def _by_field(cls, given: object) -> object:
        """Put the keys that are not the core's own under *values*."""
        if not isinstance(given, Mapping):
            return given
        own = {key: given[key] for key in ("list", "file") if key in given}
        return {**own, "values": {key: given[key] for key in given if key not in own}}


class ScopeSections(Section):
    """The scope; only accounts are selected, everything else follows its account."""

    account: ScopeSection = ScopeSection()


class PolicyFile(Section):
    """What a policy file holds: the rules for everyday, and those for the first meeting."""

    policy: Tables = {}
    first_meeting: Tables = {}


class Config(Section):
    """A whole configuration, read and checked as far as that needs no plugin and no schema."""

    plugins: tuple[Name, ...] = ()
    policies: tuple[FilePath, ...] = ()
    store: StoreSection
    round: RoundSection = RoundSection()
    daemon: DaemonSection = DaemonSection()
    systems: dict[Name, SystemSection] = Field({}, alias="system")
    scope: ScopeSections = ScopeSections()
    policy: Tables = {}
    first_meeting: Tables = {}
    identity: IdentitySection = IdentitySection()
    guards: dict[str, Any] = {}

    _file: Path = PrivateAttr(default=Path("kamsync.toml"))

    @model_validator(mode="before")
    @classmethod
    def _with_store(cls, given: object) -> object:
        """Let a missing section go the way of an empty one, so that its paths start at the folder."""
        return {"store": {}, **given} if isinstance(given, Mapping) else given

    def model_post_init(self, context: Any) -> None:
        """Note the file that was read, which `kamsync.config.load_config` hands in."""
        self._file = (context or {}).get("file", self._file)

    @property
    def file(self) -> Path:
        """The file that was read."""
        return self._file

    @property
    def folder(self) -> Path:
        """The folder at which relative paths start."""
        return self._file.parent

    def system(self, name: str) -> SystemSection:
        """Return the section of the system called *name*; `UnknownName` says which ones there are."""
        try:
            return self.systems[name]
        except KeyError:
            known = there_are(self.systems)
            near = did_you_mean(name, self.systems)
            raise UnknownName(
                f"There is no system {name!r} in {self.file}; {known}.", hint=near
            ) from None

    def require_systems(self) -> None:
        """Raise `ConfigurationInvalid` if there is nothing to keep in step."""
        if not self.systems:
            raise ConfigurationInvalid(
                f"{self.file} names no system.",
                hint="Add a [system.NAME] section with a connector; the file shows examples.",
            )
