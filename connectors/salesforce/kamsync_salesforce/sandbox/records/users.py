"""Users of the org as the people who act in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kamsync_salesforce.sandbox.people import INTEGRATION, Person
from kamsync_salesforce.sandbox.state import State

__all__ = ["let_in", "person_of"]


def person_of(org: State, row: Mapping[str, Any]) -> Person:
    """Return the person that a row of User is."""
    profile = org.store.row("Profile", row["ProfileId"])
    assert profile is not None, row
    return Person(
        id=row["Id"],
        username=row["Username"],
        name=row["Name"],
        profile=profile["Name"],
        team=row["Department"],
        integration=profile["Name"] == INTEGRATION,
    )


def let_in(org: State, *ids: str) -> None:
    """Let users act in the org, as what they are now: these, or all of them."""
    for row in org.store.rows("User", {"Id": ids} if ids else {}):
        org.people.add(person_of(org, row))
