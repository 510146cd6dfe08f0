"""The vendor's own Python client takes the sandbox for a portal."""

import pytest
from hubspot.crm.contacts.exceptions import ApiException, NotFoundException

PRIMARY = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}


def company(client, **values):
    """Make a company and return its id."""
    return client.crm.companies.basic_api.create({"properties": {"name": "Nordwind", **values}}).id


def contacts(client, count, to):
    """Make contacts of a company in one batch and return their ids."""
    inputs = [
        {
            "properties": {"email": f"p{n}@nordwind.example"},
            "associations": [{"to": {"id": to}, "types": [PRIMARY]}],
        }
        for n in range(count)
    ]
    made = client.crm.contacts.batch_api.create({"inputs": inputs})
    return [each.id for each in made.results]


def test_a_record_lives_from_creation_to_the_bin(client):
    """Create, update, read, archive, and read what was archived."""
    api = client.crm.companies.basic_api
    id_ = company(client, domain="nordwind.example")

    assert (
        "Nordwind GmbH"
        == api.update(id_, {"properties": {"name": "Nordwind GmbH"}}).properties["name"]
    )
    assert "nordwind.example" == api.get_by_id(id_, properties=["website"]).properties["website"]
    api.archive(id_)
    with pytest.raises(Exception, match="resource not found"):
        api.get_by_id(id_)
    assert api.get_by_id(id_, archived=True).archived_at is not None


def test_a_page_leads_to_the_next_one_by_the_id_of_a_record(client):
    """What was never set is null, and what is not defined is left out."""
    ids = contacts(client, 3, company(client))

    page = client.crm.contacts.basic_api.get_page(
        limit=2, properties=["email", "phone", "nonsense"]
    )

    assert ids[:2] == [each.id for each in page.results]
    assert ids[2] == page.paging.next.after
    assert page.results[0].properties["phone"] is None
    assert "nonsense" not in page.results[0].properties
    assert 3 == len(client.crm.contacts.get_all())


def test_associations_come_with_a_record_a_row_for_each_type(client):
    """A primary company is there twice."""
    to = company(client)
    contacts(client, 1, to)

    (found,) = client.crm.contacts.basic_api.get_page(associations=["companies"]).results

    rows = [(each.id, each.type) for each in found.associations["companies"].results]
    assert [(to, "contact_to_company"), (to, "contact_to_company_unlabeled")] == rows


def test_what_a_batch_cannot_do_is_told_beside_what_it_did(client):
    """The client tells a 207 by another class."""
    id_ = company(client)
    batch = {
        "inputs": [
            {"id": id_, "properties": {"city": "Kiel"}},
            {"id": "9", "properties": {"city": "x"}},
        ]
    }

    done = client.crm.companies.batch_api.update(batch)

    assert "BatchResponseSimplePublicObjectWithErrors" == type(done).__name__
    assert [id_] == [each.id for each in done.results]
    assert (1, {"ids": ["9"]}) == (done.num_errors, done.errors[0].context)


def test_an_upsert_says_whether_it_made_a_record(client):
    """The second time it changes what the first time made."""
    client.crm.properties.core_api.create(
        "companies",
        {
            "name": "hub_key",
            "label": "Key",
            "type": "string",
            "fieldType": "text",
            "groupName": "companyinformation",
            "hasUniqueValue": True,
        },
    )
    batch = {"inputs": [{"id": "k1", "idProperty": "hub_key", "properties": {"name": "A"}}]}
    upsert = client.crm.companies.batch_api.upsert

    assert [True] == [each.new for each in upsert(batch).results]
    assert [False] == [each.new for each in upsert(batch).results]


def test_a_search_finds_what_the_filters_say(client):
    """Pages of a search are counted, not linked."""
    contacts(client, 5, company(client))
    filters = [
        {
            "propertyName": "email",
            "operator": "IN",
            "values": ["p1@nordwind.example", "p3@nordwind.example"],
        }
    ]

    found = client.crm.contacts.search_api.do_search(
        {"filterGroups": [{"filters": filters}], "limit": 1}
    )

    assert (2, "1") == (found.total, found.paging.next.after)


def test_a_second_contact_with_an_address_is_a_conflict(client):
    """Whatever the case of its letters."""
    contacts(client, 1, company(client))

    with pytest.raises(ApiException, match=r"Contact already exists\. Existing ID: ") as refused:
        client.crm.contacts.basic_api.create({"properties": {"email": "P0@nordwind.example"}})
    assert 409 == refused.value.status


