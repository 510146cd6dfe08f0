"""The section that a new portal begins with is right, as it stands and with all of its examples."""

import re

import pytest

from kamsync.config import connect, load_config, resolve
from kamsync.plugins import load_plugins
from kamsync_hubspot.connector import HubSpot

GIVEN = {"currency": "EUR"}
HEAD = """\
plugins = ["hubspot"]
[system.success]
connector = "hubspot"
team = "success"
"""
ENVIRONMENT = {"HUBSPOT_TOKEN": "pat-eu1-made-up", "HUBSPOT_SECRET": "made-up"}


def ready():
    """Return a configuration with the section as it begins."""
    draft = HubSpot.draft()
    return HEAD + draft.filled("success", draft.with_defaults(GIVEN)).text


def with_examples(text):
    """Return the file with its examples in effect, as it says how."""
    return re.sub(r"^#(?=[^ \n])", "", text, flags=re.MULTILINE)


@pytest.mark.parametrize("change", [str, with_examples], ids=["as it stands", "with examples"])
def test_it_applies(tmp_path, change):
    """It is read, every map in it is right, and a connector is made of it that calls nobody."""
    file = tmp_path / "kamsync.toml"
    file.write_text(change(ready()), encoding="utf-8")
    (tmp_path / "kamsync.key").write_bytes(bytes(32))
    config = load_config(file, ENVIRONMENT)
    plugins = load_plugins(config.plugins)

    maps = resolve(config, plugins).maps["success"]
    connector = connect(config, "success", plugins)

    assert {"account", "contact", "employee", "assignment", "opportunity", "split"} == set(maps)
    assert isinstance(connector, HubSpot)
    connector.close()
