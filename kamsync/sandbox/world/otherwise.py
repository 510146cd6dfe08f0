"""How one fact is told in two ways: another value, another spelling, a second record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import Any, TypeAlias

from msgspec import structs

from kamsync.sandbox.world.held import Held
from kamsync.sandbox.world.staff import Colleague
from kamsync.sandbox.world.words import LAST, OPEN_STAGES, TITLES

__all__ = ["OTHERWISE", "spelled", "twin_of"]

Values: TypeAlias = Mapping[str, Any]
Teller: TypeAlias = Callable[[Random, Values, Sequence[Colleague]], Any]


def _phone(draw: Random, values: Values, staff: Sequence[Colleague]) -> str:  # noqa: ARG001
    """Return another number of the same place."""
    return f"{values['phone'].rsplit(' ', 1)[0]} {draw.randint(100_000, 9_999_999)}"


def _street(draw: Random, values: Values, staff: Sequence[Colleague]) -> str:  # noqa: ARG001
    return f"{draw.choice(LAST)}straße {draw.randint(121, 180)}"


def _revenue(draw: Random, values: Values, staff: Sequence[Colleague]) -> int:  # noqa: ARG001
    return int(values["revenue"] * draw.uniform(1.05, 1.3)) // 1000 * 1000 + 1000


def _employees(draw: Random, values: Values, staff: Sequence[Colleague]) -> int:  # noqa: ARG001
    return int(values["employees"]) + draw.randint(1, 400)


def _title(draw: Random, values: Values, staff: Sequence[Colleague]) -> str:  # noqa: ARG001
    return draw.choice([each for each in TITLES if each != values["title"]])


def _amount(draw: Random, values: Values, staff: Sequence[Colleague]) -> int:  # noqa: ARG001
    """Return a sum a little higher; nothing stays nothing."""
    amount = values["amount"]
    return int(amount * draw.uniform(1.02, 1.3)) // 100 * 100 + 100 if amount else amount


def _close_date(draw: Random, values: Values, staff: Sequence[Colleague]) -> Any:  # noqa: ARG001
    return values["close_date"] + timedelta(days=draw.randint(1, 40))


def _stage(draw: Random, values: Values, staff: Sequence[Colleague]) -> str:  # noqa: ARG001
    """Return another step of a deal that is under way; one that is done is done for everybody."""
    here = values["stage"]
    others = [each for each in OPEN_STAGES if each != here]
    return draw.choice(others) if here in OPEN_STAGES else here


def _owner(draw: Random, values: Values, staff: Sequence[Colleague]) -> str:
    """Return somebody else of the owner's team."""
    team = next((each.team for each in staff if each.user_name == values["owner"]), "sales")
    others = [each.user_name for each in staff if each.team == team]
    return draw.choice([each for each in others if each != values["owner"]] or others)


OTHERWISE: Mapping[str, Teller] = {
    "phone": _phone,
    "street": _street,
    "revenue": _revenue,
    "employees": _employees,
    "title": _title,
    "amount": _amount,
    "close_date": _close_date,
    "stage": _stage,
    "owner": _owner,
}
"""What else could have been written down for a fact."""


def spelled(draw: Random, entity: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return *values* as success spells them: names without legal forms, short addresses, other phones."""
    told = dict(values)
    if "phone" in told:
        told["phone"] = told["phone"].replace(" ", draw.choice((" ", "-", "")), 3)
    if entity == "account":
        told["name"] = _short(draw, told["name"])
        if "website" in told:
            told["website"] = told["website"].removeprefix("https://www.")
    if entity == "opportunity":
        told["name"] = draw.choice((told["name"], told["name"].upper(), f"{told['name']}."))
    return told


def twin_of(account: Held) -> Held:
    """Return a second record of a client, as somebody makes one who did not look first."""
    copied = ("phone", "city", "country", "owner")
    values = {name: account.values[name] for name in copied if name in account.values}
    values["name"] = account.values["name"].upper()
    at = account.at + timedelta(days=20)
    label = f"{account.label}-again"
    return structs.replace(account, label=label, at=at, values=values, edits=())


def _short(draw: Random, name: str) -> str:
    """Return a company's name as people type it."""
    bare = " ".join(name.split()[:2])
    return draw.choice((name, bare, bare, bare.upper()))
