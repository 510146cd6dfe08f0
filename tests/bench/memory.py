"""Measure whole rounds: key accounts among three systems, met, edited in part, and left alone.

Run ``make bench ARGS="--memory --accounts 1000 --full --store postgresql://…"``. Each phase is
reported in CPU seconds of this process, rows, rows per CPU second, how many times the floor's CPU it
takes for a row, and the highest memory in that phase. The floor in the same run is what nobody can go
under: the same rows encoded, put into one table of one SQLite file, and read back.

With ``--times N`` the store is as if N times as many accounts had met before people edit some of those
that did: see `multiplied.py`.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
from multiplied import multiply
from phases import Phases, Steps

from kamsync.cli.root import LOOKED_THROUGH_AFTER
from kamsync.clock import SetClock
from kamsync.engine import Hub, Round, System, deliver, run_round, settle, take_in
from kamsync.entities import core_schema
from kamsync.lenses import identity_map
from kamsync.memory import Memory, MemorySystem
from kamsync.model import Op
from kamsync.policy import parse_policy
from kamsync.store import open_store

KEY = bytes(32)
FILE = "bench.db"
SYSTEMS = ("sales", "success", "account")
Account = Callable[[int], dict[str, object]]
"""What makes the native values of one account of its number."""

CITIES = ("Berlin", "Lyon", "Porto", "Gent", "Oslo", "Graz", "Cork", "Turku")


def account(number: int) -> dict[str, object]:
    """Return the native values of one account, the same for every system."""
    city = CITIES[number % len(CITIES)]
    return {
        "name": f"{city} Works {number}",
        "website": f"https://works-{number}.example",
        "domains": [f"works-{number}.example"],
        "phone": f"+4930{number:07d}",
        "description": f"Builds what {city} needs, in hall {number}.",
        "tier": "key",
        "lifecycle": "existing",
        "employees": 100 + number % 9_000,
    }


def full_account(number: int) -> dict[str, object]:
    """Return the same account with 25 properties."""
    place = {
        "street": f"Hall Road {number}",
        "city": CITIES[number % len(CITIES)],
        "postal_code": f"{10_000 + number % 80_000}",
        "country": "DE",
    }
    return {
        **account(number),
        "legal_name": f"{place['city']} Works {number} GmbH",
        "industry": "Engineering",
        "health": "green",
        "key_reasons": ["revenue"],
        "annual_revenue": f"{1_000_000 + number}",
        "revenue_currency": "EUR",
        "last_touch": "2025-11-30T16:41:00Z",
        "next_touch": "2026-01-30T16:41:00Z",
        **{
            f"{kind}_{part}": text
            for kind in ("billing", "shipping")
            for part, text in place.items()
        },
        "shipping_region": "Berlin",
    }


class Worlds:
    """Three systems that hold the same accounts, and the native ids of these, by number."""

    def __init__(self, count: int, clock: SetClock, account: Account = account) -> None:
        self.systems = {name: MemorySystem(clock=clock) for name in SYSTEMS}
        self.ids: dict[str, list[str]] = {}
        for name, system in self.systems.items():
            person = system.act(f"{name}-person")
            self.ids[name] = [person.create("account", account(n)) for n in range(count)]

    def edit(self, share: float) -> int:
        """Let people edit a share of the accounts, each in one system; return how many."""
        count = len(self.ids[SYSTEMS[0]])
        picked = random.Random(7).sample(range(count), max(1, int(count * share)))
        for place, number in enumerate(picked):
            name = SYSTEMS[place % len(SYSTEMS)]
            change = {"description": f"edited {number}"}
            self.systems[name].edit("account", self.ids[name][number], change)
        return len(picked)


def make_hub(worlds: Worlds, url: str, clock: SetClock) -> Hub:
    """Return a hub among the three systems that may do everything."""
    schema = core_schema()
    allow = {"account": frozenset(Op)}
    maps = {"account": identity_map(schema.entity("account"), "account")}
    return Hub(
        schema=schema,
        systems={
            name: System(name, Memory.over(system, page=500, batch=200), maps, name, allow)
            for name, system in worlds.systems.items()
        },
        policy=parse_policy({"account": {"*": "latest"}}, schema, {}),
        store=open_store(url, clock=clock, key=KEY),
        clock=clock,
        sweep_every=timedelta(days=3650),
    )


def met_by_many(hub: Hub, worlds: Worlds, clock: SetClock, folder: Path, times: int) -> Hub:
    """Return a hub on a store that is as if *times* as many accounts had met in it."""
    hub.store.close()
    few, many = folder / FILE, folder / f"many-{FILE}"
    multiply(few, many, times, clock, KEY)
    few.unlink()
    return make_hub(worlds, f"sqlite:///{many}", clock)


def measure(
    count: int, share: float, url: str, phases: Phases, account: Account, folder: Path, times: int
) -> None:
    """Measure each phase of the life of a hub."""
    clock = SetClock()
    with phases.phase("making the three systems", lambda: 3 * count):
        worlds = Worlds(count, clock, account)
    gc.freeze()  # The worlds would not be in a hub's process; its collector should not walk them.
    hub = make_hub(worlds, url, clock)
    clock.wait(10)
    first = Round("first")
    with phases.phase("first pull", lambda: 3 * count):
        take_in(hub, first)
    with phases.phase("first match, merge and plan", lambda: 3 * count):
        steps = Steps()
        settle(hub, first, progress=steps.begin)
    steps.report(phases, 3 * count)
    for system in hub.systems:
        hub.store.set_meta(f"met:{system}", "now")
    if times > 1:
        with phases.phase("making it many times as many", lambda: 3 * count * times):
            hub = met_by_many(hub, worlds, clock, folder, times)
    for name in ("first round of a process", "idle round"):
        with phases.phase(name, lambda: 3 * count * times):
            run_round(hub)
    clock.wait(10)
    edited = worlds.edit(share)
    change = Round("change")
    with phases.phase(f"pull of {share:.0%} edits", lambda: edited):
        take_in(hub, change)
    with phases.phase("merge, store and plan of the edits", lambda: edited):
        steps = Steps()
        hub.store.on_commit = lambda when: steps.begin("committing") if when == "before" else None
        settle(hub, change, progress=steps.begin)
        hub.store.on_commit = None
    steps.report(phases, edited)
    with phases.phase(
        "push to the other two", lambda: sum(p.written for p in change.pushed.values())
    ):
        deliver(hub, change)
    clock.wait(10)
    with phases.phase("round that hears the echoes", lambda: 2 * edited):
        quiet = run_round(hub)
    if quiet.written or quiet.held:
        raise SystemExit(f"the last round wrote {quiet.written} and held {quiet.held}")


def floor(count: int, phases: Phases, account: Account) -> None:
    """Measure what the same rows cost at least: encoded, into one table of a file, and read back."""
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(Path(folder) / "floor.db")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, body TEXT)")
        with phases.phase("floor: encode, insert, read, decode", lambda: 3 * count):
            rows = ((n, msgspec.json.encode(account(n)).decode()) for n in range(3 * count))
            connection.executemany("INSERT INTO row VALUES (?, ?)", rows)
            connection.commit()
            for (body,) in connection.execute("SELECT body FROM row"):
                msgspec.json.decode(body)


def main(arguments: list[str] | None = None) -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="bench --memory", description=__doc__)
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument(
        "--share", type=float, default=0.01, help="share of accounts that is edited"
    )
    parser.add_argument(
        "--times", type=int, default=1, help="how many times as many the store holds in the end"
    )
    parser.add_argument("--store", help="URL of an empty store; a new SQLite file without it")
    parser.add_argument("--full", action="store_true", help="25 properties in use, not 8")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON as well")
    given = parser.parse_args(arguments)
    gc.set_threshold(LOOKED_THROUGH_AFTER)
    phases = Phases(floored=True)
    made = full_account if given.full else account
    floor(given.accounts, phases, made)
    with tempfile.TemporaryDirectory() as folder:
        if given.store and given.times > 1:
            parser.error("--times needs a file of its own; leave --store out")
        url = given.store or f"sqlite:///{folder}/{FILE}"
        measure(given.accounts, given.share, url, phases, made, Path(folder), given.times)
        if not given.store:
            size = sum(file.stat().st_size for file in Path(folder).iterdir())
            print(f"store on disk: {size / 1e6:,.0f} MB", file=sys.stderr)
    if given.json:
        print(json.dumps(phases.figures))


if __name__ == "__main__":
    main()
