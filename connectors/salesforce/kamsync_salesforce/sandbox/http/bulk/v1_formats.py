"""The three formats of the Bulk API 1.0: JSON, XML and CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from msgspec import DecodeError, json

from kamsync_salesforce.sandbox.http.bulk import csvs
from kamsync_salesforce.sandbox.http.calls.exchange import Reply
from kamsync_salesforce.sandbox.http.soap.soap_xml import NIL, element, local
from kamsync_salesforce.sandbox.stamps import moment

__all__ = [
    "Problem",
    "aside",
    "listed_ids",
    "read_document",
    "read_rows",
    "told",
    "told_results",
    "told_rows",
]

SPACE = "http://www.force.com/2009/06/asyncapi/dataload"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
STAMP_LENGTH = len("2026-01-02T03:04:05.000+0000")
RESULT_HEADER = ["Id", "Success", "Created", "Error"]


class Problem(Exception):
    """A call that is refused. Source: Bulk API Reference, "HTTP Status Codes" and "Errors"."""

    def __init__(self, code: str, text: str, status: int = 400) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text
        self.status = status

    def reply(self, *, xml: bool) -> Reply:
        """Return how it is told, in XML or in JSON."""
        said = {"exceptionCode": self.code, "exceptionMessage": self.text}
        return told("error", said, "XML" if xml else "JSON", self.status)


def aside(content_type: str, format_: str) -> str:
    """Return the format of an answer: that of the question where that was JSON or XML."""
    if "json" in content_type:
        return "JSON"
    return "XML" if "xml" in content_type else format_


def read_document(body: bytes, content_type: str) -> Mapping[str, Any]:
    """Return the members of a small document."""
    try:
        if "xml" in content_type or body.lstrip().startswith(b"<"):
            return {local(each): each.text for each in fromstring(body)}
        return json.decode(body, type=dict[str, Any])
    except (ParseError, DefusedXmlException, DecodeError) as error:
        raise Problem("InvalidJob", f"Unable to parse the job: {error}") from error


def read_rows(body: bytes, format_: str) -> list[dict[str, Any]]:
    """Return the rows of a batch."""
    if format_ == "JSON":
        return json.decode(body, type=list[dict[str, Any]])
    if format_ == "CSV":
        ending = "CRLF" if body.partition(b"\n")[0].endswith(b"\r") else "LF"
        header, rows = csvs.read(body, ",", ending)
        return [csvs.record(header, row) for row in rows]
    try:
        return [_row(each) for each in fromstring(body)]
    except (ParseError, DefusedXmlException) as error:
        raise DecodeError(str(error)) from error


def told(name: str, said: Mapping[str, Any], format_: str, status: int = 200) -> Reply:
    """Return a document; jobs of CSV are told of in XML."""
    if format_ == "JSON":
        return Reply(status, dict(said))
    text = f'{HEAD}<{name} xmlns="{SPACE}">{_members(said)}</{name}>'
    return Reply(status, text.encode(), content_type="application/xml")


def told_results(results: Sequence[Mapping[str, Any]], format_: str) -> Reply:
    """Return what became of each row."""
    if format_ == "JSON":
        return Reply(200, list(results))
    if format_ == "XML":
        inner = "".join(element("result", _members(each), raw=True) for each in results)
        text = f'{HEAD}<results xmlns="{SPACE}">{inner}</results>'
        return Reply(200, text.encode(), content_type="application/xml")
    rows = [_line(each) for each in results]
    return Reply(200, b"".join(csvs.written(RESULT_HEADER, rows)), content_type="text/csv")


def told_rows(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[tuple[str, ...]], format_: str
) -> Reply:
    """Return the rows of a query; in JSON, times are milliseconds since 1970."""
    if format_ == "JSON":
        return Reply(200, [_with_milliseconds(row) for row in rows])
    if format_ == "XML":
        inner = "".join(element("records", _members(row), raw=True) for row in rows)
        text = f'{HEAD}<queryResult xmlns="{SPACE}">{inner}</queryResult>'
        return Reply(200, text.encode(), content_type="application/xml")
    if not rows:
        return Reply(200, b"Records not found for this query", content_type="text/csv")
    header = [".".join(path) for path in columns]
    cells = [[csvs.cell(csvs.flat(row, path)) for path in columns] for row in rows]
    return Reply(200, b"".join(csvs.written(header, cells)), content_type="text/csv")


def listed_ids(ids: Sequence[str], format_: str) -> Reply:
    """Return the ids of the results of a query."""
    if format_ == "JSON":
        return Reply(200, list(ids))
    inner = "".join(element("result", id_) for id_ in ids)
    text = f'{HEAD}<result-list xmlns="{SPACE}">{inner}</result-list>'
    return Reply(200, text.encode(), content_type="application/xml")


def _row(node: Element) -> dict[str, Any]:
    """Return what a record of XML sets: nil is null, and members of members name a parent."""
    values: dict[str, Any] = {}
    for each in node:
        nested = each[0] if len(each) else None
        if nested is not None:
            values[local(each)] = _row(nested if len(nested) else each)
        else:
            values[local(each)] = None if each.get(NIL) == "true" else each.text
    return values


def _line(result: Mapping[str, Any]) -> list[str]:
    """Return what became of a row as a line."""
    errors = "".join(
        f"{each['statusCode']}:{each['message']}:{','.join(each['fields'])} --"
        for each in result["errors"]
    )
    success, created = csvs.cell(result["success"]), csvs.cell(result["created"])
    return [result["id"] or "", success, created, errors]


def _with_milliseconds(value: Any) -> Any:
    """Return a row with its times as numbers."""
    if isinstance(value, Mapping):
        return {key: _with_milliseconds(each) for key, each in value.items()}
    if isinstance(value, str) and len(value) == STAMP_LENGTH and value.endswith(".000+0000"):
        return int(moment(value).timestamp() * 1000)
    return value


def _members(said: Mapping[str, Any]) -> str:
    """Write members as XML; a list is the same member several times."""
    told: list[str] = []
    for name, value in said.items():
        if name == "attributes":
            told.append(element("type", str(value.get("type"))))
        elif isinstance(value, Mapping):
            told.append(element(name, _members(value), raw=True))
        elif isinstance(value, list):
            told += [
                element(name, _members(each), raw=True)
                if isinstance(each, Mapping)
                else element(name, str(each))
                for each in value
            ]
        elif value is not None:
            told.append(element(name, csvs.cell(value)))
    return "".join(told)
