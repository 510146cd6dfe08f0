"""What an org says of itself has the shape of the real thing."""

import pytest

from kamsync_salesforce.sandbox.org import Org
from kamsync_salesforce.sandbox.setup import external_id

OBJECT = [
    "actionOverrides",
    "activateable",
    "childRelationships",
    "compactLayoutable",
    "createable",
    "custom",
    "customSetting",
    "deepCloneable",
    "defaultImplementation",
    "deletable",
    "deprecatedAndHidden",
    "extendedBy",
    "extendsInterfaces",
    "feedEnabled",
    "fields",
    "hasSubtypes",
    "implementedBy",
    "implementsInterfaces",
    "isInterface",
    "isSubtype",
    "keyPrefix",
    "label",
    "labelPlural",
    "layoutable",
    "listviewable",
    "lookupLayoutable",
    "mergeable",
    "mruEnabled",
    "name",
    "namedLayoutInfos",
    "networkScopeFieldName",
    "queryable",
    "recordTypeInfos",
    "replicateable",
    "retrieveable",
    "searchLayoutable",
    "searchable",
    "supportedScopes",
    "triggerable",
    "undeletable",
    "updateable",
    "urls",
]
FIELD = [
    "aggregatable",
    "aiPredictionField",
    "autoNumber",
    "byteLength",
    "calculated",
    "calculatedFormula",
    "cascadeDelete",
    "caseSensitive",
    "compoundFieldName",
    "controllerName",
    "createable",
    "custom",
    "defaultValue",
    "defaultValueFormula",
    "defaultedOnCreate",
    "dependentPicklist",
    "deprecatedAndHidden",
    "digits",
    "displayLocationInDecimal",
    "encrypted",
    "externalId",
    "extraTypeInfo",
    "filterable",
    "filteredLookupInfo",
    "formulaTreatNullNumberAsZero",
    "groupable",
    "highScaleNumber",
    "htmlFormatted",
    "idLookup",
    "inlineHelpText",
    "label",
    "length",
    "mask",
    "maskType",
    "name",
    "nameField",
    "namePointing",
    "nillable",
    "permissionable",
    "picklistValues",
    "polymorphicForeignKey",
    "precision",
    "queryByDistance",
    "referenceTargetField",
    "referenceTo",
    "relationshipName",
    "relationshipOrder",
    "restrictedDelete",
    "restrictedPicklist",
    "scale",
    "searchPrefilterable",
    "soapType",
    "sortable",
    "type",
    "unique",
    "updateable",
    "writeRequiresMasterRead",
]
LISTED = [
    "activateable",
    "associateEntityType",
    "associateParentEntity",
    "createable",
    "custom",
    "customSetting",
    "deepCloneable",
    "deletable",
    "deprecatedAndHidden",
    "feedEnabled",
    "hasSubtypes",
    "isInterface",
    "isSubtype",
    "keyPrefix",
    "label",
    "labelPlural",
    "layoutable",
    "mergeable",
    "mruEnabled",
    "name",
    "queryable",
    "replicateable",
    "retrieveable",
    "searchable",
    "triggerable",
    "undeletable",
    "updateable",
    "urls",
]


@pytest.fixture
def field(org, hub):
    def found(object_, name):
        fields = org.describe(object_, hub)["fields"]
        return next((each for each in fields if each["name"] == name), None)

    return found


def test_every_describe_has_the_keys_of_a_real_one(org, hub):
    """Of objects and of fields, none missing and none more."""
    for listed in org.describe_global(hub)["sobjects"]:
        described = org.describe(listed["name"], hub)

        assert OBJECT == sorted(described)
        assert all(FIELD == sorted(each) for each in described["fields"])


def test_every_entry_of_the_list_has_the_keys_of_a_real_one(org, hub):
    """And the list says how much a call may take."""
    told = org.describe_global(hub)

    assert (200, "UTF-8") == (told["maxBatchSize"], told["encoding"])
    assert all(LISTED == sorted(each) for each in told["sobjects"])


def test_a_field_is_described_by_its_type_its_size_and_who_may_write_it(field):
    """A letter may take three bytes."""
    name, created = field("Account", "Name"), field("Account", "CreatedDate")

    assert ("string", 255, 765, False) == (
        name["type"],
        name["length"],
        name["byteLength"],
        name["nillable"],
    )
    assert (True, True) == (name["createable"], name["updateable"])
    assert ("xsd:dateTime", False, False) == (
        created["soapType"],
        created["createable"],
        created["updateable"],
    )


def test_the_parts_of_an_address_say_what_they_are_parts_of(field):
    """The whole can be read and not be written."""
    assert "BillingAddress" == field("Account", "BillingCity")["compoundFieldName"]
    assert ("address", False) == (
        field("Account", "BillingAddress")["type"],
        field("Account", "BillingAddress")["createable"],
    )


def test_what_a_profile_may_not_see_is_not_described(org, field):
    """It is left out, not marked."""
    org.profiles.hide("Integration User", "Account", "AnnualRevenue")

    assert field("Account", "AnnualRevenue") is None


def test_what_a_profile_may_only_read_is_described_so(org, field):
    """For whoever asks, not for all."""
    org.profiles.seal("Integration User", "Account", "Phone")

    assert (False, False) == (
        field("Account", "Phone")["createable"],
        field("Account", "Phone")["updateable"],
    )


@pytest.mark.usefixtures("hub")
def test_a_new_field_is_described_and_moves_the_time_of_the_schema(org, clock, field):
    """So that a conditional describe finds it."""
    before = org.schema_changed
    clock.wait(5)
    org.add_field("Case", external_id())

    assert org.schema_changed > before
    assert (True, True, True) == (
        field("Case", "KamsyncId__c")["externalId"],
        field("Case", "KamsyncId__c")["unique"],
        field("Case", "KamsyncId__c")["custom"],
    )


def test_an_object_has_record_types_only_once_somebody_made_one(org, hub, field):
    """The field that tells them apart comes with the first."""
    assert field("Account", "RecordTypeId") is None
    id_ = org.add_record_type("Account", "Key_Account", "Key account", default=True)

    infos = org.describe("Account", hub)["recordTypeInfos"]
    assert [(id_, "Key_Account", True, False), ("012000000000000AAA", "Master", False, True)] == [
        (
            each["recordTypeId"],
            each["developerName"],
            each["defaultRecordTypeMapping"],
            each["master"],
        )
        for each in infos
    ]
    assert ["RecordType"] == field("Account", "RecordTypeId")["referenceTo"]


@pytest.mark.usefixtures("org", "hub")
def test_a_currency_stands_only_where_an_org_has_several(clock, field):
    """In any other org there is no such field."""
    several = Org(clock=clock, multi_currency=True)
    fields = several.describe("Opportunity", several.people.integration)["fields"]

    assert field("Opportunity", "CurrencyIsoCode") is None
    assert ["CurrencyIsoCode"] == [
        each["name"] for each in fields if each["name"] == "CurrencyIsoCode"
    ]
    several.close()


def test_objects_and_fields_can_be_queried_as_they_are_now(org, rows):
    """Also a field that was made since the last time."""
    find = (
        "SELECT EntityDefinition.Label, DataType FROM FieldDefinition"
        " WHERE EntityDefinition.QualifiedApiName = 'Case' AND QualifiedApiName = 'KamsyncId__c'"
    )
    assert [] == rows(find)
    org.add_field("Case", external_id())

    assert [{"EntityDefinition": {"Label": "Case"}, "DataType": "Text(64)"}] == rows(find)
