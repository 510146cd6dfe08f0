"""A person signs in with an app: once, and what it gives is kept sealed."""

import socket
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
import urllib3

from kamsync.browser import ask
from kamsync.errors import SystemDown, Unsupported
from kamsync.redact import Secret
from kamsync.safe import SealedFile
from kamsync_hubspot.portal.checks import KEPT
from kamsync_hubspot.testing.world import PERSON, connected


def free_port():
    """Return a port that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def safe(tmp_path):
    """A sealed file for one system."""
    return SealedFile(tmp_path / "kamsync.safe", "success", lambda: bytes(32))


@pytest.fixture
def app(portal, safe):
    """A connector that has an app and no token."""
    made = connected(
        portal,
        token=None,
        client_id=portal.credentials["client_id"],
        client_secret=Secret(portal.credentials["client_secret"]),
        redirect=f"http://localhost:{free_port()}/hubspot",
        sign_in_page=f"{portal.url}/oauth/authorize",
    )
    made.keep_in(safe)
    yield made
    made.close()


def browse(url):
    """Go to a page as a browser does, and be sent on to where it leads."""
    Thread(target=urllib3.request, args=("GET", url), daemon=True).start()


def names(connector):
    """Return the names of all companies."""
    pages = connector.read("companies", ["name"], None)
    return [reading.values["name"] for page in pages for reading in page.readings]


def test_a_sign_in_is_kept_and_used(portal, app, safe):
    """After it, calls go through, now and by another process; the file does not tell the token."""
    portal.act(PERSON, "create", object="companies", values={"name": "Nordwind"})

    findings = ask(app.sign_in(), browse)

    assert all(finding.ok for finding in findings)
    assert ["Nordwind"] == names(app)
    kept = safe.get("refresh_token")
    assert kept is not None
    assert kept.reveal() not in safe._path.read_text()


def test_a_sign_in_asks_for_splits_and_setup_where_the_portal_has_them(app):
    """They are wished for, not needed: a plan without them lets kamsync in all the same."""
    asked = parse_qs(urlsplit(app.sign_in().url("http://localhost", "s", "c")).query)
    assert "crm.dealsplits.read_write" not in asked["scope"][0].split()

    ask(app.sign_in(), browse)

    assert all(step.done for step in app.setup(KEPT, dry_run=False))
    [told] = [each for each in app.check() if each.about == "permissions"]
    assert (True, False) == (told.ok, "Splits" in told.text)


def test_a_port_that_is_taken_is_told(app):
    """Nobody is left waiting for a page that will never be shown."""
    sign_in = app.sign_in()
    port = urlsplit(sign_in.redirects[0]).port

    with socket.create_server(("127.0.0.1", port)), pytest.raises(SystemDown) as raised:
        ask(sign_in, browse)

    assert f"localhost:{port}/hubspot is free" in raised.value.message
    assert "Stop what listens there" in raised.value.hint


def test_who_never_signed_in_is_told_how(app):
    """Nothing is called without a token."""
    with pytest.raises(SystemDown) as raised:
        names(app)

    assert "kamsync connect" in raised.value.hint


def test_a_sign_in_that_was_taken_back_is_told(app, safe):
    """A refresh token that is not good any more is a system that is down, with what to do."""
    safe.put("refresh_token", Secret("eu1-taken-back"))

    with pytest.raises(SystemDown) as raised:
        names(app)

    assert "kamsync connect" in raised.value.hint
    assert "eu1-taken-back" not in str(raised.value)


def test_signing_out_forgets(app, safe):
    """What was kept is gone."""
    ask(app.sign_in(), browse)

    app.sign_out()

    assert safe.get("refresh_token") is None


def test_a_key_needs_no_sign_in(connector, safe):
    """Who has a token is not led to a browser."""
    connector.keep_in(safe)

    with pytest.raises(Unsupported):
        connector.sign_in()
