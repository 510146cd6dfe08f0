# ruff: noqa: INP001 - a folder of documents is no package.
"""Write the tables of configuration.md from the code: ``python docs/make_configuration.py``.

The keys and their defaults come from the sections, the rules from the policy, the limits from the
guards, the options of a map from the lenses. What each means is said here, and a key that is not
described, or is not there any more, is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from parts import filled, table
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from kamsync.config import sections
from kamsync.entities import TEAMS
from kamsync.guards import Bound, Bounds
from kamsync.lenses import configured
from kamsync.policy.book import DELETES
from kamsync.policy.reading import BUILT_IN

PAGE = Path(__file__).with_name("configuration.md")

SECTIONS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("", sections.Config),
    ("store", sections.StoreSection),
    ("round", sections.RoundSection),
    ("daemon", sections.DaemonSection),
    ("system.NAME", sections.SystemSection),
    ("system.NAME.map.ENTITY", sections.MapSection),
    ("system.NAME.map.ENTITY.fields.FIELD", sections.FieldSection),
    ("scope.account", sections.ScopeSection),
    ("identity", sections.IdentitySection),
)

KEYS = {
    "plugins": ("the plugins to load, in this order; installing one is not enough", '`["demo"]`'),
    "policies": (
        "files with policies, later ones before earlier ones",
        '`["policies/teams.toml"]`',
    ),
    "store.url": ("where kamsync keeps what it knows", '`"sqlite:///kamsync.db"`'),
    "store.key_file": (
        "the key that seals the journal; `kamsync init` makes it",
        '`"kamsync.key"`',
    ),
    "round.batch": ("how many records are held in memory at a time", "`200`"),
    "round.sweep_every": ("how often a system is read as a whole", '`"7d"`'),
    "round.every": ("how often `kamsync run` serves a system", '`"1m"`'),
    "daemon.listen": (
        'where `kamsync run` answers on `/healthz` and `/metrics`; `""` is nowhere',
        '`"0.0.0.0:9464"`',
    ),
    "system.NAME.connector": ("the kind of system", '`"memory"`'),
    "system.NAME.team": ("the team that it speaks for", '`"sales"`'),
    "system.NAME.allow": ("what may be written, by entity", '`{ account = ["update"] }`'),
    "system.NAME.clears_pay": ("whether fields of class pay may be written there", "`true`"),
    "system.NAME.every": ("how often `kamsync run` serves it, if not as `[round]` says", '`"1m"`'),
    "system.NAME.fresh_within": (
        "a promise: `kamsync run` tells aloud when it was not served within that time",
        '`"15m"`',
    ),
    "system.NAME.sweep_every": (
        "how often it is read as a whole, if not as `[round]` says",
        '`"1h"`',
    ),
    "system.NAME.*": ("any other key: an option of the connector", '`path = "sales.jsonl"`'),
    "system.NAME.map.ENTITY.object": ("what the system calls the entity", '`"Company"`'),
    "system.NAME.map.ENTITY.stamp": ("the native field that keeps our id", '`"kamsync_id"`'),
    "system.NAME.map.ENTITY.fields.FIELD": (
        "a native field, a list of them for a group, a table, or `false` to leave it alone",
        '`"Name"`',
    ),
    "system.NAME.map.ENTITY.fields.FIELD.native": ("the native field or fields", '`"Notes"`'),
    "system.NAME.map.ENTITY.fields.FIELD.direction": (
        '`"in"` is only read, `"out"` only written, `"both"` is both',
        '`"in"`',
    ),
    "system.NAME.map.ENTITY.fields.FIELD.*": (
        "how values are read and written, see [maps](#maps)",
        "",
    ),
    "scope.account.FIELD": ("the values that are in scope", '`["strategic", "key"]`'),
    "scope.account.list": ("native ids that are in scope, by system", '`{ sales = ["C-1"] }`'),
    "scope.account.file": ("a file of such ids, lines of SYSTEM,ID", '`"accounts.csv"`'),
    "policy.ENTITY": ("who is right when teams disagree, see [policy](#policy)", ""),
    "first_meeting.ENTITY": ("the same for the first meeting of two systems", ""),
    "identity.link": ("from which score on two records are the same", "`0.95`"),
    "identity.review": ("from which score on a person is asked", "`0.8`"),
    "identity.margin": ("by how much the best must be better than the second", "`0.2`"),
    "guards": ("what is in proportion, see [guards](#guards)", ""),
}
"""What each key means, and an example."""

NAMED = {
    "system": "system.NAME",
    "system.NAME.map": "system.NAME.map.ENTITY",
    "system.NAME.map.ENTITY.fields": "system.NAME.map.ENTITY.fields.FIELD",
    "system.NAME.options": "system.NAME.*",
    "system.NAME.map.ENTITY.fields.FIELD.options": "system.NAME.map.ENTITY.fields.FIELD.*",
    "scope.account.values": "scope.account.FIELD",
    "policy": "policy.ENTITY",
    "first_meeting": "first_meeting.ENTITY",
}
"""Keys that hold names of yours, as a file writes them."""

HIDDEN = frozenset(
    {
        "store",
        "round",
        "daemon",
        "scope",
        "identity",
        "system.NAME.map.ENTITY.fields.FIELD.unmapped",
    }
)
"""Sections that have their own lines, and what a short form stands for."""

RULES = {
    "team": (
        "the team decides, if it spoke; a list of teams is asked in order",
        '`{ team = "success", otherwise = "review" }`',
    ),
    "latest": ("the latest edit wins, if it is certain which one that is", '`"latest"`'),
    "first": ("the earliest edit wins, with the same caution", '`"first"`'),
    "highest": (
        "the highest number, date or sum of one currency; of yes and no, yes",
        '`"highest"`',
    ),
    "lowest": ("the lowest of them", '`"lowest"`'),
    "union": ("all that anybody listed, for fields of several values", '`"union"`'),
    "only_if_empty": (
        "these teams may fill the field while it is empty, and not replace what it holds",
        '`{ team = "account", only_if_empty = ["sales"] }`',
    ),
    "review": ("a person decides", '`{ rule = "review", due = "2d", escalate = "head of sales" }`'),
}

MEANT = {
    "review": "a person is asked",
    "propagate": "it is deleted everywhere, unless somebody edited it meanwhile",
    "restore": "it is created again where it is gone",
    "keep": "it stays gone there and alive elsewhere",
}

LIMITS = {
    "delete": "records that would be deleted",
    "update": "records that would be changed",
    "create": "records that would be created",
    "blank": "values that would be emptied",
    "emptied": "the share of its records that a system must still show",
    "emptied_from": "asked only where it showed that many before",
}


def keys() -> str:
    """Return every key with its meaning, default and an example."""
    found = dict(_keys())
    assert set(found) == set(KEYS), f"say in KEYS what they mean: {set(found) ^ set(KEYS)}"
    rows = [(f"`{key}`", meaning, found[key], example) for key, (meaning, example) in KEYS.items()]
    return table(("key", "meaning", "without it", "example"), rows)


def _keys() -> Iterator[tuple[str, str]]:
    """Yield each key, as a file writes it, with its default."""
    for section, model in SECTIONS:
        for name, field in model.model_fields.items():
            key = f"{section}.{field.alias or name}".removeprefix(".")
            if key not in HIDDEN:
                named = NAMED.get(key, key)
                # A key that only holds names of yours has lines of its own for what is below it.
                if named not in {"system.NAME", "system.NAME.map.ENTITY"}:
                    yield named, _default(field)


def _default(field: FieldInfo) -> str:
    """Return what holds without a key."""
    if field.is_required():
        return "must be there"
    value: Any = field.get_default(call_default_factory=True)
    if isinstance(value, timedelta):
        return f'`"{value.days}d"`' if value.days else f'`"{value.seconds // 60}m"`'
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, str | int | float) and value != "":
        return f'`"{value}"`' if isinstance(value, str) else f"`{value}`"
    return "nothing"


def lenses() -> str:
    """Return the options of a field's map, as the lenses tell them."""
    lines = (configured.__doc__ or "").split("\n")
    _, first, last = (i for i, line in enumerate(lines) if line.startswith("=="))
    text = re.sub(r"\n {10,}", " ", "\n".join(lines[first + 1 : last]))
    rows = [re.split(r" {2,}", line, maxsplit=1) for line in text.split("\n")]
    return table(("option", "meaning"), [(_code(name), _code(meaning)) for name, meaning in rows])


