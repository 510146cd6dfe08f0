"""The suite as a class to inherit from, and the list of its rules."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

from kamsync.testing.conformance.changes import ChangeRules
from kamsync.testing.conformance.creates import CreateRules
from kamsync.testing.conformance.deletes import DeleteRules
from kamsync.testing.conformance.describing import DescriptionRules
from kamsync.testing.conformance.histories import HistoryRules
from kamsync.testing.conformance.merges import MergeRules
from kamsync.testing.conformance.reads import ReadRules
from kamsync.testing.conformance.updates import UpdateRules
from kamsync.testing.conformance.values import ValueRules
from kamsync.testing.conformance.versions import VersionRules

__all__ = ["ConnectorTests", "Rule", "rules"]

THEMES = (
    ReadRules,
    ChangeRules,
    VersionRules,
    CreateRules,
    UpdateRules,
    DeleteRules,
    MergeRules,
    HistoryRules,
    ValueRules,
    DescriptionRules,
)

_RULE = re.compile(r"(C\d+): (.+)")


class Rule(Struct, frozen=True):
    """One rule: its number, what it says, and the test that holds it."""

    number: str
    sentence: str
    test: str


class ConnectorTests(
    ReadRules,
    ChangeRules,
    VersionRules,
    CreateRules,
    UpdateRules,
    DeleteRules,
    MergeRules,
    HistoryRules,
    ValueRules,
    DescriptionRules,
):
    """Every rule of a connector; inherit from it and give the fixtures `connector` and `world`.

    `connector` is a fresh connector to the system of `world`, in which there are no records yet.

    A rule that a connector cannot keep is overridden by a test of the same name that is marked
    ``pytest.mark.xfail(strict=True, reason=...)``; without both, the class cannot be defined, and
    neither can one that skips. So nothing is left out in silence, and a cure is noticed.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Refuse a subclass that leaves out a rule without saying why."""
        super().__init_subclass__(**kwargs)
        for mark in _marks(cls):
            if mark.name in {"skip", "skipif", "xfail"}:
                raise TypeError(
                    f"{cls.__name__} is marked {mark.name} as a whole; mark single rules instead."
                )
        for rule in rules():
            kept = getattr(ConnectorTests, rule.test)
            found = getattr(cls, rule.test)
            if found is not kept and not any(_explains(mark) for mark in _marks(found)):
                raise TypeError(
                    f"{cls.__name__} leaves out {rule.number} ({rule.test}); override it only with "
                    "pytest.mark.xfail(strict=True, reason=...)."
                )


def rules() -> tuple[Rule, ...]:
    """Return every rule in the order of its number, as the docstrings of the tests state it."""
    found = []
    for theme in THEMES:
        for name, test in vars(theme).items():
            if name.startswith("test_"):
                stated = _RULE.match(test.__doc__ or "")
                assert stated is not None, f"{theme.__name__}.{name} has no number"
                found.append(Rule(stated[1], stated[2].rstrip("."), name))
    return tuple(sorted(found, key=lambda rule: int(rule.number[1:])))


def _marks(marked: Any) -> list[Any]:
    """Return the pytest marks of a class or a test."""
    marks = getattr(marked, "pytestmark", [])
    return list(marks) if isinstance(marks, list | tuple) else [marks]


def _explains(mark: Any) -> bool:
    """Whether a mark says why a rule is not kept, and notices when it is."""
    return bool(
        mark.name == "xfail" and mark.kwargs.get("reason") and mark.kwargs.get("strict") is True
    )
