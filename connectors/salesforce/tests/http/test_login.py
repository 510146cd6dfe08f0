"""OAuth and SOAP: who is let in, and how everybody else is refused."""

import base64
import hashlib
import time
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
import requests

from kamsync.errors import ConfigurationInvalid
from kamsync.extensions import SandboxOptions
from kamsync_salesforce.sandbox.http.start import start

BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
REDIRECT = "http://localhost:1717/OauthRedirect"


@pytest.fixture
def ask(sandbox):
    """Ask the token endpoint; the client is ours unless the form says otherwise."""

    def asked(path="token", auth=None, **form):
        ours = {} if auth else {"client_id": sandbox.service.credentials.client_id}
        url = f"{sandbox.url}/services/oauth2/{path}"
        return requests.post(url, data={**ours, **form}, auth=auth, timeout=20)

    return asked


def lets_in(sandbox, token):
    """Return whether a token is good for a call."""
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{sandbox.url}/services/data/v66.0/limits"
    return requests.get(url, headers=headers, timeout=20).status_code == 200


def test_answers_have_the_headers_and_the_form_of_recorded_ones(sandbox, ask, call):
    """Nobody keeps a token or a record; the password flow names no scope."""
    ours = sandbox.service.credentials
    token = ask(
        grant_type="password",
        client_secret=ours.client_secret,
        username=ours.username,
        password=ours.password,
    )
    refused = ask(grant_type="password", client_secret=ours.client_secret)

    expected = {"access_token", "instance_url", "id", "token_type", "issued_at", "signature"}
    assert expected == set(token.json())
    for answer in (token, refused, call("GET", "limits"), call("GET", "sobjects/Account/nobody")):
        assert {
            "Cache-Control": "no-cache,must-revalidate,max-age=0,no-store,private",
            "Vary": "Accept-Encoding",
            "Content-Type": "application/json;charset=UTF-8",
        }.items() <= answer.headers.items()


def test_a_client_logs_in_by_its_secret_in_the_body_or_in_a_basic_header(sandbox, ask):
    """The session is good for calls at once."""
    credentials = sandbox.service.credentials
    secret = credentials.client_secret

    for answer in (
        ask(grant_type="client_credentials", client_secret=secret),
        ask(grant_type="client_credentials", auth=(credentials.client_id, secret)),
    ):
        assert lets_in(sandbox, answer.json()["access_token"])
        assert {"Bearer", sandbox.url} == {
            answer.json()["token_type"],
            answer.json()["instance_url"],
        }


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "magic"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials", "client_secret": "x"}, "invalid_client"),
        ({"grant_type": "client_credentials", "client_id": "x"}, "invalid_client_id"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant"),
        ({"grant_type": "authorization_code", "code": "x"}, "invalid_grant"),
        ({"grant_type": BEARER, "assertion": "a.b.c"}, "invalid_grant"),
    ],
)
def test_whoever_proves_nothing_is_refused_as_oauth_refuses(ask, form, error):
    """Status 400, an error and its description."""
    answer = ask(**form)

    assert (400, error) == (answer.status_code, answer.json()["error"])
    assert answer.json()["error_description"]


def test_a_password_may_have_the_security_token_behind_it(sandbox, ask):
    """Within trusted networks it is not needed."""
    credentials = sandbox.service.credentials
    form = {
        "grant_type": "password",
        "client_secret": credentials.client_secret,
        "username": credentials.username,
    }

    statuses = [
        ask(**form, password=password).status_code
        for password in (
            credentials.password,
            credentials.password + credentials.security_token,
            "wrong",
        )
    ]

    assert [200, 200, 400] == statuses


@pytest.fixture
def assertion(sandbox):
    """Sign an assertion; what is said of it takes the place of what is right."""

    def signed(key=None, **claims):
        credentials = sandbox.service.credentials
        right = {
            "iss": credentials.client_id,
            "sub": credentials.username,
            "aud": "https://login.salesforce.com",
            "exp": int(time.time()) + 180,
        }
        return jwt.encode({**right, **claims}, key or credentials.private_key, "RS256")

    return signed


def test_a_signed_assertion_lets_in_whom_it_names(sandbox, ask, assertion):
    """The end may be a text, as one client library writes it."""
    for signed in (
        assertion(),
        assertion(exp=str(int(time.time()) + 180)),
        assertion(aud=sandbox.url),
    ):
        answer = ask(grant_type=BEARER, assertion=signed)

        assert lets_in(sandbox, answer.json()["access_token"])
        assert "refresh_token" not in answer.json()


@pytest.mark.parametrize(
    ("claims", "error", "description"),
    [
        ({"aud": "https://example.com"}, "invalid_grant", "audience is invalid"),
        ({"exp": 1}, "invalid_grant", "expired authorization code"),
        ({"exp": 4_000_000_000}, "invalid_grant", "expired authorization code"),
        ({"iss": "x"}, "invalid_client_id", "client identifier invalid"),
        ({"sub": "nobody@example.com"}, "invalid_grant", "user hasn't approved this consumer"),
    ],
)
def test_an_assertion_that_is_not_right_is_refused(ask, assertion, claims, error, description):
    """With the words of the real endpoint."""
    answer = ask(grant_type=BEARER, assertion=assertion(**claims))

    assert {"error": error, "error_description": description} == answer.json()


