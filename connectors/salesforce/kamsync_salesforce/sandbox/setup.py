"""What a new org has before anybody works in it: profiles, people in teams, stages, split types."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kamsync.sandbox.world import STAFF, Colleague
from kamsync.sandbox.world.staff import DOMAIN
from kamsync_salesforce.sandbox.metadata.field import Field, read_field
from kamsync_salesforce.sandbox.people import ADMINISTRATOR, INTEGRATION
from kamsync_salesforce.sandbox.records.record_types import add_record_type
from kamsync_salesforce.sandbox.records.users import let_in
from kamsync_salesforce.sandbox.state import State

__all__ = ["EXTERNAL_ID", "external_id", "hire", "name_org", "set_up"]

EXTERNAL_ID = "KamsyncId__c"
STANDARD = "Standard User"
TEAMS = ("sales", "success", "account")
ADMINISTRATING = Colleague("Ada", "Admin", "")
HUB = Colleague("kamsync", "Hub", "")
RATES = (("EUR", 1.0), ("USD", 1.1), ("GBP", 0.85), ("CHF", 0.95), ("JPY", 160.0))
SPLIT_TYPES = (
    ("Revenue", "Revenue", "Amount", 1),
    ("Overlay", "Overlay", "Amount", 0),
)


def set_up(org: State) -> None:
    """Make what every org has; one that was opened from a file has it already."""
    if org.store.fact("set up") is None:
        with org.store.savepoint():
            _found_organization(org)
            _begin_to_work(org)
            _make_stages(org)
            _make_split_types(org)
            if org.schema.multi_currency:
                _make_currencies(org)
            _add(org, "Pricebook2", Name="Standard Price Book", IsActive=1, IsStandard=1)
            org.store.keep("set up", True)
            let_in(org)
            if org.schema.person_accounts:
                add_record_type(
                    org, "Account", "Business_Account", "Business Account", default=True
                )
                add_record_type(org, "Account", "PersonAccount", "Person Account", person=True)
    let_in(org)


def name_org(org: State, number: int) -> None:
    """Let an org that was just set up be another one than those with other numbers."""
    found = org.schema.object("Organization")
    (row,) = org.store.rows("Organization", {})
    org.store.change("Organization", row["Id"], {"Id": org.store.id_of(found, number)})


def external_id(name: str = EXTERNAL_ID, label: str = "kamsync id") -> Field:
    """Return the field that the hub finds its records by again."""
    told = {"is": "string(64) lookup fls", "label": label}
    field = read_field(name, told)
    return Field(
        **{key: getattr(field, key) for key in field.__struct_fields__}
        | {"custom": True, "external_id": True, "unique": True}
    )


def _found_organization(org: State) -> None:
    """Make the one row that stands for the org, and the profiles."""
    _add(
        org,
        "Organization",
        Name="kamsync sandbox",
        OrganizationType="Developer Edition",
        IsSandbox=1,
        InstanceName="CS1",
        LanguageLocaleKey="en_US",
        DefaultLocaleSidKey="en_US",
        TimeZoneSidKey="GMT",
        FiscalYearStartMonth=1,
        Country="DE",
    )
    for name in (ADMINISTRATOR, STANDARD, INTEGRATION):
        _add(org, "Profile", Name=name, UserType="Standard")


def hire(org: State, staff: Iterable[Colleague]) -> None:
    """Let people work in the org who do not yet, whoever others report to first."""
    profiles = {row["Name"]: row["Id"] for row in org.store.rows("Profile", {})}
    roles = {row["DeveloperName"]: row["Id"] for row in org.store.rows("UserRole", {})}
    ids = {row["Username"]: row["Id"] for row in org.store.rows("User", {})}
    for each in sorted(staff, key=lambda each: bool(each.manager)):
        if each.email not in ids:
            ids[each.email] = _add_user(
                org,
                each,
                ProfileId=profiles[STANDARD if each.team else ADMINISTRATOR],
                UserRoleId=roles.get(each.team.title()),
                Department=each.team or None,
                ManagerId=ids.get(f"{each.manager}@{DOMAIN}"),
                EmployeeNumber=f"E{1000 + len(ids)}",
            )
    let_in(org)


def _begin_to_work(org: State) -> None:
    """Make the hub's own user, an administrator, and people in three teams."""
    profiles = {row["Name"]: row["Id"] for row in org.store.rows("Profile", {})}
    for team in TEAMS:
        _add(org, "UserRole", Name=f"{team.title()} team", DeveloperName=team.title())
    _add_user(org, HUB, ProfileId=profiles[INTEGRATION])
    hire(org, (ADMINISTRATING, *STAFF))


def _add_user(org: State, who: Colleague, **more: Any) -> str:
    """Make one user."""
    return _add(
        org,
        "User",
        Username=who.email,
        Email=who.email,
        FirstName=who.first,
        LastName=who.last,
        Name=who.name,
        Alias=who.user_name.replace(".", "")[:8],
        CommunityNickname=who.user_name,
        TimeZoneSidKey="Europe/Berlin",
        LocaleSidKey="en_US",
        LanguageLocaleKey="en_US",
        EmailEncodingKey="UTF-8",
        UserType="Standard",
        IsActive=1,
        DigestFrequency="D",
        DefaultGroupNotificationFrequency="N",
        **more,
    )


def _make_stages(org: State) -> None:
    """Make a row for each stage of an opportunity."""
    for place, stage in enumerate(org.settings.stages.values(), 1):
        _add(
            org,
            "OpportunityStage",
            MasterLabel=stage.name,
            ApiName=stage.name,
            IsActive=1,
            SortOrder=place,
            IsClosed=int(stage.is_closed),
            IsWon=int(stage.is_won),
            ForecastCategory=stage.category,
            ForecastCategoryName=stage.category_name,
            DefaultProbability=stage.probability,
        )


def _make_currencies(org: State) -> None:
    """Make the currencies that the org works with; the first is its own.

    Source: Object Reference, "CurrencyType": a rate is how much one of the org's own is worth.
    """
    for code, rate in RATES:
        _add(
            org,
            "CurrencyType",
            IsoCode=code,
            ConversionRate=rate,
            DecimalPlaces=2,
            IsActive=1,
            IsCorporate=int(rate == 1),
        )


def _make_split_types(org: State) -> None:
    """Make the split types that an org has once splits are switched on.

    Source: Object Reference, "OpportunitySplitType"; Salesforce Help, "Opportunity Splits".
    """
    for name, label, amount, validated in SPLIT_TYPES:
        _add(
            org,
            "OpportunitySplitType",
            DeveloperName=name,
            MasterLabel=label,
            Language="en_US",
            IsActive=1,
            IsTotalValidated=validated,
            SplitEntity="OpportunitySplit",
            SplitField=amount,
            SplitDataStatus="Completed",
        )


def _add(org: State, object_: str, **values: Any) -> str:
    """Put a row into an object, as the org itself makes it."""
    found = org.schema.object(object_)
    at = org.stamp()
    row: dict[str, Any] = {
        field.name: 0 for field in found.fields.values() if field.type == "boolean"
    }
    signs = {"CreatedDate": at, "LastModifiedDate": at, "SystemModstamp": at}
    row |= {name: value for name, value in signs.items() if name in found.fields}
    admin = next(iter(org.store.rows("User", {})), {"Id": None})["Id"]
    row |= {name: admin for name in ("CreatedById", "LastModifiedById") if name in found.fields}
    id_ = org.store.insert(found, row | values)
    if admin is None and object_ == "User":
        org.store.change(object_, id_, {"CreatedById": id_, "LastModifiedById": id_})
    return id_
