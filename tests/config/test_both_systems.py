"""A new configuration of Salesforce beside HubSpot is right, as it stands and with all of its examples."""

import re
from pathlib import Path

import pytest

from kamsync.config import NewSystem, connect, load_config, resolve
from kamsync.plugins import load_plugins

POLICY = Path(__file__).parents[2] / "config" / "policies" / "teams.toml"
HEAD = 'plugins = ["salesforce", "hubspot"]\npolicies = ["policies/teams.toml"]\n'
SECRETS = dict.fromkeys(("HUBSPOT_TOKEN", "HUBSPOT_SECRET", "SALESFORCE_CLIENT_SECRET"), "made-up")
GIVEN = {
    "sales": {"client_id": "3MVG9", "way": "key", "username": "hub@acme.example"},
    "success": {"currency": "EUR"},
}


def new_text():
    """Return both sections as they begin."""
    plugins = load_plugins(["salesforce", "hubspot"])
    text = HEAD
    for name, kind in (("sales", "salesforce"), ("success", "hubspot")):
        draft = plugins.connector(kind).draft()
        made = NewSystem(name, kind, kind, name, draft, draft.with_defaults(GIVEN[name]))
        text += f"\n{made.section().text}\n"
    return text


def with_examples(text):
    """Return the file with its examples in effect, as it says how."""
    return re.sub(r"^#(?=[^ \n])", "", text, flags=re.MULTILINE)


@pytest.fixture
def ready(tmp_path):
    """Read it, with the key and the policy that `kamsync init` puts beside it."""

    def read(change):
        file = tmp_path / "kamsync.toml"
        file.write_text(change(new_text()), encoding="utf-8")
        (tmp_path / "kamsync.key").write_bytes(bytes(32))
        (tmp_path / "sales.key").write_text("made up")
        (tmp_path / "sales.key").chmod(0o600)
        (tmp_path / "policies").mkdir()
        policy = POLICY.read_text(encoding="utf-8")
        (tmp_path / "policies" / "teams.toml").write_text(policy, encoding="utf-8")
        return load_config(file, SECRETS)

    return read


@pytest.mark.parametrize("change", [str, with_examples], ids=["as it stands", "with examples"])
def test_it_applies_with_its_policy(ready, change):
    """Every map and every rule in it is right."""
    config = ready(change)

    resolved = resolve(config, load_plugins(config.plugins))

    assert {"sales", "success"} == set(resolved.maps)
    assert (change is str) == (not any(each.allow for each in config.systems.values()))


def test_a_connector_is_made_for_each_without_calling_anybody(ready):
    """The names of options are those that the connectors know."""
    config = ready(str)
    plugins = load_plugins(config.plugins)

    for name in config.systems:
        connect(config, name, plugins).close()


def test_each_step_of_one_pipeline_is_a_step_of_the_other(ready):
    """What a deal of Salesforce says can be written to HubSpot, and the other way round."""
    config = ready(str)
    maps = resolve(config, load_plugins(config.plugins)).maps["success"]["opportunity"]
    stage = maps.fields["stage"]
    for step in ("Prospecting", "Qualification", "Proposal/Price Quote", "Closed Won"):
        said = {"stage": step, "status": "open", "probability": "0.1"}
        assert isinstance(stage.put(said, None, None)[0], str)
