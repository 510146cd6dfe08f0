"""Bugs of what is told: in the journal, in messages, and when something is undone or erased."""

from __future__ import annotations

from typing import Any

from msgspec import structs

from kamsync.testing.simulation.planted.bug import Bug, Function, Patch

__all__ = ["TELLING"]

PUSH = "kamsync.engine.writing.push"
JOURNAL = "kamsync.journal"
SEAL = "kamsync.seal"
UNDOING = "kamsync.engine.deciding.undoing"


def _nothing(_: Function) -> Function:
    return lambda *_, **__: None


def _link_kept(_: Function) -> Function:
    return lambda link, _: link


def _by_nobody(right: Function) -> Function:
    return lambda hub, events, **_: right(hub, events)


def _last_known_here(_: Function) -> Function:
    return lambda journal, _: journal._head[1]  # noqa: SLF001 - what the bug gets wrong


def _with_what_was_sent(right: Function) -> Function:
    def park(hub: Any, row: Any, link: Any, reason: str) -> None:
        sent = {name: intent.cells for name, intent in row.fields.items()}
        right(hub, row, link, f"{reason}: {sent}")

    return park


def _as_it_is(_: Function) -> Function:
    return lambda _, content: content


def _never_refused(right: Function) -> Function:
    return lambda *what: structs.replace(right(*what), refused="")


def _always(_: Function) -> Function:
    return lambda *_, **__: True


def _in_its_own_words(_: Function) -> Function:
    return lambda self, value, _, refs: self.lens.put(value, None, refs)


TELLING = {
    "untrailed": Bug(
        "What is written leaves no trail in the journal.",
        (Patch(PUSH, "_Push._journal", _nothing),),
        seeds=1,
        breaks=(22,),
    ),
    "nobody's": Bug(
        "The journal does not say who has decided.",
        (Patch("kamsync.engine.hub", "Hub.note", _by_nobody),),
        seeds=1,
        breaks=(22,),
    ),
    "begun anew": Bug(
        "After a restart, the journal begins a new chain.",
        (Patch(JOURNAL, "Journal._hash_before", _last_known_here),),
        seeds=1,
        breaks=(22,),
    ),
    "unsealed": Bug(
        "The journal is readable for whoever has the file.",
        (Patch(SEAL, "SubjectKey.seal", _as_it_is), Patch(SEAL, "SubjectKey.open", _as_it_is)),
        seeds=1,
        breaks=(21,),
    ),
    "talking": Bug(
        "A refusal is told with the values that were refused.",
        (Patch(PUSH, "park_refused", _with_what_was_sent),),
        seeds=149,
        breaks=(21,),
    ),
    "left behind": Bug(
        "Of two records that become one, the links of the one do not follow.",
        (Patch("kamsync.engine.reading.native_merges", "relink", _link_kept),),
        seeds=17,
        breaks=(8,),
    ),
    "undone since": Bug(
        "To undo a round undoes what people have said since as well.",
        (Patch(UNDOING, "_change", _never_refused),),
        seeds=1,
        breaks=(27,),
    ),
    "unforgotten": Bug(
        "Whoever is erased can still be read.",
        (Patch(JOURNAL, "Journal.forget", _always),),
        seeds=1,
        breaks=(27,),
    ),
    "respelling": Bug(
        "What says the same already is written anew in other words.",
        (Patch("kamsync.mapping", "FieldMap.put", _in_its_own_words),),
        seeds=46,
        breaks=(26,),
    ),
}
"""Each bug by its name."""
