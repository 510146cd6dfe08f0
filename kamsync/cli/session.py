"""What one run of the command line works with, opened when a command wants it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from kamsync.cli.printing import Printer
    from kamsync.clock import Clock
    from kamsync.config import Config
    from kamsync.engine import Hub
    from kamsync.plugins import Plugins
    from kamsync.store import Store

__all__ = ["DEFAULT_FILE", "Session"]

DEFAULT_FILE = "kamsync.toml"


class Session:
    """The common options, and what they lead to: configuration, plugins, store, hub, printer."""

    def __init__(self) -> None:
        self.config_file: Path | None = None
        self.json = False
        self.debug = False
        self.offered: dict[tuple[str, ...], dict[str, click.Command]] = {}
        """The commands of plugins that were loaded, by the names of the plugins."""
        self._told: set[str] = set()

    @cached_property
    def config(self) -> Config:
        """The configuration; `ConfigurationInvalid` says all that is wrong with it."""
        from kamsync.config import load_config

        return load_config(self.config_file, os.environ)

    @property
    def has_config(self) -> bool:
        """Whether a configuration is named, or lies in this folder."""
        named = self.config_file or os.environ.get("KAMSYNC_CONFIG")
        return named is not None or Path(DEFAULT_FILE).exists()

    @property
    def attended(self) -> bool:
        """Whether somebody sits at a terminal and can be asked."""
        streams = (sys.stdin, sys.stdout)
        return not self.json and all(each is not None and each.isatty() for each in streams)

    @cached_property
    def plugins(self) -> Plugins:
        """The plugins that the configuration names."""
        from kamsync.plugins import load_plugins

        return load_plugins(self.config.plugins)

    def read_again(self) -> tuple[Config, Plugins]:
        """Read the configuration anew, with the plugins that it names now."""
        from kamsync.config import load_config
        from kamsync.plugins import load_plugins

        config = load_config(self.config_file, os.environ)
        return config, load_plugins(config.plugins)

    @cached_property
    def clock(self) -> Clock:
        """The machine's clock."""
        from kamsync.clock import SystemClock

        return SystemClock()

    @cached_property
    def printer(self) -> Printer:
        """What writes for people, or for scripts."""
        from kamsync.cli.printing import Printer

        return Printer(json=self.json)

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Open the store that the configuration names, and close it."""
        from kamsync.engine.assemble import open_configured_store

        store = open_configured_store(self.config, self.clock)
        try:
            yield store
        finally:
            store.close()

    @contextmanager
    def hub(self) -> Iterator[Hub]:
        """Put together what a round works with, and give it all back; no system is called yet."""
        from kamsync.engine.assemble import assemble

        plugins = self.plugins
        with self.store() as store:
            try:
                hub = assemble(self.config, plugins, store, self.clock)
            finally:
                self.tell_broken(plugins)
            try:
                yield hub
            finally:
                for system in hub.systems.values():
                    system.connector.close()
                self.tell_broken(plugins)

    def tell_broken(self, plugins: Plugins) -> None:
        """Tell, once for each, which plugins were left out and why."""
        for broken in plugins.broken:
            self.warn(str(broken))

    def warn(self, text: str) -> None:
        """Write a warning to stderr, once."""
        if text in self._told:
            return
        self._told.add(text)
        if self.json:
            import json

            click.echo(json.dumps({"warning": text}, ensure_ascii=False), err=True)
            return
        from kamsync.redact import visible

        click.echo(f"kamsync: warning: {visible(text)}", err=True)
