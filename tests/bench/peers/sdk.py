"""The vendor's own client, with its own objects: reading alone, nothing is kept.

``python sdk.py hubspot ADDRESS COUNT FOLDER``.
"""

from __future__ import annotations

import sys

from hubspot import HubSpot


def main() -> None:
    """Read all pages as the client's examples do."""
    _, address, count, _ = sys.argv[1:]
    api = HubSpot(access_token="made up", host=address).crm.companies.basic_api
    found, after = 0, None
    while True:
        page = api.get_page(limit=100, after=after, archived=False)
        found += len(page.results)
        if page.paging is None:
            break
        after = page.paging.next.after
    if found != int(count):
        raise SystemExit(f"{found} rows, not {count}")


if __name__ == "__main__":
    main()
