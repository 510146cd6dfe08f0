"""Where an org is: the words and hosts that a configuration gives, as one address.

Everything goes over TLS. Plain HTTP is taken for the own machine only, where a sandbox listens.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from kamsync.errors import ConfigurationInvalid

__all__ = ["audience_of", "is_loopback", "login_address", "with_address"]

WORDS = {"production": "login.salesforce.com", "sandbox": "test.salesforce.com"}
WORDS |= {"login": WORDS["production"], "test": WORDS["sandbox"]}
HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*(:\d+)?", re.ASCII)
HOMES = frozenset({"127.0.0.1", "localhost", "::1"})
LIGHTNING = ".lightning.force.com"
MINE = ".my.salesforce.com"


def login_address(host: str) -> str:
    """Return the address at which a session is asked for.

    Raises:
        ConfigurationInvalid: it is none, or plain HTTP to another machine.
    """
    host = WORDS.get(host.strip().lower(), host.strip())
    parts = urlsplit(host if "://" in host else f"https://{host}")
    name = parts.hostname or ""
    if not name or (parts.scheme not in {"http", "https"}) or parts.username or parts.query:
        raise _wrong(host)
    if "://" not in host and not HOST.fullmatch(host):
        raise _wrong(host)
    if parts.scheme == "http" and not is_loopback(parts):
        raise ConfigurationInvalid(
            f"host is {host!r}, and plain HTTP would show every token on its way.",
            hint="Write https:// or only the host; http:// is for a sandbox on this machine.",
        )
    if name.endswith(LIGHTNING):
        mine = name.removesuffix(LIGHTNING).removesuffix(".my") + MINE
        raise ConfigurationInvalid(
            f"host is {name}, which is for browsers only.", hint=f'Write host = "{mine}".'
        )
    return f"{parts.scheme}://{parts.netloc}"


def audience_of(address: str) -> str:
    """Return who a JWT is for: one of the two login hosts, whatever the org's own domain is.

    "OAuth 2.0 JWT Bearer Flow for Server-to-Server Integration", parameter ``aud``.
    """
    name = urlsplit(address).hostname or ""
    trial = name == WORDS["sandbox"] or ".sandbox." in name or name.startswith("test.")
    return f"https://{WORDS['sandbox' if trial else 'production']}"


def is_loopback(parts: SplitResult) -> bool:
    """Whether an address is on this machine."""
    return (parts.hostname or "") in HOMES


def with_address(url: str, address: str) -> str:
    """Return *url* moved to *address*: its path and query stay."""
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{address}{parts.path}{query}"


def _wrong(host: str) -> ConfigurationInvalid:
    return ConfigurationInvalid(
        f"host is {host!r}, which is no host.",
        hint='Write "production", "sandbox", or the org\'s own domain, such as'
        ' "acme.my.salesforce.com".',
    )
