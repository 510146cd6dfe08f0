# ruff: noqa: INP001 - a folder of documents is no package.
"""Write schema.md from the entities of the core: ``python docs/make_schema.py``."""

from __future__ import annotations

from pathlib import Path

from parts import table

from kamsync import schema
from kamsync.entities import core_schema
from kamsync.reports import as_markdown
from kamsync.schema import DataClass, Nature, Type

PAGE = Path(__file__).with_name("schema.md")

INTRO = """\
# The schema

<!-- Made from kamsync/entities by docs/make_schema.py; change it there. -->

Every entity and every field that kamsync knows by itself. `kamsync schema` shows the same, with what
the plugins of your configuration add; [plugins.md](plugins.md#more-fields) shows how to add a field.

A field is of class *public*, *internal* or *pay*. Fields of class pay leave only towards systems that are
cleared for them. The parts of a group are merged as one value."""

FORMS = """\
## Types

A canonical value is always in the normal form of its type, so that equal facts are equal."""


def forms() -> str:
    """Return the normal form of each type, as the code says it."""
    lines = (schema.__doc__ or "").split("\n")
    _, first, last = (i for i, line in enumerate(lines) if line.startswith("=="))
    rows = [
        tuple(part.strip().replace("``", "`") for part in (line[:10], line[12:65], line[67:]))
        for line in lines[first + 1 : last]
    ]
    assert {name for name, _, _ in rows} == {each.value for each in Type}
    return table(("type", "normal form", "standard"), rows)


def page() -> str:
    """Return the whole page."""
    entities = core_schema().entities
    ledgers = [f"`{each.name}`" for each in entities.values() if each.nature is Nature.LEDGER]
    classes = ", ".join(each.value for each in DataClass)
    assert classes == "public, internal, pay"
    contents = "\n".join(
        f"- [{each.name}](#{each.name}): {each.meaning}" for each in entities.values()
    )
    added = f"{' and '.join(ledgers)} are ledgers: entries are added and never edited."
    tables = as_markdown(entities.values()).strip()
    return f"{INTRO}\n\n{contents}\n\n{added}\n\n{FORMS}\n\n{forms()}\n\n{tables}\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
