"""How the section of a new portal begins, and what only its admin knows."""

from __future__ import annotations

from importlib.resources import files

from kamsync.draft import Ask, Draft

__all__ = ["draft"]

TOKEN, APP = "token", "app"

ASKS = (
    Ask(
        "way",
        "How kamsync gets in: with a service key or another token, or with an app that people sign in with",
        choices=(TOKEN, APP),
        default=TOKEN,
    ),
    Ask(
        "token",
        "Name of the environment variable that holds the token, or file:PATH",
        default="HUBSPOT_TOKEN",
        secret=True,
        when=("way", TOKEN),
    ),
    Ask(
        "client_id",
        "Client id of the app",
        example="0c1d2e3f-0000-4000-8000-9f8e7d6c5b4a",
        when=("way", APP),
        needed=True,
    ),
    Ask(
        "client_secret",
        "Name of the environment variable that holds the app's secret",
        default="HUBSPOT_SECRET",
        secret=True,
        when=("way", APP),
    ),
    Ask("currency", "Currency of a portal that has only one, such as EUR", example="EUR"),
)


def draft() -> Draft:
    """Return the draft of a section."""
    text = (files("kamsync_hubspot.portal") / "start.toml").read_text(encoding="utf-8")
    return Draft(text.rstrip("\n"), ASKS, ("way", APP))
