import pytest

from kamsync.errors import ConfigurationInvalid
from kamsync.sandbox.credentials import read_credentials

OURS = {"username": "hub@example.com", "password": "made-up"}


def test_without_a_file_they_are_the_sandboxs_own():
    """They are made up."""
    assert OURS == read_credentials(None, "shelf", OURS)


@pytest.mark.parametrize(
    "text",
    [
        'password = "mine"',
        '{"password": "mine"}',
        '[shelf]\npassword = "mine"\n[other]\ntoken = "x"',
    ],
)
def test_a_file_sets_some_of_them(tmp_path, text):
    """TOML or JSON, at the top or in the sandbox's own table."""
    file = tmp_path / "credentials"
    file.write_text(text)

    assert {**OURS, "password": "mine"} == read_credentials(file, "shelf", OURS)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("pasword = 'x'", "sets 'pasword'"),
        ("password = ['x']\n[shelf]\npassword = []", "sets 'password'"),
        ("shelf = 5", "must be a table"),
        ("password = ", "cannot be used"),
        ("{", "cannot be used"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path, text, reason):
    """It says what the sandbox knows."""
    file = tmp_path / "credentials"
    file.write_text(text)

    with pytest.raises(ConfigurationInvalid, match=reason):
        read_credentials(file, "shelf", OURS)
