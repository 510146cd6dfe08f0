"""Every mistake in a configuration: one line each, all at once, and what would be right."""

from __future__ import annotations

import os
import socket

import pytest

from kamsync.config import load_config
from kamsync.config.environment import Environment
from kamsync.config.sections import Config
from kamsync.errors import ConfigurationInvalid

SYSTEM = '[system.sales]\nconnector = "acme"\n'
FRACTION = "expected a fraction between 0 and 1, such as 0.02 for two percent."
DURATION = 'expected a duration of up to a year, such as "90s", "30m", "12h" or "7d".'
NAME = (
    "expected a name of up to 40 small letters, digits and single underscores, such as sales_org."
)
STORE = "expected sqlite:///FILE (three slashes) or postgresql://USER@HOST/DATABASE."
IN_MEMORY = (
    "expected a file, as in sqlite:///kamsync.db: a store in memory forgets everything when the "
    "command ends, whom it met and what it decided too."
)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[stor]\nurl = "x"', "stor: unknown key. Did you mean 'store'?"),
        ("[sytem.sales]", "sytem: unknown key. Did you mean 'system'?"),
        ("[store]\nulr = 3", "store.ulr: unknown key. Did you mean 'url'?"),
        (
            "[round]\nzzz = 3",
            "round.zzz: unknown key. Known are batch, sweep_every, every.",
        ),
        (
            '[round]\n"odd key" = 3',
            'round."odd key": unknown key. Known are batch, sweep_every, every.',
        ),
        ("[round]\nbatch = '500'", 'round.batch = "500": expected a whole number.'),
        ("[round]\nbatch = 1.5", "round.batch = 1.5: expected a whole number."),
        ("[round]\nbatch = 0", "round.batch = 0: expected at least 1."),
        ("[round]\nbatch = 10_001", "round.batch = 10001: expected at most 10000."),
        ("[round]\nbatch = true", "round.batch = True: expected a whole number."),
        ("[round]\nsweep_every = 7", f"round.sweep_every = 7: {DURATION}"),
        ("[round]\nsweep_every = '0d'", f'round.sweep_every = "0d": {DURATION}'),
        ("[round]\nsweep_every = '9999999w'", f'round.sweep_every = "9999999w": {DURATION}'),
        ("[round]\nsweep_every = '7 days'", f'round.sweep_every = "7 days": {DURATION}'),
        ("round = 3", "round = 3: expected a table."),
        ("plugins = 'memory'", 'plugins = "memory": expected a list.'),
        ("plugins = [3]", "plugins = 3: expected text in quotes."),
        ("plugins = ['a', 'b', 'a']", 'plugins: "a" is named 2 times, expected once.'),
        ("store = []", "store: expected a table."),
        ("[store]\nurl = 'mysql://x'", f"store.url: {STORE}"),
        ("[store]\nurl = 'sqlite://hub.db'", f"store.url: {STORE}"),
        ("[store]\nurl = 'sqlite:///a.db?mode=ro'", f"store.url: {STORE}"),
        ("[store]\nurl = 'postgresql://'", f"store.url: {STORE}"),
        ("[store]\nurl = 5", f"store.url: {STORE}"),
        (
            "[store]\nurl = { env = 'HUB_DB' }",
            "store.url: the environment variable HUB_DB is not set; set it, or name another.",
        ),
        (
            "[store]\nkey_file = ''",
            'store.key_file = "": expected a path in quotes, such as "kamsync.key".',
        ),
        (
            "[store]\nkey_file = '~nobody-here/key'",
            (
                'store.key_file = "~nobody-here/key": '
                "expected a path, and ~nobody-here/key names a home that is not there."
            ),
        ),
        ("[store]\nurl = 'sqlite://'", f"store.url: {IN_MEMORY}"),
        ("[store]\nurl = 'sqlite:///:memory:'", f"store.url: {IN_MEMORY}"),
        ('[system.Sales]\nconnector = "acme"', f"system.Sales: {NAME}"),
        ('[system.a__b]\nconnector = "acme"', f"system.a__b: {NAME}"),
        ('[system."a\\u001bb"]\nconnector = "acme"', f'system."a\\x1bb": {NAME}'),
        ("[system]\nsales = 'acme'", 'system.sales = "acme": expected a table.'),
        ("[system.sales]\nteam = 'sales'", "system.sales.connector: is missing."),
        (
            "[system.sales]\nconector = 'acme'",
            "system.sales.connector: is missing. Was it meant by 'conector'?",
        ),
        (f"{SYSTEM}team = 3", "system.sales.team = 3: expected text in quotes."),
        (f"{SYSTEM}clears_pay = 'yes'", 'system.sales.clears_pay = "yes": expected true or false.'),
        (
            f"{SYSTEM}allow = {{ account = ['updte'] }}",
            (
                "system.sales.allow.account = \"updte\": expected 'create', 'update' or 'delete'. "
                "Did you mean 'update'?"
            ),
        ),
        (f"{SYSTEM}allow = ['account']", "system.sales.allow: expected a table."),
        (
            f"{SYSTEM}[system.sales.map.account]\nobjct = 'x'",
            "system.sales.map.account.objct: unknown key. Did you mean 'object'?",
        ),
        (
            f"{SYSTEM}[system.sales.map.account.fields]\nname = 3",
            (
                'system.sales.map.account.fields.name = 3: expected a native field such as "Name", '
                "a list of them, a table, or false."
            ),
        ),
        (
            f"{SYSTEM}[system.sales.map.account.fields]\nname = {{ direction = 'inn' }}",
            (
                "system.sales.map.account.fields.name.direction = \"inn\": expected 'in', 'out' or 'both'. "
                "Did you mean 'in'?"
            ),
        ),
        ("[scope.contact]", "scope.contact: unknown key. Known are account."),
        ("[scope.account]\ntier = 'key'", 'scope.account.tier = "key": expected a list.'),
        (
            f"{SYSTEM}[scope.account]\nlist = {{ slaes = ['1'] }}",
            "scope.account.list.slaes: there is no system 'slaes'. Did you mean 'sales'?",
        ),
        ("[policy]\naccount = 'latest'", 'policy.account = "latest": expected a table.'),
        ("[identity]\nlink = 1.5", f"identity.link = 1.5: {FRACTION}"),
        ("[identity]\nlink = true", f"identity.link = True: {FRACTION}"),
        ("[identity]\nlink = nan", f"identity.link = nan: {FRACTION}"),
        ("guards = 3", "guards = 3: expected a table."),
    ],
)
def test_a_mistake_names_its_key_its_value_and_what_would_be_right(wrong, text, line):
    """One line a person can act on."""
    assert [line] == wrong(text)


