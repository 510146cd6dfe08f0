"""The XML of SOAP calls: read by local names, written as text."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

__all__ = [
    "ENTERPRISE",
    "ENVELOPE",
    "METADATA",
    "NIL",
    "PARTNER",
    "SoapFault",
    "child",
    "children",
    "element",
    "local",
    "text_of",
    "values_of",
]

ENTERPRISE = "urn:enterprise.soap.sforce.com"
METADATA = "http://soap.sforce.com/2006/04/metadata"
PARTNER = "urn:partner.soap.sforce.com"
ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope'
    ' xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="{kind}"'
    ' xmlns:sf="urn:sobject.partner.soap.sforce.com"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>{body}</soapenv:Body>'
    "</soapenv:Envelope>"
)
FAULT = (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope'
    ' xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:sf="urn:fault.partner.soap.sforce.com"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><soapenv:Fault>'
    "<faultcode>{code}</faultcode><faultstring>{bare}: {text}</faultstring><detail>"
    '<sf:{kind} xsi:type="sf:{kind}"><sf:exceptionCode>{bare}</sf:exceptionCode>'
    "<sf:exceptionMessage>{text}</sf:exceptionMessage></sf:{kind}></detail></soapenv:Fault>"
    "</soapenv:Body></soapenv:Envelope>"
)
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


class SoapFault(Exception):
    """A SOAP call is refused, which is answered 500.

    Source: SOAP API Developer Guide, "API Fault Element".
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        bare = code.partition(":")[2] or code
        kind = "LoginFault" if bare == "INVALID_LOGIN" else "UnexpectedErrorFault"
        self.envelope = FAULT.format(code=code, bare=bare, text=escape(text), kind=kind)


def local(node: Element) -> str:
    """Return the name of an element without its namespace."""
    return str(node.tag).rpartition("}")[2]


def child(node: Element, name: str) -> Element | None:
    """Return the first child of that name."""
    return next(iter(children(node, name)), None)


def children(node: Element, name: str) -> list[Element]:
    """Return all children of that name."""
    return [each for each in node if local(each) == name]


def text_of(node: Element, name: str) -> str:
    """Return the text of a child."""
    found = child(node, name)
    return (found.text or "") if found is not None else ""


def values_of(node: Element) -> dict[str, Any]:
    """Return what a record sets; one that is nil is null."""
    values: dict[str, Any] = {}
    for each in node:
        if local(each) == "fieldsToNull":
            values[str(each.text)] = None
        else:
            values[local(each)] = None if each.get(NIL) == "true" else each.text
    return values


def element(name: str, text: str, *, raw: bool = False) -> str:
    """Write an element; *raw* text is XML itself."""
    return f"<{name}>{text if raw else escape(text)}</{name}>"
