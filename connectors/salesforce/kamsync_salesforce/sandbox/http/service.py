"""The server's side: who calls, what it costs, and what stands on every answer."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote

from aiohttp import web
from msgspec import UNSET, json, structs
from multidict import CIMultiDict

from kamsync.sandbox.clock import VirtualClock
from kamsync.sandbox.faults import Fault
from kamsync.sandbox.service import COST, NOTES, Handler, Service
from kamsync_salesforce.sandbox.http.acting import act
from kamsync_salesforce.sandbox.http.api import ROUTER, Api
from kamsync_salesforce.sandbox.http.bulk.v1 import bulk_one
from kamsync_salesforce.sandbox.http.calls import versions
from kamsync_salesforce.sandbox.http.calls.exchange import Call, Reply, refusal_reply
from kamsync_salesforce.sandbox.http.login import credentials as made_up
from kamsync_salesforce.sandbox.http.login.oauth import OAuthRefusal
from kamsync_salesforce.sandbox.http.login.sessions import Session
from kamsync_salesforce.sandbox.http.mishaps import MISHAPS
from kamsync_salesforce.sandbox.http.soap.soap import Soap
from kamsync_salesforce.sandbox.http.soap.soap_xml import SoapFault
from kamsync_salesforce.sandbox.org import Org
from kamsync_salesforce.sandbox.refusal import Refusal
from kamsync_salesforce.sandbox.setup import EXTERNAL_ID

__all__ = ["Salesforce"]

logger = logging.getLogger(__name__)

LONGEST_URI = 16_384
SLASHES, END = "{slashes}", "{end}"
VERSION = re.compile(r"/+services/data/(v[^/]+)(?:/(.*))?")
EXPIRED = "Session expired or invalid"
COMPRESSED_FROM = 2_048
JSON = "application/json;charset=UTF-8"
# As recordings of real orgs show them on every answer of the REST API and of the token endpoint.
UNKEPT = {
    "Cache-Control": "no-cache,must-revalidate,max-age=0,no-store,private",
    "Vary": "Accept-Encoding",
}
OVERLOADED = {
    403: ("REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded."),
    429: ("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded."),
    503: ("SERVER_UNAVAILABLE", "The server is temporarily unavailable."),
}


class Salesforce(Service):
    """An org that answers as a real one does.

    Args:
        org: the org.
        credentials: a file that sets them, or None for made-up ones.
        clock: the org's.
    """

    name = "salesforce"
    faults: ClassVar[tuple[type[Fault], ...]] = MISHAPS

    def __init__(self, org: Org, credentials: Path | None, clock: VirtualClock) -> None:
        super().__init__(clock)
        self.org = org
        organization = next(
            row["Id"]
            for row in org.query("SELECT Id FROM Organization", org.people.integration).rows
        )
        self.credentials = made_up.read(credentials, organization)
        hub = org.people.integration
        org.people.add(structs.replace(hub, username=self.credentials.username))
        org.store.change("User", hub.id, {"Username": self.credentials.username})
        self.api = Api(org, self.credentials, clock)
        self.api.sessions.issue(org.people.integration, self.credentials.access_token)

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Return what it answers to."""
        oauth = "services/oauth2"
        return [
            _at("GET", f"services/data{END[:-1]}:/*}}", self._versions),
            _at("GET", f"{oauth}/authorize", self._authorize),
            _at("*", f"{oauth}/token", self._token),
            _at("*", f"{oauth}/introspect", self._introspect),
            _at("*", f"{oauth}/revoke", self._revoke),
            _at("*", f"{oauth}/userinfo", self._user_info),
            _at("GET", "id/{organization}/{user}", self._identity),
            _at("POST", "services/Soap/{kind:[ucm]}/{version}{rest:(/.*)?}", self._soap),
            _at("*", "services/async/{version}/{rest:.*}", self._bulk_one),
            _at("*", "services/data/{rest:.*}", self._rest),
        ]

    def kind(self, request: web.Request) -> str:
        """Return the resource that a call is for, whatever the version."""
        match = VERSION.fullmatch(request.rel_url.raw_path)
        if "soap" in request[NOTES]:
            return f"SOAP {request[NOTES]['soap']}"
        if match is None:
            return super().kind(request).replace(SLASHES, "").replace(END, "")
        return f"{request.method} {ROUTER.kind(_segments(match[2])) or '(resources)'}"

    async def handle(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer one call, unless its address is too long."""
        request[COST] = 0
        too_long = _too_long(request)
        if too_long:
            return too_long
        try:
            answer = await handler(request)
        except Refusal as refusal:
            answer = _response(refusal_reply(refusal))
        except web.HTTPException:
            raise
        except web.RequestPayloadError as error:
            answer = _response(Reply(400, [{"message": str(error), "errorCode": "BAD_REQUEST"}]))
        except OAuthRefusal as refused:
            answer = _response(Reply(refused.status, refused.document))
        # A client is answered as a real org answers where it fails itself; the log has the reason.
        except Exception:
            logger.exception("The sandbox failed at %s %s", request.method, request.path)
            answer = self.refused(request, 500)
        if "gzip" in request.headers.get("Accept-Encoding", "") and _is_large(answer):
            answer.enable_compression(web.ContentCoding.gzip)
        return answer

    def refused(self, request: web.Request, status: int) -> web.Response:
        """Return how everybody is refused. Source: REST API Developer Guide, "Status Codes"."""
        code, text = OVERLOADED.get(status, ("UNKNOWN_EXCEPTION", "An unexpected error occurred."))
        del request
        return _response(Reply(status, [{"message": text, "errorCode": code}]))

    def act(self, person: str, verb: str, options: Mapping[str, Any]) -> Any:
        """Let a person work in the org, or an administrator set something up."""
        return act(self.api, person, verb, options)

    def options(self, url: str) -> Mapping[str, Any]:
        """Return the options of a system that connects to it; the secret is in the environment."""
        return {
            "connector": "salesforce",
            "host": url,
            "client_id": self.credentials.client_id,
            "client_secret": {"env": "SALESFORCE_CLIENT_SECRET"},
            **({} if self.org.schema.multi_currency else {"currency": "EUR"}),
        }

    def details(self, url: str) -> Mapping[str, Any]:
        """Return credentials for each way to log in, and what a setup has made."""
        return {
            "credentials": self.credentials.document(),
            "flows": made_up.FLOWS,
            "login_url": url,
            "instance_url": url,
            "token_url": f"{url}/services/oauth2/token",
            "environment": {"SALESFORCE_CLIENT_SECRET": self.credentials.client_secret},
            "external_id_field": EXTERNAL_ID,
            "people": [
                {"username": each.username, "team": each.team, "id": each.id}
                for each in self.org.people
            ],
        }

    def close(self) -> None:
        """Let go of the org's file."""
        self.org.close()

    async def _versions(self, request: web.Request) -> web.Response:
        """Source: REST API Developer Guide, "Versions": nobody has to log in."""
        del request
        return _response(Reply(200, versions.listed()))

    async def _rest(self, request: web.Request) -> web.Response:
        """Answer a call of the REST API; whoever has a session is told of the quota in any case."""
        session = self._session(request)
        body = await request.read()
        try:
            reply = self._answered(request, session, body)
        except Refusal as refusal:
            reply = refusal_reply(refusal)
        request[COST] += self.api.counted()
        return self._limited(_response(reply))

    def _answered(self, request: web.Request, session: Session, body: bytes) -> Reply:
        """Return what one call is answered."""
        match = VERSION.fullmatch(request.rel_url.raw_path)
        if match is None:
            raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")
        call = Call(
            method=request.query.get("_HttpMethod", request.method).upper(),
            path=_segments(match[2]),
            query=dict(request.query),
            headers=CIMultiDict(request.headers),
            version=versions.number_of(match[1]),
            who=session.who,
            body=body,
            origin=self._url(request),
        )
        client = call.option("Sforce-Call-Options", "client")
        if client:
            request[NOTES]["client"] = client
        self._count(request)
        _require_json(call)
        return self.api.answer(call)

    def _session(self, request: web.Request) -> Session:
        """Return who calls.

        Source: REST API Developer Guide, "Status Codes and Error Responses" (INVALID_SESSION_ID).
        """
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind and kind.lower() not in {"bearer", "oauth"}:
            raise Refusal(401, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE")
        session = self.api.sessions.find(token.strip())
        if session is None:
            raise Refusal(401, "INVALID_SESSION_ID", EXPIRED)
        return session

    def _count(self, request: web.Request) -> None:
        """Take a call from the quota."""
        self.api.quota.take()
        request[COST] = 1

    def _limited(self, answer: web.Response) -> web.Response:
        """Say on an answer how much of the quota is used."""
        answer.headers["Sforce-Limit-Info"] = self.api.quota.header()
        return answer

    async def _authorize(self, request: web.Request) -> web.Response:
        """Send the browser on, as if the person had agreed."""
        return web.Response(
            status=302, headers={"Location": self.api.oauth.authorize(request.query)}
        )

    async def _token(self, request: web.Request) -> web.Response:
        """Give a token."""
        form = {**request.query, **await _form(request)}
        basic = request.headers.get("Authorization")
        told = self.api.oauth.token(form, basic, self._url(request))
        return _response(Reply(200, told))

    async def _introspect(self, request: web.Request) -> web.Response:
        """Tell whether a token is good."""
        basic = request.headers.get("Authorization")
        return _response(Reply(200, self.api.oauth.introspect(await _form(request), basic)))

    async def _revoke(self, request: web.Request) -> web.Response:
        """End a token."""
        form = {**request.query, **await _form(request)}
        self.api.oauth.revoke(form.get("token", ""))
        return web.Response()

    async def _user_info(self, request: web.Request) -> web.Response:
        """Source: Salesforce Help, "User Info Endpoint" (OpenID Connect)."""
        return _response(Reply(200, self._told_user(request, self._session(request))))

    async def _identity(self, request: web.Request) -> web.Response:
        """Source: Salesforce Help, "Identity URLs": 403 with a text for a bad token."""
        try:
            session = self._session(request)
        except Refusal:
            return web.Response(status=403, text="Bad_OAuth_Token")
        if request.match_info["user"][:15] != session.who.id[:15]:
            return web.Response(status=404, text="Bad_Id")
        return _response(Reply(200, self._told_user(request, session)))

    def _told_user(self, request: web.Request, session: Session) -> dict[str, Any]:
        """Return what is told of whoever is logged in."""
        url, organization = self._url(request), self.credentials.organization
        who = session.who
        return {
            "sub": f"{url}/id/{organization}/{who.id}",
            "id": f"{url}/id/{organization}/{who.id}",
            "asserted_user": True,
            "user_id": who.id,
            "organization_id": organization,
            "username": who.username,
            "preferred_username": who.username,
            "display_name": who.name,
            "nickname": who.username.partition("@")[0],
            "name": who.name,
            "email": who.username,
            "active": True,
            "user_type": "STANDARD",
            "urls": {
                "rest": f"{url}/services/data/v{{version}}/",
                "sobjects": f"{url}/services/data/v{{version}}/sobjects/",
                "query": f"{url}/services/data/v{{version}}/query/",
                "search": f"{url}/services/data/v{{version}}/search/",
                "partner": f"{url}/services/Soap/u/{{version}}/{organization}",
                "enterprise": f"{url}/services/Soap/c/{{version}}/{organization}",
                "metadata": f"{url}/services/Soap/m/{{version}}/{organization}",
            },
        }

    async def _soap(self, request: web.Request) -> web.Response:
        """Answer a SOAP call; one that is refused is a fault with status 500."""
        body = await request.read()
        number = request.match_info["version"].partition(".")[0]
        version = int(number) if number.isdecimal() else 0
        soap = Soap(self.api, self._url(request), request.match_info["kind"], version)
        try:
            text, status = soap.answer(body), 200
            self._count(request)
        except SoapFault as fault:
            text, status = fault.envelope, 500
        except Refusal as refusal:
            text, status = SoapFault(f"sf:{refusal.code}", refusal.message).envelope, 500
        request[NOTES]["soap"] = soap.called
        return web.Response(text=text, status=status, content_type="text/xml", charset="utf-8")

    async def _bulk_one(self, request: web.Request) -> web.Response:
        """Answer a call of the Bulk API 1.0."""
        body = await request.read()
        reply = bulk_one(self.api, request, body)
        request[COST] = 1
        return self._limited(_response(reply))

    def _url(self, request: web.Request) -> str:
        """Return where the caller reached the sandbox."""
        return f"{request.scheme}://{request.host}"


def _at(method: str, path: str, handler: Handler) -> web.AbstractRouteDef:
    """Return a route; some clients write more slashes than one before the path, which is the same."""
    return web.route(method, f"/{SLASHES[:-1]}:/*}}{path}", handler)


def _segments(path: str | None) -> tuple[str, ...]:
    """Return the segments of a path, each as it is meant; a slash at its end means nothing."""
    text = (path or "").rstrip("/")
    return tuple(unquote(segment) for segment in text.split("/"))


def _response(reply: Reply) -> web.Response:
    """Return a reply for the server to send."""
    headers = UNKEPT | dict(reply.headers)
    if reply.body is None:
        return web.Response(status=reply.status, headers=headers)
    if isinstance(reply.body, bytes):
        headers["Content-Type"] = reply.content_type
        return web.Response(status=reply.status, headers=headers, body=reply.body)
    headers["Content-Type"] = JSON
    return web.Response(status=reply.status, headers=headers, body=json.encode(reply.body))


def _is_large(answer: web.StreamResponse) -> bool:
    """Return whether an answer is worth packing."""
    body = answer.body if isinstance(answer, web.Response) else None
    return isinstance(body, bytes) and len(body) > COMPRESSED_FROM


def _too_long(request: web.Request) -> web.Response | None:
    """Refuse an address, or an address with its headers, that is longer than a real org reads.

    Source: REST API Developer Guide, "Status Codes and Error Responses" (414, 431).
    """
    uri = len(request.raw_path.encode()) + len(request.host)
    headers = sum(len(key) + len(value) + 4 for key, value in request.raw_headers)
    if uri > LONGEST_URI:
        return web.Response(status=414, text="URI Too Long")
    if uri + headers > LONGEST_URI:
        return web.Response(status=431, text="Request Header Fields Too Large")
    return None


def _require_json(call: Call) -> None:
    """Refuse a body that says that it is something else.

    Source: REST API Developer Guide, "Status Codes and Error Responses" (415).
    """
    kind = call.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if not call.body or call.path[:2] == ("jobs", "ingest"):
        return
    if kind in {"application/json", "text/json"}:
        return
    if call.given is UNSET and kind:
        text = f"'{kind}' is not a supported content-type for this resource"
        raise Refusal(415, "UNSUPPORTED_MEDIA_TYPE", text)


async def _form(request: web.Request) -> dict[str, str]:
    """Return the form of a body."""
    return {key: str(value) for key, value in (await request.post()).items()}
