"""What is read of an org: nothing missed, nothing made up."""

import pytest

from kamsync.errors import Unsupported
from kamsync.model import Evidence, Op, Write
from kamsync_salesforce.sandbox.http.mishaps import ChangeSchema, ExpireLocators
from kamsync_salesforce.testing import TestOrg

WEEK_S = 7 * 24 * 3600


def read(connector, object_, names, cursor=None):
    """Read to the end, and return the last reading of each record, and the cursor."""
    pages = list(connector.read(object_, names, cursor))
    return {each.native_id: each for page in pages for each in page.readings}, pages[-1].cursor


def companies(org, count):
    """Make so many accounts by hand."""
    who = org.org.people.administrator

    def fill():
        return [org.org.create("Account", {"Name": f"Company {n}"}, who) for n in range(count)]

    return org.server.run(fill)


def test_a_hidden_field_is_missing_and_never_blank(org, connector):
    """By reading and by fetching."""
    native_id = org.create("Account", {"Name": "Nordwind", "Phone": "+49 421 1"})
    org.act("hide", object="Account", fields=["Phone"])

    found, _ = read(connector, "Account", ["Name", "Phone"])

    assert {"Name": "Nordwind"} == found[native_id].values
    fetched = connector.fetch("Account", ["Name", "Phone"], [native_id])
    assert {"Name": "Nordwind"} == fetched[native_id].values


def test_a_field_that_is_hidden_in_mid_run_is_missing_from_then_on(org, connector):
    """The round goes on with what is left."""
    native_id = org.create("Account", {"Name": "Nordwind", "Phone": "+49 421 1"})
    found, cursor = read(connector, "Account", ["Name", "Phone"])
    assert "+49 421 1" == found[native_id].values["Phone"]
    org.server.faults.add(ChangeSchema(object="Account", field="Phone", times=1))

    found, _ = read(connector, "Account", ["Name", "Phone"], cursor)

    assert {"Name": "Nordwind"} == found[native_id].values


def test_a_field_that_was_hidden_twice_is_still_only_missing(org, connector):
    """What was learnt once is learnt anew."""
    native_id = org.create("Account", {"Name": "Nordwind", "Phone": "1", "Site": "Bremen"})
    org.act("hide", object="Account", fields=["Phone"])
    read(connector, "Account", ["Name", "Phone", "Site"])
    org.act("hide", object="Account", fields=["Site"])

    found, _ = read(connector, "Account", ["Name", "Phone", "Site"])

    assert {"Name": "Nordwind"} == found[native_id].values


def test_a_locator_that_has_expired_loses_no_row(org, connector):
    """Reading goes on from the last row instead."""
    org.act("set", page_rows=7)
    native_ids = companies(org, 30)
    org.server.faults.add(ExpireLocators(path="/services/data/*/query/*", nth=(1, 3)))

    found, _ = read(connector, "Account", ["Name"])

    assert set(native_ids) == set(found)


def test_all_rows_of_one_second_are_read_from_each_page_on(org, connector):
    """Ids tell apart what stamps do not."""
    org.act("set", page_rows=7)
    org.clock.stop()
    native_ids = companies(org, 30)
    org.clock.go()
    pages = list(connector.read("Account", ["Name"], None))

    for number, page in enumerate(pages, start=1):
        rest, _ = read(connector, "Account", ["Name"], page.cursor)
        before = {each.native_id for page in pages[:number] for each in page.readings}
        assert set(native_ids) == before | set(rest)


def test_a_cursor_of_something_else_reads_everything(org, connector):
    """That costs calls, and loses nothing."""
    [native_id] = companies(org, 1)

    assert native_id in read(connector, "Account", ["Name"], "{}")[0]
    assert native_id in read(connector, "Account", ["Name"], "page 7")[0]


def test_an_object_with_very_many_fields_is_read_in_two_calls(org, connector):
    """Its names do not fit an address: rows are listed, and then retrieved."""
    native_id = org.create("Account", {"Name": "Nordwind", "Phone": "1"})
    fields = [*org.connect().describe()["Account"].fields]
    names = [name for name in fields if name != "CurrencyIsoCode"] + [
        f"Wide{'x' * 30}{number}__c" for number in range(400)
    ]
    added = [name for name in names if name.startswith("Wide")]
    for name in added:
        org.org.add_field("Account", _text(name))
    deleted = org.create("Account", {"Name": "gone"})
    _, cursor = read(connector, "Account", names)
    org.act("edit", object="Account", id=native_id, values={"Phone": "2", added[-1]: "far"})
    org.act("delete", object="Account", id=deleted)
    org.counted()

    found, _ = read(connector, "Account", names, cursor)

    assert 2 == len(org.counted())
    assert "2" == found[native_id].values["Phone"]
    assert "far" == found[native_id].values[added[-1]]
    assert found[deleted].values is None


def _text(name):
    from kamsync_salesforce.sandbox.setup import external_id

    field = external_id(name)
    return type(field)(
        **{key: getattr(field, key) for key in field.__struct_fields__}
        | {"unique": False, "external_id": False}
    )