def test_an_assertion_by_another_key_is_refused(ask, assertion):
    """Only the certificate of the app counts."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    assert (
        "invalid assertion"
        == ask(grant_type=BEARER, assertion=assertion(other)).json()["error_description"]
    )


def test_a_refresh_token_that_rotates_is_good_once(sandbox, ask):
    """The next one comes with the session; without rotation the first stays good."""
    token = sandbox.service.credentials.refresh_token
    assert 200 == ask(grant_type="refresh_token", refresh_token=token).status_code

    sandbox.act("", "set", rotate_refresh_tokens=True)
    following = ask(grant_type="refresh_token", refresh_token=token).json()["refresh_token"]

    assert 400 == ask(grant_type="refresh_token", refresh_token=token).status_code
    assert 200 == ask(grant_type="refresh_token", refresh_token=following).status_code


@pytest.fixture
def code(sandbox):
    """Go through the browser's part, and return the code that it brings back."""

    def gone(**query):
        usual = {
            "response_type": "code",
            "client_id": sandbox.service.credentials.client_id,
            "redirect_uri": REDIRECT,
            "state": "s1",
        }
        url = f"{sandbox.url}/services/oauth2/authorize"
        answer = requests.get(url, params={**usual, **query}, allow_redirects=False, timeout=20)
        if answer.status_code != 302:
            return answer.json()["error"]
        back = answer.headers["Location"]
        assert back.startswith(REDIRECT)
        found = dict(parse_qsl(urlsplit(back).query))
        assert "s1" == found["state"]
        return found["code"]

    return gone


def test_a_browser_brings_a_code_that_only_its_verifier_redeems(sandbox, ask, code):
    """Once; what it is redeemed for brings a refresh token."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"verifier").digest()).rstrip(b"=").decode()
    form = {"grant_type": "authorization_code", "redirect_uri": REDIRECT}

    first, second = code(code_challenge=challenge), code(code_challenge=challenge)
    good = ask(**form, code=first, code_verifier="verifier")
    again = ask(**form, code=first, code_verifier="verifier")
    wrong = ask(**form, code=second, code_verifier="guess")

    assert (200, 400, 400) == (good.status_code, again.status_code, wrong.status_code)
    assert lets_in(sandbox, good.json()["access_token"])
    assert (
        200
        == ask(grant_type="refresh_token", refresh_token=good.json()["refresh_token"]).status_code
    )


def test_a_code_goes_only_to_this_machine(code):
    """And only to our app."""
    assert "redirect_uri_mismatch" == code(redirect_uri="https://example.com/cb")
    assert "invalid_client_id" == code(client_id="x")


def test_a_session_ends_after_two_hours_or_when_it_is_revoked(sandbox, ask, call):
    """By the org's clock; an admin can end all of them."""
    secret = sandbox.service.credentials.client_secret
    tokens = [
        ask(grant_type="client_credentials", client_secret=secret).json()["access_token"]
        for _ in range(2)
    ]
    introspected = ask("introspect", token=tokens[0], client_secret=secret).json()

    assert 200 == ask("revoke", token=tokens[0]).status_code
    assert 400 == ask("revoke", token=tokens[0]).status_code
    assert (True, False) == (introspected["active"], lets_in(sandbox, tokens[0]))

    sandbox.clock.forward(7201)
    assert not lets_in(sandbox, tokens[1])
    refused = call("GET", "limits")
    assert (401, "INVALID_SESSION_ID") == (refused.status, refused.code)
    assert "Session expired or invalid" == refused.body[0]["message"]


def test_the_user_is_told_who_it_is(sandbox, call):
    """By OpenID and by the identity URL."""
    credentials = sandbox.service.credentials
    told = call("GET", "/services/oauth2/userinfo").body
    identity = call("GET", urlsplit(told["id"]).path).body

    assert (credentials.username, credentials.organization) == (
        told["preferred_username"],
        told["organization_id"],
    )
    assert told == identity


LOGIN = """<?xml version="1.0" encoding="utf-8" ?><env:Envelope
xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"><env:Body>
<n1:login xmlns:n1="urn:partner.soap.sforce.com"><n1:username>{}</n1:username>
<n1:password>{}</n1:password></n1:login></env:Body></env:Envelope>"""


def soap(sandbox, body, version="59.0"):
    """Post an envelope."""
    url = f"{sandbox.url}/services/Soap/u/{version}"
    return requests.post(url, data=body, headers={"SOAPAction": "login"}, timeout=20)


def test_soap_lets_in_and_refuses_with_a_fault(sandbox):
    """Status 500, and the code where clients look for it."""
    username = sandbox.service.credentials.username
    good = soap(sandbox, LOGIN.format(username, "made-up-password"))
    bad = soap(sandbox, LOGIN.format(username, "wrong"))

    assert 200 == good.status_code
    token = good.text.partition("<sessionId>")[2].partition("</sessionId>")[0]
    assert lets_in(sandbox, token)
    assert 500 == bad.status_code
    assert "<sf:exceptionCode>INVALID_LOGIN</sf:exceptionCode>" in bad.text


def test_soap_login_is_gone_from_version_65_on(sandbox):
    """As in a real org."""
    body = LOGIN.format(sandbox.service.credentials.username, "made-up-password")

    assert "UNSUPPORTED_API_VERSION" in soap(sandbox, body, "65.0").text


def test_a_file_sets_the_credentials(tmp_path):
    """For a client that has its own."""
    file = tmp_path / "credentials.json"
    file.write_text('{"access_token": "00D!mine", "client_secret": "theirs"}')

    running = start(SandboxOptions(credentials=file))

    assert lets_in(running, "00D!mine")
    assert "theirs" == running.details["credentials"]["client_secret"]
    running.close()


def test_a_key_that_is_none_is_refused_at_the_start(tmp_path):
    """With the file that it stands in."""
    file = tmp_path / "credentials.toml"
    file.write_text('private_key = "no key"')

    with pytest.raises(ConfigurationInvalid, match="The key in"):
        start(SandboxOptions(credentials=file))
