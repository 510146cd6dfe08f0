"""What nobody goes under: a loop that reads all pages and puts each row into a typed table.

``python bare.py SHAPE ADDRESS COUNT FOLDER``; SHAPE is ``hubspot`` or ``salesforce``. One connection
that is kept, the fastest reader of JSON, one transaction for each page, and nothing else.
"""

from __future__ import annotations

import http.client
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlsplit

import orjson

Row = dict[str, Any]
HUBSPOT = "/crm/v3/objects/companies?limit=100&archived=false"
SALESFORCE = "/services/data/v66.0/query?q="


def main() -> None:
    """Read everything, and count it."""
    shape, address, count, folder = sys.argv[1:]
    line = http.client.HTTPConnection(urlsplit(address).netloc)
    rows = companies(line) if shape == "hubspot" else accounts(line)
    database = sqlite3.connect(Path(folder) / f"{shape}.db")
    database.execute("PRAGMA journal_mode = WAL")
    for page in rows:
        keep(database, page)
    (found,) = database.execute("SELECT count(*) FROM account").fetchone()
    if found != int(count):
        raise SystemExit(f"{found} rows, not {count}")


def companies(line: http.client.HTTPConnection) -> Iterator[list[Row]]:
    """Yield the pages of the portal."""
    after = ""
    while True:
        told = asked(line, f"{HUBSPOT}&after={after}" if after else HUBSPOT)
        yield [{"id": each["id"], **each["properties"]} for each in told["results"]]
        if "paging" not in told:
            return
        after = told["paging"]["next"]["after"]


def accounts(line: http.client.HTTPConnection) -> Iterator[list[Row]]:
    """Yield the pages of the org."""
    place = SALESFORCE + quote_plus("SELECT FIELDS(ALL) FROM Account")
    while place:
        told = asked(line, place)
        for each in told["records"]:
            del each["attributes"], each["LastModifiedBy"]
        yield told["records"]
        place = told.get("nextRecordsUrl")


def asked(line: http.client.HTTPConnection, path: str) -> Any:
    """Return one answer."""
    line.request("GET", path)
    return orjson.loads(line.getresponse().read())


def keep(database: sqlite3.Connection, rows: list[Row]) -> None:
    """Put a page into the table, whose columns are those of its first row."""
    names = list(rows[0])
    types = ["REAL" if isinstance(rows[0][name], float | int) else "TEXT" for name in names]
    columns = ", ".join(f'"{name}" {type_}' for name, type_ in zip(names, types, strict=True))
    key = "id" if "id" in names else "Id"
    marks = ", ".join("?" * len(names))
    with database:
        database.execute(f'CREATE TABLE IF NOT EXISTS account ({columns}, PRIMARY KEY ("{key}"))')
        database.executemany(
            f"INSERT OR REPLACE INTO account VALUES ({marks})",
            [tuple(row.values()) for row in rows],
        )


if __name__ == "__main__":
    main()
