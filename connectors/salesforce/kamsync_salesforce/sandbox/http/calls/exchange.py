"""One call of the API and its reply, without anything of the server: a composite has calls within."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from msgspec import UNSET, DecodeError, Struct, UnsetType, convert, json
from multidict import CIMultiDict

from kamsync_salesforce.sandbox.http.calls.versions import number_of, prefix
from kamsync_salesforce.sandbox.people import Person
from kamsync_salesforce.sandbox.refusal import Refusal

__all__ = ["Call", "Reply", "refusal_reply", "told_errors"]

T = TypeVar("T")

DATA_ERRORS = {400, 409, 412}
NOT_THERE = {"INVALID_CROSS_REFERENCE_KEY"}
"""What recordings of composite and batch answer 404, and single calls 400."""
NOT_DATA = {"MALFORMED_QUERY", "INVALID_TYPE", "JSON_PARSER_ERROR", "INVALID_QUERY_LOCATOR"}


class Call(Struct):
    """What somebody asks of one version of the API: the segments of its path stand after the version."""

    method: str
    path: tuple[str, ...]
    query: dict[str, str]
    headers: CIMultiDict[str]
    version: int
    who: Person
    body: bytes = b""
    given: Any = UNSET
    args: dict[str, str] = {}
    origin: str = ""
    inside: bool = False

    @property
    def base(self) -> str:
        """What the addresses in an answer begin with."""
        return prefix(self.version)

    @property
    def release(self) -> str:
        """The version as the API writes it."""
        return f"{self.version}.0"

    def document(self) -> Any:
        """Return the JSON of the body.

        Source: REST API Developer Guide, "Status Codes and Error Responses" (JSON_PARSER_ERROR).
        """
        if not isinstance(self.given, UnsetType):
            return self.given
        try:
            self.given = json.decode(self.body)
        except DecodeError as error:
            raise Refusal(400, "JSON_PARSER_ERROR", f"{error} at [line:1, column:1]") from error
        return self.given

    def fields(self) -> dict[str, Any]:
        """Return the JSON object of the body."""
        document = self.document()
        if not isinstance(document, dict):
            raise Refusal(
                400, "JSON_PARSER_ERROR", "The HTTP entity body is required, but this is no object"
            )
        return document

    def shaped(self, shape: type[T], code: str = "JSON_PARSER_ERROR") -> T:
        """Return the body as the values of *shape*, or refuse it with *code*."""
        try:
            return convert(self.document(), shape)
        except DecodeError as error:
            raise Refusal(400, code, f"{error} at [line:1, column:1]") from error

    def option(self, header: str, name: str) -> str | None:
        """Return one option of a header such as ``Sforce-Call-Options: client=a, other=b``."""
        for part in self.headers.get(header, "").split(","):
            key, _, value = part.partition("=")
            if key.strip().lower() == name.lower():
                return value.strip()
        return None

    def sub(
        self,
        method: str,
        url: str,
        *,
        body: Any = UNSET,
        headers: Mapping[str, str] | None = None,
    ) -> Call:
        """Return a call within this one; its address may leave out the host and the first part."""
        parts = urlsplit(url)
        path = parts.path.removeprefix("/services/data").strip("/")
        version, *rest = path.split("/")
        inherited = {
            name: value
            for name, value in self.headers.items()
            if name.lower().startswith("sforce-")
        }
        return Call(
            method=method,
            path=tuple(unquote(segment) for segment in rest),
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers=CIMultiDict({**inherited, **(headers or {})}),
            version=number_of(version),
            who=self.who,
            given=body,
            origin=self.origin,
            inside=True,
        )


class Reply(Struct):
    """What a call is answered: *body* is JSON, unless it is bytes of the type that is named."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = {}
    content_type: str = "application/json"


def told_errors(refusal: Refusal, *, data: bool) -> list[dict[str, Any]]:
    """Return a refusal as the body of one record's answer has it; *data* says a record was written.

    Source: REST API Developer Guide, "Status Codes and Error Responses".
    """
    told: dict[str, Any] = {"message": refusal.message, "errorCode": refusal.code, **refusal.extra}
    if refusal.fields or (data and refusal.status in DATA_ERRORS and refusal.code not in NOT_DATA):
        told["fields"] = list(refusal.fields)
    return [told]


def refusal_reply(refusal: Refusal, call: Call | None = None) -> Reply:
    """Return the answer to a call that is refused; one whose precondition failed says nothing more."""
    data = call is not None and call.method in {"POST", "PATCH", "DELETE"}
    inside = call is not None and call.inside
    status = 404 if inside and refusal.code in NOT_THERE else refusal.status
    return Reply(status, told_errors(refusal, data=data))
