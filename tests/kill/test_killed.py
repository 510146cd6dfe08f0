"""A sync that is killed with -9 at any moment, and then a normal round: as if nothing had happened."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

LIVES = int(os.environ.get("KAMSYNC_LIVES", "5"))
"""How many lives on each database: 50 kills, or more on request."""

KILLS_PER_LIFE = 10
AT_ANY_TIME_PER_LIFE = 2
AGAIN = 0.6
"""How often a killed sync is started once more, before a normal round may repair."""

SWEEPS = 0.2
"""How often a sync reads everything again."""

PLACES = ("pull", "settle", "push", "between intent and send", "between send and receipt")
READING = ("pull", "settle")
SYSTEMS = ("sales", "success", "support")
FIELDS = ("industry", "legal_name", "billing_city", "shipping_city")

Deed = Callable[[Any], None]
Held = set[tuple[str, str, str]]


class Script:
    """What people do, drawn from *random*, to be done in both worlds.

    What two systems say of one field is said before a sync begins, so that whoever reads both systems
    sees both. What happens between two kills touches only records that nobody has touched since the
    last normal round: a write to them that may have been lost could otherwise not be told from one
    that was undone, and a person would be asked. So there is one right outcome, however kills fall.
    """

    def __init__(self, random: Random) -> None:
        self.random = random
        self.accounts: list[str] = []
        self.contacts: list[str] = []
        self.away: list[str] = []
        self.fresh: list[tuple[str, str]] = []
        self.touched: set[tuple[str, str]] = set()
        self.count = 0

    def beginning(self) -> list[Deed]:
        """Every system has the same accounts; one has an account, and a contact, more."""
        deeds: list[Deed] = []
        for _ in range(8):
            name = self._new("Account")
            self.accounts.append(name)
            values = {"name": name, "domains": [f"{name}.example"]}
            deeds += [lambda w, s=s, v=values: w.create(s, "account", v) for s in SYSTEMS]
            deeds.append(self._edit(name, "industry"))
        return [*deeds, *self._newcomers()]

    def step(self, held: Held) -> list[Deed]:
        """What happens before a sync: decisions, edits, disagreements, newcomers, farewells."""
        self._arrive()
        self.touched = {(name, field) for _, name, field in held}
        deeds: list[Deed] = [self._decision(key) for key in sorted(held) if self._chance(0.4)]
        deeds += [self._fresh_edit() for _ in range(self.random.randint(1, 3))]
        for chance, more in (
            (0.6, self._dispute),
            (0.5, self._newcomers),
            (0.3, self._move),
            (0.3, self._contact_leaves),
            (0.15, self._account_leaves),
        ):
            deeds += more() if self._chance(chance) else []
        return deeds

    def meanwhile(self) -> list[Deed]:
        """What happens between two kills."""
        busy = {name for name, _ in self.touched}
        quiet = [name for name in self.accounts if name not in busy]
        deeds = [self._edit(self.random.choice(quiet), "industry")] if quiet else []
        return [*deeds, *(self._newcomers() if self._chance(0.3) else [])]

    def _arrive(self) -> None:
        """Take those who are known in every system by now among the rest."""
        for name, email in self.fresh:
            self.accounts.append(name)
            self.contacts.append(email)
        self.fresh = []

    def _decision(self, key: tuple[str, str, str]) -> Deed:
        _, name, field = key
        if field == "exists":
            self.away.remove(name)
            self.fresh_again(name)
            return lambda world: world.decide(key, choice="restore")
        value = self._new("Decided")
        return lambda world: world.decide(key, value=value)

    def fresh_again(self, name: str) -> None:
        """Let an account that comes back be touched from the next step on."""
        self.touched |= {(name, field) for field in (*FIELDS, "parent", "phone", "employees")}
        self.accounts.append(name)

    def _fresh_edit(self) -> Deed:
        untouched = [
            (name, field)
            for name in self.accounts
            for field in FIELDS
            if (name, field) not in self.touched
        ]
        return self._edit(*self.random.choice(untouched)) if untouched else lambda _: None

    def _edit(self, name: str, field: str, value: Any = None, system: str = "") -> Deed:
        self.touched.add((name, field))
        values = {field: value or self._new("Value")}
        where = system or self.random.choice(SYSTEMS)
        return lambda world: world.edit(where, "account", name, values)

    def _dispute(self) -> list[Deed]:
        """Two systems say two things: a rule settles it, or nobody can."""
        name = self.random.choice(self.accounts)
        field = self.random.choice(["phone", "employees", "description"])
        if (name, field) in self.touched:
            return []
        kinds = {"phone": lambda n: f"+493012{n:04}", "employees": int}
        said = kinds.get(field, "Said {}".format)
        return [
            self._edit(name, field, said(self._number()), system)
            for system in self.random.sample(SYSTEMS, 2)
        ]

    def _newcomers(self) -> list[Deed]:
        """One system gets an account, a contact who works there, and something to do: without a key."""
        system, name, last = self.random.choice(SYSTEMS), self._new("Account"), self._new("Contact")
        email = f"{last}@mail.example"
        account = {"name": name, "domains": [f"{name}.example"], "industry": self._new("Value")}
        contact = {"email": email, "account": name, "last_name": last}
        task = {"subject": self._new("Task"), "account": name}
        self.fresh.append((name, email))
        return [
            lambda world: world.create(system, "account", account),
            lambda world: world.create(system, "contact", contact),
            lambda world: world.create(system, "activity", task),
        ]

    def _move(self) -> list[Deed]:
        """One account becomes the parent of another."""
        child, parent = self.random.sample(self.accounts, 2)
        return [] if (child, "parent") in self.touched else [self._edit(child, "parent", parent)]

    def _contact_leaves(self) -> list[Deed]:
        """A contact is deleted in one system; by the policy, everywhere."""
        if not self.contacts:
            return []
        system, email = self.random.choice(SYSTEMS), self.contacts.pop(0)
        return [lambda world: world.delete(system, "contact", email)]

    def _account_leaves(self) -> list[Deed]:
        """An account is deleted in one system: that is a question."""
        untouched = [a for a in self.accounts if a not in {name for name, _ in self.touched}]
        if len(self.accounts) < 4 or not untouched:
            return []
        system, name = self.random.choice(SYSTEMS), untouched[0]
        self.accounts.remove(name)
        self.away.append(name)
        return [lambda world: world.delete(system, "account", name)]

    def _chance(self, share: float) -> bool:
        return self.random.random() < share

    def _number(self) -> int:
        self.count += 1
        return self.count

    def _new(self, kind: str) -> str:
        return f"{kind}-{self._number()}".lower()


class Life:
    """Two worlds of which one is killed again and again."""

    def __init__(self, random: Random, killed: Any, spared: Any) -> None:
        self.random = random
        self.killed = killed
        self.spared = spared
        self.script = Script(random)
        places = [*PLACES, *random.choices(PLACES, k=KILLS_PER_LIFE - len(PLACES))]
        places[-AT_ANY_TIME_PER_LIFE:] = [""] * AT_ANY_TIME_PER_LIFE
        random.shuffle(places)
        self.places = places
        """Where the kills of this life shall fall; "" is any moment."""
        self.landed: Counter[str] = Counter()
        self.story: list[str] = []

    def live(self) -> None:
        """Go on until every kill has landed."""
        self._do(self.script.beginning())
        while self.places:
            self._step()
            self._do(self.script.step(self.spared.held()))

    def _step(self) -> None:
        """One sync in one world, some that are killed in the other, and what comes of it."""
        args = ["--sweep"] if self.random.random() < SWEEPS else []
        steps, took_s = self._spared(args)
        landed = self._kill(steps, took_s, args)
        # What is left to do after a kill takes fewer steps, and hardly less reading and merging.
        left = {place: n // 2 if place in READING else min(n, 6) for place, n in steps.items()}
        while landed and self.places and self.random.random() < AGAIN:
            self._do(self.script.meanwhile())
            landed = self._kill(left, took_s / 2, args)
        self._compare()

    def _spared(self, args: list[str]) -> tuple[dict[str, int], float]:
        """Let the sync run undisturbed; return its steps, and how long it took."""
        child = self.spared.start("", 0, *args, *self.spared.approval())
        assert child.follow("pull")
        began = time.monotonic()
        child.follow("")
        took_s = time.monotonic() - began
        status, output = child.end()
        assert 0 == status, output
        assert set(PLACES) == set(child.steps), (
            "A sync that writes nothing is no place to be killed."
        )
        return child.steps, took_s

    def _kill(self, steps: dict[str, int], took_s: float, args: list[str]) -> bool:
        """Start the sync in the other world, and kill it at a step, or at any moment.

        Return whether it was not at its end before that.
        """
        place = self.places[-1]
        step = self.random.randint(1, max(steps.get(place, 0), 1))
        child = self.killed.start(place, step, *args, *self.killed.approval())
        if place:
            child.follow("stopped")
        else:
            assert child.follow("pull")
            child.follow("stopped", wait_s=self.random.uniform(0, took_s))
        landed = child.kill()
        self.story.append(f"killed {landed or 'too late'}, aimed at {place} {step} with {args}")
        if landed:
            self.places.pop()
            self.landed[landed] += 1
        return bool(landed)

    def _compare(self) -> None:
        """A normal round in both worlds leaves both alike, and nothing to do."""
        rounds = [world.settle() for world in (self.spared, self.killed)]
        assert [0, 0] == [each[-1].written for each in rounds]
        differing = differences(self.spared.state(), self.killed.state())
        assert [] == differing, "\n".join([*self.story, *differing])
        assert [] == self.killed.faults()
        repeats = self.killed.repeats()
        assert [] == repeats, "\n".join([*self.story, *map(repr, repeats)])
        assert [] == self.killed.twins()

    def _do(self, deeds: list[Deed]) -> None:
        for deed in deeds:
            for world in (self.spared, self.killed):
                deed(world)


def differences(spared: list[str], killed: list[str]) -> list[str]:
    """Return what only one of two states says, each line with whose it is."""
    alone = Counter(spared)
    alone.subtract(killed)
    return [f"{'spared' if n > 0 else 'killed'}: {line}" for line, n in alone.items() if n]


@pytest.mark.slow
@pytest.mark.parametrize("life", range(LIVES))
def test_a_sync_that_is_killed_ends_as_one_that_is_not(
    life: int, twins: Any, shouting: str, record_property: Any
) -> None:
    """Killed in every place at least once, ten times in all, and after each of them as if it had not been."""
    killed, spared = twins(life, loud=(shouting,))
    lived = Life(Random(life), killed, spared)
    lived.live()

    record_property("killed", dict(lived.landed))
    assert set(PLACES) == set(lived.landed)
    assert KILLS_PER_LIFE == sum(lived.landed.values())
