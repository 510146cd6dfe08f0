"""The ways to log in, and what is told when none works."""

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from kamsync.browser import ask
from kamsync.errors import ConfigurationInvalid, DecisionRefused
from kamsync.redact import Secret
from kamsync.safe import SealedFile
from kamsync_salesforce.api.tokens import NotLetIn
from kamsync_salesforce.connector import Salesforce
from kamsync_salesforce.login.login import Endpoint

KEY = bytes(32)


@pytest.fixture
def safe(tmp_path):
    """Return the safe of one system."""
    return SealedFile(tmp_path / "kamsync.safe", "sales", lambda: KEY)


def reads(connector):
    """Read once; an empty org gives a page too."""
    return list(connector.read("Account", ["Name"], None))


def alone(org, **options):
    """Connect with nothing but what is given."""
    return org.connect(**{"client_id": "", "client_secret": None, **options})


def test_a_signed_assertion_lets_in(org):
    """The app knows the certificate, and no secret is sent."""
    credentials = org.service.credentials
    connector = alone(
        org,
        client_id=credentials.client_id,
        username=credentials.username,
        jwt_key=Secret(credentials.private_key),
    )

    assert reads(connector)
    connector.close()


def test_a_key_that_nobody_knows_is_told(org):
    """And so is a text that is no key."""
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    credentials = org.service.credentials
    given = {"client_id": credentials.client_id, "username": credentials.username}

    with pytest.raises(NotLetIn, match="let nobody in"):
        reads(alone(org, **given, jwt_key=Secret(pem)))
    with pytest.raises(NotLetIn, match="no RSA key"):
        reads(alone(org, **given, jwt_key=Secret("not a key")))


def test_a_wrong_secret_is_told_without_it(org):
    """The message may be pasted into a ticket."""
    credentials = org.service.credentials
    wrong = Secret("wrong-secret-7")

    with pytest.raises(NotLetIn) as error:
        reads(alone(org, client_id=credentials.client_id, client_secret=wrong))

    assert "invalid_client" in str(error.value)
    assert "wrong-secret-7" not in str(error.value)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "Nothing says how to log in"),
        ({"client_secret": Secret("s")}, "need client_id"),
        ({"client_id": "c", "jwt_key": Secret("k")}, "needs client_id"),
        (
            {"client_id": "c", "session_id": Secret("s"), "refresh_token": Secret("r")},
            "two ways to log in",
        ),
        ({"client_id": "3MVG9…"}, "only shows how a consumer key begins"),
        ({"client_id": "c", "version": "12"}, "from 60.0 on"),
        ({"client_id": "c", "host": "http://acme.my.salesforce.com"}, "plain HTTP"),
        ({"client_id": "c", "host": "acme.lightning.force.com"}, "browsers only"),
        ({"client_id": "c", "host": "no host"}, "no host"),
        ({"client_id": "c", "overlap": 5}, "overlap is 5"),
        ({"client_id": "c", "page": 10}, "page is 10"),
        ({"client_id": "c", "quota_share": 2.0}, "quota_share is 2.0"),
    ],
)
def test_options_that_do_not_fit_are_told(options, told):
    """Before anything is called."""
    with pytest.raises(ConfigurationInvalid, match=told):
        Salesforce(**options)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("production", "https://login.salesforce.com"),
        ("sandbox", "https://test.salesforce.com"),
        ("acme.my.salesforce.com", "https://acme.my.salesforce.com"),
        (
            "https://acme--uat.sandbox.my.salesforce.com",
            "https://acme--uat.sandbox.my.salesforce.com",
        ),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ],
)
def test_hosts_are_addresses(host, address):
    """Words, hosts and whole addresses."""
    assert address == Salesforce(host=host, client_id="c").login.address


def test_a_refresh_token_that_is_good_once_is_kept_before_it_is_used(org, safe):
    """The next process goes on with its successor."""
    org.act("set", rotate_refresh_tokens=True)
    credentials = org.service.credentials
    given = {
        "client_id": credentials.client_id,
        "client_secret": Secret(credentials.client_secret),
        "refresh_token": Secret(credentials.refresh_token),
    }
    first = alone(org, **given)
    first.keep_in(safe)
    assert reads(first)
    kept = safe.get("refresh token")
    assert kept not in (None, Secret(credentials.refresh_token))

    second = alone(org, **given)
    second.keep_in(safe)

    assert reads(second)
    assert kept != safe.get("refresh token")


def browse(url):
    """Do what a browser does for somebody who agrees."""
    answer = requests.get(url, timeout=10, allow_redirects=False)
    requests.get(answer.headers["Location"], timeout=10)


def signing_in(org, safe, **options):
    """Return a connector that a person may sign in to."""
    credentials = org.service.credentials
    connector = alone(
        org,
        client_id=credentials.client_id,
        client_secret=Secret(credentials.client_secret),
        redirect="http://localhost:18765/callback",
        **options,
    )
    connector.keep_in(safe)
    return connector


def test_a_person_signs_in_and_out_in_a_browser(org, safe):
    """What was given out is good for nothing afterwards."""
    connector = signing_in(org, safe)

    found = ask(connector.sign_in(), browse, timeout_s=20)

    assert all(each.ok for each in found), found
    kept = safe.get("refresh token")
    assert kept
    assert reads(connector)
    assert all(each.ok for each in connector.sign_out())
    assert None is safe.get("refresh token")
    with pytest.raises(NotLetIn):
        Endpoint(org.server.url).ask(
            {
                "grant_type": "refresh_token",
                "client_id": org.service.credentials.client_id,
                "refresh_token": kept.reveal(),
            }
        )


def test_an_answer_to_another_question_is_not_taken(org, safe):
    """Nobody else can end or take over a sign-in."""
    connector = signing_in(org, safe)
    told = []

    def refused(url):
        home = "http://localhost:18765/callback"
        queries = ("code=x&state=guessed", "code=x", "error=access_denied&state=y")
        told.extend(requests.get(f"{home}?{query}", timeout=10).status_code for query in queries)
        state = dict(each.split("=") for each in url.partition("?")[2].split("&"))["state"]
        requests.get(f"{home}?error=access_denied&state={state}", timeout=10)

    with pytest.raises(DecisionRefused, match="access_denied"):
        ask(connector.sign_in(), refused, timeout_s=20)
    assert [404, 404, 404] == told


def test_a_system_that_logs_in_by_itself_needs_no_browser(org, safe):
    """It says which options to leave out."""
    connector = alone(org, session_id=Secret("s"))
    connector.keep_in(safe)

    with pytest.raises(ConfigurationInvalid, match="without a browser"):
        connector.sign_in()


@pytest.mark.parametrize("session", ["00Dx!one\n00Dx!two", "Bearer 00Dx!one", "00Dx!öne"])
def test_a_session_that_no_call_can_carry_is_refused_before_one_is_tried(org, session):
    """It is told what a session is, and it is not shown."""
    with pytest.raises(ConfigurationInvalid, match="is one word") as raised:
        alone(org, session_id=Secret(session))

    assert "00Dx" not in str(raised.value)
