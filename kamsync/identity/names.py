"""Compare the names of companies and people, forgiving what people write differently every day."""

from __future__ import annotations

import math
import re
import unicodedata
from functools import lru_cache

from msgspec import Struct
from rapidfuzz.distance import OSA

from kamsync.identity.words import COMMON, FORMS, LEADING_FORMS, SILENT

__all__ = ["SAME", "Name", "alike", "codes", "core", "is_slip", "named", "person_likeness", "plain"]

CACHED_NAMES = 50_000
"""How many names stay taken apart, so that a name is taken apart once for all its comparisons."""

COMMON_WEIGHT = 0.15
"""What a common word counts in a name, where any other word counts 1."""

SAME = 0.99
"""From here on two names are the same, written differently at most."""

ONE_SLIP, TWO_SLIPS = 0.92, 0.88
"""What a word with one or two letters wrong counts, where the right word counts 1."""

SHORTEST_WITH_ONE_SLIP, SHORTEST_WITH_TWO = 4, 9
"""How many letters a word must have for a wrong one to be a slip and not another word."""

INITIAL, SHORT_FORM, NO_GIVEN_NAME = 0.85, 0.92, 0.6
"""What an initial, the start of a given name, or none at all counts."""

SHORTEST_SHORT_FORM = 3
SHORTEST_CODE = 6
MOST_SLIPS = 2
CROSSED = 0.95
"""What a given and a family name count that stand in each other's place."""

UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa", "æ": "ae"}
SPELLED_OUT = str.maketrans(UMLAUTS)
LETTERS = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "đ": "d", "ł": "l"})
INITIALS = re.compile(r"\b(?:\w\.\s?){2,}(?=\W|$)|\b(?:\w\.)+\w\b")
WORDS = re.compile(r"[^\W_]+")
CLIPPED = str.maketrans("", "", "'`\u00b4\u2018\u2019")
WRITTEN_APART = (
    ("sp", re.compile(r"\bsp\.?\s*z\.?\s*o\.?\s*o\b\.?"), "spzoo"),
    ("/", re.compile(r"\b([aik])/s\b"), r"\1s"),
    ("会社", re.compile("(株式会社|有限会社)"), r" \1 "),
    ("公司", re.compile("(股份有限公司|有限责任公司|有限公司)"), r" \1 "),
)
"""Legal forms that would not be found as one word, each behind a sign that all of its spellings have."""


class Name(Struct, frozen=True, gc=False):
    """A company's name taken apart: its words without its legal forms, and those."""

    words: tuple[str, ...] = ()
    spelled: tuple[str, ...] = ()
    """The words with each umlaut spelled out, as in ``mueller`` for ``muller``."""
    forms: frozenset[str] = frozenset()