def test_who_edited_a_tracked_field_is_told_for_the_field(org, connector):
    """Of an untracked one, only the record's last editor is known, and said as such."""
    native_id = org.create("Account", {"Name": "Nordwind", "Phone": "1"})
    _, cursor = read(connector, "Account", ["Name", "Phone", "Site"])
    org.act("edit", "susan.lindt", object="Account", id=native_id, values={"Phone": "2"})
    org.act("edit", "mia.okafor", object="Account", id=native_id, values={"Site": "Bremen"})

    found, _ = read(connector, "Account", ["Name", "Phone", "Site"], cursor)

    reading = found[native_id]
    assert "Mia Okafor" == reading.author.name
    assert Evidence.RECORD_EDITOR is reading.author.evidence
    assert {"Phone"} == set(reading.authors)
    phone = reading.authors["Phone"]
    assert ("Susan Lindt", Evidence.FIELD_HISTORY) == (phone.name, phone.evidence)
    assert reading.times["Phone"] <= reading.modified


def test_a_deleted_and_an_undeleted_record_are_told(org, connector):
    """The recycle bin is read along."""
    first, second = companies(org, 2)
    _, cursor = read(connector, "Account", ["Name"])
    org.act("delete", object="Account", id=first)
    org.act("delete", object="Account", id=second)
    org.act("undelete", object="Account", id=second)

    found, _ = read(connector, "Account", ["Name"], cursor)

    assert found[first].values is None
    assert {"Name": "Company 1"} == found[second].values


def test_a_purged_record_is_missing(org, connector):
    """Nothing tells of it any more."""
    [native_id] = companies(org, 1)
    org.act("delete", object="Account", id=native_id)
    org.act("purge", object="Account", ids=[native_id])

    assert {} == dict(connector.fetch("Account", ["Name"], [native_id]))


def test_an_object_that_is_not_shown_is_unsupported(connector):
    """Whatever its name is."""
    with pytest.raises(Unsupported, match="no object 'Spaceship__c'"):
        list(connector.read("Spaceship__c", ["Name"], None))
    with pytest.raises(Unsupported):
        list(connector.read("Account; DROP", ["Name"], None))


def test_a_name_that_is_no_name_never_enters_a_query(org, connector):
    """A configuration cannot say more than fields."""
    [native_id] = companies(org, 1)

    found, _ = read(connector, "Account", ["Name", "Id FROM User--", "a' OR 'b"])

    assert {"Name": "Company 0"} == found[native_id].values


def test_the_currency_of_an_org_with_one_is_told_with_each_amount(org, connector):
    """Its records do not say it."""
    native_id = org.create("Account", {"Name": "Nordwind", "AnnualRevenue": 5})

    found, _ = read(connector, "Account", ["AnnualRevenue", "CurrencyIsoCode"])

    assert {"AnnualRevenue": 5.0, "CurrencyIsoCode": "EUR"} == found[native_id].values


def test_records_of_an_org_with_several_currencies_say_their_own():
    """They are read and written with it."""
    org = TestOrg(multi_currency=True)
    connector = org.connect()
    names = ["AnnualRevenue", "CurrencyIsoCode"]
    made = Write(
        Op.CREATE,
        None,
        {"Name": "Nordwind", "AnnualRevenue": 5, "CurrencyIsoCode": "USD"},
        key="k",
        stamp="account-1",
    )
    [receipt] = connector.write("Account", [made])

    found, _ = read(connector, "Account", names)

    assert {"AnnualRevenue": 5.0, "CurrencyIsoCode": "USD"} == found[receipt.native_id].values
    connector.close()
    org.close()


def test_person_accounts_are_left_out_where_that_is_wanted():
    """And so are the contacts that they have."""
    org = TestOrg(person_accounts=True)
    company = org.create("Account", {"Name": "Nordwind"})
    person = org.create("Account", {"LastName": "Weber"})
    whole, part = org.connect(), org.connect(leave_out_persons=True)

    assert {company, person} == set(read(whole, "Account", ["Name"])[0])
    assert {company} == set(read(part, "Account", ["Name"])[0])
    assert {} == read(part, "Contact", ["LastName"])[0]
    for connector in (whole, part):
        connector.close()
    org.close()


@pytest.mark.slow
def test_very_many_rows_come_by_a_bulk_query_and_say_the_same(org):
    """Numbers, blanks, line breaks and versions, as by REST."""
    connector = org.connect(bulk_from=2000)
    names = ["Name", "Phone", "AnnualRevenue", "NumberOfEmployees", "IsPartner", "Description"]
    text = 'Müller\n"quoted", €'
    native_id = org.create(
        "Account",
        {"Name": text.replace("\n", " "), "Description": text, "AnnualRevenue": 91226003.1},
    )
    companies(org, 2500)
    connector.describe()
    usual, usual_cursor = read(org.connect(), "Account", names)
    org.server.calls.clear()

    found, cursor = read(connector, "Account", names)

    kinds = {call.kind for call in org.server.calls}
    assert any("jobs/query" in kind for kind in kinds), kinds
    assert text == found[native_id].values["Description"]
    assert {id_: each.values for id_, each in usual.items()} == {
        id_: each.values for id_, each in found.items()
    }
    assert {id_: each.version for id_, each in usual.items()} == {
        id_: each.version for id_, each in found.items()
    }
    later = companies(org, 1)[0]
    assert later in read(connector, "Account", names, cursor)[0]
    assert later in read(connector, "Account", names, usual_cursor)[0]


def test_a_field_that_was_hidden_is_read_again_within_an_hour_of_its_return(org, connector):
    """Nobody has to start anything anew."""
    native_id = org.create("Account", {"Name": "Nordwind", "Phone": "1"})
    org.act("hide", object="Account", fields=["Phone"])
    read(connector, "Account", ["Name", "Phone"])
    org.act("grant", object="Account", fields=["Phone"])
    org.clock.forward(3600)

    found, _ = read(connector, "Account", ["Name", "Phone"])

    assert {"Name": "Nordwind", "Phone": "1"} == found[native_id].values
