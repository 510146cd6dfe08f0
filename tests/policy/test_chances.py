"""Which rules of a line can never decide, and why: only what is certain is told."""

from __future__ import annotations

import pytest

from kamsync.entities import CORE
from kamsync.policy import Chance, idle_rules, parse_policy

KNOWN = Chance(teams={"sales", "finance"}, fields={"tier", "stage", "name", "domains"})
LATEST = "the latest edit wins by more than {} s"
BEFORE = "before it, {}, and where that is not sure, this is not either"
ALWAYS = "before it, everything that anybody listed is kept, which always has an answer"


class Longest:
    """A plugin's rule."""

    text = "the longest wins"

    def settle(self, case):
        """Leave it to the next rule."""


def idle(rules, field="account.name", chance=KNOWN):
    """Return the idle rules of a line, with the reasons."""
    entity, _, name = field.partition(".")
    rule = Longest()
    policy = parse_policy({entity: {name: rules}}, CORE, {"longest": lambda *_: rule})
    return list(idle_rules(policy.rule_for(entity, name), chance))


@pytest.mark.parametrize(
    "rules",
    [
        "latest",
        "longest",
        ["longest", "latest", "review"],
        ["latest", "first"],
        [{"rule": "latest", "tolerance": 2}, {"rule": "latest", "tolerance": 1}],
        ["latest", {"rule": "latest", "tolerance": 9, "unless_blank": True}],
        [{"rule": "first", "tolerance": 1}, {"rule": "latest", "tolerance": 2}],
        [{"team": "sales"}, {"team": "finance"}],
        [{"team": "sales", "while": {"tier": "key"}}, {"team": "sales"}],
        [
            {"team": "sales", "while": {"tier": "key"}},
            {"team": "finance", "while": {"tier": "key"}},
        ],
        {"only_if_empty": ["success", "sales"]},
        "only_if_empty",
        {"team": "sales", "while": {"industry": ["Retail", ""]}},
    ],
)
def test_a_rule_that_may_decide_is_not_called_idle(rules):
    """Bolder, other or later rules have their chance, and so has a state that may be blank."""
    assert [] == idle(rules)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (["latest", "latest"], [(LATEST.format(2), BEFORE.format(LATEST.format(2)))]),
        (
            ["latest", {"rule": "latest", "tolerance": 3}],
            [(LATEST.format(3), BEFORE.format(LATEST.format(2)))],
        ),
        (
            [{"rule": "latest", "tolerance": 3, "while": {"tier": "key"}}, "latest"],
            [],
        ),
        (
            ["latest", {"rule": "latest", "tolerance": 3, "while": {"tier": "key"}}],
            [(f"{LATEST.format(3)} while tier is key", BEFORE.format(LATEST.format(2)))],
        ),
        (
            [{"team": "sales"}, "first", {"team": "sales", "while": {"tier": "key"}}],
            [("sales decides while tier is key", BEFORE.format("sales decides"))],
        ),
        (
            [{"team": "sales", "while": {"tier": "key"}}] * 2,
            [
                (
                    "sales decides while tier is key",
                    BEFORE.format("sales decides while tier is key"),
                )
            ],
        ),
        (["longest", "longest"], [("the longest wins", BEFORE.format("the longest wins"))]),
    ],
)
def test_a_rule_that_adds_nothing_to_one_before_it_is_told(rules, expected):
    """With the rule that stands in its way."""
    assert expected == idle(rules)


def test_nothing_is_reached_after_a_union():
    """It always has an answer; the person at the end is no rule that was written in vain."""
    assert [(LATEST.format(2), ALWAYS), ("sales decides", ALWAYS)] == idle(
        ["union", "latest", {"team": "sales"}, "review"], field="account.domains"
    )


def test_two_reviews_are_no_matter():
    """A person at the end is not told of, whatever stands before."""
    assert [] == idle(["union", "review"], field="account.domains")


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (
            {"team": "success"},
            [("success decides", "no system with this field speaks for success")],
        ),
        (
            {"team": "success", "while": {"tier": "key"}},
            [
                (
                    "success decides while tier is key",
                    "no system with this field speaks for success",
                )
            ],
        ),
        (
            {"only_if_empty": ["success", "account"]},
            [
                (
                    "success and account may only fill it while it is empty",
                    "no system with this field speaks for success or account",
                )
            ],
        ),
        (
            [{"team": "sales"}, {"team": "success"}, "latest"],
            [("success decides", "no system with this field speaks for success")],
        ),
    ],
)
def test_a_rule_about_teams_that_nobody_speaks_for_is_told(rules, expected):
    """None of the systems that hold the field is theirs."""
    assert expected == idle(rules)


@pytest.mark.parametrize(
    ("rule", "field", "expected"),
    [
        (
            {"team": "sales", "while": {"industry": "Retail"}},
            "account.name",
            [("sales decides while industry is Retail", "no system holds industry")],
        ),
        (
            {"rule": "latest", "while": {"tier": "key", "industry": "Retail"}},
            "account.name",
            [
                (
                    f"{LATEST.format(2)} while tier is key and industry is Retail",
                    "no system holds industry",
                )
            ],
        ),
        ({"team": "sales", "while": {"status": "open"}}, "opportunity.amount", []),
        (
            {"team": "sales", "while": {"currency": "EUR"}},
            "opportunity.name",
            [("sales decides while currency is EUR", "no system holds amount")],
        ),
    ],
)
def test_a_state_of_which_nothing_is_ever_known_is_told(rule, field, expected):
    """A part is known where its group is."""
    assert expected == idle(rule, field)
