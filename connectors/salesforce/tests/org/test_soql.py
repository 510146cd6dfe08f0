"""Queries are understood by a grammar, and answered or refused as a real org does."""

import pytest


@pytest.fixture
def acme(org, susan):
    """An account with two contacts and a deal, and another account with nothing."""
    acme = org.create(
        "Account",
        {"Name": "Acme", "Industry": "Banking", "AnnualRevenue": 5, "BillingCity": "Ulm"},
        susan,
    )
    org.create("Account", {"Name": "Zenit", "ParentId": acme}, susan)
    for last, email in (("Müller", "m@x.de"), ("O'Hara", None)):
        values = {"FirstName": "A", "LastName": last, "Email": email, "AccountId": acme}
        org.create("Contact", values, susan)
    values = {"Name": "Deal", "StageName": "Closed Won", "CloseDate": "2026-03-01", "Amount": 100}
    org.create("Opportunity", {**values, "AccountId": acme}, susan)
    return acme


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("Name = 'ACME'", ["Acme"]),
        ("Name != 'acme'", ["Zenit"]),
        ("Industry != 'Retail'", ["Acme", "Zenit"]),
        ("Industry = null", ["Zenit"]),
        ("Industry = ''", ["Zenit"]),
        ("AnnualRevenue > 4.5 AND AnnualRevenue <= 5", ["Acme"]),
        ("NOT (Name LIKE 'A%')", ["Zenit"]),
        ("Name LIKE '_enit' OR Name LIKE 'ac%'", ["Acme", "Zenit"]),
        ("Name LIKE '%\\_%'", []),
        ("Name IN ('Zenit', 'Nobody')", ["Zenit"]),
        ("Name NOT IN ('Zenit')", ["Acme"]),
        ("Industry NOT IN ('Retail')", ["Acme", "Zenit"]),
        ("IsDeleted = null", ["Acme", "Zenit"]),
        ("Id IN (SELECT AccountId FROM Contact WHERE LastName = 'MÜLLER')", ["Acme"]),
        ("Id NOT IN (SELECT AccountId FROM Contact)", ["Zenit"]),
        ("Parent.Name = 'Acme'", ["Zenit"]),
        ("Owner.Manager.Name = null", ["Acme", "Zenit"]),
        ("CreatedDate = TODAY", ["Acme", "Zenit"]),
        ("CreatedDate = YESTERDAY", []),
        ("CreatedDate = LAST_N_DAYS:1 AND CreatedDate >= THIS_MONTH", ["Acme", "Zenit"]),
        ("CreatedDate < LAST_YEAR", []),
        ("SystemModstamp >= 2026-03-11T11:30:15+01:00", ["Acme", "Zenit"]),
        ("SystemModstamp > 2026-03-11T10:30:15.000Z", []),
        ("CALENDAR_YEAR(CreatedDate) = 2026", ["Acme", "Zenit"]),
    ],
)
def test_a_condition_finds_what_it_says(rows, where, names):
    """Nothing is unequal to everything, and case does not count."""
    found = rows(f"SELECT Name FROM Account WHERE {where} ORDER BY Name")

    assert names == [row["Name"] for row in found]


def test_an_id_may_be_written_with_fifteen_characters(acme, rows):
    """It is the same id."""
    assert [{"Name": "Acme"}] == rows(f"SELECT Name FROM Account WHERE Id = '{acme[:15]}'")


@pytest.mark.usefixtures("acme")
def test_a_quote_within_a_text_is_escaped(rows):
    """By a backslash."""
    assert [{"LastName": "O'Hara"}] == rows(
        r"SELECT LastName FROM Contact WHERE LastName = 'O\'Hara'"
    )


@pytest.mark.usefixtures("acme")
def test_paths_lead_to_parents_and_lists_to_children(rows):
    """Without a parent or a child there is null."""
    found = rows(
        "SELECT Name, Parent.Name, BillingAddress,"
        " (SELECT LastName FROM Contacts WHERE Email != null ORDER BY LastName)"
        " FROM Account ORDER BY Name"
    )

    address = dict.fromkeys(
        ["country", "geocodeAccuracy", "latitude", "longitude", "postalCode", "state", "street"]
    )
    people = {"totalSize": 1, "done": True, "records": [{"LastName": "Müller"}]}
    assert [
        {
            "Name": "Acme",
            "Parent": None,
            "BillingAddress": {**address, "city": "Ulm"},
            "Contacts": people,
        },
        {"Name": "Zenit", "Parent": {"Name": "Acme"}, "BillingAddress": None, "Contacts": None},
    ] == found


def test_every_record_says_which_it_is(acme, org, hub):
    """Also one that a path leads to."""
    (row,) = org.query("SELECT Owner.Name FROM Account WHERE Name = 'Acme'", hub).rows

    assert {"type": "Account", "url": f"/services/data/v66.0/sobjects/Account/{acme}"} == row[
        "attributes"
    ]
    assert "User" == row["Owner"]["attributes"]["type"]


