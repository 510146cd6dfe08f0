"""What may be different from portal to portal, and what nobody outside could confirm."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["Settings"]


class Settings(Struct, frozen=True):
    """How a portal behaves.

    *lag_ms* is how long a change takes at least and at most to be found by a search
    (developers.hubspot.com/docs/guides/api/crm/search: "a few moments"). Not confirmed, and so
    to be set: how many versions of a value are kept, and whether a batch read by the id of a
    record that was merged away finds the new one.
    """

    portal_id: int = 147_001_234
    app_id: int = 31_415_926
    time_zone: str = "Europe/Berlin"
    currency: str = "EUR"
    ui_domain: str = "app-eu1.hubspot.com"
    account_type: str = "DEVELOPER_TEST"
    lag_ms: tuple[int, int] = (500, 2_000)
    versions: int = 20
    versions_of_contacts: int = 45
    batch_read_follows_merges: bool = False
    per_ten_seconds: int = 190
    per_second: int = 19
    per_day: int = 1_000_000
    searches_per_second: int = 5
    token_life_s: int = 1_800
