"""Where HubSpot answers, as a configuration gives it.

Everything goes over TLS. Plain HTTP is taken for the own machine only, where a sandbox listens.
"""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from kamsync.errors import ConfigurationInvalid

__all__ = ["require_address"]

HOMES = frozenset({"127.0.0.1", "localhost", "::1"})


def require_address(url: str) -> None:
    """Raise `ConfigurationInvalid` if *url* is no address, or plain HTTP to another machine."""
    parts = _parts(url)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigurationInvalid(
            f"url is {url!r}, which is no address.",
            hint='Leave it out, or write that of a sandbox, such as "http://127.0.0.1:18441".',
        )
    if parts.scheme == "http" and parts.hostname not in HOMES:
        raise ConfigurationInvalid(
            f"url is {url!r}, and plain HTTP would show every token on its way.",
            hint="Write https://; http:// is for a sandbox on this machine.",
        )


def _parts(url: str) -> SplitResult | None:
    """Return the parts of *url*, None if it cannot be taken apart or names a port that is none."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts
