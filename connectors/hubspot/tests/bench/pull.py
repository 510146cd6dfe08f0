"""Measure the first reading of a portal against its limit: how long, how many calls, how many refused.

Run ``python connectors/hubspot/tests/bench/pull.py --records 350000``. The portal is a process of its
own; it allows so many calls in ten seconds and answers each after a while. The floor is what the limit
itself takes: a hundred records to a call.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from multiprocessing import get_context
from multiprocessing.connection import Connection

from kamsync.redact import Secret
from kamsync.sandbox.mishaps import Delay
from kamsync_hubspot.connector import HubSpot
from kamsync_hubspot.sandbox import Settings, start
from kamsync_hubspot.sandbox.populating.crowd import crowd

NAMES = ("name", "domain", "city", "country", "phone", "website", "description", "hubspot_owner_id")
WINDOW_S = 10
PAGE = 100


def portal(here: Connection, records: int, limit: int, latency_s: float) -> None:
    """Serve a portal with so many records until told to stop; then tell what it was asked."""
    sandbox = start(settings=Settings(per_ten_seconds=limit, per_second=max(1, limit // WINDOW_S)))
    sandbox.run(crowd, sandbox.portal, "companies", records)
    sandbox.faults.add(Delay(wait_s=latency_s))
    here.send((sandbox.url, sandbox.credentials["token"]))
    here.recv()
    refused = sum(1 for call in sandbox.calls if call.status == 429)
    here.send((len(sandbox.calls), refused))
    sandbox.close()


def measure(records: int, limit: int, latency_s: float) -> dict[str, object]:
    """Read everything and return the figures."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=portal, args=(there, records, limit, latency_s))
    process.start()
    url, token = here.recv()
    connector = HubSpot(token=Secret(token), url=url)
    began_s, cpu_s, seen = time.monotonic(), time.process_time(), set()
    for page in connector.read("companies", NAMES, None):
        seen |= {reading.native_id for reading in page.readings}
    took_s, cpu_s = time.monotonic() - began_s, time.process_time() - cpu_s
    connector.close()
    here.send(None)
    calls, refused = here.recv()
    process.join()
    floor_s = records / PAGE * WINDOW_S / limit
    return {
        "records": len(seen),
        "calls": calls,
        "calls_at_least": -(-records // PAGE),
        "refused": refused,
        "seconds": round(took_s, 1),
        "limit_seconds": round(floor_s, 1),
        "ratio": round(took_s / floor_s, 3),
        "client_cpu_seconds": round(cpu_s, 1),
    }


def main(arguments: list[str] | None = None) -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="pull", description=__doc__)
    parser.add_argument("--records", type=int, default=350_000)
    parser.add_argument("--limit", type=int, default=190, help="calls in ten seconds")
    parser.add_argument("--latency", type=float, default=0.25, help="seconds to each answer")
    given = parser.parse_args(arguments)
    figures = measure(given.records, given.limit, given.latency)
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
