"""SOAP, as far as clients still use it: log in and out, merge, undelete, and fields for a setup."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from kamsync_salesforce.sandbox.http.admin.fields import custom_field
from kamsync_salesforce.sandbox.http.login.sessions import LIFE, Session
from kamsync_salesforce.sandbox.http.soap.soap_xml import (
    ENTERPRISE,
    ENVELOPE,
    METADATA,
    PARTNER,
    SoapFault,
    child,
    children,
    element,
    local,
    text_of,
    values_of,
)
from kamsync_salesforce.sandbox.ids import full_id, is_id
from kamsync_salesforce.sandbox.people import Person
from kamsync_salesforce.sandbox.refusal import Refusal

if TYPE_CHECKING:
    from kamsync_salesforce.sandbox.http.api import Api

__all__ = ["Soap"]

LAST_LOGIN_VERSION = 64
"""Source: SOAP API Developer Guide, "login()": not in version 65 and later."""
WRONG_LOGIN = "Invalid username, password, security token; or user locked out."
EXPIRED = "Invalid Session ID found in SessionHeader: Illegal Session"
MOST_MERGED = 2


class Soap:
    """One SOAP call at a time: *version* and *kind* (``u``, ``c`` or ``m``) are those of its address.

    Source: SOAP API Developer Guide, one page for each call; Metadata API Developer Guide.
    """

    def __init__(self, api: Api, url: str, kind: str, version: int) -> None:
        self._api = api
        self._url = url
        self._kind = kind
        self._version = version
        self._session: Session | None = None
        self.called = ""
        self.calls: dict[str, Callable[[Element], list[str]]] = {
            "login": self._login,
            "logout": self._logout,
            "getUserInfo": self._user_info,
            "getServerTimestamp": self._timestamp,
            "merge": self._merge,
            "undelete": self._undelete,
            "emptyRecycleBin": self._purge,
            "describeMetadata": self._describe_metadata,
            "createMetadata": self._make_metadata,
            "upsertMetadata": self._make_metadata,
        }

    def answer(self, body: bytes) -> str:
        """Return the envelope of the answer.

        Raises:
            SoapFault: the call is refused.
        """
        try:
            envelope = fromstring(body)
        except (ParseError, DefusedXmlException) as error:
            raise SoapFault("soapenv:Client", f"The envelope cannot be read: {error}") from error
        header, holder = child(envelope, "Header"), child(envelope, "Body")
        if holder is None or len(holder) == 0:
            raise SoapFault("soapenv:Client", "The envelope has no body")
        call = holder[0]
        name = self.called = local(call)
        if name not in self.calls:
            raise SoapFault("sf:INVALID_OPERATION", f"No operation available for request {name}")
        if name != "login":
            self._session = self._require(header)
        try:
            results = self.calls[name](call)
        except Refusal as refusal:
            raise SoapFault(f"sf:{refusal.code}", refusal.message) from refusal
        inner = "".join(element("result", result, raw=True) for result in results)
        spaces = {"m": METADATA, "c": ENTERPRISE}
        told = element(f"{name}Response", inner, raw=True)
        return ENVELOPE.format(kind=spaces.get(self._kind, PARTNER), body=told)

    def _require(self, header: Element | None) -> Session:
        """Return the session that the header names."""
        held = child(header, "SessionHeader") if header is not None else None
        token = text_of(held, "sessionId") if held is not None else ""
        session = self._api.sessions.find(token)
        if session is None:
            raise SoapFault("sf:INVALID_SESSION_ID", EXPIRED)
        return session

    @property
    def _who(self) -> Person:
        assert self._session is not None
        return self._session.who

    def _login(self, call: Element) -> list[str]:
        """Source: SOAP API Developer Guide, "login()"."""
        if self._version > LAST_LOGIN_VERSION:
            text = f"login() is not available in API version {self._version}.0"
            raise SoapFault("sf:UNSUPPORTED_API_VERSION", text)
        credentials = self._api.credentials
        who = credentials.logged_in(
            self._api.org.people, text_of(call, "username"), text_of(call, "password")
        )
        if who is None:
            raise SoapFault("sf:INVALID_LOGIN", WRONG_LOGIN)
        self._session = self._api.sessions.issue(who)
        base, number = self._url, f"{self._version}.0"
        organization = credentials.organization
        told = {
            "metadataServerUrl": f"{base}/services/Soap/m/{number}/{organization}",
            "passwordExpired": "false",
            "sandbox": "false",
            "serverUrl": f"{base}/services/Soap/{self._kind}/{number}/{organization}",
            "sessionId": self._session.token,
            "userId": who.id,
        }
        [info] = self._user_info(call)
        inner = "".join(element(name, text) for name, text in told.items())
        return [inner + element("userInfo", info, raw=True)]

    def _logout(self, call: Element) -> list[str]:
        """End the session."""
        del call
        assert self._session is not None
        self._api.sessions.end(self._session.token)
        return []

    def _user_info(self, call: Element) -> list[str]:
        """Source: SOAP API Developer Guide, "getUserInfo()"."""
        del call
        told = {
            "organizationId": self._api.credentials.organization,
            "organizationMultiCurrency": str(self._api.org.schema.multi_currency).lower(),
            "organizationName": "Kamsync Sandbox",
            "profileId": "",
            "sessionSecondsValid": str(int(LIFE.total_seconds())),
            "userEmail": self._who.username,
            "userFullName": self._who.name,
            "userId": self._who.id,
            "userLanguage": "en_US",
            "userLocale": "en_US",
            "userName": self._who.username,
            "userTimeZone": "UTC",
            "userType": "Standard",
        }
        return ["".join(element(name, text) for name, text in told.items())]

    def _timestamp(self, call: Element) -> list[str]:
        """Source: SOAP API Developer Guide, "getServerTimestamp()"."""
        del call
        return [element("timestamp", self._api.clock.now().strftime("%Y-%m-%dT%H:%M:%S.000Z"))]

    def _merge(self, call: Element) -> list[str]:
        """Source: SOAP API Developer Guide, "merge()": up to two records go into a third."""
        results = []
        for request in children(call, "request") or children(call, "mergeRequests"):
            master = child(request, "masterRecord")
            losers = [str(each.text) for each in children(request, "recordToMergeIds")]
            if master is None or not 1 <= len(losers) <= MOST_MERGED:
                raise SoapFault("sf:INVALID_NUMBER_FIELD_VALUE", "A merge takes one or two records")
            values = values_of(master)
            type_, id_ = str(values.pop("type", "")), str(values.pop("Id", ""))
            try:
                self._api.org.merge(type_, id_, losers, values, self._who)
            except Refusal as refusal:
                results.append(_refused(refusal))
                continue
            merged = "".join(element("mergedRecordIds", full_id(loser)) for loser in losers)
            results.append(element("id", full_id(id_)) + merged + element("success", "true"))
        return results

    def _undelete(self, call: Element) -> list[str]:
        """Source: SOAP API Developer Guide, "undelete()"."""
        return [
            self._each(str(each.text), self._api.org.undelete) for each in children(call, "ids")
        ]

    def _purge(self, call: Element) -> list[str]:
        """Source: SOAP API Developer Guide, "emptyRecycleBin()"."""

        def purge(object_: str, id_: str, who: Person) -> None:
            del who
            self._api.org.purge(object_, [id_])

        return [self._each(str(each.text), purge) for each in children(call, "ids")]

    def _each(self, id_: str, carry_out: Callable[[str, str, Person], Any]) -> str:
        """Return the result of one record."""
        object_ = self._api.org.schema.of_id(id_) if is_id(id_) else None
        if object_ is None:
            return _refused(Refusal(400, "MALFORMED_ID", f"bad id {id_}"))
        try:
            carry_out(object_.name, id_, self._who)
        except Refusal as refusal:
            return _refused(refusal)
        return element("id", full_id(id_)) + element("success", "true")

    def _describe_metadata(self, call: Element) -> list[str]:
        """Source: Metadata API Developer Guide, "describeMetadata()"."""
        del call
        told = {"directoryName": "objects", "inFolder": "false", "metaFile": "false"}
        inner = "".join(element(name, text) for name, text in told.items())
        one = inner + element("suffix", "object") + element("xmlName", "CustomObject")
        return [
            element("metadataObjects", one, raw=True)
            + element("organizationNamespace", "")
            + element("partialSaveAllowed", "true")
            + element("testRequired", "false")
        ]

    def _make_metadata(self, call: Element) -> list[str]:
        """Source: Metadata API Developer Guide, "createMetadata()": fields only."""
        results = []
        for each in children(call, "metadata"):
            told = values_of(each)
            name = str(told.pop("fullName", ""))
            for flag in ("externalId", "unique", "caseSensitive", "required"):
                told[flag] = str(told.get(flag, "")).lower() == "true"
            try:
                self._api.add_field(*custom_field(self._api.org.schema, name, told))
            except Refusal as refusal:
                results.append(_refused(refusal) + element("fullName", name))
            else:
                results.append(element("fullName", name) + element("success", "true"))
        return results


def _refused(refusal: Refusal) -> str:
    """Return the result of a record that was refused."""
    inner = element("message", refusal.message) + element("statusCode", refusal.code)
    return element("errors", inner, raw=True) + element("success", "false")
