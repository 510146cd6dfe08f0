"""How long an org takes to read and to fill, in how many calls, and in how much memory.

``python connectors/salesforce/bench [ACCOUNTS] [CONTACTS]``; without numbers, 50,000 and 200,000. The
org runs in a process of its own, so that the figures are those of the connector.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kamsync.entities import core_schema
from kamsync.model import Op, Outcome, Write
from kamsync.redact import Secret
from kamsync_salesforce.connector import Salesforce
from kamsync_salesforce.mapping.maps import maps

ACCOUNTS, CONTACTS = 50_000, 200_000
STEPS = 4
BATCH = 1000
BULK = 10**9
MIB = 1024 * 1024

ORG = """
import json, os, sys, time
from kamsync_salesforce.testing import TestOrg
# Each is an org of its own: the hub refuses two systems that are one and the same.
org = TestOrg(number=os.getpid())
org.act("set", quota=10_000_000)
credentials = org.service.credentials
print(json.dumps({**org.options, "client_secret": credentials.client_secret}), flush=True)
sys.stdin.read()
org.close()
"""


def memory() -> float:
    """Return how much memory this process holds now, in MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / MIB


@contextmanager
def org() -> Iterator[dict[str, str]]:
    """Run an org; yield the options of a connector to it."""
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", ORG], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.communicate()


def connected(options: dict[str, str], **more: int) -> Salesforce:
    """Return a new connector."""
    secret = Secret(options["client_secret"])
    return Salesforce(**{**options, "client_secret": secret, **more})


def fill(connector: Salesforce, object_: str, count: int, accounts: list[str]) -> list[str]:
    """Create records as the hub does; return the ids of those that others refer to."""
    ids: list[str] = []
    done = 0
    start, calls = time.monotonic(), sum(connector.org.quota.calls.values())
    print(f"create {count:,} {object_}")
    for first in range(0, count, BATCH):
        writes = [write(object_, n, accounts) for n in range(first, min(first + BATCH, count))]
        receipts = connector.write(object_, writes)
        assert all(each.outcome is Outcome.DONE for each in receipts), receipts[0]
        done += len(receipts)
        if not accounts:
            ids += [each.native_id or "" for each in receipts]
        if done % max(count // STEPS, 1) < BATCH:
            told(done, start, sum(connector.org.quota.calls.values()) - calls)
    return ids


def write(object_: str, n: int, accounts: list[str]) -> Write:
    """Return one create."""
    name = {"Name": f"Company {n}", "BillingCity": "Bremen", "Phone": f"+49 421 {n}"}
    person = {"LastName": f"Person {n}", "Email": f"p{n}@example.com", "Title": "Buyer"}
    values = name if object_ == "Account" else {**person, "AccountId": accounts[n % len(accounts)]}
    return Write(Op.CREATE, None, values, key=f"{object_}-{n}", stamp=f"{object_}-{n}")


def pull(connector: Salesforce, object_: str, names: tuple[str, ...], count: int) -> None:
    """Read everything of one object."""
    print(f"read {count:,} {object_}")
    start, calls, rows = time.monotonic(), sum(connector.org.quota.calls.values()), 0
    for page in connector.read(object_, names, None):
        before = rows
        rows += len(page.readings)
        step = max(count // STEPS, 1)
        if rows // step > before // step:
            told(rows, start, sum(connector.org.quota.calls.values()) - calls)
    assert rows == count, rows


def told(rows: int, start: float, calls: int) -> None:
    """Print one line."""
    took = time.monotonic() - start
    print(f"  {rows:>9,} rows  {took:7.1f} s  {calls:6,} calls  {memory():7.1f} MiB", flush=True)


def main() -> None:
    """Fill an org, then read it by REST and by Bulk."""
    given = [int(each) for each in sys.argv[1:3]]
    accounts, contacts = [*given, *(ACCOUNTS, CONTACTS)[len(given) :]]
    names = {each.object: each.names for each in maps(core_schema())}
    with org() as options:
        connector = connected(options, bulk_from=BULK)
        ids = fill(connector, "Account", accounts, [])
        fill(connector, "Contact", contacts, ids)
        pull(connector, "Account", names["Account"], accounts)
        pull(connector, "Contact", names["Contact"], contacts)
        connector.close()
        print("by Bulk API 2.0")
        bulk = connected(options, bulk_from=2000)
        pull(bulk, "Contact", names["Contact"], contacts)
        bulk.close()


if __name__ == "__main__":
    main()