def _code(text: str) -> str:
    """Return the code in a docstring as Markdown has it."""
    return re.sub(r"``(.+?)``", r"`\1`", text)


def rules() -> str:
    """Return the built-in rules with the keys that each takes, and the teams."""
    assert set(RULES) == set(BUILT_IN), f"say in RULES: {set(RULES) ^ set(BUILT_IN)}"
    rows = [
        (f"`{name}`", meaning, ", ".join(f"`{key}`" for key in BUILT_IN[name]) or "none", example)
        for name, (meaning, example) in RULES.items()
    ]
    teams = ", ".join(f"`{team}`" for team in TEAMS)
    text = (
        "`tolerance` is how close two times may be to be no evidence, 2 seconds by default;"
        " `unless_blank = true` lets blanks not count; `due` and `escalate` say by when, and who is"
        f" called in afterwards. The teams are {teams}, and those that your systems name."
    )
    return f"{table(('rule', 'what it does', 'its keys', 'example'), rows)}\n\n{text}"


def deletes() -> str:
    """Return what ``deletes`` may be."""
    assert set(MEANT) == set(DELETES), f"say in MEANT: {set(MEANT) ^ set(DELETES)}"
    return table(("deletes", "then"), [(f'`"{name}"`', MEANT[name]) for name in DELETES])


def guards() -> str:
    """Return the limits with their defaults."""
    bounds = Bounds()
    assert set(LIMITS) == set(bounds.__struct_fields__), "say in LIMITS what each limit is"
    rows = [(f"`{name}`", text, _bound(getattr(bounds, name))) for name, text in LIMITS.items()]
    return table(("limit", "on", "without it"), rows)


def _bound(limit: Bound | float) -> str:
    """Return a limit as a file writes it."""
    if isinstance(limit, Bound):
        return f"`{{ count = {limit.count}, share = {limit.share} }}`"
    return f"`{limit}`"


MAKERS = {"keys": keys, "lenses": lenses, "rules": rules, "deletes": deletes, "guards": guards}


def page() -> str:
    """Return the whole page, its tables made anew."""
    return filled(PAGE, MAKERS)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