def core(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words that tell a name apart; all of them if every one is common."""
    return tuple([word for word in words if word not in COMMON]) or words


@lru_cache(maxsize=CACHED_NAMES)
def named(text: str) -> Name:
    """Return a name taken apart."""
    words = _words(text)
    kept = [word for word in words if word not in SILENT] or words
    if text.isascii():
        first, last, forms = _without_forms(kept)
        own = tuple(kept[first:last])
        return Name(own, own, forms)
    plainly = [plain(word) for word in kept]
    first, last, forms = _without_forms(plainly)
    spelled = tuple([plain(word.translate(SPELLED_OUT)) for word in kept[first:last]])
    return Name(tuple(plainly[first:last]), spelled, forms)


def codes(name: Name) -> frozenset[str]:
    """Return the words of a name that are numbers of something: long, of letters and of digits."""
    return frozenset(
        word
        for word in name.words
        if len(word) >= SHORTEST_CODE and not word.isalpha() and not word.isdigit()
    )


def _words(text: str) -> list[str]:
    """Return the words of *text* in lower case, with initials and scattered forms as one word."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(CLIPPED)
    for sign, written, as_one in WRITTEN_APART:
        if sign in folded:
            folded = written.sub(as_one, folded)
    if "." in folded:
        folded = INITIALS.sub(lambda found: re.sub(r"[.\s]", "", found[0]) + " ", folded)
    return WORDS.findall(folded)


def plain(text: str) -> str:
    """Return *text* in lower case without accents."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(LETTERS))
    kept = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return unicodedata.normalize("NFKC", kept)


def _without_forms(words: list[str]) -> tuple[int, int, frozenset[str]]:
    """Return where the name starts and ends without its legal forms, and those forms."""
    first, last = 0, len(words)
    while last > 1 and words[last - 1] in FORMS:
        last -= 1
    while first < last - 1 and FORMS.get(words[first]) in LEADING_FORMS:
        first += 1
    return first, last, frozenset([FORMS[word] for word in [*words[:first], *words[last:]]])


def alike(a: Name, b: Name) -> float:
    """Return from 0 to 1 how alike two names are, legal forms aside; the order of words is no matter.

    Two numbers are equal or they are not: ``Plant 4`` is not a misspelled ``Plant 5``.
    """
    if not a.words or not b.words:
        return 0.0
    if {a.words, a.spelled} & {b.words, b.spelled}:
        return 1.0
    if "".join(a.words) == "".join(b.words):
        return SAME
    if _numbers(a) != _numbers(b):
        return 0.0
    return max(_shared(a.words, b.words), _shared(a.spelled, b.spelled))


def is_slip(a: Name, b: Name) -> bool:
    """Whether two names have the same words in any order, but for slips of the finger."""
    differing = set(a.words) ^ set(b.words)
    same_length = len(a.words) == len(b.words)
    return same_length and not differing & COMMON and alike(a, b) >= TWO_SLIPS


def _numbers(name: Name) -> list[str]:
    return sorted(word for word in name.words if any(letter.isdigit() for letter in word))


def _shared(a: tuple[str, ...], b: tuple[str, ...]) -> float:
    """Return which share of the words two names have in common, each word paired with its best."""
    left, right = set(range(len(a))), set(range(len(b)))
    common: list[float] = []
    for closeness, x, y in _pairs(a, b):
        if x in left and y in right:
            left.discard(x)
            right.discard(y)
            common.append(closeness * (_weight(a[x]) + _weight(b[y])))
    return math.fsum(common) / math.fsum(_weight(word) for word in (*a, *b))


def _pairs(a: tuple[str, ...], b: tuple[str, ...]) -> list[tuple[float, int, int]]:
    """Return the pairs of words that are close, the closest first, in the same order both ways."""
    pairs = [
        (closeness, x, y)
        for x, one in enumerate(a)
        for y, other in enumerate(b)
        if (closeness := _closeness(one, other))
    ]
    return sorted(pairs, key=lambda pair: (-pair[0], *sorted((a[pair[1]], b[pair[2]]))))


def _weight(word: str) -> float:
    return COMMON_WEIGHT if word in COMMON else 1.0


def _closeness(a: str, b: str) -> float:
    """Return 1 for equal words, a little less for a slip of the finger, 0 for different words."""
    if a == b:
        return 1.0
    shorter = min(len(a), len(b))
    if shorter < SHORTEST_WITH_ONE_SLIP:
        return 0.0
    slips = OSA.distance(a, b, score_cutoff=MOST_SLIPS)
    if slips == 1:
        return ONE_SLIP
    return TWO_SLIPS if slips == MOST_SLIPS and shorter >= SHORTEST_WITH_TWO else 0.0


def person_likeness(a: tuple[str, str], b: tuple[str, str]) -> float:
    """Return from 0 to 1 how alike two people's names are, each a given and a family name.

    Names that may stand in each other's place are tried both ways.
    """
    straight = _given_and_family(a, b)
    if not all((*a, *b)):
        return straight
    crossed = _given_and_family(a, b[::-1]), _given_and_family(a[::-1], b)
    return max(straight, CROSSED * max(crossed))


def _given_and_family(a: tuple[str, str], b: tuple[str, str]) -> float:
    family = alike(named(a[1]), named(b[1]))
    if not family:
        return 0.0
    return family * (_given(a[0], b[0]) if a[0] and b[0] else NO_GIVEN_NAME)


def _given(a: str, b: str) -> float:
    """Compare given names: an initial or a short form may stand for the whole."""
    one, other = named(a).words, named(b).words
    likeness = alike(named(a), named(b))
    if min(len(one), len(other)) != 1:
        return likeness
    short, long = sorted((one[0], other[0]))
    if not long.startswith(short):
        return likeness
    return max(likeness, SHORT_FORM if len(short) >= SHORTEST_SHORT_FORM else INITIAL)
