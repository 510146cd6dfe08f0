"""How long a hub takes to carry one org into another and back, and in how much memory.

``python connectors/salesforce/bench/hub.py [ACCOUNTS] [CONTACTS]``; without numbers, 5,000 and 20,000.
Each org runs in a process of its own, so that the memory is that of the hub.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from runpy import run_path
from typing import Any

import requests

from kamsync.clock import SystemClock
from kamsync.config import load_config
from kamsync.engine import Hub, Round, preview, run_round
from kamsync.engine.assemble import assemble, open_configured_store
from kamsync.model import Op, Write
from kamsync.plugins import load_plugins
from kamsync.seal import write_key

ACCOUNTS, CONTACTS = 5_000, 20_000
BATCH = 1000
LETTERS = "bcdfghjklmnpqrstvwxz"
BENCH = run_path(str(Path(__file__).with_name("__main__.py")))

CONFIG = """
plugins = ["salesforce"]

[guards]
update = { count = 1000000, share = 1.0 }
"""
SYSTEM = """
[system.{name}]
connector = "salesforce"
host = "{host}"
client_id = "{client_id}"
client_secret = {{ env = "SECRET" }}
currency = "EUR"
quota_share = 1.0
allow = {{ account = ["create", "update"], contact = ["create", "update"] }}
"""


def word(drawn: random.Random) -> str:
    """Return a name that no other resembles."""
    return "".join(drawn.choices(LETTERS, k=14)).title()


def fill(connector: Any, accounts: int, contacts: int) -> list[str]:
    """Fill an org; return the ids of its accounts."""
    drawn, ids = random.Random(1), []  # noqa: S311 - a bench is to be repeated
    for first in range(0, accounts, BATCH):
        rows = range(first, min(first + BATCH, accounts))
        writes = [Write(Op.CREATE, None, {"Name": word(drawn)}, key=str(n)) for n in rows]
        ids += [each.native_id or "" for each in connector.write("Account", writes)]
    for first in range(0, contacts, BATCH):
        rows = range(first, min(first + BATCH, contacts))
        people = [
            {"LastName": word(drawn), "Email": f"p{n}@example.com", "AccountId": ids[n % accounts]}
            for n in rows
        ]
        connector.write(
            "Contact", [Write(Op.CREATE, None, each, key=str(each["Email"])) for each in people]
        )
    return ids


def act(host: str, native_id: str) -> None:
    """Let a person edit an account."""
    values = {"Phone": "+4942112345"}
    act_ = {"person": "susan.lindt", "verb": "edit", "object": "Account", "id": native_id}
    requests.post(f"{host}/_sandbox/act", json={**act_, "values": values}, timeout=60)


def timed(what: str, hub: Hub, run: Any) -> Round:
    """Run and print one round."""
    start = time.monotonic()
    done: Round = run()
    took, written = time.monotonic() - start, done.written
    read = sum(each.read for system in done.pulled.values() for each in system.values())
    calls = sum(
        sum(each.connector.org.quota.calls.values())  # type: ignore[attr-defined]
        for each in hub.systems.values()
    )
    held = BENCH["memory"]()
    print(
        f"{what:24} {read:9,} read {written:9,} written {took:8.1f} s {calls:8,} calls {held:7.1f} MiB"
    )
    return done


def main() -> None:
    """Carry everything across, then an edit of each account back."""
    given = [int(each) for each in sys.argv[1:3]]
    accounts, contacts = [*given, *(ACCOUNTS, CONTACTS)[len(given) :]]
    with ExitStack() as stack:
        full, empty = (stack.enter_context(BENCH["org"]()) for _ in range(2))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ids = fill(BENCH["connected"](full), accounts, contacts)
        systems = {"sales": full, "success": empty}
        sections = [SYSTEM.format(name=name, **each) for name, each in systems.items()]
        (folder / "kamsync.toml").write_text(CONFIG + "".join(sections), encoding="utf-8")
        write_key(folder / "kamsync.key")
        environment = {**os.environ, "SECRET": full["client_secret"]}
        config = load_config(folder / "kamsync.toml", environment)
        clock = SystemClock()
        store = open_configured_store(config, clock)
        stack.callback(store.close)
        hub = assemble(config, load_plugins(config.plugins), store, clock)
        plan = timed("the first plan", hub, lambda: preview(hub)).plan
        assert plan is not None
        timed("the first round", hub, lambda: run_round(hub, approve=plan.id))
        timed("the second round", hub, lambda: run_round(hub))
        timed("an idle round", hub, lambda: run_round(hub))
        edited = BENCH["connected"](empty)
        rows = edited.org.client.query("SELECT Id FROM Account").rows[:BATCH]
        for row in rows:
            act(empty["host"], str(row["Id"]))
        # A version within its own second is not settled, and nothing is written on it.
        clock.wait(2)
        assert len(ids) == accounts
        timed(f"{len(rows):,} edits carried back", hub, lambda: run_round(hub))


if __name__ == "__main__":
    main()
