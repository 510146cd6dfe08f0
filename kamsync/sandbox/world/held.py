"""What a team has written down: records in words that belong to no system."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

__all__ = ["Edit", "Held"]


class Edit(Struct, frozen=True):
    """A later change of some values: when, and by whom (a user name)."""

    at: datetime
    by: str
    values: Mapping[str, Any]


class Held(Struct, frozen=True):
    """One record as a team has it.

    *label* names it within what the team has, *truth* names what it is in the world: two records with
    one truth are twins, or the same thing in two systems. *values* are texts, numbers and dates by
    plain names; a value in `REFERENCES` is the label of another record, or a user name. What is not
    said is not among them.
    """

    entity: str
    label: str
    truth: str
    at: datetime
    by: str
    values: Mapping[str, Any]
    edits: tuple[Edit, ...] = ()