def test_a_reference_to_several_objects_is_followed_by_name_or_by_type(acme, org, susan, rows):
    """By what all of them have, or by what one kind has."""
    values = {"Subject": "Call", "StartDateTime": "2026-03-01T10:00:00Z", "DurationInMinutes": 30}
    org.create("Event", {**values, "WhatId": acme}, susan)

    assert [
        {"What": {"Name": "Acme", "Type": "Account"}, "EndDateTime": "2026-03-01T10:30:00.000+0000"}
    ] == rows("SELECT What.Name, What.Type, EndDateTime FROM Event")
    assert [{"What": {"BillingCity": "Ulm"}}] == rows(
        "SELECT TYPEOF What WHEN Account THEN BillingCity ELSE Name END FROM Event"
    )


@pytest.mark.usefixtures("acme")
def test_groups_are_counted_and_added_up_under_their_aliases(rows):
    """Or under the names that an org gives."""
    assert [{"StageName": "Closed Won", "total": 100.0, "expr0": 1}] == rows(
        "SELECT StageName, SUM(Amount) total, COUNT(Id) FROM Opportunity"
        " GROUP BY StageName HAVING SUM(Amount) > 50"
    )
    assert [{"expr0": 2026, "n": 1}] == rows(
        "SELECT CALENDAR_YEAR(CloseDate), COUNT(Id) n FROM Opportunity GROUP BY CALENDAR_YEAR(CloseDate)"
    )
    assert [{"Name": "Acme", "expr0": 2}] == rows(
        "SELECT Account.Name, COUNT(Id) FROM Contact GROUP BY Account.Name"
    )


@pytest.mark.usefixtures("acme")
def test_a_rollup_adds_the_totals(rows):
    """Null stands for all."""
    found = rows("SELECT Industry, COUNT(Id) n FROM Account GROUP BY ROLLUP(Industry)")

    assert [("", 1), ("", 2), ("Banking", 1)] == sorted(
        (r["Industry"] or "", r["n"]) for r in found
    )


@pytest.mark.usefixtures("acme")
def test_count_alone_answers_with_a_number_and_no_records(org, hub):
    """In whatever case it is written."""
    result = org.query("select COUNT() from Contact", hub)

    assert (2, []) == (result.total, list(result.rows))


@pytest.mark.usefixtures("acme")
def test_nothing_comes_first_unless_it_is_said_otherwise(rows):
    """Whichever way the order goes."""
    order = "SELECT Name FROM Account ORDER BY Industry {}, Name"

    assert ["Zenit", "Acme"] == [row["Name"] for row in rows(order.format("DESC"))]
    assert ["Zenit", "Acme"] == [row["Name"] for row in rows(order.format("ASC"))]
    assert ["Acme", "Zenit"] == [row["Name"] for row in rows(order.format("ASC NULLS LAST"))]


def test_what_an_order_leaves_open_differs_from_call_to_call(org, hub, rows):
    """A reader that relies on it is found out."""
    for number in range(20):
        org.create("Account", {"Name": f"{number}"}, hub)
    orders = {tuple(row["Name"] for row in rows("SELECT Name FROM Account")) for _ in range(5)}

    assert len(orders) > 1
    assert all(sorted(map(str, range(20))) == sorted(order) for order in orders)


def test_values_of_a_multi_select_are_looked_for_one_by_one_or_together(org, hub, rows):
    """A semicolon joins what has to be there together."""
    from kamsync_salesforce.sandbox.metadata.field import read_field

    told = {"is": "multipicklist(4099) fls", "values": ["Red", "Blue", "Green"]}
    org.add_field("Account", read_field("Colours__c", told))
    org.create("Account", {"Name": "A", "Colours__c": "Red;Blue"}, hub)
    org.create("Account", {"Name": "B", "Colours__c": "Green"}, hub)
    find = "SELECT Name FROM Account WHERE Colours__c {} ORDER BY Name"

    assert [{"Name": "A"}] == rows(find.format("INCLUDES ('Red;Blue', 'Black')"))
    assert [{"Name": "A"}, {"Name": "B"}] == rows(find.format("INCLUDES ('Red', 'Green')"))
    assert [{"Name": "B"}] == rows(find.format("EXCLUDES ('Blue')"))


def test_more_than_a_page_is_read_piece_by_piece(org, hub):
    """By place, by slice, or all in turn."""
    with org.atomically():
        for number in range(2100):
            org.create("Account", {"Name": f"{number:04}"}, hub)
    result = org.query("SELECT Name FROM Account ORDER BY Name", hub)

    assert 2100 == result.total == len(result.rows)
    assert ["2000", "2099"] == [result.page(2000, 2000)[place]["Name"] for place in (0, -1)]
    assert [f"{number:04}" for number in range(2100)] == [row["Name"] for row in result]


HINT = "Please reference your WSDL or the describe call for the appropriate names."


