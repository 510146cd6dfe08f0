"""A client that nobody here wrote takes the sandbox for the real thing: simple-salesforce."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
import requests
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceMoreThanOneRecord,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)

STRANGE = 'Ä "quoted", #N/A\nand 日本'


class PlainHTTP(requests.adapters.HTTPAdapter):
    """Take every call, which the client makes over TLS to a real host, to the sandbox."""

    def __init__(self, base):
        self.base = base
        super().__init__()

    def send(self, request, **options):
        parts = urlsplit(request.url)
        request.url = f"{self.base}{parts.path}{'?' if parts.query else ''}{parts.query}"
        return super().send(request, **options)


@pytest.fixture
def session(sandbox):
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", PlainHTTP(sandbox.url))
    yield session
    session.close()


@pytest.fixture
def connect(sandbox, session):
    """Log in by one of the client's six ways."""
    ours = sandbox.service.credentials

    def connected(way):
        arguments = {
            "security token": {
                "username": ours.username,
                "password": ours.password,
                "security_token": ours.security_token,
                "version": "59.0",
            },
            "organization": {
                "username": ours.username,
                "password": ours.password,
                "organizationId": ours.organization,
                "version": "59.0",
            },
            "session": {
                "session_id": ours.access_token,
                "instance_url": sandbox.url,
                "version": "66.0",
            },
            "password": {
                "username": ours.username,
                "password": ours.password,
                "consumer_key": ours.client_id,
                "consumer_secret": ours.client_secret,
                "version": "66.0",
            },
            "key": {
                "username": ours.username,
                "consumer_key": ours.client_id,
                "privatekey": ours.private_key,
                "version": "66.0",
            },
            "client": {
                "consumer_key": ours.client_id,
                "consumer_secret": ours.client_secret,
                "domain": "acme.my",
                "version": "66.0",
            },
        }
        return Salesforce(session=session, **arguments[way])

    return connected


@pytest.fixture
def sf(connect):
    return connect("session")


@pytest.mark.parametrize(
    "way", ["security token", "organization", "session", "password", "key", "client"]
)
def test_it_logs_in_by_each_of_its_ways(connect, way):
    """And is let in with what it was given."""
    assert 0 == connect(way).query("SELECT Id FROM Account")["totalSize"]


def test_it_knows_what_a_refused_login_is(sandbox, session):
    """By SOAP and by OAuth."""
    wrong = {"username": "x", "password": "y", "session": session, "version": "59.0"}

    with pytest.raises(SalesforceAuthenticationFailed, match="INVALID_LOGIN"):
        Salesforce(**wrong, security_token="")
    with pytest.raises(SalesforceAuthenticationFailed, match="invalid_client"):
        Salesforce(**wrong, consumer_key=sandbox.service.credentials.client_id, consumer_secret="x")


def test_it_makes_reads_changes_and_deletes_records(sf):
    """By id and by a key."""
    id_ = sf.Account.create({"Name": STRANGE})["id"]
    sf.Account.update(id_, {"Phone": "1"})
    sf.Account.upsert("KamsyncId__c/k1", {"Name": "B"})

    assert (STRANGE, "1") == (sf.Account.get(id_)["Name"], sf.Account.get(id_)["Phone"])
    assert "B" == sf.Account.get_by_custom_id("KamsyncId__c", "k1")["Name"]
    assert 204 == sf.Account.delete(id_)
    with pytest.raises(SalesforceResourceNotFound):
        sf.Account.get(id_)


def test_it_reads_all_pages_and_what_was_deleted(sandbox, sf):
    """In its three ways."""
    sandbox.act("", "set", page_rows=3)
    ids = [sf.Account.create({"Name": f"A{number}"})["id"] for number in range(8)]
    sf.Account.delete(ids[0])
    soql = "SELECT Id FROM Account"

    assert 7 == len(sf.query_all(soql)["records"]) == len(list(sf.query_all_iter(soql)))
    assert 8 == sf.query_all(soql, include_deleted=True)["totalSize"]
    first = sf.query(soql)
    assert 3 == len(sf.query_more(first["nextRecordsUrl"], identifier_is_url=True)["records"])


def test_it_hears_what_was_changed_and_deleted(sf):
    """In a span of time."""
    id_ = sf.Account.create({"Name": "A"})["id"]
    span = datetime(2026, 3, 1, 11, tzinfo=UTC), datetime(2026, 3, 1, 12, 30, tzinfo=UTC)

    assert [id_] == sf.Account.updated(*span)["ids"]
    sf.Account.delete(id_)
    assert [id_] == [each["id"] for each in sf.Account.deleted(*span)["deletedRecords"]]


def test_it_knows_what_each_refusal_is(sandbox, sf):
    """By status."""
    for _ in range(2):
        sf.Contact.create({"LastName": "X", "Email": "x@example.com"})

    with pytest.raises(SalesforceMalformedRequest, match="REQUIRED_FIELD_MISSING"):
        sf.Account.create({})
    with pytest.raises(SalesforceMoreThanOneRecord):
        sf.Contact.get_by_custom_id("Email", "x@example.com")
    sandbox.act("", "spend_quota")
    with pytest.raises(SalesforceRefusedRequest, match="REQUEST_LIMIT_EXCEEDED"):
        sf.limits()
    sandbox.act("", "expire_sessions")
    with pytest.raises(SalesforceExpiredSession):
        sf.limits()


def test_it_describes_searches_and_counts(sf):
    """And knows the quota."""
    sf.Account.create({"Name": "Nordwind"})

    assert "Account" in [each["name"] for each in sf.describe()["sobjects"]]
    assert "001" == sf.Account.describe()["keyPrefix"]
    assert {"objectDescribe", "recentItems"} == set(sf.Account.metadata())
    assert 1 == len(sf.quick_search("Nordwind")["searchRecords"])
    assert sf.limits()["DailyApiRequests"]["Max"] == sf.api_usage["api-usage"].total
    assert "Contact" in sf.restful("sobjects/Contact/describe")["name"]


@pytest.mark.slow
def test_it_loads_and_reads_by_bulk_two(sf):
    """Which waits five seconds for each job."""
    [told] = sf.bulk2.Account.insert(records=[{"Name": f"A{number}"} for number in range(20)])
    made = list(sf.bulk2.Account.query("SELECT Name FROM Account"))

    assert (20, 0) == (told["numberRecordsTotal"], told["numberRecordsFailed"])
    assert 21 == len(made[0].splitlines())
    assert 20 == sf.bulk2.Account.get_successful_records(told["job_id"]).count("true")


@pytest.mark.slow
def test_it_loads_and_reads_by_bulk_one(sf):
    """Which waits five seconds for each batch."""
    told = sf.bulk.Account.insert([{"Name": STRANGE}, {"Phone": "1"}])
    found = sf.bulk.Account.query("SELECT Name FROM Account")

    assert [True, False] == [each["success"] for each in told]
    assert [STRANGE] == [each["Name"] for each in found]
