# ruff: noqa: INP001 - a folder of documents is no package.
"""Draw the pictures of how-it-works.md from the code: ``python docs/make_pictures.py``.

The floors, the phases and the folders of the simulation come from the contracts that import-linter
checks, the tables from the store, the life of a write from its states, the order of creation from the
schema.
"""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

from parts import filled, table

from kamsync.entities import core_schema
from kamsync.store import outbox
from kamsync.store.tables import metadata

PAGE = Path(__file__).with_name("how-it-works.md")
PROJECT = Path(__file__).parents[1] / "pyproject.toml"

FLOORS = {
    "cli": "surfaces: what people and scripts use",
    "testing": "for whoever writes a connector: conformance, faults, simulation",
    "daemon": "rounds on a schedule, and what the world outside is told of them",
    "reports": "what is read, and hosting of sandboxes",
    "engine": "one round",
    "store": "state: configuration, store, journal, reviews, keys",
    "plugins": "plugs: hooks, loader, the connector to systems in memory",
    "merge": "pure decisions: no clock, disk, network, plugin or chance",
    "connector": "the contract with one system",
    "model": "words: values, facts, fields, entities, maps",
    "errors": "ground",
}
"""What stands on each floor, by one of its modules."""

TABLES = {
    "link": "one native record of one system: its facts and version, and what waits there",
    "owed": "the write that a link is owed; a link that is owed none has no row",
    "record": "one record: golden of each field, with revision and origin",
    "review": "a conflict: its contenders, and the decision once there is one",
    "outbox": "a planned write; one in flight is an intent whose answer is open",
    "plan": "a plan by its name, and whether it was approved",
    "journal": "what happened, chained by hashes, values sealed",
    "subject_key": "the key of one person or account; erasing is deleting it",
    "pull_cursor": "how far a system was read",
    "park": "a native record that waits, with the reason and when it is tried again",
    "awaited": "which link waits for which other record",
    "alias": "a native id that was merged into another",
    "match_key": "the keys by which a newcomer is recognised",
    "round": "a round: what it was, when, and what came of it",
    "counter": "the next revision, link, conflict",
    "meta": "small facts, such as which systems were met",
}
"""What each table keeps."""

LIFE = (
    ("", outbox.TODO, "planned"),
    (outbox.TODO, outbox.INFLIGHT, "the intent is committed, then it is sent"),
    (outbox.TODO, outbox.DROPPED, "no longer due as it was planned"),
    (outbox.INFLIGHT, outbox.DONE, "a reading shows what became of it"),
    (outbox.INFLIGHT, outbox.DROPPED, "stale, or never arrived"),
    (
        outbox.INFLIGHT,
        outbox.REFUSED,
        "the system says no, and the record is parked with its reason",
    ),
)
"""The life of a write: from which state to which, and when."""


def floors() -> str:
    """Return the floors of the core, highest first."""
    rows = []
    for layer in _layers("kamsync"):
        names = re.findall(r"\w+", layer)
        told = [FLOORS[name] for name in names if name in FLOORS]
        assert len(told) == 1, f"say in FLOORS what stands on the floor of {names}"
        there = [f"`{name}`" for name in names if _exists(name)]
        if there:
            rows.append((", ".join(there), told[0]))
    return table(("modules", "floor"), rows)


def phases() -> str:
    """Return what stands in the engine, in the order of a round."""
    return _folders("kamsync.engine")


def rooms() -> str:
    """Return what stands in the simulation, from what is drawn to who plays it."""
    return _folders("kamsync.testing.simulation")


def _folders(package: str) -> str:
    """Return the folders and modules of a package, lowest first, each with what to read first."""
    where = PROJECT.parent.joinpath(*package.split("."))
    names = re.findall(r"\w+", " ".join(reversed(_layers(package))))
    return table(("read first", "what it is for", "beside it"), [_folder(where / n) for n in names])


def _folder(path: Path) -> tuple[str, ...]:
    """Return where to begin with a folder or module, what it is for, and what else is there."""
    if not path.is_dir():
        return f"`{path.name}.py`", _said(path.with_suffix(".py")).partition("\n")[0], ""
    said = _said(path / "__init__.py")
    first = re.search(r"Read\s+`(\w+)`\s+first", said)
    assert first, f"say in {path / '__init__.py'} what to read first"
    others = {each.stem for each in path.glob("*.py")} - {"__init__", first[1]}
    beside = ", ".join(f"`{name}`" for name in sorted(others))
    return f"`{path.name}/{first[1]}.py`", said.partition("\n")[0], beside


def _said(file: Path) -> str:
    """Return what a module says of itself."""
    return ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""


def _layers(container: str) -> list[str]:
    """Return the layers of a package, highest first, from the contract that holds them."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    [layers] = [each["layers"] for each in contracts if each.get("containers") == [container]]
    return list(layers)


def _exists(module: str) -> bool:
    """Whether the core has a module or package of that name."""
    core = PROJECT.parent / "kamsync"
    return (core / f"{module}.py").exists() or (core / module / "__init__.py").exists()


def tables() -> str:
    """Return the tables of the store, with their columns."""
    assert set(TABLES) == set(metadata.tables), "say in TABLES what each table keeps"
    rows = [
        (f"`{name}`", meaning, ", ".join(column.name for column in metadata.tables[name].columns))
        for name, meaning in TABLES.items()
    ]
    return table(("table", "one row is", "columns"), rows)


def life() -> str:
    """Return the life of a planned write as a diagram."""
    states = {getattr(outbox, name) for name in outbox.__all__ if name.isupper()}
    assert states == {end for _, end, _ in LIFE}, "say in LIFE how each state is reached"
    lines = [f"    {start or '[*]'} --> {end}: {when}" for start, end, when in LIFE]
    ends = sorted(states - {start for start, _, _ in LIFE})
    return _diagram("stateDiagram-v2", [*lines, *(f"    {end} --> [*]" for end in ends)])


def order() -> str:
    """Return the order in which entities are matched, merged and created."""
    names = [f"`{entity.name}`" for entity in core_schema().in_order()]
    return f"In the schema of the core that is: {', '.join(names)}."


def _diagram(kind: str, lines: list[str]) -> str:
    """Return a diagram that the hosts of repositories draw."""
    return "\n".join(["```mermaid", kind, *lines, "```"])


MAKERS = {
    "floors": floors,
    "phases": phases,
    "rooms": rooms,
    "tables": tables,
    "life": life,
    "order": order,
}


def page() -> str:
    """Return the whole page, its parts made anew."""
    return filled(PAGE, MAKERS)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
