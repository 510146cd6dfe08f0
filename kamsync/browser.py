"""Lead a person through a sign-in in a browser, and take the answer on this machine.

The authorization code flow for native apps (RFC 8252): the answer comes to an address on the loopback
interface, *state* ties it to this question, and PKCE (RFC 7636, S256) ties the code to this process.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event, Thread
from urllib.parse import parse_qs, urlsplit

from kamsync.connector import Finding, SignIn
from kamsync.errors import ConfigurationInvalid, DecisionRefused, SystemDown

__all__ = ["ask"]

HOME = "127.0.0.1"
HOMES = frozenset({HOME, "localhost"})
TIMEOUT_S = 300.0
SLICE_S = 0.2
PAGE = "<!doctype html><meta charset=utf-8><title>kamsync</title><p>{text}</p>"
DONE = "kamsync has what it needs. You can close this page."
FAILED = "kamsync was not let in. You can close this page; the terminal says why."


class _Answer(HTTPServer):
    """Waits for one answer at one path."""

    allow_reuse_address = True
    _thread: Thread | None = None

    def __init__(self, port: int, path: str, state: str) -> None:
        super().__init__((HOME, port), _Handler)
        self.path = path
        self.state = state
        self.answer: dict[str, str] | None = None
        self._answered = Event()
        self._thread = Thread(
            target=self.serve_forever, args=(SLICE_S,), name="kamsync-browser", daemon=True
        )
        self._thread.start()

    def take(self, told: dict[str, str]) -> None:
        """Take the answer."""
        self.answer = told
        self._answered.set()

    def waited(self, timeout_s: float) -> dict[str, str]:
        """Return the answer, once it is there."""
        self._answered.wait(timeout_s)
        if self.answer is None:
            raise SystemDown("Nobody has answered in the browser.", hint="Try again.")
        return self.answer

    def server_close(self) -> None:
        """Listen no longer; what is being told to the browser is told.

        A port that is taken comes here as well, before anybody has begun to serve.
        """
        if self._thread is not None:
            self.shutdown()
            self._thread.join()
        super().server_close()


class _Handler(BaseHTTPRequestHandler):
    """Takes the answer, and tells the person that the page can be closed."""

    server: _Answer

    def do_GET(self) -> None:
        """Take one answer; whatever else asks here is not told anything."""
        asked = urlsplit(self.path)
        told = {name: values[0] for name, values in parse_qs(asked.query).items()}
        is_ours = secrets.compare_digest(told.get("state", "").encode(), self.server.state.encode())
        if asked.path != self.server.path or not is_ours or self.server.answer is not None:
            self.send_error(404)
            return
        body = PAGE.format(text=DONE if "code" in told else FAILED).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.server.take(told)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Write nothing: what is asked for here holds the code."""


def ask(
    sign_in: SignIn, show: Callable[[str], None], timeout_s: float = TIMEOUT_S
) -> Sequence[Finding]:
    """Let a person sign in at the page that *show* is given, and return what was found.

    Raises:
        ConfigurationInvalid: no address that the app lets an answer go to is on this machine.
        SystemDown: none of their ports is free, or nobody answered in time.
        DecisionRefused: the person, or the system, said no.
    """
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(64)
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    with _listening(sign_in.redirects, state) as (server, redirect):
        show(sign_in.url(redirect, state, challenge))
        told = server.waited(timeout_s)
    if "code" not in told:
        said = told.get("error_description") or told.get("error") or "it does not say why"
        raise DecisionRefused(
            f"kamsync was not let in: {said}.", hint="Run the same command again to try once more."
        )
    return sign_in.finish(redirect, told["code"], verifier)


@contextmanager
def _listening(redirects: Sequence[str], state: str) -> Iterator[tuple[_Answer, str]]:
    """Listen at the first of *redirects* whose port is free."""
    if not redirects:
        raise ConfigurationInvalid("No address is named to which an answer may come.")
    error: OSError | None = None
    for redirect in redirects:
        parts = urlsplit(redirect)
        if parts.scheme != "http" or parts.hostname not in HOMES or parts.port is None:
            raise ConfigurationInvalid(
                f"{redirect} is no address on this machine.",
                hint="It must be http://localhost with a port, such as http://localhost:8765/callback.",
            )
        try:
            server = _Answer(parts.port, parts.path or "/", state)
        except OSError as taken:
            error = taken
            continue
        with server:
            yield server, redirect
        return
    raise SystemDown(
        f"None of {', '.join(redirects)} is free: {error.strerror if error else ''}.",
        hint="Stop what listens there, and try again.",
    )
