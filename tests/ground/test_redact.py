"""What must not be seen is not seen, and what commands a terminal is only shown."""

from __future__ import annotations

import copy
import io
import json
import logging
import pickle
from datetime import date
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamsync.model import Author, Op
from kamsync.redact import DOTS, Pay, Redacting, Secret, redact, visible, without_password

CANARY = "canary-7f3a"


@pytest.mark.parametrize("hidden", [Secret(CANARY), Pay(CANARY)])
@pytest.mark.parametrize(
    "shown",
    [str, repr, "{}".format, "{:>20}".format, lambda each: f"{[each]!r}", lambda each: f"{each!s}"],
)
def test_a_hidden_value_shows_in_no_text(hidden, shown):
    """However it is written out, it is dots."""
    assert CANARY not in shown(hidden)
    assert DOTS in shown(hidden)


@pytest.mark.parametrize("hidden", [Secret(CANARY), Pay(CANARY)])
@pytest.mark.parametrize("written", [pickle.dumps, json.dumps, msgspec.json.encode, copy.copy])
def test_a_hidden_value_is_never_written_by_accident(hidden, written):
    """Nothing that stores or copies values takes it."""
    with pytest.raises(TypeError):
        written(hidden)


def test_a_secret_is_revealed_on_demand_only():
    """The one call that needs it gets it."""
    assert CANARY == Secret(CANARY).reveal()
    assert 12 == Pay(12).reveal()


def test_secrets_compare_by_what_they_hold():
    """Equal secrets are equal, and a secret is not its text."""
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert 1 == len({Secret("a"), Secret("a")})
    assert not Secret("")
    assert Pay(1) == Pay(1)
    assert Pay(1) != 1


def test_hidden_values_are_dots_anywhere_in_a_structure():
    """Depth and kind of container do not matter."""
    told = redact({"a": [{"b": (Secret(CANARY), {Pay})}], "c": Pay(3)})

    assert {"a": [{"b": [DOTS, ["<type>"]]}], "c": DOTS} == told


def test_named_keys_are_dots_at_any_depth():
    """Values of fields of class pay are hidden by the fields' names."""
    told = redact({"rate": 0.1, "lines": [{"rate": "0.2", "name": "x"}]}, hidden=["rate"])

    assert {"rate": DOTS, "lines": [{"rate": DOTS, "name": "x"}]} == told


def test_what_is_harmless_stays_readable():
    """Plain values, times, paths, numbers and our own frozen values can be read in a log."""
    told = redact(
        [None, True, 1, 1.5, "a", Decimal("1.20"), date(2026, 1, 2), Path("x"), Op.CREATE]
    )

    assert [None, True, 1, 1.5, "a", "1.20", "2026-01-02", "x", "create"] == told
    assert "u1" == redact(Author("u1"))["id"]


def test_what_is_not_known_is_shown_as_its_type():
    """An object's own text could tell anything, so it is not asked."""

    class Session:
        def __repr__(self):
            return CANARY

    assert {
        "session": "<Session>",
        "raw": "<bytes>",
    } == redact({"session": Session(), "raw": b"canary"})


def test_a_structure_that_holds_itself_comes_to_an_end():
    """There is a limit on depth."""
    endless: list[object] = []
    endless.append(endless)

    assert "…" in json.dumps(redact(endless), ensure_ascii=False)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Müller & Söhne 東京 👩‍💻", "Müller & Söhne 東京 👩‍💻"),
        ("\x1b]0;owned\x07", "\\x1b]0;owned\\x07"),
        ("a\rb\nc\td", "a\\rb\\nc\\td"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\x9b31m", "\\x9b31m"),
        ("a\u2028b", "a\\u2028b"),
        ("\ud800", "\\ud800"),
        ("no\u00a0break", "no\u00a0break"),
    ],
)
def test_characters_that_command_are_shown(text, shown):
    """A name from a system cannot move the cursor, set a title or turn the line around."""
    assert shown == visible(text)


def test_lines_are_kept_where_asked_for():
    """A long text stays readable, everything else in it is still shown."""
    assert "a\n\tb\\x1b" == visible("a\n\tb\x1b", lines=True)


@given(st.text())
def test_visible_text_is_one_line_that_stays_as_it_is(text):
    """Nothing is left to show, and showing twice is showing once."""
    shown = visible(text)

    assert len(shown.splitlines()) <= 1
    assert shown == visible(shown)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:///hub.db", "sqlite:///hub.db"),
        ("sqlite://", "sqlite://"),
        ("postgresql://hub:canary@db:5432/x", "postgresql://hub:•••@db:5432/x"),
        ("postgresql://hub@db/x?password=canary", "postgresql://hub@db/x?•••"),
        ("postgresql://:can%40ary@db/x", "postgresql://:•••@db/x"),
        ("http://[canary", DOTS),
        ("postgresql:canary@x?canary", DOTS),
        ("postgresql://hub:can/ary@db/x", DOTS),
    ],
)
def test_a_password_in_a_url_is_dots(url, shown):
    """A store's address can be named in a message."""
    assert shown == without_password(url)


def test_a_log_line_hides_and_stays_one_line():
    """The filter works on arguments, whatever the style of the message."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(Redacting())
    logger = logging.Logger("kamsync.test")
    logger.addHandler(handler)

    logger.warning("login as %s with %r, %d tries", "eve\nroot: ok", Secret(CANARY), 3)
    logger.warning("%(token)s", {"token": Pay(CANARY)})
    logger.warning("failed: %s", ValueError("late"))
    logger.warning("plain 100%")

    assert [
        f"login as eve\\nroot: ok with '{DOTS}', 3 tries",
        DOTS,
        "failed: late",
        "plain 100%",
    ] == stream.getvalue().splitlines()
