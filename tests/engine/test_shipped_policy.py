"""What the shipped policy leaves to people, on a made-up world whose differences are all known.

Two systems hold the same clients, contacts and deals: in other spellings, with gaps, with other
facts and amounts. Then people in both edit one fact in the same minute. Each difference is made
together with its answer, from a table in words beside it: nothing here asks a rule who is right.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from kamsync.config import read_policies
from kamsync.connector import Can
from kamsync.guards import Bound, Bounds, Limits
from kamsync.memory import ALL
from kamsync.model import Kind

TEAMS_FILE = Path(__file__).parents[2] / "config" / "policies" / "teams.toml"
ENTITIES = ("employee", "account", "contact", "opportunity")
CLIENTS = 100
EDITS = 300
HELD_LIMIT = 0.05
ROOMY = Limits(Bounds(update=Bound(100_000, 1.0), create=Bound(100_000, 1.0)))
PERSON = "a person"

# By field: how often the two differ, what sales says, what success says instead, and who is right.
# The shares are those of what people get wrong or learn at other times: names and addresses often,
# who owns what seldom.
AT_MEETING: dict[str, tuple[float, Any, Any, str]] = {
    "account.name": (0.5, "{name} GmbH", "{name}", "sales"),
    "account.website": (0.3, "https://{slug}.example", "https://{slug}.example/de", "sales"),
    "account.industry": (0.4, "Logistics", "Transport", "sales"),
    "account.phone": (0.4, "+493012{n:04}", "+493099{n:04}", "sales"),
    "account.employees": (0.4, 120, 100, "sales"),
    "account.tier": (0.2, "key", "standard", "sales"),
    "account.lifecycle": (0.2, "prospect", "existing", "success"),
    "account.health": (0.3, "green", "red", "success"),
    "account.domains": (0.3, ["{slug}.example"], ["{slug}.example", "{slug}.test"], "both"),
    "account.last_touch": (0.5, "2026-01-02T10:00:00Z", "2026-02-03T11:00:00Z", "the higher"),
    "account.description": (0.2, "Met at a fair", "Wants a second site", "sales"),
    "account.owner": (0.04, "employee-1", "employee-2", PERSON),
    "contact.title": (0.3, "Head of Procurement", "Procurement", "sales"),
    "contact.phone": (0.3, "+493013{n:04}", "+493098{n:04}", "sales"),
    "contact.email_opt_out": (0.2, False, True, "yes"),
    "opportunity.amount": (0.3, "48000", "46500", "sales"),
    "opportunity.close_date": (0.3, "2026-06-30", "2026-07-15", "sales"),
    "opportunity.owner": (0.04, "employee-1", "employee-2", PERSON),
}

# By field: how often such edits are about it, beside the others, and who is right. "the later" is
# sales where they are closer together than two clocks agree.
IN_ONE_MINUTE: dict[str, tuple[int, str]] = {
    "account.name": (6, "sales"),
    "account.industry": (10, "the later"),
    "account.phone": (12, "the later"),
    "account.employees": (8, "the later"),
    "account.health": (12, "success"),
    "account.domains": (5, "both"),
    "account.last_touch": (8, "the higher"),
    "account.owner": (1, PERSON),
    "contact.title": (8, "the later"),
    "contact.phone": (10, "the later"),
    "opportunity.amount": (5, "sales while it is open"),
    "opportunity.close_date": (5, "sales while it is open"),
}
CLOCKS_AGREE_S = 2
GAPS = 0.2
WON = 0.1


class Difference(Struct, frozen=True):
    """One fact that the two say differently, and what is right; *held* if only a person knows."""

    place: str
    native: str
    right: Any
    held: bool


class World:
    """Two systems that hold the same records, under the same native ids, each in its own hand."""

    def __init__(self, hub: Any, seed: int) -> None:
        self.hub = hub
        self.dice = random.Random(seed)
        self.held: dict[tuple[str, str], Any] = {}
        """What both systems agree on once they met, by field and native id."""
        self.won: set[str] = set()
        self.differences: list[Difference] = []
        for n in range(4):
            name = {"first_name": "E", "last_name": f"N{n}"}
            self.enter("employee", n, {"email": f"e{n}@us.example", "name": name})
        for n in range(CLIENTS):
            self.client(n)

    def client(self, n: int) -> None:
        """Enter one client, somebody there, and a deal."""
        base = {"name": filled("{name}", n), "domains": filled(["{slug}.example"], n)}
        account = self.enter("account", n, base)
        name = {"first_name": f"P{n}", "last_name": f"Q{n}"}
        email = f"p{n}@{filled('{slug}', n)}.example"
        self.enter("contact", n, {"account": account, "name": name, "email": email})
        won = self.dice.random() < WON
        stage = {"stage": "S", "status": "won" if won else "open", "probability": "0.5"}
        deal = self.enter(
            "opportunity", n, {"account": account, "name": f"Renewal {n}", "stage": stage}
        )
        if won:
            self.won.add(deal)

    def enter(self, entity: str, n: int, base: dict[str, Any]) -> str:
        """Enter one record in both systems; note what differs, with the answer."""
        here, there, differing = dict(base), dict(base), []
        for place, (share, first, second, who) in AT_MEETING.items():
            owner, _, name = place.partition(".")
            if owner != entity:
                continue
            dice, sales, success = self.dice.random(), filled(first, n), filled(second, n)
            here[name] = there[name] = sales
            if entity == "opportunity" and differing:
                # Where more than one fact differs, it is first asked whether they are one deal.
                continue
            if dice < share:
                there[name] = success
                differing.append((place, sales, success, who))
            elif dice < share + GAPS and name not in base and entity != "opportunity":
                # One value is no disagreement.
                self.dice.choice([here, there])[name] = None
        native = self.both(entity, here, there)
        for name, value in here.items():
            self.held[f"{entity}.{name}", native] = there[name] if value is None else value
        for place, sales, success, who in differing:
            answer = right(who, sales, success)
            self.held[place, native] = answer
            self.differences.append(Difference(place, native, answer, held=who == PERSON))
        return native

    def both(self, entity: str, here: dict[str, Any], there: dict[str, Any]) -> str:
        """Enter a record in both systems, each in its own hand."""
        native = self.hub["sales"].create(entity, **stored(here))
        spelled = {name: in_hand(f"{entity}.{name}", value) for name, value in there.items()}
        assert native == self.hub["success"].create(entity, **stored(spelled))
        return native

    def disagree(self) -> list[Difference]:
        """Let people in both systems edit one fact each in the same minute; return what is right."""
        open_ = sorted(self.held)
        places = list(IN_ONE_MINUTE)
        found: dict[tuple[str, str], Difference] = {}
        for n in range(EDITS):
            (place,) = self.dice.choices(places, [share for share, _ in IN_ONE_MINUTE.values()])
            native = self.dice.choice([native for name, native in open_ if name == place])
            if native not in {each.native for each in found.values()}:
                found[place, native] = self.contradict(place, native, n)
        return list(found.values())

    def contradict(self, place: str, native: str, n: int) -> Difference:
        """Let sales and success say two new things, some seconds apart, in either order."""
        _, who = IN_ONE_MINUTE[place]
        said = {"sales": fresh(place, n, 1), "success": fresh(place, n, 2)}
        if place == "account.health":
            others = {"green", "yellow", "red"} - {self.held[place, native]}
            said = dict(zip(said, self.dice.sample(sorted(others), 2), strict=True))
        order = self.dice.sample(sorted(said), 2)
        apart = self.dice.choice([1, 5, 20, 40])
        for system in order:
            name = place.partition(".")[2]
            self.hub[system].edit(native, **stored({name: said[system]}))
            self.hub.clock.wait(apart - 1)
        later = order[1] if apart > CLOCKS_AGREE_S else "sales"
        held = who == PERSON or (who.endswith("open") and native in self.won)
        answer = right(who, said["sales"], said["success"], later)
        return Difference(place, native, answer, held=held)


def right(who: str, sales: Any, success: Any, later: str = "") -> Any:
    """Return what is right, None if only a person knows."""
    if who == "both":
        return sorted({*sales, *success})
    if who == "the higher":
        return max(sales, success)
    if who == "yes":
        return True
    if who == PERSON:
        return None
    return success if (later if who == "the later" else who) == "success" else sales


def filled(value: Any, n: int) -> Any:
    """Return a value with what is the client's own in its place."""
    if isinstance(value, list):
        return [filled(each, n) for each in value]
    if not isinstance(value, str):
        return value
    # Sounds that are not alike, so that nobody takes one client for another.
    sounds = ("bor", "dex", "fin", "gul", "ham", "jot", "kip", "lun", "mav", "nys", "pel", "quo")
    name = sounds[n % 12] + sounds[(n * 5 + n // 12) % 12] + sounds[(n * 7 + 3) % 12]
    return value.format(n=n, slug=f"{name}{n}", name=name.title())


def fresh(place: str, n: int, who: int) -> Any:
    """Return what nobody has said of a fact yet."""
    kinds: dict[str, Any] = {
        "account.domains": [f"new{n}-{who}.example"],
        "account.employees": 1000 + 10 * n + who,
        "account.last_touch": f"2027-{1 + n % 12:02}-{10 + who:02}T08:00:00Z",
        "account.owner": f"employee-{who + 2}",
        "opportunity.amount": str(90_000 + 10 * n + who),
        "opportunity.close_date": f"2028-{1 + n % 12:02}-{10 + who:02}",
    }
    if place.endswith(".phone"):
        return f"+4930555{n:03}{who}"
    return kinds.get(place, f"{place} {n} as {who} says")


def stored(values: dict[str, Any]) -> dict[str, Any]:
    """Return values as they are entered: each part of a group for itself, an amount with its currency."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        flat |= value if isinstance(value, dict) else {name: value}
    return flat | {"currency": "EUR"} if flat.get("amount") else flat


def in_hand(place: str, value: Any) -> Any:
    """Return a value in the hand of success, which is another spelling of the same."""
    if value and place.endswith(".phone"):
        return f"{value[:3]} {value[3:5]} / {value[5:]}"
    if value and place == "account.domains":
        return [f"www.{each.upper()}" for each in value]
    return f" {value} " if value and place in {"account.name", "contact.title"} else value


def plain(place: str, value: Any) -> Any:
    """Return a value without the hand that it is written in."""
    if place.endswith(".phone"):
        return "".join(char for char in value if char not in " /")
    if place == "account.domains":
        return sorted(each.lower().removeprefix("www.") for each in value)
    return value.strip() if isinstance(value, str) else value


def golden(hub: Any, each: Difference) -> Any:
    """Return what the hub holds for true."""
    value = hub.golden(each.place.partition(".")[2], hub.of("sales", each.native))
    return value["amount"] if each.place == "opportunity.amount" else value


def waiting(hub: Any) -> set[tuple[str, str]]:
    """Return the fields that wait for a person, by native id in sales."""
    return {
        (f"{each.entity}.{each.field}", hub.native("sales", each.record))
        for each in hub.conflicts()
        if each.kind is Kind.VALUE
    }


def agree(hub: Any, made: list[Difference]) -> None:
    """Hold what the hub made of *made* against the answers."""
    held = {(each.place, each.native) for each in made if each.held}
    settled = [each for each in made if not each.held]

    assert held == waiting(hub)
    assert [] == [(each, golden(hub, each)) for each in settled if golden(hub, each) != each.right]
    assert HELD_LIMIT >= len(held) / len(made)


@pytest.fixture(params=[ALL, ALL & ~(Can.HISTORY | Can.WHO_EDITED)], ids=["histories", "bare"])
def world(request: pytest.FixtureRequest, stage: Any) -> Iterator[World]:
    """Two systems that have yet to meet, which tell much or little of who edited what and when."""
    written = read_policies(TEAMS_FILE)
    hub = stage(
        "sales",
        "success",
        entities=ENTITIES,
        can=request.param,
        teams={"sales": "sales", "success": "success"},
        policy=written.policy,
        first_meeting=written.first_meeting,
        limits=ROOMY,
    )
    return World(hub, 7)


@pytest.fixture
def met(world: World) -> World:
    """The same after they have met, and after a person said which deals are the same.

    Two deals of one name with other sums or days may be those of two years: that is asked first.
    """
    world.hub.meet()
    differing = {each.native for each in world.differences}
    for each in world.hub.conflicts(Kind.MATCH):
        assert "opportunity" == each.entity
        assert each.record.removeprefix("success:") in differing
        world.hub.decide(each, choice="same")
    world.hub.settle()
    return world


def test_a_first_meeting_leaves_one_in_twenty_differences_to_people_at_most(met):
    """What is settled is settled as somebody who knows the teams would, and gaps are filled."""
    assert 500 < len(met.differences)
    agree(met.hub, met.differences)


def test_edits_in_the_same_minute_leave_one_in_twenty_to_people_at_most(met):
    """Who was later, who is closer to it, or both: the answers were known before."""
    for each in met.hub.conflicts():
        met.hub.decide(each, each.contenders[0].value)
    met.hub.settle()
    assert set() == waiting(met.hub)

    made = met.disagree()
    met.hub.settle()

    assert 100 < len(made)
    agree(met.hub, made)


def test_after_that_both_systems_say_what_is_right(met):
    """Each in its own hand; but for what waits for a person."""
    told = [
        (each, met.hub[system].get(each.native, each.place.partition(".")[2]))
        for each in met.differences
        if not each.held
        for system in met.hub.desks
    ]

    assert [] == [(each, said) for each, said in told if plain(each.place, said) != each.right]