def test_thresholds_out_of_order_are_refused(wrong):
    """A pair that is linked at 0.5 is never asked about at 0.7."""
    (line,) = wrong("[identity]\nlink = 0.5\nreview = 0.7")

    assert line.startswith("identity: The thresholds must be ")
    assert "review is 0.7, link is 0.5" in line


def test_all_mistakes_are_told_at_once(wrong):
    """Nobody mends a file line by line."""
    lines = wrong(f"[stor]\n[round]\nbatch = 0\nsweep_every = 1\n{SYSTEM}team = 3\nallow = 3")

    assert 5 == len(lines)


def test_a_long_value_is_cut_short(wrong):
    """A line stays a line."""
    (line,) = wrong(f"[round]\nbatch = '{'x' * 1000}'")

    assert 120 > len(line)


def test_the_value_of_an_option_is_never_shown(wrong, file):
    """It may be a secret in the wrong place."""
    lines = wrong(
        f"{SYSTEM}token = {{ file = 'canary.token' }}\npassword = {'[' * 20}'canary'{']' * 20}"
    )

    path = file.parent / "canary.token"
    missing = f"{path} is not there; run `install -m 600 /dev/stdin {path}`"
    assert [
        f"system.sales.token: {missing}, paste the secret, then Ctrl-D.",
        "system.sales.password: expected at most 16 levels of tables and lists.",
    ] == lines


@pytest.mark.parametrize(
    ("content", "mode", "text"),
    [
        (b"token", 0o644, "is open to others (mode 0644), run: chmod 600 "),
        (b"token", 0o640, "is open to others (mode 0640), run: chmod 600 "),
        (b"", 0o600, "is empty, expected a secret in it"),
        (b" \n", 0o600, "is empty, expected a secret in it"),
        (b"\xff\xfe", 0o600, "is not text in UTF-8"),
        (b"x" * 70_000, 0o600, "is too long for a secret, expected at most 65536 bytes"),
    ],
)
def test_a_secret_file_that_cannot_be_trusted_is_refused(wrong, file, content, mode, text):
    """Open to others, empty, not text, or not a secret at all."""
    secret = file.parent / "token"
    secret.write_bytes(content)
    secret.chmod(mode)

    (line,) = wrong(f"{SYSTEM}token = {{ file = 'token' }}")

    assert line.startswith(f"system.sales.token: {secret} {text}")


@pytest.mark.parametrize("kind", ["folder", "pipe", "socket"])
def test_a_secret_is_read_from_a_regular_file_only(wrong, file, kind):
    """A folder, a pipe or a socket is refused at once, and never waited for."""
    path = file.parent / "token"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path, 0o600)
    else:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(str(path))

    (line,) = wrong(f"{SYSTEM}token = {{ file = 'token' }}")

    assert "regular file" in line or "cannot be read" in line


