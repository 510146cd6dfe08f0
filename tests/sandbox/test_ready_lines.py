"""What a sandbox says when it is ready is enough to connect to it, whoever made it."""

import json

import pytest

from kamsync.config import connect, load_config
from kamsync.extensions import SandboxOptions
from kamsync.plugins import load_plugins

KINDS = ("salesforce", "hubspot")


def as_toml(options):
    """The options as the lines of a section: a secret is named, and never written."""
    return "\n".join(
        f'{key} = {{ env = "{value["env"]}" }}'
        if isinstance(value, dict)
        else f"{key} = {json.dumps(value)}"
        for key, value in options.items()
    )


@pytest.mark.parametrize("kind", KINDS)
def test_its_options_are_a_section_of_a_configuration(kind, tmp_path):
    """With the environment that it names, and nothing else."""
    plugins = load_plugins((kind,))
    (sandbox,) = plugins.sandboxes().values()
    running = sandbox.start(SandboxOptions())
    try:
        file = tmp_path / "kamsync.toml"
        text = f'plugins = ["{kind}"]\n[system.here]\n{as_toml(running.options)}\n'
        file.write_text(text, encoding="utf-8")
        (tmp_path / "kamsync.key").write_bytes(bytes(32))
        connector = connect(load_config(file, running.details["environment"]), "here", plugins)
        found = connector.check()
        connector.close()
    finally:
        running.close()
    (connection,) = (each for each in found if each.about == "connection")
    assert connection.ok
    assert running.details["external_id_field"]
