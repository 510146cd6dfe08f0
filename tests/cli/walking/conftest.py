"""Walks through the queue: what is typed, and what there is to be decided."""

import os
from contextlib import closing

import pytest

from kamsync.clock import SystemClock
from kamsync.config import load_config
from kamsync.engine.assemble import open_configured_store

NORDWIND = ("account", "account-1")
AGREED = {"phone": "+493333333", "tier": "emerging"}
NAMES = ["Adler", "Birke", "Cedern", "Distel"]


def _walk(hub, *lines, args=()):
    """Type lines, one key each, and return what is shown."""
    result = hub.run("conflicts", "walk", *args, input="".join(f"{line}\n" for line in lines))
    assert 0 == result.exit_code, result.stderr
    assert "Traceback" not in result.output
    return result.stdout


@pytest.fixture
def walk():
    """Walk through what is open."""
    return _walk


def _left(hub, *args):
    """Return how many conflicts are open."""
    return hub.document("conflicts", "list", *args)["total"]


@pytest.fixture
def left():
    """Count what is open."""
    return _left


def _acts(hub, record="account-1"):
    """Return what the journal says of a record, oldest first."""
    told = hub.document("history", record)
    return [(each["act"], each["actor"], each["reason"]) for each in reversed(told)]


@pytest.fixture
def acts():
    """Read what the journal says of a record."""
    return _acts


def _stored():
    """Open the store of the folder, for as long as a block."""
    return closing(open_configured_store(load_config(None, os.environ), SystemClock()))


@pytest.fixture
def stored():
    """Open the store of the folder."""
    return _stored


def _phones(hub):
    """Return the telephone numbers that success has, by name."""
    return {
        values["name"]: values.get("phone") for values in hub.success.records("account").values()
    }


@pytest.fixture
def phones():
    """Read the telephone numbers that success has."""
    return _phones


def _until(process, text):
    """Read what a process writes until it has written *text*."""
    shown = ""
    while text not in shown:
        part = process.stdout.readline()
        assert part, shown
        shown += part
    return shown


@pytest.fixture
def until():
    """Wait for what a process writes."""
    return _until


@pytest.fixture
def gone(nordwind):
    """The account is gone in sales."""
    nordwind.anna.delete(*NORDWIND)
    nordwind.run("sync")
    return nordwind


@pytest.fixture
def many(nordwind, left):
    """Four accounts whose telephone numbers both teams changed at once, and one whose tier they did."""
    made = [nordwind.anna.create("account", {"name": each, **AGREED}) for each in NAMES]
    assert 0 == nordwind.run("sync").exit_code
    theirs = {values["name"]: id_ for id_, values in nordwind.success.records("account").items()}
    for number, (name, id_) in enumerate(zip(NAMES, made, strict=True)):
        nordwind.anna.edit("account", id_, {"phone": f"+491111111{number}"})
        nordwind.bo.edit("account", theirs[name], {"phone": f"+492222222{number}"})
    nordwind.anna.edit("account", made[0], {"tier": "key"})
    nordwind.bo.edit("account", theirs[NAMES[0]], {"tier": "standard"})
    assert 0 == nordwind.run("sync").exit_code
    assert 5 == left(nordwind)
    return nordwind


@pytest.fixture
def resembling(nordwind):
    """A second account in success whose domain is that of the first: a twin, or not."""
    nordwind.bo.create("account", {"name": "Nordwind Süd", "domains": ["nordwind.de"]})
    nordwind.run("sync")
    return nordwind
