"""Sign in to a system, sign out, and set it up, from the command line."""

import pytest

from kamsync.seal import read_key

GATED = """
from urllib.parse import parse_qs, urlsplit

from kamsync import hookimpl
from kamsync.connector import Finding, SetupStep
from kamsync.lenses import identity_map
from kamsync.memory import Memory
from kamsync.redact import Secret

REDIRECT = "http://localhost:18766/back"

class SignIn:
    redirects = (REDIRECT,)

    def __init__(self, safe):
        self.safe = safe

    def url(self, redirect, state, challenge):
        return f"{redirect}?code=let-me-in&state={state}"

    def finish(self, redirect, code, verifier):
        self.safe.put("token", Secret(f"{code} {len(verifier) > 42}"))
        return (Finding(ok=code == "let-me-in", about="login", text="Let in."),)

class Gated(Memory):
    kind = "gated"

    def keep_in(self, safe):
        self.safe = safe

    def sign_in(self):
        return SignIn(self.safe)

    def sign_out(self):
        kept = self.safe.get("token")
        self.safe.put("token", None)
        return (Finding(ok=kept == Secret("let-me-in True"), about="login", text="Let out."),)

    def setup(self, objects, *, dry_run):
        return [SetupStep(not dry_run, f"{each} has a field", "Click.") for each in objects]

@hookimpl
def kamsync_connectors():
    return {"gated": Gated}

@hookimpl
def kamsync_mappings(kind, schema):
    if kind == "gated":
        return [identity_map(each, each.name) for each in schema.entities.values()]
"""


@pytest.fixture
def gated(hub, plugin):
    """Let sales be a system that a person signs in to."""
    plugin("gated", GATED)
    return _gated(hub)


def _gated(hub):
    """Let sales be connected to by the plugin."""
    text = hub.file.read_text().replace(
        'connector = "memory"\nteam = "sales"', 'connector = "gated"\nteam = "sales"'
    )
    hub.configure(f'plugins = ["gated"]\n{text}')
    return hub


SHUT = """
from kamsync.errors import NotLetIn

def shut(*_, **__):
    raise NotLetIn("Nobody has signed in yet.", hint="Run: kamsync connect SYSTEM.")

Gated.setup = Gated.sign_out = Gated.identity = shut
"""


@pytest.mark.parametrize("command", ["setup", "disconnect", "moved"])
def test_what_a_connector_advises_names_its_system(hub, plugin, command):
    """It knows no names, and its next step is one to be copied."""
    plugin("gated", GATED + SHUT)

    result = _gated(hub).run(command, "sales")

    assert 1 == result.exit_code
    assert "Run: kamsync connect sales." in result.stderr


@pytest.fixture
def browser(monkeypatch):
    """A browser whose user agrees to everything; it returns what was opened."""
    from urllib.request import urlopen

    opened = []

    def launch(url):
        opened.append(url)
        urlopen(url, timeout=10).read()
        return 0

    monkeypatch.setattr("click.launch", launch)
    return opened


def test_a_sign_in_is_kept_sealed_until_it_is_taken_back(gated, browser):
    """Nobody reads it without the key."""
    result = gated.run("connect", "sales")

    assert 0 == result.exit_code, result.stderr
    assert "login: Let in." in result.stdout
    assert 1 == len(browser)
    assert browser[0] in result.stderr, "where no browser opens, the page is still known"
    sealed = (gated.folder / "kamsync.safe").read_bytes()
    assert b"let-me-in" not in sealed
    assert read_key(gated.folder / "kamsync.key")

    result = gated.run("disconnect", "sales")

    assert 0 == result.exit_code, result.stdout
    assert "Let out." in result.stdout


def test_what_is_wrong_with_a_sign_in_fails(gated):
    """A script sees it by the exit status."""
    result = gated.run("disconnect", "sales")

    assert 1 == result.exit_code
    assert "✗ login: Let out." in result.stdout


def test_a_system_without_a_sign_in_says_so(hub):
    """It is no error of the person who asked."""
    result = hub.run("connect", "success")

    assert 1 == result.exit_code
    assert "The memory connector cannot do a sign-in in a browser." in result.stderr
    assert "See whether it does: kamsync check." in result.stderr


def test_a_setup_names_what_may_be_created(gated):
    """Nothing is made for what is only read."""
    planned = gated.document("setup", "sales", "--dry-run", status=1)
    done = gated.document("setup", "sales")

    assert ["account has a field", "contact has a field", "opportunity has a field"] == [
        step["text"] for step in planned["steps"]
    ]
    assert not planned["ok"]
    assert done["ok"]


def test_a_setup_with_nothing_to_do_says_so(hub):
    """That is no failure."""
    result = hub.run("setup", "success")

    assert 0 == result.exit_code
    assert "success needs nothing to be made." in result.stdout


def test_an_unknown_system_is_told(hub):
    """With those that there are."""
    for command in ("connect", "disconnect", "setup"):
        result = hub.run(command, "nowhere")
        assert 64 == result.exit_code
        assert "There is no system 'nowhere'" in result.stderr


def test_whoever_signs_in_from_another_machine_is_told_how_the_answer_gets_here(gated, browser):
    """A server has no browser; and nobody wonders for how long it waits."""
    shown = gated.run("connect", "sales", "--timeout", "20").stderr

    assert 1 == len(browser)
    assert "ssh -L 18766:localhost:18766 HOST" in shown
    assert "waited for 20 s" in shown
