"""How a standard org says the six entities that its key accounts consist of.

Object Reference: Account, Contact, User, AccountTeamMember, Opportunity, OpportunitySplit. What an
org has added, or calls otherwise, is laid over these maps by the configuration.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import structs

from kamsync.lenses import Choice, Form, Grouped, Part, field_map, lens_for, words
from kamsync.mapping import Direction, EntityMap, FieldMap
from kamsync.schema import Entity, Schema
from kamsync_salesforce.mapping.lenses import Flag, Outcome
from kamsync_salesforce.objects.queries import CURRENCY

__all__ = ["STAMP", "maps"]

STAMP = "KamsyncId__c"
IN = Direction(reads=True, writes=False)

ACCOUNT = {
    "name": "Name",
    "website": "Website",
    "industry": "Industry",
    "employees": "NumberOfEmployees",
    "phone": "Phone",
    "parent": "ParentId",
    "owner": "OwnerId",
    "description": "Description",
}
CONTACT = {
    "account": "AccountId",
    "email": "Email",
    "phone": "Phone",
    "mobile": "MobilePhone",
    "title": "Title",
    "owner": "OwnerId",
}
EMPLOYEE = {
    "number": "EmployeeNumber",
    "email": "Email",
    "title": "Title",
    "manager": "ManagerId",
}
ASSIGNMENT = {"account": "AccountId", "employee": "UserId"}
OPPORTUNITY = {
    "account": "AccountId",
    "name": "Name",
    "close_date": "CloseDate",
    "owner": "OwnerId",
}
SPLIT = {"opportunity": "OpportunityId", "employee": "SplitOwnerId"}

NUMBERS = frozenset({"employees"})
LIMITS = {"description": 32_000}

TEAM_ROLES = {
    "Account Manager": "key_account_manager",
    "Key Account Manager": "key_account_manager",
    "Sales Rep": "sales_rep",
    "Sales Manager": "sales_rep",
    "Customer Success Manager": "success_manager",
    "Success Manager": "success_manager",
    "Executive Sponsor": "executive_sponsor",
    "Channel Manager": "",
    "Lead Qualifier": "",
    "Pre-Sales Consultant": "",
}
TYPES = {
    "New Customer": "new",
    "New Business": "new",
    "Existing Customer - Upgrade": "upsell",
    "Existing Customer - Cross-Sell": "cross_sell",
    "Existing Customer - Renewal": "renewal",
    "Renewal": "renewal",
    "Existing Customer - Replacement": "",
    "Existing Customer - Downgrade": "",
    "Existing Business": "",
}
FORECASTS = {
    "Omitted": "omitted",
    "Pipeline": "pipeline",
    "Best Case": "best_case",
    "Most Likely": "most_likely",
    "Commit": "commit",
    "Closed": "closed",
}
SPLIT_KINDS = {"Revenue": "revenue", "Overlay": "overlay"}


def maps(schema: Schema) -> Sequence[EntityMap]:
    """Return the maps of the six entities, as far as *schema* has their fields."""
    return [
        _map(schema.entity("account"), "Account", _account(schema.entity("account"))),
        _map(schema.entity("contact"), "Contact", _contact(schema.entity("contact"))),
        _map(schema.entity("employee"), "User", _employee(schema.entity("employee")), stamp=""),
        _map(
            schema.entity("assignment"),
            "AccountTeamMember",
            _assignment(schema.entity("assignment")),
        ),
        _map(
            schema.entity("opportunity"), "Opportunity", _opportunity(schema.entity("opportunity"))
        ),
        _map(schema.entity("split"), "OpportunitySplit", _split(schema.entity("split"))),
    ]


def _map(entity: Entity, object_: str, fields: Iterable[FieldMap], stamp: str = STAMP) -> EntityMap:
    return EntityMap(entity.name, object_, {each.field: each for each in fields}, stamp)


def _account(entity: Entity) -> list[FieldMap]:
    return [
        *_same(entity, ACCOUNT),
        _money(entity, "annual_revenue", "AnnualRevenue"),
        _address(entity, "billing_address", "Billing"),
        _address(entity, "shipping_address", "Shipping"),
    ]


def _contact(entity: Entity) -> list[FieldMap]:
    return [*_same(entity, CONTACT), _names(entity)]


def _employee(entity: Entity) -> list[FieldMap]:
    """People are matched and only read: their own systems say who works here."""
    status = FieldMap("status", ("IsActive",), Flag("active", "left"))
    fields = [*_same(entity, EMPLOYEE), _names(entity), status]
    return [structs.replace(each, direction=IN) for each in fields]


def _assignment(entity: Entity) -> list[FieldMap]:
    return [*_same(entity, ASSIGNMENT), _words(entity, "role", "TeamMemberRole", TEAM_ROLES)]


def _opportunity(entity: Entity) -> list[FieldMap]:
    return [
        *_same(entity, OPPORTUNITY),
        _words(entity, "kind", "Type", TYPES),
        _words(entity, "forecast_category", "ForecastCategoryName", FORECASTS),
        _money(entity, "amount", "Amount"),
        _stage(entity),
    ]


def _split(entity: Entity) -> list[FieldMap]:
    share = {"factor": 100, "places": 2, "as": "number"}
    return [
        *_same(entity, SPLIT),
        field_map(entity.field("fraction"), ["SplitPercentage"], share),
        _words(entity, "kind", "SplitType.DeveloperName", SPLIT_KINDS),
    ]


def _same(entity: Entity, names: Mapping[str, str]) -> list[FieldMap]:
    """Return maps of fields that one native field holds as they are."""
    return [
        field_map(
            entity.field(name),
            [native],
            {"limit": LIMITS[name]} if name in LIMITS else {},
            usual=Form.NUMBER if name in NUMBERS else Form.NORMAL,
        )
        for name, native in names.items()
    ]


def _names(entity: Entity) -> FieldMap:
    return field_map(entity.field("name"), ["FirstName", "LastName"])


def _words(entity: Entity, name: str, native: str, meanings: Mapping[str, str]) -> FieldMap:
    """Return the map of a picklist; a value that is not listed here is told, and never guessed."""
    field = entity.field(name)
    return FieldMap(name, (native,), Choice(words(field, meanings)))


def _money(entity: Entity, name: str, native: str) -> FieldMap:
    """Return the map of an amount with the currency of its record.

    One currency speaks for all amounts of a record there.
    """
    return field_map(entity.field(name), [native, CURRENCY], usual=Form.NUMBER)


def _address(entity: Entity, name: str, prefix: str) -> FieldMap:
    """Return the map of an address by its parts; the compound field can only be read."""
    parts = ("Street", "City", "PostalCode", "State")
    field = entity.field(name)
    country = field.parts[-1].name
    native = {part.name: f"{prefix}{each}" for part, each in zip(field.parts, parts, strict=False)}
    options = {"parts": {**native, country: {"native": f"{prefix}Country", "as": "name"}}}
    return field_map(field, [], options)


def _stage(entity: Entity) -> FieldMap:
    """Return the map of a stage with what the org derives from it, and its probability in percent."""
    field = entity.field("stage")
    stage, status, probability = field.parts
    percent = field_map(probability, ["Probability"], {"factor": 100, "places": 0, "as": "number"})
    parts = (
        Part(stage.name, lens_for(stage), 0, 1),
        Part(status.name, Outcome(), 1, 3),
        Part(probability.name, percent.lens, 3, 4),
    )
    native = ("StageName", "IsClosed", "IsWon", "Probability")
    return FieldMap("stage", native, Grouped(field, parts))
