"""How the section of a new org begins, and what only its admin knows."""

from __future__ import annotations

from importlib.resources import files

from kamsync.draft import Ask, Draft

__all__ = ["draft"]

SIGN_IN, KEY, SECRET = "sign_in", "key", "secret"

ASKS = (
    Ask("host", "production, sandbox, or the org's own domain", default="sandbox"),
    Ask("client_id", "Consumer key of the app", example="3MVG9…", needed=True),
    Ask(
        "way",
        "How kamsync gets in: a person signs in, a key whose certificate the app has, or its secret",
        choices=(SIGN_IN, KEY, SECRET),
        default=SIGN_IN,
    ),
    Ask(
        "username",
        "User as whom kamsync works",
        example="kamsync@acme.example",
        when=("way", KEY),
        needed=True,
    ),
    Ask(
        "jwt_key",
        "Where the key is: file:PATH, or the name of an environment variable",
        default="file:sales.key",
        secret=True,
        when=("way", KEY),
    ),
    Ask(
        "client_secret",
        "Name of the environment variable that holds the app's secret",
        default="SALESFORCE_CLIENT_SECRET",
        secret=True,
        when=("way", SECRET),
    ),
    Ask("currency", "Currency of an org that has only one, such as EUR", example="EUR"),
)


def draft() -> Draft:
    """Return the draft of a section."""
    text = (files("kamsync_salesforce.setup") / "start.toml").read_text(encoding="utf-8")
    return Draft(text.rstrip("\n"), ASKS, ("way", SIGN_IN))
