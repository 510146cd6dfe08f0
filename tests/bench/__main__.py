"""Measure kamsync beside others on the same pages of the same server, each in a process of its own.

Run ``make bench``, or ``make bench ARGS="--rows 100000 --json"``. ``--big`` measures 30,000 edits among
three systems of a million accounts instead (``--rows`` says of how many; one in 25 is really met, the
others are copies in the store), ``--memory`` each phase of a
hub among three systems in memory; what follows these goes to `memory.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROWS = 20_000
MANY = 1_000_000
EDITS = 30_000
MET = 40_000
"""How many of many accounts really meet; the store is filled with copies of what they leave."""

PEERS = {
    "bare loop, HubSpot to SQLite": ("bare.py", "hubspot"),
    "bare loop, Salesforce to SQLite": ("bare.py", "salesforce"),
    "HubSpot's own client, reading alone": ("sdk.py", "hubspot"),
    "dlt, HubSpot to DuckDB": ("with_dlt.py", "hubspot-duckdb"),
    "dlt, Salesforce to DuckDB": ("with_dlt.py", "salesforce-duckdb"),
    "dlt, HubSpot to SQLite": ("with_dlt.py", "hubspot-sqlite"),
    "dlt, Salesforce to SQLite": ("with_dlt.py", "salesforce-sqlite"),
}
OURS = "kamsync: both pulled, mapped, matched, merged, stored and planned"
PULLED = "kamsync: both pulled, mapped and stored"
FIRST = ("first pull of salesforce", "first pull of hubspot")
BARE, DLT = "bare loop, both", "dlt, both to DuckDB"


@contextmanager
def served(count: int) -> Iterator[str]:
    """Run the light server; yield its address."""
    process = subprocess.Popen(
        [sys.executable, str(HERE / "server.py"), str(count)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.communicate()


def timed(*command: object) -> tuple[str, float, int]:
    """Run one program; return what it printed, its CPU seconds and its highest memory in MB."""
    with tempfile.TemporaryFile() as out:
        told = [sys.executable, *map(str, command)]
        process = subprocess.Popen(told, stdout=out)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        printed = out.read().decode()
    if process.returncode:
        raise SystemExit(f"{told[1]} ended with {process.returncode}")
    return printed, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024


def figure(name: str, rows: int, cpu_s: float, peak_mb: int) -> dict[str, Any]:
    """Return one line of the table."""
    return {"name": name, "rows": rows, "cpu_s": round(cpu_s, 3), "peak_mb": peak_mb}


def peers(address: str, count: int, folder: Path) -> list[dict[str, Any]]:
    """Measure the others."""
    figures = []
    for name, (program, which) in PEERS.items():
        _, cpu_s, peak_mb = timed(HERE / "peers" / program, which, address, count, folder)
        figures.append(figure(name, count, cpu_s, peak_mb))
    spent = {each["name"]: each for each in figures}
    for name, parts in (
        (BARE, [each for each in spent if each.startswith("bare")]),
        (DLT, [each for each in spent if each.startswith("dlt") and each.endswith("DuckDB")]),
    ):
        cpu_s = sum(spent[part]["cpu_s"] for part in parts)
        most = max(spent[part]["peak_mb"] for part in parts)
        figures.append(figure(name, 2 * count, cpu_s, most))
    return figures


def ours(address: str, count: int, share: float, folder: Path) -> list[dict[str, Any]]:
    """Measure kamsync, and each phase of it."""
    printed, _, _ = timed(HERE / "ours.py", address, count, share, folder)
    phases = [each for each in json.loads(printed) if "cpu_s" in each]
    peak_mb = max(each["peak_mb"] for each in phases)
    spent = {each["phase"]: each["cpu_s"] for each in phases}
    pulled = sum(spent[each] for each in FIRST)
    whole = pulled + spent["match, merge and plan"]
    return [
        *(figure(e["phase"], e["rows"], e["cpu_s"], e["peak_mb"]) for e in phases),
        figure(PULLED, 2 * count, pulled, peak_mb),
        figure(OURS, 2 * count, whole, peak_mb),
    ]


def table(figures: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the lines of the table; the ratios are of CPU for a row."""
    row_s = {each["name"]: each["cpu_s"] / max(each["rows"], 1) for each in figures}
    yield (
        "| what | rows | CPU s | rows per CPU s | CPU of the bare loop | CPU of dlt | memory MB |\n"
        "|---|---:|---:|---:|---:|---:|---:|"
    )
    for each in figures:
        name, rows, cpu_s = each["name"], each["rows"], each["cpu_s"]
        ratios = [
            f"{row_s[name] / row_s[other]:.2f}" if row_s.get(other) and rows > 1 else ""
            for other in (BARE, DLT)
        ]
        speed = f"{rows / cpu_s:,.0f}" if cpu_s and rows > 1 else ""
        cells = [name, f"{rows:,}", f"{cpu_s:.3f}", speed, *ratios, f"{each['peak_mb']:,}"]
        yield f"| {' | '.join(cells)} |"


def compare(given: argparse.Namespace) -> None:
    """Measure everything in one run, and print the table."""
    with tempfile.TemporaryDirectory() as made, served(given.rows) as address:
        figures = [] if given.alone else peers(address, given.rows, Path(made))
        figures += ours(address, given.rows, given.share, Path(made))
    print(json.dumps(figures) if given.json else "\n".join(table(figures)))


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--rows", type=int, help=f"of each system; {ROWS:,} without it")
    parser.add_argument("--share", type=float, default=0.01, help="share that is edited later")
    parser.add_argument("--alone", action="store_true", help="kamsync alone, no others")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--big", action="store_true", help="30,000 edits among 3 x ROWS in memory")
    parser.add_argument("--memory", action="store_true", help="three systems in memory")
    given, rest = parser.parse_known_args()
    if not (given.big or given.memory):
        given.rows = given.rows or ROWS
        compare(parser.parse_args(namespace=given))
        return
    from memory import main as measure_memory

    share = given.share
    if given.big:
        accounts = given.rows or MANY
        times = max(1, accounts // MET)
        share = min(1.0, EDITS * times / accounts)
        rest += ["--full", "--accounts", str(accounts // times), "--times", str(times)]
    rest += ["--share", str(share)]
    measure_memory([*rest, *(["--json"] if given.json else [])])


if __name__ == "__main__":
    main()
