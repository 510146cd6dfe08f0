"""From a configuration to a hub: systems, rules and the store, put together."""

from __future__ import annotations

from kamsync.clock import Clock
from kamsync.config import Config, connect, resolve
from kamsync.connector import Connector
from kamsync.engine.hub import Hub, System
from kamsync.errors import ConfigurationInvalid, FixConfiguration
from kamsync.plugins import Plugins
from kamsync.store import Store, open_store

__all__ = ["assemble", "open_configured_store"]


def assemble(config: Config, plugins: Plugins, store: Store, clock: Clock) -> Hub:
    """Return the hub that *config* describes; no system is called.

    Raises:
        ConfigurationInvalid: one line for each thing that is wrong, with the file and the key.
    """
    config.require_systems()
    resolved = resolve(config, plugins)
    connectors = _connectors(config, plugins)
    systems = {
        name: System(
            name=name,
            connector=connectors[name],
            maps=resolved.maps[name],
            team=section.team,
            allow=section.allow,
            clears_pay=section.clears_pay,
            sweep_every=section.sweep_every,
        )
        for name, section in config.systems.items()
    }
    return Hub(
        schema=resolved.schema,
        systems=systems,
        policy=resolved.policy,
        first_meeting=resolved.first_meeting,
        scope=resolved.scope,
        limits=resolved.limits,
        store=store,
        clock=clock,
        thresholds=config.identity.thresholds(),
        key_makers=plugins.key_makers(),
        notify=plugins.notify,
        batch=config.round.batch,
        sweep_every=config.round.sweep_every,
    )


def open_configured_store(config: Config, clock: Clock) -> Store:
    """Open the store that *config* names, with its key."""
    return open_store(config.store.url, clock=clock, key=config.store.key())


def _connectors(config: Config, plugins: Plugins) -> dict[str, Connector]:
    """Return a connector to each system, or say of all systems what is wrong."""
    connectors: dict[str, Connector] = {}
    errors: list[str] = []
    for name in config.systems:
        try:
            connectors[name] = connect(config, name, plugins)
        except FixConfiguration as error:
            errors.append(str(error))
    if errors:
        raise ConfigurationInvalid("\n".join(errors))
    return connectors
