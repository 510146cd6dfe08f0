"""An org on a clock that stands, the hub's own user, and a person of each team."""

from datetime import UTC, datetime

import pytest

from kamsync.clock import SetClock
from kamsync_salesforce.sandbox.org import Org, Refusal
from kamsync_salesforce.sandbox.setup import external_id

START = datetime(2026, 3, 11, 10, 30, 15, 999_999, tzinfo=UTC)


@pytest.fixture
def clock():
    return SetClock(START)


@pytest.fixture
def org(clock):
    org = Org(clock=clock)
    for object_ in ("Account", "Contact", "Opportunity"):
        org.add_field(object_, external_id())
    yield org
    org.close()


@pytest.fixture
def hub(org):
    return org.people.integration


@pytest.fixture
def susan(org):
    return org.person("susan.lindt")


@pytest.fixture
def refused():
    """What a call is refused with, as status, code, text and fields."""

    def told(call, *arguments, **named):
        with pytest.raises(Refusal) as caught:
            call(*arguments, **named)
        refusal = caught.value
        return refusal.status, refusal.code, refusal.message, list(refusal.fields)

    return told


@pytest.fixture
def rows(org, hub):
    """The records that a query finds, without what says which they are."""

    def found(soql, **options):
        return [bare(row) for row in org.query(soql, hub, **options).rows]

    return found


def bare(record):
    """Leave out the attributes, however deep."""
    if isinstance(record, list):
        return [bare(each) for each in record]
    if not isinstance(record, dict):
        return record
    return {name: bare(each) for name, each in record.items() if name != "attributes"}
