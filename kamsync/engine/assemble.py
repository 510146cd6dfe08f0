"""From a configuration to a hub: plugins, schema, systems, rules and the store, put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

from kamsync.clock import Clock
from kamsync.config import Config, SystemSection
from kamsync.config.connect import connect
from kamsync.connector import Connector
from kamsync.engine.hub import Hub, System
from kamsync.entities import core_schema
from kamsync.errors import ConfigurationInvalid, FixConfiguration, UnknownName
from kamsync.guards import parse_limits
from kamsync.identity import Thresholds
from kamsync.lenses import entity_map
from kamsync.mapping import EntityMap
from kamsync.plugins import Plugins, did_you_mean
from kamsync.policy import parse_policy
from kamsync.schema import Schema
from kamsync.scope import Scope
from kamsync.seal import read_key
from kamsync.store import Store, open_store

__all__ = ["assemble", "open_configured_store"]

Part = TypeVar("Part")


def assemble(config: Config, plugins: Plugins, store: Store, clock: Clock) -> Hub:
    """Return the hub that *config* describes; no system is called.

    Raises:
        ConfigurationInvalid: one line for each thing that is wrong, with the file and the key.
    """
    errors: list[str] = []
    schema = plugins.schema(core_schema())
    rules = plugins.rules()
    systems = _systems(config, plugins, schema, errors)
    known = {name: tuple(system.maps) for name, system in systems.items()}
    policy = _part(errors, lambda: parse_policy(config.policy, schema, rules))
    first = _part(
        errors,
        lambda: parse_policy(config.first_meeting, schema, rules, section="first_meeting"),
    )
    limits = _part(errors, lambda: parse_limits(config.guards, known))
    scope = _part(errors, lambda: _scope(config, schema))
    if errors or policy is None or limits is None or scope is None:
        raise ConfigurationInvalid("\n".join(f"{config.file}: {error}" for error in errors))
    return Hub(
        schema=schema,
        systems=systems,
        policy=policy,
        store=store,
        clock=clock,
        first_meeting=first if config.first_meeting else None,
        scope=scope,
        limits=limits,
        thresholds=Thresholds(link=config.identity.link, review=config.identity.review),
        key_makers=plugins.key_makers(),
        notify=plugins.notify,
        batch=config.round.batch,
        sweep_every=config.round.sweep_every,
    )


def open_configured_store(config: Config, clock: Clock) -> Store:
    """Open the store that *config* names, with its key."""
    return open_store(config.store.url, clock=clock, key=read_key(config.store.key_file))


def _systems(
    config: Config, plugins: Plugins, schema: Schema, errors: list[str]
) -> dict[str, System]:
    """Return the systems, or note everything that is wrong with them."""
    systems = {}
    for name, section in config.systems.items():
        connector = _part(errors, partial(connect, config, name, plugins))
        maps = _maps(name, section, plugins, schema, errors)
        if connector is not None:
            _check_allowed(name, section, maps, errors)
            systems[name] = _system(name, section, connector, maps)
    return systems


def _system(
    name: str, section: SystemSection, connector: Connector, maps: Mapping[str, EntityMap]
) -> System:
    """Return one system."""
    return System(
        name=name,
        connector=connector,
        maps=maps,
        team=section.team,
        allow=section.allow,
        clears_pay=section.clears_pay,
    )


def _maps(
    name: str, section: SystemSection, plugins: Plugins, schema: Schema, errors: list[str]
) -> dict[str, EntityMap]:
    """Return the maps of one system: the connector's own, with the configuration laid over them."""
    maps = plugins.mappings(section.connector, schema)
    for entity, setting in section.map.items():
        where = f"system.{name}.map.{entity}"
        if entity not in schema.entities:
            near = did_you_mean(entity, list(schema.entities))
            errors.append(f"{where}: there is no entity {entity!r}. {near}".strip())
            continue
        declared, given = schema.entity(entity), maps.get(entity)
        made = _part(errors, partial(entity_map, declared, setting, given, where))
        if made is not None:
            maps[entity] = made
    return maps


def _check_allowed(
    name: str, section: SystemSection, maps: Mapping[str, EntityMap], errors: list[str]
) -> None:
    """Note each entity that is allowed to be written but is not mapped."""
    for entity in section.allow:
        if entity not in maps:
            near = did_you_mean(entity, list(maps))
            errors.append(
                f"system.{name}.allow.{entity}: the system does not map {entity!r}. {near}".strip()
            )


def _scope(config: Config, schema: Schema) -> Scope:
    """Return the scope, with the ids that its file lists."""
    section = config.scope.account
    for name in section.values:
        try:
            schema.entity("account").field(name)
        except UnknownName as error:
            raise ConfigurationInvalid(f"scope.account.{name}: {error.message}") from None
    listed = {system: frozenset(ids) for system, ids in section.listed.items()}
    if section.file is not None:
        ids = _lines_of(section.file)
        listed = {system: listed.get(system, frozenset()) | ids for system in config.systems}
    return Scope(values=section.values, listed=listed)


def _lines_of(file: Path) -> frozenset[str]:
    """Return the native ids in the scope's file, one a line."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationInvalid(f"scope.account.file: {file} cannot be read: {error}.") from None
    return frozenset(line.strip() for line in lines if line.strip())


def _part(errors: list[str], make: Callable[[], Part]) -> Part | None:
    """Return what *make* returns, or note what is wrong."""
    try:
        return make()
    except FixConfiguration as error:
        errors.extend(str(error).splitlines())
        return None
