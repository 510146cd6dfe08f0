"""The calls of the REST API that the connector makes: queries, composites, collections, retrieval.

simple-salesforce has none of these (its issue 147), or has them with faults: paging by a URL that it
builds wrongly, and ``restful`` that answers None for an empty list. So they are made here, on the
same session. REST API Developer Guide, "Query", "Composite" and "sObject Collections".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from msgspec import Struct
from requests import Request, Response

from kamsync_salesforce.api.answers import Problem, body_of, problem_of
from kamsync_salesforce.api.session import OrgSession

__all__ = ["Answer", "Client", "Refusal", "Rows", "Sub", "parts"]

T = TypeVar("T")

TEXT_LIMIT = 15_000
"""Of how many bytes an address may be; the API takes 16,384 with all headers."""
OURS = {
    "Sforce-Call-Options": "client=kamsync",
    "Sforce-Auto-Assign": "FALSE",
    "Sforce-Mru": "updateMru=false",
}
"""Our changes are told apart in change events, assign nothing anew, and are nobody's recent items."""
BAD = 300
"""From here on, nothing was answered that was asked for; a redirection is not followed with a token."""


class Refusal(Exception):
    """Salesforce said no to a whole call."""

    def __init__(self, status: int, problem: Problem) -> None:
        super().__init__(str(problem))
        self.status = status
        self.problem = problem


class Answer(Struct, frozen=True):
    """What came back: the status, the body, and the earliest moment at which the org looked."""

    status: int
    body: Any = None
    looked: datetime | None = None
    headers: Mapping[str, str] = {}

    @property
    def problem(self) -> Problem:
        """The first error that it tells."""
        return problem_of(self.body, self.status)

    @property
    def failed(self) -> bool:
        """Whether it is an error as a whole."""
        return self.status >= BAD


class Rows(Struct, frozen=True):
    """One page of a query: its rows, where the next page is, and how many there are of all."""

    rows: Sequence[Mapping[str, Any]]
    more: str
    total: int
    looked: datetime | None


class Sub(Struct, frozen=True):
    """One request inside a composite; *path* starts after the version."""

    method: str
    path: str
    body: Any = None
    headers: Mapping[str, str] = {}


class Client:
    """The REST API of one org in one version."""

    def __init__(self, session: OrgSession, version: str, page: int) -> None:
        self.session = session
        self.base = f"/services/data/v{version}"
        self._page = page

    def get(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Return what is at *path*; raises `Refusal`."""
        return self._sound(self.call("GET", path, params=params, headers=headers, repeatable=True))

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = False,
    ) -> Answer:
        """Make one call and return its answer, an error included."""
        response = self._carried(method, path, params, body, headers, repeatable=repeatable)
        return Answer(
            response.status_code,
            body_of(response.content),
            getattr(response, "looked", None),
            response.headers,
        )

    def text(self, path: str, params: Mapping[str, str]) -> Response:
        """Return what is at *path* as it came, which is not JSON."""
        response = self._carried("GET", path, params, None, None, repeatable=True)
        if response.status_code >= BAD:
            problem = problem_of(body_of(response.content), response.status_code)
            raise Refusal(response.status_code, problem)
        return response

    def query(self, soql: str, *, deleted: bool = False) -> Rows:
        """Return the first page of a query, with what is *deleted* if that is wanted."""
        path = "/queryAll" if deleted else "/query"
        headers = {"Sforce-Query-Options": f"batchSize={self._page}"}
        return rows_of(self.get(path, {"q": soql}, headers))

    def more(self, url: str) -> Rows:
        """Return the page at *url*, which another page has named."""
        headers = {"Sforce-Query-Options": f"batchSize={self._page}"}
        return rows_of(self.get(url.removeprefix(self.base), headers=headers))

    def retrieve(self, object_: str, ids: Sequence[str], names: Sequence[str]) -> Answer:
        """Return up to 2,000 records by id in one call, None in the place of one that is not there."""
        body = {"ids": list(ids), "fields": list(names)}
        path = f"/composite/sobjects/{object_}"
        return self._sound(self.call("POST", path, body=body, repeatable=True))

    def composite(
        self, subs: Sequence[Sub], *, whole: bool = False, repeatable: bool = False
    ) -> list[Answer]:
        """Carry out up to 25 requests in one call and answer each; *whole* means all or none."""
        body = {
            "allOrNone": whole,
            "collateSubrequests": False,
            "compositeRequest": [self._sub(sub, f"r{n}") for n, sub in enumerate(subs)],
        }
        answer = self._sound(
            self.call("POST", "/composite", body=body, headers=OURS, repeatable=repeatable)
        )
        told = {each["referenceId"]: each for each in answer.body["compositeResponse"]}
        return [_answer(told[f"r{n}"], answer.looked) for n in range(len(subs))]

    def _sub(self, sub: Sub, name: str) -> dict[str, Any]:
        """Return one request as a composite takes it; it inherits no header but the token's."""
        made: dict[str, Any] = {
            "method": sub.method,
            "url": f"{self.base}{sub.path}",
            "referenceId": name,
        }
        headers = dict(sub.headers) if sub.method == "GET" else {**OURS, **sub.headers}
        if headers:
            made["httpHeaders"] = headers
        return made if sub.body is None else {**made, "body": sub.body}

    def _carried(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        body: Any,
        headers: Mapping[str, str] | None,
        *,
        repeatable: bool,
    ) -> Response:
        url = f"{self.session.tokens.current().instance}{self.base}{path}"
        request = Request(method, url, params=params, json=body, headers=headers)
        prepared = self.session.prepare_request(request)
        return self.session.carry(prepared, repeatable=repeatable)

    def _sound(self, answer: Answer) -> Answer:
        if answer.failed:
            raise Refusal(answer.status, answer.problem)
        return answer


def rows_of(answer: Answer) -> Rows:
    """Return a query's page from its answer."""
    body = answer.body
    more = "" if body.get("done", True) else str(body["nextRecordsUrl"])
    return Rows(body["records"], more, int(body.get("totalSize", 0)), answer.looked)


def parts(things: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    """Yield *things* in parts of at most so many."""
    for start in range(0, len(things), most):
        yield things[start : start + most]


def _answer(told: Mapping[str, Any], looked: datetime | None) -> Answer:
    """Return the answer of one request inside a composite."""
    return Answer(
        int(told["httpStatusCode"]), told.get("body"), looked, told.get("httpHeaders") or {}
    )
