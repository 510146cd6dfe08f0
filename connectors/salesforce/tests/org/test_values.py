"""Values are checked as a real org checks them, with its codes and its words."""

import pytest
from msgspec import structs


@pytest.mark.parametrize(
    ("object_", "values", "told"),
    [
        (
            "Account",
            {},
            (400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [Name]", ["Name"]),
        ),
        (
            "Contact",
            {"LastName": "  "},
            (
                400,
                "REQUIRED_FIELD_MISSING",
                "Required fields are missing: [LastName]",
                ["LastName"],
            ),
        ),
        (
            "Account",
            {"Name": "A", "Sic": "x" * 21},
            (
                400,
                "STRING_TOO_LONG",
                f"SIC Code: data value too large: {'x' * 21} (max length=20)",
                ["Sic"],
            ),
        ),
        (
            "Account",
            {"Name": "A", "CleanStatus": "Odd"},
            (
                400,
                "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                "Clean Status: bad value for restricted picklist field: Odd",
                ["CleanStatus"],
            ),
        ),
        (
            "Contact",
            {"LastName": "A", "Email": "x"},
            (400, "INVALID_EMAIL_ADDRESS", "Email: invalid email address: x", ["Email"]),
        ),
        (
            "Account",
            {"Name": "A", "CreatedDate": "2026-01-01"},
            (
                400,
                "INVALID_FIELD_FOR_INSERT_UPDATE",
                (
                    "Unable to create/update fields: CreatedDate. Please check the security settings of"
                    " this field and verify that it is read/write for your profile or permission set."
                ),
                ["CreatedDate"],
            ),
        ),
        (
            "Account",
            {"Name": "A", "Nme": "B"},
            (400, "INVALID_FIELD", "No such column 'Nme' on sobject of type Account", []),
        ),
        (
            "Account",
            {"Name": 5},
            (
                400,
                "JSON_PARSER_ERROR",
                (
                    "Cannot deserialize instance of string from VALUE_NUMBER_INT value 5 or request may"
                    " be missing a required field at [line:1, column:2]"
                ),
                [],
            ),
        ),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_code_text_and_field(
    org, hub, refused, object_, values, told
):
    """As recordings of real orgs show it."""
    assert told == refused(org.create, object_, values, hub)


def test_a_refused_record_leaves_nothing_behind(org, hub, refused, rows):
    """Whichever rule it broke."""
    refused(org.create, "Account", {"Name": "A", "CleanStatus": "Odd"}, hub)

    assert [] == rows("SELECT Id FROM Account")


def test_the_names_of_all_fields_that_cannot_be_written_are_told_at_once(org, hub, refused):
    """So that a client can leave them all out."""
    told = refused(org.create, "Account", {"Name": "A", "IsDeleted": True, "PhotoUrl": "x"}, hub)

    assert ["IsDeleted", "PhotoUrl"] == told[3]


def test_text_loses_the_blanks_around_it_and_an_empty_one_is_null(org, hub, rows):
    """What is read back is not always what was sent."""
    org.create("Account", {"Name": "  Acme  ", "Phone": ""}, hub)

    assert [{"Name": "Acme", "Phone": None}] == rows("SELECT Name, Phone FROM Account")


def test_null_clears_a_field_and_a_field_that_is_not_named_stays(org, hub, rows):
    """The two are never the same."""
    id_ = org.create("Account", {"Name": "A", "Phone": "1", "Fax": "2"}, hub)
    org.update("Account", id_, {"Phone": None}, hub)

    assert [{"Phone": None, "Fax": "2"}] == rows("SELECT Phone, Fax FROM Account")


def test_a_checkbox_cannot_be_null(org, hub, refused):
    """Yes or no, and nothing else."""
    told = refused(org.create, "Contract", {"IsDeleted": None}, hub)
    deal = refused(org.create, "Opportunity", {"IsPrivate": None}, hub)

    assert "INVALID_FIELD_FOR_INSERT_UPDATE" == told[1]
    assert ("INVALID_TYPE_ON_FIELD_IN_RECORD", ["IsPrivate"]) == (deal[1], deal[3])


def test_amounts_keep_the_places_of_their_field(org, hub, rows):
    """Half is rounded up."""
    values = {"Name": "A", "StageName": "Prospecting", "CloseDate": "2026-05-01"}
    org.create("Opportunity", {**values, "Amount": 10.005}, hub)

    assert [{"Amount": 10.01}] == rows("SELECT Amount FROM Opportunity")


def test_a_number_with_too_many_digits_is_refused(org, hub, refused):
    """It is not cut."""
    told = refused(org.create, "Account", {"Name": "A", "AnnualRevenue": 10**18}, hub)

    assert ("NUMBER_OUTSIDE_VALID_RANGE", ["AnnualRevenue"]) == (told[1], told[3])


def test_a_restricted_value_that_was_retired_is_kept_where_it_is(org, hub, refused):
    """And taken nowhere new."""
    field = org.schema.object("Account").fields["CleanStatus"]
    id_ = org.create("Account", {"Name": "A", "CleanStatus": "Pending"}, hub)
    org.schema.add("Account", retired(field, "Pending"))
    org.update("Account", id_, {"CleanStatus": "Pending", "Phone": "1"}, hub)

    told = refused(org.create, "Account", {"Name": "B", "CleanStatus": "Pending"}, hub)
    assert "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST" == told[1]


def test_a_picklist_that_is_not_restricted_takes_any_text(org, hub, rows):
    """Its values are suggestions."""
    org.create("Account", {"Name": "A", "Industry": "Beekeeping"}, hub)

    assert [{"Industry": "Beekeeping"}] == rows("SELECT Industry FROM Account")


def test_an_id_of_another_object_is_refused_by_what_it_is(org, hub, refused):
    """In the words of a real org."""
    contact = org.create("Contact", {"LastName": "A"}, hub)

    assert (
        400,
        "MALFORMED_ID",
        f"Account ID: id value of incorrect type: {contact}",
        ["AccountId"],
    ) == refused(org.create, "Contact", {"LastName": "B", "AccountId": contact}, hub)


def test_a_reference_to_no_record_is_refused(org, hub, refused):
    """Without naming the field, as real orgs do."""
    told = refused(org.create, "Contact", {"LastName": "B", "AccountId": "001000000000009AAA"}, hub)

    assert (400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", []) == told


def test_an_account_cannot_stand_above_itself(org, hub, refused):
    """Not by way of others either."""
    top = org.create("Account", {"Name": "Top"}, hub)
    below = org.create("Account", {"Name": "Below", "ParentId": top}, hub)

    assert "CIRCULAR_DEPENDENCY" == refused(org.update, "Account", top, {"ParentId": below}, hub)[1]


def test_a_parent_is_found_by_its_external_id(org, hub, rows, refused):
    """One that is not there is told by its key."""
    org.create("Account", {"Name": "Acme", "KamsyncId__c": "A-1"}, hub)
    org.create("Contact", {"LastName": "B", "Account": {"KamsyncId__c": "A-1"}}, hub)

    assert [{"Account": {"Name": "Acme"}}] == rows("SELECT Account.Name FROM Contact")
    told = refused(org.create, "Contact", {"LastName": "C", "Account": {"KamsyncId__c": "no"}}, hub)
    assert (
        400,
        "INVALID_FIELD",
        "Foreign key external ID: no not found for field KamsyncId__c in entity Account",
    ) == told[:3]


def test_a_key_belongs_to_one_record_whatever_its_case(org, hub, refused):
    """The answer names the other by fifteen characters."""
    first = org.create("Account", {"Name": "A", "KamsyncId__c": "k1"}, hub)

    assert (
        400,
        "DUPLICATE_VALUE",
        f"duplicate value found: KamsyncId__c duplicates value on record with id: {first[:15]}",
        [],
    ) == refused(org.create, "Account", {"Name": "B", "KamsyncId__c": "K1"}, hub)


def test_an_id_is_never_among_the_values(org, hub, refused):
    """Neither in a create nor in an update."""
    id_ = org.create("Account", {"Name": "A"}, hub)

    assert (
        "cannot specify Id in an insert call"
        == refused(org.create, "Account", {"Id": id_, "Name": "B"}, hub)[2]
    )
    assert (
        "The Id field should not be specified in the sobject data."
        == refused(org.update, "Account", id_, {"Id": id_}, hub)[2]
    )


def test_what_a_profile_may_not_see_it_cannot_write_either(org, hub, susan, refused):
    """Others can."""
    org.profiles.hide("Integration User", "Account", "Phone")
    org.create("Account", {"Name": "A", "Phone": "1"}, susan)

    assert "INVALID_FIELD" == refused(org.create, "Account", {"Name": "B", "Phone": "1"}, hub)[1]


def test_a_record_belongs_to_whoever_made_it_unless_somebody_else_is_named(org, susan, hub, rows):
    """As every record with an owner does."""
    org.create("Account", {"Name": "Mine"}, susan)
    org.create("Account", {"Name": "Theirs", "OwnerId": hub.id}, susan)

    assert [
        {"Name": "Mine", "OwnerId": susan.id},
        {"Name": "Theirs", "OwnerId": hub.id},
    ] == rows("SELECT Name, OwnerId FROM Account ORDER BY Name")


def retired(field, value):
    """Return *field* with one of its values taken out of use."""
    choices = [structs.replace(each, active=each.value != value) for each in field.choices]
    return structs.replace(field, choices=tuple(choices))