@pytest.mark.parametrize(
    ("soql", "code", "message"),
    [
        (
            "SELECT Id, Nme FROM Account",
            "INVALID_FIELD",
            (
                "\nSELECT Id, Nme FROM Account\n           ^\nERROR at Row:1:Column:12\n"
                "No such column 'Nme' on entity 'Account'. If you are attempting to use a custom field,"
                f" be sure to append the '__c' after the custom field name. {HINT}"
            ),
        ),
        (
            "SELECT Id FROM XYZZY",
            "INVALID_TYPE",
            (
                "\nSELECT Id FROM XYZZY\n               ^\nERROR at Row:1:Column:16\n"
                "sObject type 'XYZZY' is not supported. If you are attempting to use a custom object,"
                f" be sure to append the '__c' after the entity name. {HINT}"
            ),
        ),
        (
            "SELECT Id FROM Account WHERE Name = 5",
            "INVALID_FIELD",
            (
                "\nSELECT Id FROM Account WHERE Name = 5\n"
                "                             ^\nERROR at Row:1:Column:30\n"
                "value of filter criterion for field 'Name' must be of type string and should be"
                " enclosed in quotes"
            ),
        ),
        (
            "SELECT Id FROM Account WHERE Name = 'A' OR Name = 'B' AND Name = 'C'",
            "MALFORMED_QUERY",
            (
                "\nSELECT Id FROM Account WHERE Name = 'A' OR Name = 'B' AND Name = 'C'\n"
                "                                                      ^\nERROR at Row:1:Column:55\n"
                "unexpected token: 'AND'"
            ),
        ),
    ],
)
def test_a_query_that_cannot_be_is_refused_with_the_place(org, hub, refused, soql, code, message):
    """An excerpt, a mark below it, row and column."""
    assert (400, code, message, []) == refused(org.query, soql, hub)


@pytest.mark.parametrize(
    ("soql", "code", "part"),
    [
        ("SELECT Id FROM", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
        ("DELETE FROM Account", "MALFORMED_QUERY", "unexpected token: 'DELETE'"),
        ("SELECT Boss.Name FROM Account", "INVALID_FIELD", "Didn't understand relationship 'Boss'"),
        ("SELECT (SELECT Id FROM Boss) FROM Account", "INVALID_TYPE", "relationship 'Boss'"),
        ("SELECT Id FROM Account WHERE Description = 'x'", "INVALID_FIELD", "can not be filtered"),
        ("SELECT Id FROM Account ORDER BY Description", "MALFORMED_QUERY", "can not be sorted"),
        ("SELECT Id FROM Account WHERE Id = 'x'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID"),
        ("SELECT Id, Id FROM Account", "INVALID_FIELD", "duplicate field selected: Id"),
        ("SELECT Name, COUNT(Id) FROM Account", "MALFORMED_QUERY", "must be grouped or aggregated"),
        ("SELECT FIELDS(ALL) FROM Account", "MALFORMED_QUERY", "LIMIT of at most 200"),
        ("SELECT Id FROM Account OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "2000"),
        ("SELECT Id FROM Account WHERE CreatedDate > 2026-01-01", "INVALID_FIELD", "type dateTime"),
        (
            "SELECT Id FROM Account WHERE IsDeleted > true",
            "INVALID_QUERY_FILTER_OPERATOR",
            "boolean",
        ),
        ("SELECT Id FROM Account WHERE Name = :name", "MALFORMED_QUERY", "Apex"),
        ("SELECT Id FROM Account ALL ROWS", "MALFORMED_QUERY", "ALL ROWS"),
    ],
)
def test_a_query_is_refused_for_what_is_wrong_with_it(org, hub, refused, soql, code, part):
    """Each with the code of a real org."""
    told = refused(org.query, soql, hub)

    assert code == told[1]
    assert part in told[2]


def test_a_hidden_field_is_none_at_all(org, hub, susan, refused, acme):
    """Named it is an error; among all it is left out."""
    org.profiles.hide("Integration User", "Account", "Phone")

    for soql in ("SELECT Phone FROM Account", "SELECT Id FROM Account WHERE Phone = '1'"):
        assert "No such column 'Phone'" in refused(org.query, soql, hub)[2]
    assert "Phone" not in org.retrieve("Account", acme, None, hub)
    assert "Phone" in org.retrieve("Account", acme, None, susan)
    (row,) = org.query("SELECT FIELDS(ALL) FROM Account WHERE Name = 'Acme' LIMIT 1", hub).rows
    assert "Phone" not in row


@pytest.mark.usefixtures("acme")
def test_the_fields_of_a_kind_are_selected_together(rows):
    """Custom ones with a limit, standard ones without."""
    assert [{"KamsyncId__c": None}] == rows(
        "SELECT FIELDS(CUSTOM) FROM Account WHERE Name = 'Acme' LIMIT 1"
    )
    assert {"Id", "Name", "BillingAddress"} <= set(rows("SELECT FIELDS(STANDARD) FROM Account")[0])
