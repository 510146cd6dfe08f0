# ruff: noqa: INP001 - a folder of documents is no package.
"""Write rules.md, the numbered rules, from what holds them: ``python docs/make_rules.py``.

C are the rules of the conformance suite, M the clauses of the merge, I the invariants of the
simulation. A test names the number of the rule that it holds.
"""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from parts import table

from kamsync import merge
from kamsync.testing.conformance import suite

PAGE = Path(__file__).with_name("rules.md")

INTRO = """\
# Rules

<!-- Made by docs/make_rules.py from the conformance suite, the merge and the simulation. -->

Each rule has a number, and a test names the number of the rule that it holds."""

CONNECTORS = """\
## Connectors

What `kamsync.testing.ConnectorTests` asks of every connector; [connectors.md](connectors.md) shows how to
run it. A rule is aware of capabilities: what a connector declares must work, and what it does not declare
must raise `Unsupported`. No rule is skipped."""

MERGE = """\
## The merge

The clauses by which the moves of all links become one golden value, or a conflict.
[merge.md](merge.md) tells the story of each."""

SIMULATION = """\
## The simulation

What holds at every step of a simulated history, with systems that fail, answers that are lost and people
who edit at the worst moment."""


BUGS = """\
## Planted bugs

A simulation that finds nothing proves nothing. Each of these bugs can be planted with `kamsync simulate
--canary NAME`, and is found after so many histories; five times as many fail the tests."""


def clauses() -> list[tuple[str, str]]:
    """Return the number and the sentence of each clause of the merge."""
    lines = re.findall(r"^- (M\d+) (.+(?:\n  .+)*)", merge.__doc__ or "", re.MULTILINE)
    return [(number, " ".join(text.split())) for number, text in lines]


def invariants() -> list[tuple[str, str]]:
    """Return the number and the sentence of each invariant, none while there is no simulation.

    The simulation states them as `INVARIANTS`, sentences by number.
    """
    name = "kamsync.testing.simulation"
    if find_spec(name) is None:
        return []
    stated = getattr(import_module(name), "INVARIANTS", {})
    return [(f"I{number}", str(text)) for number, text in sorted(stated.items())]


def bugs() -> list[tuple[str, str, str]]:
    """Return each planted bug: its name, what it says, and after how many histories it is found."""
    name = "kamsync.testing.simulation.planted"
    known = import_module(name).BUGS if find_spec(name) is not None else {}
    return [(f"`{name}`", bug.says, _found(bug)) for name, bug in known.items()]


def _found(bug: Any) -> str:
    """Return after how many histories a bug is found, and with which faults if not with all."""
    alone = ", ".join(f'"{fault}"' for fault in bug.faults)
    return f"{bug.seeds}, with {alone} alone" if alone else str(bug.seeds)


def page() -> str:
    """Return the whole page."""
    themes = [(theme.__name__, theme.__doc__ or "") for theme in suite.THEMES]
    parts = [INTRO, MERGE, table(("clause", "says"), [*map(_anchored, clauses())]), CONNECTORS]
    known = {rule.test: rule for rule in suite.rules()}
    for theme, (name, doc) in zip(suite.THEMES, themes, strict=True):
        rules = [known[test] for test in vars(theme) if test in known]
        rows = [(*_anchored((rule.number, rule.sentence)), f"`{rule.test}`") for rule in rules]
        parts += [f"### {_title(name)}", doc.strip(), table(("rule", "says", "test"), rows)]
    if invariants():
        rows = [*map(_anchored, invariants())]
        parts += [SIMULATION, table(("invariant", "says"), rows)]
        parts += [BUGS, table(("bug", "says", "histories"), bugs())]
    return "\n\n".join(parts) + "\n"


def _anchored(rule: tuple[str, str]) -> tuple[str, str]:
    """Return a rule whose number can be linked to."""
    number, text = rule
    return f'<a id="{number.lower()}"></a>{number}', text


def _title(name: str) -> str:
    """Return the title of a theme from the name of its class."""
    return name.removesuffix("Rules") + " rules"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
