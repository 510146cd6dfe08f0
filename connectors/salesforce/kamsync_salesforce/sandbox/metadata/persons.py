"""The fields that accounts have where an account may be a person."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import structs

from kamsync_salesforce.sandbox.metadata.field import Field, read_field
from kamsync_salesforce.sandbox.metadata.sobject import SObject

__all__ = ["OWN_NAMES", "contact_names", "person_fields"]

# What a person has under the names that a contact has.
OWN_NAMES = ("LastName", "FirstName", "Salutation")
PREFIXED = (
    *(f"Mailing{part}" for part in ("Street", "City", "State", "PostalCode", "Country")),
    *(f"Mailing{part}" for part in ("Latitude", "Longitude", "GeocodeAccuracy", "Address")),
    *(f"Other{part}" for part in ("Street", "City", "State", "PostalCode", "Country")),
    *(f"Other{part}" for part in ("Latitude", "Longitude", "GeocodeAccuracy", "Address")),
    "MobilePhone",
    "HomePhone",
    "OtherPhone",
    "AssistantPhone",
    "Email",
    "Title",
    "Department",
    "AssistantName",
    "LeadSource",
    "Birthdate",
    "LastCURequestDate",
    "LastCUUpdateDate",
    "EmailBouncedReason",
    "EmailBouncedDate",
    "IndividualId",
)
CUSTOM, SHADOW = "__c", "__pc"


def person_fields(account: SObject, contact: SObject) -> list[Field]:
    """Return the fields that an account takes over from a contact, custom ones as `X__pc`.

    Source: Object Reference, "Account" ("Person Accounts"); recordings of real orgs.
    """
    told = {"is": "boolean ro", "label": "Is Person Account"}
    made = [read_field("IsPersonAccount", told)]
    behind = {"is": "reference ro", "to": ["Contact"], "label": "Contact ID"}
    made.append(read_field("PersonContactId", behind))
    for name, theirs in contact_names(contact).items():
        field = contact.fields[theirs]
        compound = field.compound
        if name in OWN_NAMES:
            field = structs.replace(field, nillable=True)
        elif compound in contact.fields:
            compound = f"Person{compound}"
        made.append(
            structs.replace(
                field,
                name=name,
                compound=compound,
                relationship=name.removesuffix("Id") if field.targets else None,
                children=None,
                cascade=False,
                id_lookup=False,
                unique=False,
                external_id=False,
            )
        )
    return [field for field in made if field.name not in account.fields]


def contact_names(contact: SObject) -> Mapping[str, str]:
    """Return what fields of an account are called on the contact behind it."""
    names = {name: name for name in OWN_NAMES}
    names |= {f"Person{name}": name for name in PREFIXED if name in contact.fields}
    custom = (name for name in contact.fields if name.endswith(CUSTOM))
    return names | {name.removesuffix(CUSTOM) + SHADOW: name for name in custom}
