import json
import logging
import socket
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

import kamsync_notify_webhook
from kamsync.clock import SetClock
from kamsync.errors import ConfigurationInvalid, QuotaSpent, SystemDown
from kamsync.extensions import Notice
from kamsync.plugins import load_plugins
from kamsync_notify_webhook import NOTICES_LIMIT, Webhook, kamsync_notify, message, post

AT = "2026-03-01T09:30:00.000000Z"
NOTICES = (
    Notice(
        "conflict", "Two teams disagree on the tier of Müller GmbH.", AT, id="c-1", team="sales"
    ),
    Notice("guard", "A round would delete 40 contacts.", AT, urgent=True),
)


class Receiver(ThreadingHTTPServer):
    """What is posted to, on the loopback address: answers with *answers* in order, then 204."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answering)
        self.answers = []
        self.posts = []

    @property
    def url(self):
        """Where it answers; the path is the kind of secret that chats put there."""
        return f"http://127.0.0.1:{self.server_port}/hooks/hush"


class Answering(BaseHTTPRequestHandler):
    """Keeps what was posted."""

    def do_POST(self):
        """Answer as the receiver was told to."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append((dict(self.headers), json.loads(body)))
        status, headers = self.server.answers.pop(0) if self.server.answers else (204, {})
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *arguments):
        """Say nothing on the terminal."""


@pytest.fixture
def receiver():
    with Receiver() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def webhook(receiver):
    return Webhook(url=receiver.url)


def waited_s(clock):
    """Return for how long somebody waited on *clock*."""
    return (clock.now() - SetClock().now()) / timedelta(seconds=1)


def test_notices_arrive_as_text_and_one_by_one(receiver, monkeypatch):
    """A chat shows the text, a program reads the notices; every field of a notice is there."""
    monkeypatch.setenv("KAMSYNC_NOTIFY_WEBHOOK_URL", receiver.url)

    kamsync_notify(NOTICES)

    [(headers, posted)] = receiver.posts
    lines = [
        "conflict: Two teams disagree on the tier of Müller GmbH.",
        "! guard: A round would delete 40 contacts.",
    ]
    assert lines == posted["text"].splitlines()
    assert [("c-1", "sales", False), ("", "", True)] == [
        (each["id"], each["team"], each["urgent"]) for each in posted["notices"]
    ]
    assert "Authorization" not in headers


def test_a_token_is_sent_as_bearer(receiver, clock):
    """The receiver can tell us from others."""
    post(NOTICES, Webhook(url=receiver.url, token="hush"), clock)

    assert "Bearer hush" == receiver.posts[0][0]["Authorization"]


def test_a_receiver_that_recovers_gets_the_same_post_again(receiver, webhook, clock):
    """All attempts carry one key, so that the receiver can drop what it has already."""
    receiver.answers = [(503, {}), (500, {})]

    post(NOTICES, webhook, clock)

    assert 3 == len(receiver.posts)
    assert 1 == len({headers["Idempotency-Key"] for headers, _ in receiver.posts})
    assert 1.5 == waited_s(clock)


def test_the_wait_that_the_receiver_asks_for_is_kept(receiver, webhook, clock):
    """Retry-After is not cut short."""
    receiver.answers = [(429, {"Retry-After": "3"})]

    post(NOTICES, webhook, clock)

    assert 3 == waited_s(clock)


def test_a_receiver_that_asks_for_a_long_wait_is_not_waited_for(receiver, webhook, clock):
    """The round goes on, and the notices are on the page anyway."""
    receiver.answers = [(429, {"Retry-After": "600"})]

    with pytest.raises(QuotaSpent):
        post(NOTICES, webhook, clock)

    assert 0 == waited_s(clock)


def test_trying_ends(receiver, webhook, clock):
    """A receiver that is down costs three attempts and no more."""
    receiver.answers = [(503, {})] * 10

    with pytest.raises(SystemDown, match="answered with status 503"):
        post(NOTICES, webhook, clock)

    assert 3 == len(receiver.posts)


@pytest.mark.parametrize("status", [301, 400, 401, 404])
def test_a_refusal_is_not_repeated(receiver, webhook, clock, status):
    """What will not work later is said at once, and no redirection leads the token elsewhere."""
    receiver.answers = [(status, {"Location": receiver.url})]

    with pytest.raises(ConfigurationInvalid, match=f"status {status}"):
        post(NOTICES, webhook, clock)

    assert 1 == len(receiver.posts)


def test_a_receiver_that_hangs_is_left(webhook, clock, receiver, monkeypatch):
    """No answer within the limit is as good as none."""
    monkeypatch.setattr(kamsync_notify_webhook, "TIMEOUT_S", 0.05)
    receiver.shutdown()

    with pytest.raises(SystemDown, match="ReadTimeout"):
        post(NOTICES, webhook, clock)


def test_nothing_of_a_failure_reaches_the_round_but_its_report(clock, monkeypatch):
    """The plugin border notes the failure by name; the secret path of the URL is not in it."""
    monkeypatch.setattr(kamsync_notify_webhook, "SystemClock", lambda: clock)
    plugins = load_plugins(["notify_webhook"])
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}/hooks/hush"
        monkeypatch.setenv("KAMSYNC_NOTIFY_WEBHOOK_URL", url)

        plugins.notify(NOTICES)

    [report] = [str(each) for each in plugins.broken]
    assert "The webhook at http://127.0.0.1 cannot be reached (ConnectError)" in report
    assert "hush" not in report


def test_the_url_is_in_no_log(webhook, clock, caplog):
    """Whoever reads the log cannot post in our name."""
    caplog.set_level(logging.INFO)

    post(NOTICES, webhook, clock)

    assert "hush" not in caplog.text


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({}, "_URL is not set"),
        ({"URL": "chat.example.com/hooks/hush"}, "is not a URL"),
        ({"URL": "file:///etc/hush"}, "is not a URL"),
        ({"URL": "http://chat.example.com/hush", "TOKEN": "hush"}, "would travel readable"),
    ],
)
def test_what_cannot_be_used_is_said_without_showing_it(monkeypatch, variables, told):
    """Each message names the variable and what would be right, never the secret in it."""
    for name in ("URL", "TOKEN"):
        monkeypatch.delenv(f"KAMSYNC_NOTIFY_WEBHOOK_{name}", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(f"KAMSYNC_NOTIFY_WEBHOOK_{name}", value)

    with pytest.raises(ConfigurationInvalid, match=told) as caught:
        kamsync_notify(NOTICES)

    assert "hush" not in str(caught.value)


def test_a_flood_of_notices_is_counted():
    """A first round that holds thousands of fields makes one message that a person can read."""
    posted = message(NOTICES[:1] * 2500)

    assert NOTICES_LIMIT == len(posted["notices"])
    assert 2400 == posted["more"]
    assert posted["text"].endswith("and 2400 more")
