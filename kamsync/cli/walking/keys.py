"""The keys of a walk: what each is called, what it does, and what a line means."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from kamsync.errors import ValueInvalid
from kamsync.model import Kind
from kamsync.reports import Question
from kamsync.values import is_blank

__all__ = ["HELP", "Pressed", "offered", "pressed"]

KEEP = "keep"

HELP = (
    ("1, 2, …", "keep what the side of that number says"),
    ("b", "go back to what was last agreed on"),
    ("o", "another value; it is asked for, or follows at once, as in: o strategic"),
    ("d", "leave a record gone where it is gone, and alive elsewhere"),
    ("g", "the same choice for all questions of this field, cause and teams, after a look at them"),
    ("n", "the next question; this one comes again at the end"),
    ("s", "skip it: it stays open, and does not come again in this walk"),
    ("a", "assign it to somebody, as in: a Cleo; a - gives it to nobody"),
    ("c", "comment on it; the comment is the reason of your decision as well"),
    ("u", "undo the last decision of this walk"),
    ("q", "quit; what was decided stays decided"),
    ("?", "this help"),
)

WORDS = {
    "next": "n",
    "back": "b",
    "other": "o",
    "skip": "s",
    "assign": "a",
    "comment": "c",
    "undo": "u",
    "group": "g",
    "detach": "d",
    "quit": "q",
    "exit": "q",
    "help": "?",
    "h": "?",
}

AGREED = frozenset({Kind.VALUE, Kind.DELETE})
"""The kinds of questions before which something was agreed on."""

NUMBER_LIMIT = 3
"""How many digits the number of a side may have."""

ALONE = frozenset("nbsudq?")
"""The keys that nothing follows."""

KNOWN = ALONE | frozenset("oacg")


class Pressed(Struct, frozen=True):
    """What a line asks for: a key, or the number of a side, and what follows it."""

    key: str
    rest: str = ""


def pressed(line: str) -> Pressed:
    """Return what *line* asks for; of a blank one, nothing.

    Raises:
        ValueInvalid: it is no key, or something follows a key that stands alone.
    """
    first, _, rest = line.strip().partition(" ")
    key, rest = WORDS.get(first.lower(), first.lower()), rest.strip()
    if key == KEEP and rest:
        key, rest = rest, ""
    number = key.isascii() and key.isdecimal() and len(key) <= NUMBER_LIMIT
    if key and key not in KNOWN and not number:
        typed = ", and o goes before a value of your own" if first.isalpha() and first[1:] else ""
        raise ValueInvalid(f"{_cut(line)!r} is no key here; ? lists those there are{typed}.")
    if rest and (number or key in ALONE):
        raise ValueInvalid(
            f"Nothing follows {key}; type it alone. What is to be the reason goes before, with c."
        )
    return Pressed(key, rest)


def _cut(line: str, most: int = 40) -> str:
    return line if len(line) <= most else f"{line[:most]}…"


def offered(asked: Question, alike: int, undoable: int) -> Sequence[tuple[str, str]]:
    """Return the keys that make sense for a question, each with a word for it."""
    kind, sides = asked.conflict.kind, len(asked.sides)
    value = kind == Kind.VALUE
    numbers = "1" if sides == 1 else f"1-{sides}"
    keys = [
        (numbers, "keep") if sides else None,
        ("b", "agreed") if kind in AGREED and not is_blank(asked.agreed) else None,
        ("o", "other") if value or kind == Kind.MATCH else None,
        ("d", "detach") if kind == Kind.DELETE else None,
        ("g", f"all {alike:,} alike") if alike > 1 else None,
        ("n", "next"),
        ("s", "skip"),
        ("a", "assign"),
        ("c", "comment"),
        ("u", "undo") if undoable else None,
        ("q", "quit"),
        ("?", "help"),
    ]
    return [key for key in keys if key]