@pytest.mark.parametrize(
    ("variable", "value", "line"),
    [
        (
            "KAMSYNC_ROUND__BATCH",
            "many",
            'environment variable KAMSYNC_ROUND__BATCH: round.batch = "many": expected a whole number.',
        ),
        (
            "KAMSYNC_STORE__ULR",
            "x",
            "environment variable KAMSYNC_STORE__ULR: store.ulr: unknown key. Did you mean 'url'?",
        ),
        (
            "KAMSYNC_STOR__URL",
            "x",
            (
                "environment variable KAMSYNC_STOR__URL: there is no section 'stor'. "
                "Did you mean 'store'?"
            ),
        ),
        (
            "KAMSYNC_STORE__URL",
            "mysql://hub:canary@x",
            f"environment variable KAMSYNC_STORE__URL: store.url: {STORE}",
        ),
        (
            "KAMSYNC_PLUGINS",
            "memory",
            'environment variable KAMSYNC_PLUGINS: expected a list such as ["memory"].',
        ),
        (
            "KAMSYNC_PLUGINS",
            '{"a": 1}',
            'environment variable KAMSYNC_PLUGINS: expected a list such as ["memory"].',
        ),
        (
            "KAMSYNC_SYSTEM__NEW__TEAM",
            "sales",
            "environment variable KAMSYNC_SYSTEM__NEW__CONNECTOR: system.new.connector: is missing.",
        ),
    ],
)
def test_a_mistake_in_the_environment_names_the_variable(wrong, variable, value, line):
    """The file is not where to look for it."""
    assert [line] == wrong("plugins = []", **{variable: value})


def test_the_environment_knows_every_section():
    """A new section can be set from the environment too."""
    sections = [field.alias or name for name, field in Config.model_fields.items()]

    assert sections == list(Environment.model_fields)


def test_a_missing_file_is_told_with_the_way_to_one(file):
    """The first thing a newcomer sees."""
    with pytest.raises(ConfigurationInvalid, match=rf"{file} is not there. .* `kamsync init`"):
        load_config(file, {})


def test_a_folder_is_no_configuration(tmp_path):
    """Named by mistake."""
    with pytest.raises(ConfigurationInvalid, match="is not a file"):
        load_config(tmp_path, {})


def test_a_file_that_cannot_be_read_is_told_with_the_reason(tmp_path):
    """A link that leads round in a circle cannot be read even by root."""
    loop = tmp_path / "kamsync.toml"
    loop.symlink_to(loop)

    with pytest.raises(ConfigurationInvalid, match=r"kamsync.toml (cannot be read|is not there)"):
        load_config(loop, {})


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n"])
def test_an_empty_file_is_told_with_the_way_to_a_full_one(load, text):
    """A write that was cut short must not look like a configuration without systems."""
    with pytest.raises(ConfigurationInvalid, match=r"is empty. Run `kamsync init`"):
        load(text)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("plugins = []\nstore = ", 2, "Invalid value"),
        ("plugins = []\n\n[round\nbatch = 3", 3, "Expected ']'"),
        ("a = 1\na = 2", 2, "Cannot overwrite a value"),
        (f"{SYSTEM}\n{SYSTEM}", 4, "Cannot declare ('system', 'sales') twice"),
        ("a = 'never closed", 1, "Expected"),
        ("a = 2026-13-01", 1, "."),
    ],
)
def test_what_is_not_toml_is_told_with_its_line(load, file, text, line, reason):
    """A system that is named twice is one of these."""
    with pytest.raises(ConfigurationInvalid) as caught:
        load(text)

    told = str(caught.value)
    assert told.startswith(f"{file}, line {line}: not valid TOML: ")
    assert reason in told
    assert 1 == len(told.splitlines())


def test_what_is_not_text_is_told_with_its_line(file):
    """Saved in another encoding."""
    file.write_bytes(b"plugins = []\n# M\xfcller\n")

    with pytest.raises(ConfigurationInvalid, match=r"kamsync.toml, line 2: not text in UTF-8"):
        load_config(file, {})


def test_endless_nesting_is_refused(load):
    """It would use up the stack."""
    with pytest.raises(ConfigurationInvalid, match="nested too deeply"):
        load("a = " + "[" * 100_000)


def test_a_file_without_end_is_refused(load):
    """Nobody wrote that by hand."""
    with pytest.raises(ConfigurationInvalid, match="longer than 4 MiB"):
        load("#" * (4 * 1024 * 1024 + 1))
