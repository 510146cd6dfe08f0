"""Every path that is called, with the version of the interface in one place.

HubSpot spells the same endpoints in two ways: with a number in the middle (``/crm/v3/objects``), and
with a date after the name (``/crm/objects/2026-03``), which is to replace it
(developers.hubspot.com, "Versioning").
"""

from __future__ import annotations

import re

from msgspec import Struct

from kamsync.errors import ConfigurationInvalid

__all__ = ["NUMBERED", "Paths", "paths_of"]

NUMBERED = "v3"
"""The interface that is in use today; its associations are of version 4."""

DATED = re.compile(r"\d{4}-\d{2}(-beta)?")


class Paths(Struct, frozen=True):
    """Where each kind of thing is found; what stands in braces is filled in by the call."""

    objects: str
    associations: str
    properties: str
    pipelines: str
    owners: str
    account: str
    token: str
    schemas: str
    splits: str

    def batch(self, act: str) -> str:
        """Return the path of a batch of records: read, create, update or archive."""
        return f"{self.objects}/batch/{act}"

    @property
    def search(self) -> str:
        """Where records are searched."""
        return f"{self.objects}/search"

    @property
    def record(self) -> str:
        """Where one record is."""
        return f"{self.objects}/{{id}}"

    def associated(self, act: str) -> str:
        """Return the path of a batch of associations: read, create, archive or labels/archive."""
        return f"{self.associations}/batch/{act}"


def paths_of(version: str) -> Paths:
    """Return the paths of one version of the interface.

    Raises:
        ConfigurationInvalid: it is neither v3 nor a date such as 2026-03.
    """
    if version == NUMBERED:
        return Paths(
            objects="/crm/v3/objects/{object}",
            associations="/crm/v4/associations/{object}/{to}",
            properties="/crm/v3/properties/{object}",
            pipelines="/crm/v3/pipelines/{object}",
            owners="/crm/v3/owners/",
            account="/account-info/v3/details",
            token="/oauth/v1/token",  # noqa: S106 - a path
            schemas="/crm-object-schemas/v3/schemas",
            splits="/crm/v3/objects/deals/splits/batch",
        )
    if DATED.fullmatch(version) is None:
        raise ConfigurationInvalid(
            f"HubSpot has no interface {version!r}; write {NUMBERED!r}, or a date such as '2026-03'."
        )
    return Paths(
        objects=f"/crm/objects/{version}/{{object}}",
        associations=f"/crm/associations/{version}/{{object}}/{{to}}",
        properties=f"/crm/properties/{version}/{{object}}",
        pipelines=f"/crm/pipelines/{version}/{{object}}",
        owners=f"/crm/owners/{version}",
        account=f"/account-info/{version}/details",
        token=f"/oauth/{version}/token",
        schemas=f"/crm-object-schemas/{version}/schemas",
        splits=f"/crm/objects/{version}/deals/splits/batch",
    )
