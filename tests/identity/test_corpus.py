"""How well companies are recognised, measured on a made-up world whose truth is known.

Two systems hold the same companies, each in its own hand. Among them are companies that look alike
and are not the same: sisters in other countries, holdings at the same address, namesakes in another
town, names that differ in one letter.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping

import pytest
from msgspec import Struct

from kamsync.entities import CORE
from kamsync.identity import Verdict, block_keys, exact_keys, match

ACCOUNT = CORE.entity("account")
COMPANIES = 400
STARTS = "Al Bel Cor Dan Er Fal Gar Hol Is Jan Kel Lor Mar Nor Os Pel Quin Ras Sel Tor Ul Ver Win Zan Mül Grö"
ENDS = "berg dex fino gard holm ia kamp lin mont nova ora pex quist rix stad tano una vik wald zeta"
TRADES = "Logistik Robotics Foods Bau Pharma Energy Media Textil Optics Marine Paper Glass"
FORMS = "GmbH;AG;Inc.;Ltd;S.A.;SE;GmbH & Co. KG;LLC;B.V.;"
TOWNS = ["Berlin DE", "Hamburg DE", "Wien AT", "Zürich CH", "Paris FR", "Boston US", "Leeds GB"]


class Company(Struct, frozen=True):
    """One company of the made-up world: *truth* tells it from all others."""

    truth: int
    values: Mapping[str, object]


def world(seed: int) -> list[Company]:
    """Return companies that are all different, many of which look alike."""
    dice = random.Random(seed)
    found: list[Company] = []
    for _ in range(COMPANIES):
        company = fresh(dice)
        family = [company, *relatives(dice, company)]
        found += [Company(len(found) + number, each) for number, each in enumerate(family)]
    return found


def fresh(dice: random.Random) -> dict[str, object]:
    """Return a company with all its facts."""
    core = dice.choice(STARTS.split()) + dice.choice(ENDS.split())
    trade = dice.choice([*TRADES.split(), ""])
    form = dice.choice(FORMS.split(";"))
    host = f"{core}{trade}{dice.randrange(10_000)}".lower().replace("ü", "ue").replace("ö", "oe")
    return {
        "name": " ".join(filter(None, (core, trade, form))),
        "domains": [f"{host}.{dice.choice(['com', 'de', 'eu'])}"],
        "phone": f"+49{dice.randrange(10**8, 10**9)}",
        "employees": dice.choice([10, 50, 120, 500, dice.randrange(5, 9000)]),
        "industry": dice.choice(["Retail", "Health", "Energy"]),
        "billing_address": place(dice),
    }


def place(dice: random.Random) -> dict[str, object]:
    """Return an address."""
    town, country = dice.choice(TOWNS).split()
    return {
        "billing_street": f"{dice.choice(['Hauptstr.', 'Main St', 'Rue Haute'])} {dice.randrange(1, 99)}",
        "billing_city": town,
        "billing_postal_code": str(dice.randrange(10_000, 99_999)),
        "billing_region": None,
        "billing_country": country,
    }


def relatives(dice: random.Random, of: Mapping[str, object]) -> list[dict[str, object]]:
    """Return up to one company that is another one, although it looks like *of*."""
    core, *rest = str(of["name"]).split()
    elsewhere = {"billing_address": place(dice), "phone": f"+1{dice.randrange(10**9, 10**10)}"}
    other = fresh(dice)
    # A sister in another country shares the domain of the group.
    sister = {**of, **elsewhere, "name": f"{core} {dice.choice(['France', 'USA', 'Polska'])} SAS"}
    # A holding, or a sister in another trade, lives there too and answers the same telephone.
    holding = {**of, "name": f"{core} Holding GmbH", "domains": None}
    trade = next(word for word in TRADES.split() if word not in rest)
    neighbour = {**of, "name": f"{core} {trade} GmbH & Co. KG", "domains": None}
    namesake = {**other, "name": of["name"]}
    nearly = {**other, "name": " ".join([core[:-1] + "o", *rest])}
    chosen = dice.choice([None, None, None, sister, holding, neighbour, namesake, nearly])
    return [chosen] if chosen and (chosen["name"] != of["name"] or chosen is namesake) else []


def in_another_hand(dice: random.Random, values: Mapping[str, object]) -> dict[str, object]:
    """Return the same company as another team would enter it."""
    said = {name: value for name, value in values.items() if dice.random() < 0.65}
    said["name"] = respelled(dice, str(values["name"]))
    return said


def respelled(dice: random.Random, name: str) -> str:
    """Return a name with other capitals, umlauts, form or a slip of the finger."""
    text = name
    if dice.random() < 0.4:
        text = min((name.removesuffix(f" {form}") for form in FORMS.split(";")), key=len)
    if dice.random() < 0.3:
        text = text.upper() if dice.random() < 0.5 else text.lower()
    if dice.random() < 0.3:
        text = text.replace("ü", "ue").replace("ö", "oe")
    if dice.random() < 0.1:
        place = dice.randrange(2, len(text.split()[0]))
        text = text[:place] + text[place + 1 :]
    return text


def measure(seed: int) -> Counter[str]:
    """Match every company of one system against all of the other; count what became of them."""
    dice = random.Random(seed)
    companies = world(seed)
    held = {str(each.truth): in_another_hand(dice, each.values) for each in companies}
    by_key: dict[str, set[str]] = {}
    for id_, values in held.items():
        for key in (*exact_keys(ACCOUNT, values), *block_keys(ACCOUNT, values)):
            by_key.setdefault(key, set()).add(id_)
    counts: Counter[str] = Counter()
    for each in companies:
        newcomer = in_another_hand(dice, each.values)
        exact = exact_keys(ACCOUNT, newcomer)
        near = {
            id_ for key in (*exact, *block_keys(ACCOUNT, newcomer)) for id_ in by_key.get(key, ())
        }
        shared = {id_: tuple(key for key in exact if id_ in by_key.get(key, ())) for id_ in near}
        found = match(ACCOUNT, newcomer, {id_: held[id_] for id_ in near}, shared)
        counts.update(
            judged(each, found.verdict, found.record, [id_ for id_, _ in found.candidates])
        )
        counts["compared"] += len(near)
    return counts


def judged(company: Company, verdict: Verdict, record: str | None, shown: list[str]) -> list[str]:
    """Return what to count for one company."""
    truth = str(company.truth)
    if verdict is Verdict.LINK:
        return ["all", "right" if record == truth else "wrong"]
    if verdict is Verdict.REVIEW:
        return ["all", "asked", "shown" if truth in shown else "hidden"]
    return ["all", "missed"]


@pytest.mark.parametrize("seed", range(5))
def test_companies_are_never_mixed_up_and_mostly_recognised(seed):
    """No link is wrong; a person is asked about most of what is not linked.

    Measured with other seeds than these, over 25,763 companies: of 17,330 links none was wrong (67 %
    of all were linked), and in 32 % a person was asked and shown the right one; 0.4 % were missed.
    """
    counts = measure(seed)

    assert counts["wrong"] == 0, counts
    assert counts["right"] / counts["all"] > 0.65, counts
    assert (counts["right"] + counts["shown"]) / counts["all"] > 0.98, counts
    assert counts["compared"] / counts["all"] < 5, counts
