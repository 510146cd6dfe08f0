"""What a merge is told with: links that say values through real maps, people who edit there, a court."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from msgspec import structs

from kamsync.engine.context.ties import Ties
from kamsync.entities import CORE
from kamsync.errors import ReferenceMissing, ValueInvalid
from kamsync.lenses import field_map
from kamsync.mapping import FieldMap
from kamsync.merge import Court, Speaker, Topic
from kamsync.model import (
    Author,
    Cells,
    Conflict,
    Contender,
    Event,
    Evidence,
    Fact,
    Kind,
    Step,
    Value,
)
from kamsync.policy import Settlement
from kamsync.policy.verdict import Hold
from kamsync.schema import Field, Type

NAME = Field("name", Type.TEXT, "What it is called.")
PLAIN = field_map(NAME, ["name"])
NOBODY = Ties("sales", {}, {})
NOW = "2026-11-20T16:41:00.000000Z"
TOPIC = Topic("account", "account-1", "name", Kind.PERIOD)


@dataclass
class Said:
    """One link that says values through a map, with the team of its system."""

    link: int
    fact: Fact
    map: FieldMap = PLAIN
    system: str = field(init=False)

    def __post_init__(self) -> None:
        self.system = f"system-{self.link}"

    def value(self, cells: Cells, known: Value, aside: Cells = ()) -> Value:
        return self.map.get(cells, NOBODY, known, aside)

    def says(self, cells: Cells, value: Value) -> bool:
        try:
            return self.map.put(value, cells, NOBODY) == cells
        except (ReferenceMissing, ValueInvalid):
            return False

    def speaker(self, author: Author | None) -> Speaker:
        team = f"team-{self.link}"
        if author is None:
            return Speaker(team)
        return Speaker(team, author.name, author.evidence, author.id)


@pytest.fixture
def side():
    """A link with its facts."""
    return Said


@pytest.fixture
def coarse():
    """A map of a system that keeps no more than three letters of a name."""
    return field_map(NAME, ["name"], {"limit": 3})


@pytest.fixture
def stages():
    """A map of a system that works out the probability from the stage."""
    parts = {"stage": "Stage", "probability": {"native": "Chance", "derived": True}}
    return field_map(CORE.entity("opportunity").field("stage"), [], {"parts": parts})


@dataclass
class Asked:
    """A court that keeps what it was asked; revisions begin at 100."""

    answer: Settlement | Hold | None = None
    seen: list[Conflict] = field(default_factory=list)

    def settle(self, conflict: Conflict) -> Settlement | Hold | None:
        self.seen.append(conflict)
        return self.answer

    def court(self) -> Court:
        revisions = itertools.count(100)
        return Court(self.settle, lambda: next(revisions), lambda: "conflict", NOW)


@pytest.fixture
def asked():
    """A policy that gives one answer, and keeps what it was asked."""
    return Asked


@pytest.fixture
def court():
    """A court without a policy."""
    return Asked().court()


@pytest.fixture
def edit() -> Callable[..., Fact]:
    """What a link knows of a field that somebody with a name has edited there."""

    def edit(link: int, value: Value, base: Value = "old", knows: int = 7, **details) -> Fact:
        author = Author(f"e-{link}", f"Person {link}", evidence=Evidence.FIELD_HISTORY)
        fact = Fact((value,), (base,), knows, author=author, at=f"at {link}")
        return structs.replace(fact, **details)

    return edit


@pytest.fixture
def contends() -> Callable[..., Contender]:
    """Such an edit as one side of a conflict."""

    def contends(link: int, value: Value, *, knew: bool = True, **details) -> Contender:
        contender = Contender(
            value,
            link,
            f"system-{link}",
            f"team-{link}",
            f"Person {link}",
            f"at {link}",
            Evidence.FIELD_HISTORY,
            (value,),
            knew,
            f"e-{link}",
        )
        return structs.replace(contender, **details)

    return contends


@pytest.fixture
def covered() -> Callable[..., Step]:
    """An edit that a write of ours covered, as a history tells of it."""

    def covered(value: Value, **details) -> Step:
        author = Author("e-early", "Early", evidence=Evidence.FIELD_HISTORY)
        return structs.replace(Step((value,), None, author, "early"), **details)

    return covered


@pytest.fixture
def told() -> Callable[..., Event]:
    """An event of the field that is merged."""

    def told(act: str, **details) -> Event:
        return Event(act, TOPIC.entity, TOPIC.record, TOPIC.field, **details)

    return told


@pytest.fixture
def page() -> Callable[..., Conflict]:
    """An open conflict of the field that is merged."""

    def page(contenders: Sequence[Contender], **details) -> Conflict:
        topic = TOPIC
        conflict = Conflict(
            "page", topic.kind, topic.entity, topic.record, topic.field, tuple(contenders)
        )
        return structs.replace(conflict, **details)

    return page


@pytest.fixture
def topic() -> Topic:
    """The field that is merged."""
    return TOPIC
