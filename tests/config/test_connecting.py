"""How a connector gets its options, and what is said of those that do not fit."""

from __future__ import annotations

import pytest

from kamsync.config import connect
from kamsync.errors import ConfigurationInvalid, PluginBroken, UnknownName
from kamsync.redact import Secret

ACME = '[system.sales]\nconnector = "acme"\nfolder = "sales"\n'


def test_a_connector_is_made_from_its_options(load, plugins, file):
    """Paths start at the file's folder, secrets stay secrets, numbers are numbers."""
    config = load(
        ACME + 'token = { env = "T" }\nhosts = ["a", "b"]',
        T="canary",
        KAMSYNC_SYSTEM__SALES__PAGE_SIZE="25",
    )

    acme = connect(config, "sales", plugins)

    assert file.parent / "sales" == acme.folder
    assert Secret("canary") == acme.token
    assert (25, ["a", "b"]) == (acme.page_size, acme.hosts)


def test_what_is_left_out_is_as_the_connector_has_it(load, plugins):
    """Defaults are the connector's business."""
    acme = connect(load(ACME), "sales", plugins)

    assert (None, 100, None) == (acme.token, acme.page_size, acme.hosts)


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ("foldr = 'x'", "system.sales.foldr: unknown key. Did you mean 'folder'?"),
        ("allwo = {}", "system.sales.allwo: unknown key. Did you mean 'allow'?"),
        (
            "zzz = 1",
            "system.sales.zzz: unknown key. Its connector takes folder, token, page_size, hosts.",
        ),
        ("page_size = 'canary'", "system.sales.page_size: expected a whole number."),
        ("hosts = 'canary'", "system.sales.hosts: expected a list."),
        ("hosts = [3]", "system.sales.hosts: expected text in quotes."),
        (
            "token = 'canary'",
            (
                'system.sales.token: expected a secret, written as { env = "NAME" } '
                'or { file = "PATH" }.'
            ),
        ),
    ],
)
def test_an_option_that_does_not_fit_is_refused(load, plugins, file, options, line):
    """The key is named, the value never: it may be a secret."""
    with pytest.raises(ConfigurationInvalid) as caught:
        connect(load(ACME + options), "sales", plugins)

    assert f"{file}: {line}" == str(caught.value)


@pytest.mark.parametrize(
    ("folder", "told"),
    [
        ("3", "expected a path in quotes"),
        ('"~nobody-of-that-name/x"', "names a home that is not there"),
        (r'"a\u0000b"', "expected a path in quotes"),
        ('" "', "expected a path in quotes"),
    ],
)
def test_a_path_that_is_none_is_refused(load, plugins, folder, told):
    """With its key, before anything is opened there."""
    with pytest.raises(ConfigurationInvalid, match=f"system.sales.folder: .*{told}"):
        connect(load(f'[system.sales]\nconnector = "acme"\nfolder = {folder}'), "sales", plugins)


def test_all_options_that_do_not_fit_are_told_at_once(load, plugins):
    """A missing one too."""
    with pytest.raises(ConfigurationInvalid) as caught:
        connect(load('[system.sales]\nconnector = "acme"\nx = 1\nhosts = 2'), "sales", plugins)

    told = str(caught.value).splitlines()
    assert 3 == len(told)
    assert told[1].endswith("system.sales.folder: is missing, the acme connector needs it.")


def test_an_unknown_connector_names_its_key_and_what_there_is(load, plugins, file):
    """A typing error in the one word that chooses."""
    with pytest.raises(ConfigurationInvalid) as caught:
        connect(load('[system.sales]\nconnector = "acne"'), "sales", plugins)

    assert (
        f"{file}: system.sales.connector: No plugin offers the connector 'acne'; there is acme. "
        "Did you mean 'acme'?"
    ) == str(caught.value)


def test_an_unknown_system_is_refused(load, plugins):
    """It was named on a command line."""
    with pytest.raises(UnknownName, match="no system 'success'"):
        connect(load(ACME), "success", plugins)


def test_a_connector_that_fails_is_named_without_what_it_says(load, plugins):
    """A foreign error may hold a secret; the plugin, the system and the kind of error are told."""
    with pytest.raises(
        PluginBroken, match=r"acme connector .* system sales \(RuntimeError\)"
    ) as caught:
        connect(load(ACME + "page_size = 13"), "sales", plugins)

    assert "canary" not in str(caught.value)
