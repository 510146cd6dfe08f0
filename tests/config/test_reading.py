"""What a good configuration says, and where its parts come from."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from kamsync.config import load_config
from kamsync.errors import ConfigurationInvalid, UnknownName
from kamsync.model import Op
from kamsync.redact import DOTS, Secret
from kamsync.seal import write_key

SALES = """
[system.sales]
connector = "acme"
team = "sales"
page_size = 50
allow = { account = ["create", "update"] }
"""


def test_nothing_is_allowed_by_default(load):
    """A new configuration only reads."""
    config = load('[system.sales]\nconnector = "acme"')

    assert frozenset() == config.system("sales").allowed("account")
    assert not config.system("sales").clears_pay


def test_a_system_keeps_what_is_for_its_connector_apart(load):
    """Keys that the core does not know are the connector's options."""
    sales = load(SALES).system("sales")

    assert ("acme", "sales", {"page_size": 50}) == (sales.connector, sales.team, sales.options)
    assert {Op.CREATE, Op.UPDATE} == sales.allowed("account")


def test_relative_paths_start_at_the_file(load, file):
    """Wherever kamsync is started, it means the same files."""
    config = load('[store]\nurl = "sqlite:///data/hub.db"\nkey_file = "hub.key"')

    assert f"sqlite:///{file.parent}/data/hub.db" == config.store.url
    assert file.parent / "hub.key" == config.store.key_file


def test_the_store_has_a_place_without_being_told(load, file):
    """An otherwise silent configuration keeps its store next to it."""
    config = load("plugins = []")

    assert f"sqlite:///{file.parent}/kamsync.db" == config.store.url
    assert file.parent / "kamsync.key" == config.store.key_file


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////var/lib/hub.db",
        "postgresql://hub@db/x",
        "postgresql+psycopg://db/x",
    ],
)
def test_other_store_addresses_stay_as_they_are(load, url):
    """An absolute file and PostgreSQL have nothing to do with the folder."""
    assert url == load(f'[store]\nurl = "{url}"').store.url


def test_a_password_in_the_stores_address_is_not_shown(load):
    """It comes from the environment, and shows neither in the section nor where it is named."""
    config = load('[store]\nurl = { env = "HUB_DB" }', HUB_DB="postgresql://hub:canary@db/x")

    assert "postgresql://hub:canary@db/x" == config.store.url
    assert f"postgresql://hub:{DOTS}@db/x" == config.store.shown_url
    assert "canary" not in repr(config)


def test_the_store_gives_its_key(load, file):
    """It stands in a file of its own."""
    key = write_key(file.parent / "kamsync.key")

    assert key == load("plugins = []").store.key()


@pytest.mark.parametrize(
    ("written", "duration"),
    [
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("12h", timedelta(hours=12)),
        ("7d", timedelta(days=7)),
        ("2w", timedelta(weeks=2)),
    ],
)
def test_durations_carry_their_unit(load, written, duration):
    """A number alone would not say of what."""
    assert duration == load(f'[round]\nsweep_every = "{written}"').round.sweep_every


def test_a_system_may_be_read_as_a_whole_more_often_than_the_others(load):
    """It is no option of its connector."""
    section = load(f"{SALES}sweep_every = '1h'").system("sales")

    assert timedelta(hours=1) == section.sweep_every
    assert {} == {name: section.options[name] for name in section.options if "sweep" in name}


@pytest.mark.parametrize(
    ("written", "native", "direction", "options", "unmapped"),
    [
        ('"Name"', ("Name",), None, {}, False),
        ('["Amount", "Currency"]', ("Amount", "Currency"), None, {}, False),
        (
            '{ native = "Name", direction = "in", limit = 80 }',
            ("Name",),
            "in",
            {"limit": 80},
            False,
        ),
        ('{ direction = "out" }', (), "out", {}, False),
        ("false", (), None, {}, True),
    ],
)
def test_a_field_is_mapped_in_a_word_or_in_a_table(
    load, written, native, direction, options, unmapped
):
    """The short forms mean what the long one says."""
    config = load(f"{SALES}[system.sales.map.account.fields]\nname = {written}")

    field = config.system("sales").map["account"].fields["name"]

    assert (native, direction, options, unmapped) == (
        field.native,
        field.direction,
        field.options,
        field.unmapped,
    )


def test_the_environment_goes_before_the_file(load):
    """A value of JSON is taken as that, anything else as text."""
    config = load(
        f"{SALES}[round]\nbatch = 100\nsweep_every = '2d'",
        KAMSYNC_ROUND__BATCH="200",
        KAMSYNC_STORE__URL="sqlite:///other.db",
        KAMSYNC_PLUGINS='["acme"]',
        KAMSYNC_SYSTEM__SALES__ALLOW='{"account": ["delete"]}',
        KAMSYNC_IDENTITY__LINK="0.99",
        KAMSYNC_CONFIG="not a section",
        HOME="/root",
    )

    assert (200, timedelta(days=2)) == (config.round.batch, config.round.sweep_every)
    assert config.store.url.endswith("/other.db")
    assert ("acme",) == config.plugins
    assert {Op.DELETE} == config.system("sales").allowed("account")
    assert 0.99 == config.identity.thresholds().link


def test_an_option_from_the_environment_is_a_secret(load):
    """It may be one, and digits stay the text that they are."""
    config = load(SALES, KAMSYNC_SYSTEM__SALES__TOKEN="00123")

    assert Secret("00123") == config.system("sales").options["token"]
    assert "00123" not in repr(config)


def test_secrets_are_fetched_from_where_they_are(load, file):
    """From a variable, or from a file that only its owner may read; at any depth."""
    secret = file.parent / "sales.token"
    secret.write_text("file-canary\n")
    secret.chmod(0o600)

    config = load(
        SALES
        + 'token = { env = "T" }\nlogin = { password = { file = "sales.token" }, user = "hub" }',
        T="env-canary",
    )

    options = config.system("sales").options
    assert Secret("env-canary") == options["token"]
    assert {"password": Secret("file-canary"), "user": "hub"} == options["login"]
    assert "canary" not in repr(config)


def test_the_file_is_found_by_name_or_by_environment(file, monkeypatch):
    """Named, or named by KAMSYNC_CONFIG, or kamsync.toml in the current folder."""
    file.write_text("plugins = []")

    assert file == load_config(file, {}).file
    assert file == load_config(None, {"KAMSYNC_CONFIG": str(file)}).file
    monkeypatch.chdir(file.parent)
    assert file == load_config(None, {}).file
    assert file == load_config(Path("kamsync.toml"), {}).file


def test_a_byte_order_mark_does_no_harm(file):
    """Some editors write one."""
    file.write_bytes(b"\xef\xbb\xbfplugins = []")

    assert () == load_config(file, {}).plugins


def test_a_configuration_does_not_change(load):
    """What was checked is what is used."""
    config = load(SALES)

    with pytest.raises(ValueError, match="frozen"):
        config.round.batch = 3


def test_a_configuration_without_systems_loads_but_has_nothing_to_do(load):
    """So a fresh one can be checked; who needs a system asks for one."""
    config = load("plugins = []")

    with pytest.raises(
        ConfigurationInvalid, match=r"names no system. Add a \[system.NAME\] section"
    ):
        config.require_systems()
    load(SALES).require_systems()


def test_an_unknown_system_is_refused_with_those_that_are_there(load):
    """On a command line, a name may be misspelt."""
    with pytest.raises(UnknownName, match=r"no system .slaes. in .*; there is sales"):
        load(SALES).system("slaes")
