"""A portal is made ready, checked, and connected to as its options say."""

import pytest

from kamsync.entities import core_schema
from kamsync.errors import ConfigurationInvalid, Unsupported
from kamsync.redact import Secret
from kamsync_hubspot.connector import HubSpot
from kamsync_hubspot.portal.checks import KEPT
from kamsync_hubspot.portal.mapping import maps
from kamsync_hubspot.testing.world import connected, standing


class TestSetup:
    """A portal is made ready once, and check tells what is missing."""

    @pytest.fixture
    def portal(self):
        sandbox = standing()
        yield sandbox
        sandbox.close()

    def test_setup_makes_the_property(self, connector):
        """First it says what it would make, then it makes it, then there is nothing to do."""
        before = connector.setup(KEPT, dry_run=True)
        made = connector.setup(KEPT, dry_run=False)

        assert [False] * 3 == [step.done for step in before]
        assert [True] * 3 == [step.done for step in made]
        assert connector.describe()["companies"].fields["kamsync_id"].writable is False

    def test_check_tells_what_is_missing(self, connector):
        """Each object without the property is told with the command that makes it."""
        wrong = {f.about: f for f in connector.check() if f.about in KEPT and f.hint}

        assert set(KEPT) == set(wrong)
        assert "kamsync setup" in wrong["companies"].hint

    def test_setup_without_the_scope_tells_a_person(self, portal, connector):
        """What the token may not make, a person is told how to make."""
        scopes = frozenset({"crm.schemas.companies.read", "crm.objects.companies.read"})
        portal.run(setattr, portal.service.tokens, "scopes", scopes)

        [step] = connector.setup(["companies"], dry_run=False)

        assert not step.done
        assert "crm.schemas.companies.write" in step.hint

    def test_a_property_that_is_not_unique_is_told(self, connector):
        """Uniqueness can only be said when a property is made, so another name is needed."""
        body = {
            "name": "kamsync_id",
            "label": "kamsync",
            "groupName": "companyinformation",
            "type": "string",
            "fieldType": "text",
        }
        connector.transport.send(connector.transport.paths.properties, body, object="companies")

        [step] = connector.setup(["companies"], dry_run=False)

        assert not step.done
        assert "unique" in step.hint

    def test_the_portal_is_known_by_its_id(self, portal, connector):
        """Two systems that are one portal can be told."""
        assert str(portal.portal.settings.portal_id) == connector.identity()


def test_a_portal_without_a_login_is_refused():
    """Neither a token nor an app is an error of the configuration, with what to write."""
    with pytest.raises(ConfigurationInvalid) as raised:
        HubSpot()

    assert "token" in raised.value.hint


def test_what_is_left_out_is_not_asked_for(portal):
    """An object that the configuration leaves alone costs no call, and none of it is called gone."""
    connector = connected(portal, without=["deals"])
    portal.calls.clear()

    [page] = connector.read("deals", ("dealname",), None)

    assert () == page.readings
    with pytest.raises(Unsupported):
        connector.fetch("deals", ("dealname",), ["1"])
    assert 0 == len(portal.calls)
    assert "deals" not in connector.describe()
    connector.close()


@pytest.mark.parametrize("options", [{"page": 0}, {"page": 101}, {"parallel": 0}, {"api": "v9"}])
def test_an_option_that_cannot_be_is_refused(options):
    """Each option says what it may be."""
    with pytest.raises(ConfigurationInvalid):
        HubSpot(token=Secret("x"), **options)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("api.hubapi.com", "no address"),
        ("htp:/x", "no address"),
        ("http://[::1", "no address"),
        ("http://127.0.0.1:port", "no address"),
        ("http://api.hubapi.com", "plain HTTP"),
    ],
)
def test_an_address_that_cannot_be_is_refused_before_it_is_called(url, told):
    """A token is never sent to another machine in the clear."""
    with pytest.raises(ConfigurationInvalid, match=told):
        HubSpot(token=Secret("x"), url=url)


@pytest.mark.parametrize(
    "token", ["pat-eu1-1\npat-eu1-2", "Bearer pat-eu1-1", "pat-eu1-1 ", "pät-eu1"]
)
def test_a_token_that_no_call_can_carry_is_refused_before_one_is_tried(token):
    """It is told what a token is, and the token is not shown."""
    with pytest.raises(ConfigurationInvalid, match="is one word") as raised:
        HubSpot(token=Secret(token))

    assert "eu1" not in str(raised.value)


def test_every_mapped_field_is_there(connector):
    """Each native field of the ready maps is one that the portal describes."""
    described = connector.describe()

    for each in maps(core_schema()):
        if each.object in described:
            assert set(each.names) <= set(described[each.object].fields), each.entity
