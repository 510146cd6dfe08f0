"""A plugin's rule is asked as any other, and is held to what every rule promises."""

from __future__ import annotations

import pytest

from kamsync.entities import CORE
from kamsync.model import Conflict, Contender, Kind
from kamsync.policy import Case, Hold, Settlement, parse_policy

EVEN_OUT = "The rule 'plugin' answered with a value that nobody entered."


class Answering:
    """A rule that gives one answer, and keeps what it was asked."""

    text = "the plugin decides"

    def __init__(self, answer):
        self.answer = answer
        self.asked = []

    def settle(self, case):
        """Return the answer, made of the case if it is a function."""
        self.asked.append(case)
        return self.answer(case) if callable(self.answer) else self.answer


def judge(answer, *contenders, field="account.name", golden=None, review="review"):
    """Return what a policy says whose only rule before a review is a plugin's."""
    entity, _, name = field.partition(".")
    rule = answer if isinstance(answer, Answering) else Answering(answer)
    table = {entity: {name: ["plugin", review]}}
    policy = parse_policy(table, CORE, {"plugin": lambda *_: rule})
    conflict = Conflict("1", Kind.VALUE, entity, "r", name, contenders)
    return policy.judge(Case(conflict, CORE.entity(entity).fields[name], golden or {}))


def said(*values):
    """Return a side of a conflict for each value, by links of their own."""
    return [Contender(value, link=link) for link, value in enumerate(values, 1)]


def test_a_plugin_sees_the_field_and_what_is_golden():
    """As every rule does."""
    rule = Answering(None)
    judge(rule, *said("a", "b"), golden={"name": "a", "tier": "key"})

    (asked,) = rule.asked
    assert CORE.entity("account").fields["name"] == asked.field
    assert {"name": "a", "tier": "key"} == asked.golden


def test_the_words_of_a_plugins_rule_are_those_of_the_policy():
    """``policy check`` shows them beside the built-in ones."""
    table = {"account": {"name": ["plugin", "latest"]}}
    policy = parse_policy(table, CORE, {"plugin": lambda *_: Answering(None)})

    text = "the plugin decides, else the latest edit wins by more than 2 s, else a person decides"
    assert text == policy.rule_for("account", "name").text


def test_a_plugin_that_takes_the_first_takes_the_same_in_every_order():
    """It sees the sides in an order of ours, and its winners are told in that of the conflict."""

    def first(case):
        return Settlement(case.contenders[0].value, (0,), "the first")

    sides = said("b", "c", "a")
    for order in (sides, sides[::-1], [sides[1], sides[0], sides[2]]):
        answer = judge(first, *order)
        assert "a" == answer.value
        assert ["a"] == [order[i].value for i in answer.winners]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (None, Hold("The policy leaves it to a person.", 60.0, "legal")),
        (Hold("No."), Hold("No.", 60.0, "legal")),
        (Hold("No.", 5.0), Hold("No.", 5.0)),
        (Hold("No.", 0.0), Hold("No.", 0.0)),
        (Hold("No.", None, "sales"), Hold("No.", None, "sales")),
    ],
)
def test_a_plugin_may_pass_a_conflict_on_or_hold_it_on_its_own_terms(answer, expected):
    """Where it names no terms, those of the field's review count."""
    review = {"rule": "review", "due": 60, "escalate": "legal"}

    assert expected == judge(answer, *said("a", "b"), review=review)


@pytest.mark.parametrize(
    ("value", "winners", "is_taken"),
    [
        ("a", (0,), True),
        ("a", (0, 1), True),
        ("a", (1,), False),
        ("a", (2,), False),
        ("a", (0, 2), False),
        ("a", (-1,), False),
        ("a", (0, -1), False),
        ("a", (), False),
        (None, (), False),
        (None, (0, 1), False),
        ("b", (0,), False),
    ],
)
def test_a_value_is_taken_only_from_winners_that_say_it(value, winners, is_taken):
    """A winner that is not there says nothing, and nobody says what nobody entered."""
    answer = judge(Settlement(value, winners, "a rule"), *said("a", "b"))

    assert (Settlement(value, winners, "a rule") if is_taken else Hold(EVEN_OUT)) == answer


EMPTY = {"amount": None, "currency": None}


@pytest.mark.parametrize(
    ("value", "others", "is_taken"),
    [(None, EMPTY, True), (EMPTY, None, True), (None, None, True), (EMPTY, {}, True)],
)
def test_to_clear_a_group_may_be_said_in_two_ways(value, others, is_taken):
    """No sum at all, and a sum of which no part is known, are both blank."""
    five = {"amount": "5", "currency": "EUR"}
    sides = said(others, five)

    def clear(case):
        place = [each.value for each in case.contenders].index(others)
        return Settlement(value, (place,), "cleared")

    answer = judge(clear, *sides, field="opportunity.amount")

    assert is_taken is isinstance(answer, Settlement)


def test_a_sum_is_not_taken_because_somebody_cleared_it():
    """A blank speaks for a blank only."""
    five, six = ({"amount": amount, "currency": "EUR"} for amount in ("5", "6"))
    answer = judge(Settlement(six, (0, 1), "a rule"), *said(None, five), field="opportunity.amount")

    assert Hold(EVEN_OUT) == answer


@pytest.mark.parametrize(
    ("value", "links", "is_taken"),
    [
        (["a.com", "b.com"], (1, 2, 3), True),
        (["a.com", "b.com"], (1, 2), True),
        (["a.com"], (1,), True),
        (["b.com", "c.com"], (2,), True),
        (["c.com"], (2,), True),
        (["c.com"], (1,), False),
        (["a.com", "b.com"], (1,), False),
        (["a.com", "d.com"], (1, 2), False),
        (["b.com", "a.com"], (1, 2), False),
        (["a.com", "a.com"], (1,), False),
        ([], (1, 2), False),
        ("a.com", (1,), False),
        (None, (1, 2), False),
        (None, (1, 3), True),
    ],
)
def test_of_several_values_each_is_said_by_a_winner(value, links, is_taken):
    """In normal form: sorted, none twice, and never an empty list."""
    sides = said(["a.com"], ["b.com", "c.com"], None)

    def chosen(case):
        places = [i for i, side in enumerate(case.contenders) if side.link in links]
        return Settlement(value, tuple(places), "a rule")

    answer = judge(chosen, *sides, field="account.domains")

    assert is_taken is isinstance(answer, Settlement)


def test_of_a_single_value_no_part_is_taken():
    """Letters of a text are not values that somebody entered."""
    assert Hold(EVEN_OUT) == judge(Settlement(["a"], (0,), "a rule"), *said("a", "b"))
