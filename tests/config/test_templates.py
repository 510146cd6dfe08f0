"""The files that a configuration starts from."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

import pytest

from kamsync.config import load_config, read_policies, resolve, templates
from kamsync.config.sections import Config
from kamsync.entities import TEAMS, core_schema
from kamsync.plugins import load_plugins
from kamsync.policy import parse_policy

READY = Path(__file__).parents[2] / "config"
MAIN = PurePosixPath("kamsync.toml")
POLICIES = [path for path in templates() if path.parts[0] == "policies"]


def written(folder, change=lambda text: text):
    """Write every template into *folder*; return the configuration."""
    for path, text in templates().items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(change(text), encoding="utf-8")
    return folder / MAIN


def with_examples(text):
    """Return a template with its examples in effect, as it says how."""
    return re.sub(r"^#(?=[^ \n])", "", text, flags=re.MULTILINE)


def test_the_shipped_files_are_those_of_the_repository():
    """What is read in config/ is what `kamsync init` writes."""
    shipped = {str(path): text for path, text in templates().items()}
    there = {
        str(path.relative_to(READY)): path.read_text(encoding="utf-8")
        for path in READY.rglob("*.toml")
        if str(path.relative_to(READY)) in shipped
    }

    assert there == shipped
    assert POLICIES


def test_a_fresh_configuration_connects_nothing_and_writes_nowhere(tmp_path):
    """It loads as it stands."""
    config = load_config(written(tmp_path), {})

    assert {} == config.systems
    assert () == config.plugins


def test_every_example_in_it_is_right(tmp_path):
    """With all examples in effect, the whole of it applies."""
    config = load_config(written(tmp_path, with_examples), {})

    resolved = resolve(config, load_plugins(config.plugins))

    assert {"sales", "success"} == set(resolved.maps)
    assert not resolved.scope.is_open


def test_it_shows_every_section():
    """Nobody has to know of a section to find it."""
    shown = set(re.findall(r"^#?\[?(\w+)", templates()[MAIN], re.MULTILINE))

    assert {field.alias or name for name, field in Config.model_fields.items()} <= shown


def test_what_it_states_as_default_is_the_default(tmp_path):
    """The values that stand in it change nothing, nor do the thresholds and limits it shows."""
    file = written(tmp_path)
    config = load_config(file, {})
    (tmp_path / "bare.toml").write_text("plugins = []")
    bare = load_config(tmp_path / "bare.toml", {})
    shown = load_config(written(tmp_path, with_examples), {})

    assert (bare.store, bare.round) == (config.store, config.round)
    assert bare.identity == shown.identity


@pytest.mark.parametrize("path", POLICIES, ids=str)
def test_every_policy_applies(path, tmp_path):
    """Each rule in it fits its field."""
    written(tmp_path)
    policies = read_policies(tmp_path / path)

    for section in ("policy", "first_meeting"):
        parse_policy(getattr(policies, section), core_schema(), {}, teams=TEAMS, section=section)


def test_the_cautious_policy_settles_nothing(tmp_path):
    """It holds every field of every entity for a person."""
    written(tmp_path)
    tables = read_policies(tmp_path / "policies" / "cautious.toml").policy

    policy = parse_policy(tables, core_schema(), {})

    texts = {
        policy.rule_for(entity.name, name).text
        for entity in core_schema().entities.values()
        for name in entity.fields
    }
    assert 1 == len(texts)