def test_labels_and_associations_are_read_by_their_numbers(client):
    """Both ways of telling a type agree."""
    to = company(client)
    (id_,) = contacts(client, 1, to)
    api = client.crm.associations.v4

    (end,) = api.basic_api.get_page("contacts", id_, "companies").results
    labels = [
        each.label for each in api.schema.definitions_api.get_all("contacts", "companies").results
    ]

    assert {("HUBSPOT_DEFINED", 1, "Primary"), ("HUBSPOT_DEFINED", 279, None)} == {
        (each.category, each.type_id, each.label) for each in end.association_types
    }
    assert ["Primary", None] == labels


def test_a_merged_contact_answers_to_both_old_ids(client):
    """Each of them leads to a third."""
    one, two = contacts(client, 2, company(client))
    api = client.crm.contacts.basic_api

    new = api.merge({"primaryObjectId": one, "objectIdToMerge": two}).id

    assert new not in {one, two}
    assert [new, new] == [api.get_by_id(one).id, api.get_by_id(two).id]


def test_a_contact_that_is_purged_cannot_come_back(client):
    """Its address is blocked."""
    (id_,) = contacts(client, 1, company(client))
    client.crm.contacts.basic_api.purge({"objectId": id_})

    with pytest.raises(NotFoundException):
        client.crm.contacts.basic_api.get_by_id(id_, archived=True)
    with pytest.raises(ApiException, match="GDPR"):
        client.crm.contacts.basic_api.create({"properties": {"email": "p0@nordwind.example"}})


def test_pipelines_owners_and_users_are_told(client):
    """An owner has one number, and its user another."""
    (pipeline,) = client.crm.pipelines.pipelines_api.get_all("deals").results
    owners = client.crm.owners.owners_api.get_page(limit=100).results

    assert "appointmentscheduled" == pipeline.stages[0].id
    assert owners[0].id != str(owners[0].user_id)
    assert [str(each.user_id) for each in owners] == [
        each.id for each in client.settings.users.users_api.get_page().results
    ]


def test_splits_are_replaced_whole_and_sum_to_one(client):
    """What is refused leaves the splits as they were."""
    one, two, *_ = (each.id for each in client.crm.owners.owners_api.get_page().results)
    deal = client.crm.deals.basic_api.create(
        {"properties": {"dealname": "Renewal", "hubspot_owner_id": one}}
    ).id
    api = client.crm.objects.deal_splits.batch_api

    def split(*shares):
        rows = [{"ownerId": int(owner), "percentage": share} for owner, share in shares]
        return api.upsert({"inputs": [{"id": int(deal), "splits": rows}]})

    split((one, 0.7), (two, 0.3))
    with pytest.raises(Exception, match="must sum up to"):
        split((one, 0.7), (two, 0.2))
    with pytest.raises(Exception, match="must be among its splits"):
        split((two, 1.0))

    (read,) = api.read({"inputs": [{"id": deal}]}).results
    assert [
        {"hs_deal_split_percentage": "0.7", "hubspot_owner_id": one},
        {"hs_deal_split_percentage": "0.3", "hubspot_owner_id": two},
    ] == [each.properties for each in read.splits]


def test_a_custom_object_is_found_by_all_of_its_names(client, sandbox):
    """By number, by name, and by the portal's name for it."""
    schema = client.crm.schemas.core_api.create(
        {
            "name": "plan",
            "labels": {"singular": "Plan", "plural": "Plans"},
            "requiredProperties": ["title"],
            "primaryDisplayProperty": "title",
            "associatedObjects": ["COMPANY"],
            "properties": [
                {"name": "title", "label": "Title", "type": "string", "fieldType": "text"}
            ],
        }
    )
    portal = sandbox.portal.settings.portal_id

    for name in (schema.object_type_id, "plan", "p_plan", f"p{portal}_plan"):
        client.crm.objects.basic_api.create(name, {"properties": {"title": name}})
    with pytest.raises(Exception, match="Some required properties were not set"):
        client.crm.objects.basic_api.create("plan", {"properties": {}})

    assert 4 == len(client.crm.objects.get_all("plan"))


def test_an_app_comes_in_by_oauth_and_its_token_grows_old(client, sandbox):
    """After half an hour the client must ask anew."""
    held = sandbox.credentials
    secrets = {"client_id": held["client_id"], "client_secret": held["client_secret"]}
    given = client.oauth.tokens_api.create(
        grant_type="refresh_token", refresh_token=held["refresh_token"], **secrets
    )

    client.access_token = given.access_token
    assert [] == client.crm.contacts.basic_api.get_page().results
    sandbox.clock.forward(given.expires_in)
    with pytest.raises(Exception, match="EXPIRED_AUTHENTICATION"):
        client.crm.contacts.basic_api.get_page()
