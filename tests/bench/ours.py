"""kamsync in a process of its own: the life of a hub among the two systems of the light server.

``python ours.py ADDRESS COUNT SHARE [FOLDER]`` prints the figures of each phase as JSON. Everything
is as it is shipped: configuration, connectors, maps and store. Nothing is allowed to be written, but
for the plan of the first meeting, which is made as if everything were, and left alone.
"""

from __future__ import annotations

import gc
import sqlite3
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import msgspec
from phases import Phases, Steps

from kamsync.cli.root import LOOKED_THROUGH_AFTER
from kamsync.clock import SystemClock
from kamsync.config import load_config
from kamsync.engine import Hub, Round, run_round, settle, take_in
from kamsync.engine.assemble import assemble, open_configured_store
from kamsync.plugins import load_plugins
from kamsync.seal import write_key
from kamsync.store import Store

CONFIG = """
plugins = ["salesforce", "hubspot"]

[policy.account]
"*" = "latest"

[system.sales]
connector = "salesforce"
team = "sales"
host = "{address}"
session_id = {{ env = "SECRET" }}
currency = "EUR"
bulk_from = 1_000_000_000
allow = {{ account = [{allowed}] }}

[system.sales.map.account.fields]
legal_name = "LegalName__c"
domains = {{ native = "Domain__c", separator = ";" }}
tier = {{ native = "Tier__c", words = {{ A = "strategic", B = "key", C = "standard" }} }}
lifecycle = "Lifecycle__c"
health = "Health__c"
last_touch = "LastTouch__c"
next_touch = "NextTouch__c"

[system.success]
connector = "hubspot"
team = "success"
token = {{ env = "SECRET" }}
url = "{address}"
allow = {{ account = [{allowed}] }}

[system.success.map.account.fields]
annual_revenue = {{ parts = {{ annual_revenue = "annualrevenue", revenue_currency = {{ value = "EUR" }} }} }}
legal_name = "legal_name"
industry = "industry_name"
tier = "tier"
lifecycle = "lifecycle"
health = "health"
shipping_address = ["shipping_street", "shipping_city", "shipping_zip", "shipping_state", "shipping_country"]
"""
EVERYTHING = '"create", "update"'

ROWS_AT_ONCE = 1_000
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid"
SHAPE = (
    "SELECT sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql <> ''"
    " ORDER BY type = 'index', rowid"
)


def hub_of(folder: Path, address: str, allowed: str, store: Store | None = None) -> Hub:
    """Return a hub among both systems with its store in *folder*."""
    path = folder / "kamsync.toml"
    path.write_text(CONFIG.format(address=address, allowed=allowed), encoding="utf-8")
    config = load_config(path, {"SECRET": "made-up"})
    clock = SystemClock()
    return assemble(
        config, load_plugins(config.plugins), store or open_configured_store(config, clock), clock
    )


def measure(folder: Path, address: str, count: int, share: float, phases: Phases) -> None:
    """Measure each phase."""
    write_key(folder / "kamsync.key")
    hub = hub_of(folder, address, EVERYTHING)
    first = _pulled(hub, phases, count)
    with phases.phase("match, merge and plan", lambda: 2 * count):
        steps = Steps()
        settle(hub, first, progress=steps.begin)
    steps.report(phases, 2 * count)
    _written_alone(folder, phases, 2 * count)
    for system in hub.systems:
        hub.store.set_meta(f"met:{system}", "now")
    _rest(hub_of(folder, address, "", hub.store), address, count, share, phases)
    hub.store.close()


def _pulled(hub: Hub, phases: Phases, count: int) -> Round:
    """Measure the first reading of each system by itself."""
    first = Round("first")
    for system in hub.systems.values():
        with phases.phase(f"first pull of {system.connector.kind}", lambda: count):
            take_in(hub, first, among=[system])
        _require(dict(first.down), {}, "systems that are down")
        _require(first.pulled[system.name]["account"].read, count, f"rows of {system.name}")
    return first


def _written_alone(folder: Path, phases: Phases, count: int) -> None:
    """Measure what nobody goes under: all rows of the store once more, as they are, each written once."""
    cpu_s = 0.0
    with (
        tempfile.TemporaryDirectory() as made,
        closing(sqlite3.connect(next(folder.glob("*.db")))) as store,
        closing(sqlite3.connect(Path(made) / "alone", isolation_level=None)) as alone,
    ):
        alone.execute("PRAGMA journal_mode = WAL")
        for (sql,) in store.execute(SHAPE):
            alone.execute(sql)
        alone.execute("BEGIN")
        for (name,) in store.execute(TABLES).fetchall():
            rows = store.execute(f"SELECT * FROM {name}")
            while some := rows.fetchmany(ROWS_AT_ONCE):
                marks = ", ".join("?" * len(some[0]))
                start = time.process_time()
                alone.executemany(f"INSERT INTO {name} VALUES ({marks})", some)
                cpu_s += time.process_time() - start
        start = time.process_time()
        alone.execute("COMMIT")
        cpu_s += time.process_time() - start
    phases.add("the same rows, written alone", count, cpu_s)


def _rest(hub: Hub, address: str, count: int, share: float, phases: Phases) -> None:
    """Measure what comes after the first meeting: nothing new, and a share of edits."""
    run_round(hub)
    with phases.phase("idle round", lambda: 1):
        idle = run_round(hub)
    _require(sum(_read(idle).values()), 0, "rows of an idle round")
    told = urllib.request.urlopen(
        urllib.request.Request(f"{address}/_bench/edit/{share}", method="POST")
    ).read()
    edits = msgspec.json.decode(told)
    with phases.phase(f"round with {share:.0%} edited", lambda: sum(edits)):
        edited = run_round(hub)
    _require(sum(_read(edited).values()), sum(edits), "rows that were edited")
    with phases.phase("round that reads them again", lambda: sum(edits)):
        again = run_round(hub)
    _require(again.merged.moved, 0, "fields that were merged again")
    with phases.phase("sweep, nothing changed", lambda: 2 * count):
        swept = run_round(hub, sweep=True)
    _require(sum(_read(swept).values()), 2 * count, "rows of a sweep")
    _require(swept.merged.moved, 0, "fields that a sweep changed")


def _read(round_: Round) -> Mapping[str, int]:
    """Return how many accounts each system showed."""
    return {name: each["account"].read for name, each in round_.pulled.items()}


def _require(found: object, wanted: object, what: str) -> None:
    """Stop where the hub did not do what is measured."""
    if found != wanted:
        raise SystemExit(f"{what}: {found}, not {wanted}")


def main() -> None:
    """Measure, and print the figures."""
    address, count, share, *folder = sys.argv[1:]
    gc.set_threshold(LOOKED_THROUGH_AFTER)
    phases = Phases()
    with tempfile.TemporaryDirectory(dir=next(iter(folder), None)) as made:
        measure(Path(made), address, int(count), float(share), phases)
        phases.figures.append({"phase": "store", "bytes": _size(Path(made))})
    print(phases.told())


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir())


if __name__ == "__main__":
    main()
