"""What a rule is asked, and what it may answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias

from msgspec import Struct

from kamsync.model import Conflict, Contender, Value
from kamsync.schema import Entity, Field
from kamsync.values import is_blank

__all__ = ["Case", "Hold", "Rule", "RuleMaker", "Settlement"]


class Case(Struct, frozen=True):
    """One conflict to be settled: *field* is what it is about, *golden* the record's golden values."""

    conflict: Conflict
    field: Field
    golden: Mapping[str, Value]

    @property
    def contenders(self) -> tuple[Contender, ...]:
        """The sides of the conflict; the one without a link is golden itself."""
        return self.conflict.contenders

    @property
    def is_empty(self) -> bool:
        """Whether golden holds nothing for the field."""
        return is_blank(self.golden.get(self.field.name))


class Settlement(Struct, frozen=True):
    """How a rule settled a conflict.

    *winners* are the indices of the contenders that said *value*; golden comes first if it is among
    them, then the links by number. *rule* is the rule in words, *reason* why it chose as it did;
    neither repeats a value.
    """

    value: Value
    winners: tuple[int, ...]
    rule: str
    reason: str = ""


class Hold(Struct, frozen=True):
    """Why a person must decide; by when, and whom to call in if nobody does."""

    reason: str
    due_s: float | None = None
    escalate: str = ""


class Rule(Protocol):
    """A way to settle conflicts. It depends on nothing but the case."""

    @property
    def text(self) -> str:
        """The rule in words, as a clause such as ``the highest value wins``."""

    def settle(self, case: Case) -> Settlement | Hold | None:
        """Return the outcome, `Hold` if a person must decide, or None to ask the next rule.

        The value is one that a contender says; of a field with several values, each is said by one.
        An outcome that breaks this, or an error, holds the field.
        """


RuleMaker: TypeAlias = Callable[[Entity, Field, Mapping[str, Any]], Rule]
"""What makes a plugin's rule for one field from the options that a policy gives beside its name.

It raises `kamsync.errors.ConfigurationInvalid` if an option is wrong or the rule cannot apply there.
"""
