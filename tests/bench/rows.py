"""The accounts of the benchmark, as a HubSpot portal and a Salesforce org would each write them down.

Of *count* accounts in each, four fifths are in both and share a domain. Each carries 25 properties that
are mapped; of those in both, nearly every tenth is said otherwise in one or two of them. The shapes are those of
developers.hubspot.com, "CRM API | Objects", and the REST API Developer Guide, "Query".
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

__all__ = ["OWNERS", "company", "company_id", "employee", "org_account", "org_id", "owner"]

CITIES = ("Berlin", "Hamburg", "Dresden", "Essen", "Bremen", "Leipzig", "Bonn", "Ulm")
SYLLABLES = ("ba", "del", "fi", "gor", "hu", "jan", "ke", "lim", "mo", "nor", "pa", "ques", "ri")
SYLLABLES += ("sol", "ta", "ul", "ver", "wi", "xan", "yo", "zet", "bru", "cal", "dri")
TIERS = (("A", "strategic"), ("B", "key"), ("C", "standard"))
OWNERS = 8
BEGAN = datetime(2026, 1, 5, 9, tzinfo=UTC)
STIRRED = 2_654_435_761
"""What a number is multiplied with so that its neighbours do not look like it (Knuth's constant)."""


def company(number: int, count: int, edited: datetime | None = None) -> bytes:
    """Return the company of one place in the portal as JSON; *edited* is when a person last did."""
    account = _number(number, count)
    stamp = _iso(edited or _stamp(account))
    said = _said(account)
    properties = {
        "name": said["name"],
        "domain": said["domain"],
        "website": said["website"],
        "annualrevenue": str(said["revenue"]),
        "numberofemployees": str(said["employees"] + (7 if account % 21 == 0 else 0)),
        "phone": said["phone"] if account % 14 else f"+49401{account:07d}",
        "address": said["street"],
        "city": said["city"],
        "zip": said["zip"],
        "state": said["region"],
        "country": "Germany",
        "hubspot_owner_id": str(9001 + account % OWNERS),
        "description": said["description"] if edited is None else f"edited {stamp}",
        "notes_last_contacted": "2025-11-30T16:41:00Z",
        "notes_next_activity_date": "2026-02-27T08:00:00Z",
        "legal_name": said["legal"],
        "tier": TIERS[account % 3][1],
        "lifecycle": "existing",
        "health": "green",
        "shipping_street": said["street"],
        "shipping_city": said["city"],
        "shipping_zip": said["zip"],
        "shipping_state": said["region"],
        "shipping_country": "DE",
        "industry_name": "Engineering",
    }
    told = {
        "createdate": _iso(BEGAN),
        "hs_lastmodifieddate": stamp,
        "hs_merged_object_ids": None,
        "hs_object_id": company_id(number),
        "kamsync_id": None,
    }
    made = {
        "id": company_id(number),
        "properties": {**properties, **told},
        "createdAt": _iso(BEGAN),
        "updatedAt": stamp,
        "archived": False,
    }
    return msgspec.json.encode(made)


def org_account(number: int, edited: datetime | None = None) -> bytes:
    """Return one account of the org as JSON; *edited* is when a person last did."""
    stamp = _iso(edited or _stamp(number)).replace("Z", "+0000")
    said = _said(number)
    path = f"/services/data/v66.0/sobjects/Account/{org_id('001', number)}"
    made = {
        "attributes": {"type": "Account", "url": path},
        "Id": org_id("001", number),
        "SystemModstamp": stamp,
        "LastModifiedDate": stamp,
        "LastModifiedById": org_id("005", number % OWNERS),
        "LastModifiedBy": {"attributes": {"type": "Name"}, "Name": _person(number % OWNERS)},
        "IsDeleted": False,
        "MasterRecordId": None,
        "KamsyncId__c": None,
        "Name": said["name"],
        "Website": said["website"],
        "Industry": "Engineering",
        "NumberOfEmployees": said["employees"],
        "Phone": said["phone"],
        "OwnerId": org_id("005", number % OWNERS),
        "Description": said["description"] if edited is None else f"edited {stamp}",
        "AnnualRevenue": float(said["revenue"]),
        **{f"Billing{part}": said[part.lower()] for part in ("Street", "City")},
        "BillingPostalCode": said["zip"],
        "BillingState": said["region"],
        "BillingCountry": "Germany",
        **{f"Shipping{part}": said[part.lower()] for part in ("Street", "City")},
        "ShippingPostalCode": said["zip"],
        "ShippingState": said["region"],
        "ShippingCountry": "Germany",
        "ParentId": None,
        "LegalName__c": said["legal"],
        "Domain__c": said["domain"],
        "Tier__c": TIERS[number % 3][0],
        "Lifecycle__c": "existing",
        "Health__c": "green",
        "LastTouch__c": "2025-11-30T16:41:00.000+0000",
        "NextTouch__c": "2026-02-27T08:00:00.000+0000",
    }
    return msgspec.json.encode(made)


def owner(number: int) -> dict[str, Any]:
    """Return one owner of the portal."""
    first, last = _person(number).split()
    email = f"{first}.{last}@acme.example".lower()
    return {
        "id": str(9001 + number),
        "email": email,
        "firstName": first,
        "lastName": last,
        "userId": 100 + number,
        "archived": False,
        "createdAt": _iso(BEGAN),
        "updatedAt": _iso(BEGAN),
    }


def employee(number: int) -> dict[str, Any]:
    """Return the same person as a user of the org."""
    first, last = _person(number).split()
    stamp = _iso(BEGAN).replace("Z", "+0000")
    return {
        "attributes": {"type": "User"},
        "Id": org_id("005", number),
        "SystemModstamp": stamp,
        "LastModifiedDate": stamp,
        "LastModifiedById": org_id("005", 0),
        "LastModifiedBy": {"attributes": {"type": "Name"}, "Name": _person(0)},
        "FirstName": first,
        "LastName": last,
        "Email": f"{first}.{last}@acme.example".lower(),
        "IsActive": True,
        "EmployeeNumber": None,
        "Title": None,
        "ManagerId": None,
    }


def company_id(number: int) -> str:
    """Return the id of a place in the portal."""
    return str(5_000_000_000 + number)


def org_id(prefix: str, number: int) -> str:
    """Return an id of 18 characters; digits alone add three times an A to the 15 of them."""
    return f"{prefix}{number:012d}AAA"


def _number(number: int, count: int) -> int:
    """Return which account has this place in the portal: four fifths are those of the org."""
    return number if number < count * 4 // 5 else number + count // 5


def _said(number: int) -> dict[str, Any]:
    """Return what both say of an account."""
    words = _name(number)
    domain = f"{words.replace(' ', '-').lower()}-{number}.example"
    return {
        "name": words,
        "legal": f"{words} GmbH",
        "domain": domain,
        "website": f"https://www.{domain}",
        "revenue": 1_000_000 + number,
        "employees": 100 + number % 9_000,
        "phone": f"+49301{number:07d}",
        "street": f"Hafenstra\u00dfe {number}",
        "city": CITIES[number % len(CITIES)],
        "zip": f"{10_000 + number % 80_000}",
        "region": "Berlin",
        "description": f"Builds what {CITIES[number % len(CITIES)]} needs, in hall {number}.",
    }


def _name(number: int) -> str:
    """Return a name of two words that hardly any other account resembles."""
    left, parts = (number + 1) * STIRRED % 2**32, []
    for _ in range(6):
        left, place = divmod(left, len(SYLLABLES))
        parts.append(SYLLABLES[place])
    return f"{''.join(parts[:3])} {''.join(parts[3:])}".title()


def _person(number: int) -> str:
    return f"{SYLLABLES[number]}{SYLLABLES[number + 8]} {SYLLABLES[-1 - number]}son".title()


def _stamp(number: int) -> datetime:
    return BEGAN + timedelta(seconds=number)


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def joined(rows: Sequence[bytes]) -> bytes:
    """Return rows as the inside of a list."""
    return b",".join(rows)
