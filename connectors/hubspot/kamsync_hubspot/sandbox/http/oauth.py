"""Endpoints of OAuth: the page that asks, and the tokens.

Source: developers.hubspot.com/docs/guides/apps/authentication/working-with-oauth and
developers.hubspot.com/docs/api-reference/auth-oauth-v1/guide; refusals as clients report them.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from aiohttp import web

from kamsync_hubspot.sandbox.http.calls import Answer, Call
from kamsync_hubspot.sandbox.http.paths import Routes
from kamsync_hubspot.sandbox.http.tokens import Grant
from kamsync_hubspot.sandbox.model.refusal import Refusal

__all__ = ["ROUTES"]

ROUTES = Routes()
DATED = r"20\d\d-\d\d(?:-beta)?"


@ROUTES.plain("GET", "/oauth/authorize")
@ROUTES.plain("GET", "/oauth/{portal}/authorize")
def authorize(call: Call) -> web.Response:
    """Ask whether an app may come in, and be told yes: the browser is sent back with a code."""
    tokens = call.service.tokens
    back, state = call.text("redirect_uri"), call.text("state")
    if call.text("client_id") != tokens.credentials["client_id"] or not back:
        page = (
            "<html><body>Something is wrong with the client_id or the redirect_uri.</body></html>"
        )
        return web.Response(status=400, text=page, content_type="text/html")
    code = _new(call, "eu1-code")
    wanted = f"{call.text('scope')} {call.text('optional_scope')}"
    scopes = tuple(dict.fromkeys(wanted.replace("+", " ").split()))
    tokens.codes[code] = (back, scopes, call.text("code_challenge"))
    query = urlencode({"code": code, **({"state": state} if state else {})})
    place = f"{back}{'&' if '?' in back else '?'}{query}"
    return web.Response(status=302, headers={"Location": place})


@ROUTES.plain("POST", "/oauth/v1/token")
@ROUTES.plain("POST", "/oauth/v3/token")
@ROUTES.plain("POST", f"/oauth/{{version:{DATED}}}/token")
def give(call: Call) -> dict[str, Any]:
    """Give out a token, for a code or for a refresh token; the latter stays as it is."""
    form = dict(parse_qsl(call.raw.decode("utf-8", "replace")))
    tokens, held = call.service.tokens, call.service.tokens.credentials
    if (form.get("client_id"), form.get("client_secret")) != (
        held["client_id"],
        held["client_secret"],
    ):
        raise _refused("BAD_CLIENT_ID", "missing or invalid client id or client secret")
    match form.get("grant_type"):
        case "authorization_code":
            found = tokens.codes.pop(form.get("code", ""), None)
            if found is None:
                raise _refused("BAD_AUTH_CODE", "missing or unknown auth code")
            if found[0] != form.get("redirect_uri"):
                raise _refused(
                    "BAD_REDIRECT_URI", "redirect_uri does not match initial auth code request"
                )
            refresh, scopes = _new(call, "eu1"), found[1]
            tokens.refresh_tokens[refresh] = scopes
        case "refresh_token":
            refresh = form.get("refresh_token", "")
            if refresh not in tokens.refresh_tokens:
                raise _refused("BAD_REFRESH_TOKEN", "missing or invalid refresh token")
            scopes = tokens.refresh_tokens[refresh]
        case "client_credentials":
            # The app itself, in no account: what it may read is named in the call.
            refresh, scopes = "", tuple(form.get("scope", "").split())
        case other:
            raise _refused("BAD_GRANT_TYPE", f"missing or unknown grant_type {other}")
    return _given(call, refresh, scopes)


@ROUTES.plain("GET", "/oauth/v1/access-tokens/{token}")
def access_token(call: Call) -> dict[str, Any]:
    """Tell what a token is good for."""
    grant = call.service.tokens.grants.get(call.path["token"])
    if grant is None:
        raise Refusal(404, "The access token is invalid or has expired.", category=None)
    return _about(call, grant)


@ROUTES.plain("GET", "/oauth/v1/refresh-tokens/{token}")
def refresh_token(call: Call) -> dict[str, Any]:
    """Tell what a refresh token is good for."""
    tokens = call.service.tokens
    if call.path["token"] not in tokens.refresh_tokens:
        raise Refusal(404, "The refresh token is invalid.", category=None)
    about = _about(
        call, Grant("", 0, tokens.refresh_tokens[call.path["token"]], call.path["token"])
    )
    return {
        **about,
        "token": call.path["token"],
        "client_id": tokens.credentials["client_id"],
        "token_type": "refresh",
    }


@ROUTES.plain("DELETE", "/oauth/v1/refresh-tokens/{token}")
def forget(call: Call) -> Answer:
    """Let a refresh token be good no more, but not what was given for it."""
    call.service.tokens.refresh_tokens.pop(call.path["token"], None)
    return Answer(status=204)


@ROUTES.plain("POST", f"/oauth/{{version:{DATED}}}/token/introspect")
def introspect(call: Call) -> dict[str, Any]:
    """Tell what a token is good for, by a form."""
    form = dict(parse_qsl(call.raw.decode("utf-8", "replace")))
    grant = call.service.tokens.grants.get(form.get("token", ""))
    if grant is None or grant.expires_ms <= call.portal.now:
        return {"active": False}
    return {"active": True, **_about(call, grant)}


@ROUTES.plain("POST", f"/oauth/{{version:{DATED}}}/token/revoke")
def revoke(call: Call) -> Answer:
    """Let a token be good no more."""
    form = dict(parse_qsl(call.raw.decode("utf-8", "replace")))
    call.service.tokens.refresh_tokens.pop(form.get("token", ""), None)
    call.service.tokens.grants.pop(form.get("token", ""), None)
    return Answer(status=204)


def _given(call: Call, refresh: str, scopes: tuple[str, ...]) -> dict[str, Any]:
    """Give out a token."""
    token, life = _new(call, "CK"), call.portal.settings.token_life_s
    expires = call.portal.now + life * 1000
    call.service.tokens.grants[token] = Grant(token, expires, scopes, refresh)
    return {
        "token_type": "bearer",
        "refresh_token": refresh,
        "access_token": token,
        "expires_in": life,
        "hub_id": call.portal.settings.portal_id,
        "scopes": list(scopes),
    }


def _about(call: Call, grant: Grant) -> dict[str, Any]:
    """Return what is told of a token."""
    first = next(iter(call.portal.people.all.values()), None)
    return {
        "token": grant.token,
        "user": first.email if first else "",
        "token_type": "access",
        "user_id": first.user_id if first else 0,
        "hub_domain": "kamsync.example",
        "scopes": list(grant.scopes),
        "hub_id": call.portal.settings.portal_id,
        "app_id": call.service.tokens.app_id,
        "expires_in": max(0, (grant.expires_ms - call.portal.now) // 1000),
    }


def _new(call: Call, prefix: str) -> str:
    """Return a made-up token."""
    return f"{prefix}-{UUID(int=call.portal.random.getrandbits(128))}"


def _refused(status: str, message: str) -> Refusal:
    """Return a refusal in the shape that this endpoint has for itself."""
    return Refusal(400, message, category=None, extra={"status": status})
