"""What a configuration means, once the plugins are loaded: schema, maps, policies, limits, scope."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from kamsync.config.policies import joined, read_policies
from kamsync.config.problems import Key, Problem, dotted
from kamsync.config.scope import scope_of
from kamsync.config.sections import Config, PolicyFile, SystemSection, Tables
from kamsync.entities import TEAMS, core_schema
from kamsync.errors import ConfigurationInvalid, FixConfiguration
from kamsync.guards import Limits, parse_limits
from kamsync.lenses import entity_map
from kamsync.mapping import EntityMap
from kamsync.model import Op
from kamsync.plugins import Plugins
from kamsync.policy import Policy, parse_policy
from kamsync.schema import Entity, Nature, Schema
from kamsync.scope import Scope
from kamsync.wording import did_you_mean

__all__ = ["Resolved", "resolve"]

T = TypeVar("T")


class Resolved(Struct, frozen=True):
    """What holds for every round of one configuration; *maps* are by system and entity."""

    schema: Schema
    maps: Mapping[str, Mapping[str, EntityMap]]
    policy: Policy
    first_meeting: Policy
    limits: Limits
    scope: Scope


def resolve(config: Config, plugins: Plugins) -> Resolved:
    """Return what *config* means with *plugins*; no system is called and no store is opened.

    Raises:
        ConfigurationInvalid: it names an entity, field, rule, team or connector that is not there,
            or something that cannot apply; one line for each, with what would be right.
    """
    reading = _Reading(config, plugins)
    maps = {name: reading.maps(name) for name in config.systems}
    # Where nothing is mapped, that is the mistake to tell, and not all that follows from it.
    mapped = {name: tuple(entities or reading.schema.entities) for name, entities in maps.items()}
    resolved = Resolved(
        schema=reading.schema,
        maps=maps,
        policy=reading.policy("policy"),
        first_meeting=reading.policy("first_meeting"),
        limits=reading.noted(lambda: parse_limits(config.guards, mapped), Limits()),
        scope=reading.noted(lambda: scope_of(config, reading.schema), Scope()),
    )
    reading.require_sound()
    return resolved


class _Reading:
    """One configuration while it is resolved, with every mistake that was found in it."""

    def __init__(self, config: Config, plugins: Plugins) -> None:
        self.config = config
        self.plugins = plugins
        self.schema = plugins.schema(core_schema())
        self.mistakes: dict[str, None] = {}
        self.rules = plugins.rules()
        named = {each.team for each in config.systems.values() if each.team}
        self.teams = frozenset(TEAMS) | named
        self.tables = self._tables()

    def require_sound(self) -> None:
        """Raise one error that holds every mistake."""
        if self.mistakes:
            raise ConfigurationInvalid("\n".join(self.mistakes))

    def noted(self, step: Callable[[], T], instead: T, file: Path | None = None) -> T:
        """Return what *step* returns; note its mistakes and return *instead* if it finds any."""
        try:
            return step()
        except FixConfiguration as error:
            found = [f"{file or self.config.file}: {line}" for line in str(error).splitlines()]
            self.mistakes |= dict.fromkeys(found)
            return instead

    def policy(self, section: str) -> Policy:
        """Return the policy that all files write down under *section*."""
        layers = [tables[section] for tables in self.tables.values()]
        before = len(self.mistakes)
        for file, tables in self.tables.items():
            # Each file is read alone first, so that a mistake is told of the file that has it.
            self.noted(partial(self._parse, tables[section], section), None, file)
        if len(self.mistakes) > before:
            return Policy()
        return self.noted(lambda: self._parse(joined(layers), section), Policy())

    def _parse(self, tables: Tables, section: str) -> Policy:
        """Return the policy that *tables* write down."""
        return parse_policy(tables, self.schema, self.rules, teams=self.teams, section=section)

    def _tables(self) -> dict[Path, dict[str, Tables]]:
        """Return the policy tables of each file, the configuration's own last."""
        tables: dict[Path, dict[str, Tables]] = {}
        for file in (*self.config.policies, self.config.file):
            own: Config | PolicyFile = self.config
            if file != self.config.file:
                try:
                    own = read_policies(file)
                except ConfigurationInvalid as error:
                    self.mistakes |= dict.fromkeys(str(error).splitlines())
                    continue
            tables[file] = {"policy": own.policy, "first_meeting": own.first_meeting}
        return tables

    def maps(self, name: str) -> dict[str, EntityMap]:
        """Return the maps of one system: those of plugins, with its own sections laid over them."""
        section = self.config.systems[name]
        here: Key = ("system", name)
        if not self._is_offered(section, here):
            return {}
        ready = self.plugins.mappings(section.connector, self.schema)
        maps = {
            entity.name: made
            for entity in self.schema.in_order()
            if (made := self._map(entity, section, ready.get(entity.name), here)) is not None
        }
        self._note_all(_unknown_maps(section, here, self.schema))
        self._note_all(_mistaken_allowances(section, here, self.schema, maps))
        if not maps:
            hint = f"No plugin maps {section.connector} systems: add [system.{name}.map.ENTITY]."
            self._note_all([Problem((*here, "map"), "nothing is mapped", hint)])
        return maps

    def _map(
        self, entity: Entity, section: SystemSection, ready: EntityMap | None, here: Key
    ) -> EntityMap | None:
        """Return the map of one entity, None if there is none."""
        setting = section.map.get(entity.name)
        if setting is None:
            return ready
        where = dotted((*here, "map", entity.name))
        return self.noted(lambda: entity_map(entity, setting, ready, where), ready)

    def _is_offered(self, section: SystemSection, here: Key) -> bool:
        """Note a connector that no plugin offers."""
        try:
            self.plugins.connector(section.connector)
        except FixConfiguration as error:
            text = error.message.rstrip(".")
            self._note_all([Problem((*here, "connector"), text, error.hint)])
            return False
        return True

    def _note_all(self, problems: Iterable[Problem]) -> None:
        """Note each of *problems*."""
        self.mistakes |= dict.fromkeys(f"{self.config.file}: {each}" for each in problems)


def _unknown_maps(section: SystemSection, here: Key, schema: Schema) -> Iterator[Problem]:
    """Yield a problem for each map of something that is no entity."""
    for name in section.map:
        if name not in schema.entities:
            yield _unknown(name, (*here, "map", name), schema.entities)


def _mistaken_allowances(
    section: SystemSection, here: Key, schema: Schema, maps: Mapping[str, EntityMap]
) -> Iterator[Problem]:
    """Yield a problem for each operation that is allowed where it cannot be."""
    for name, operations in section.allow.items():
        key = (*here, "allow", name)
        if name not in schema.entities:
            yield _unknown(name, key, schema.entities)
        elif name not in maps:
            known = ", ".join(maps) or "none"
            yield Problem(key, f"{name} is not mapped in this system", f"Mapped are {known}.")
        elif schema.entity(name).nature is Nature.LEDGER and operations - {Op.CREATE}:
            yield Problem(key, f"{name} is a ledger, which is only added to", "Allow only create.")


def _unknown(name: str, key: Key, known: Iterable[str]) -> Problem:
    """Say that there is no entity of that name."""
    there = f"There are {', '.join(sorted(known))}."
    return Problem(key, f"there is no entity {name!r}", did_you_mean(name, known) or there)
