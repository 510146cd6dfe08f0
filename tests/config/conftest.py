from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kamsync import hookimpl
from kamsync.config import Config, load_config
from kamsync.connector import Can, Connector
from kamsync.errors import ConfigurationInvalid
from kamsync.lenses import identity_map
from kamsync.plugins import Installed, Plugins
from kamsync.redact import Secret

Load = Callable[..., Config]


class Acme(Connector):
    """A connector that takes options of several kinds and holds nothing."""

    kind = "acme"
    can = Can.NOTHING

    def __init__(
        self,
        folder: Path,
        token: Secret | None = None,
        page_size: int = 100,
        hosts: list[str] | None = None,
    ):
        self.folder, self.token, self.page_size, self.hosts = folder, token, page_size, hosts
        if page_size == 13:
            raise RuntimeError("canary-in-an-error")

    def describe(self):
        return {}

    def read(self, *_):
        return iter(())

    def fetch(self, *_):
        return {}

    def write(self, *_):
        return ()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kamsync.toml"


@pytest.fixture
def load(file: Path) -> Load:
    """Load a configuration with this text and environment."""

    def load(text: str, **env: str) -> Config:
        file.write_text(text, encoding="utf-8")
        return load_config(file, env)

    return load


@pytest.fixture
def wrong(load: Load, file: Path) -> Callable[..., list[str]]:
    """Load a configuration that is wrong; return the lines that say why, without the file's name."""

    def wrong(text: str, **env: str) -> list[str]:
        with pytest.raises(ConfigurationInvalid) as caught:
            load(text, **env)
        assert 64 == caught.value.exit_status
        return [line.removeprefix(f"{file}: ") for line in str(caught.value).splitlines()]

    return wrong


@pytest.fixture
def plugins() -> Plugins:
    """One plugin that offers the connector ``acme`` and a map of its accounts."""

    def kamsync_mappings(kind: str, schema: Any) -> Any:
        if kind != "acme":
            return None
        return [identity_map(schema.entity(name), name.title()) for name in ("account", "payout")]

    plugins = Plugins()
    plugins.register(
        Installed("acme", "kamsync-acme", "1.0", "acme"),
        SimpleNamespace(
            kamsync_connectors=hookimpl(lambda: {"acme": Acme}, specname="kamsync_connectors"),
            kamsync_mappings=hookimpl(kamsync_mappings),
        ),
    )
    return plugins
