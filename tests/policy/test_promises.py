"""What holds for every rule and every conflict, tried on many."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kamsync.entities import CORE
from kamsync.model import Conflict, Contender, Kind
from kamsync.policy import Case, Settlement, parse_policy
from kamsync.schema import Type
from kamsync.values import normalise

TEAMS = ["sales", "success", "finance"]
RULES = [
    "latest",
    "first",
    "review",
    "only_if_empty",
    {"rule": "latest", "unless_blank": True, "tolerance": "1m"},
    {"team": "sales"},
    {"team": ["sales", "finance"], "unless_blank": True},
    {"team": "success", "while": {"tier": ["key"]}},
    {"team": "finance", "only_if_empty": ["sales", "success"]},
    {"only_if_empty": ["sales"]},
]
BY_TYPE = {
    Type.INTEGER: ["highest", "lowest"],
    Type.TIME: ["highest", "lowest"],
    Type.GROUP: ["highest", "lowest"],
    Type.TEXTS: ["union"],
    Type.CHOICES: ["union"],
    Type.LONG_TEXT: [],
}
FIELDS = ["description", "employees", "last_touch", "annual_revenue", "domains", "key_reasons"]
VALUES = {
    "description": st.sampled_from(["a", "b", "c"]),
    "employees": st.integers(0, 3),
    "last_touch": st.sampled_from(["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z"]),
    "annual_revenue": st.fixed_dictionaries(
        {
            "annual_revenue": st.sampled_from(["9", "10", None]),
            "revenue_currency": st.sampled_from(["EUR", "USD"]),
        }
    ),
    "domains": st.lists(st.sampled_from(["a.com", "b.com", "c.com"]), max_size=3),
    "key_reasons": st.lists(st.sampled_from(["revenue", "reputation"]), max_size=2),
}
TIMES = ["", *(f"2026-11-20T10:00:0{second}Z" for second in (0, 1, 3, 7))]
ACCOUNT = CORE.entity("account")


@st.composite
def cases(draw):
    """A conflict about some field, and a line of rules that may be written for it."""
    name = draw(st.sampled_from(FIELDS))
    field = ACCOUNT.fields[name]
    value = st.none() | VALUES[name].map(lambda raw: normalise(field, raw))
    links = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4, unique=True))
    contenders = tuple(
        Contender(
            value=draw(value),
            link=link,
            team=draw(st.sampled_from([*TEAMS, None])),
            at=draw(st.sampled_from(TIMES)),
        )
        for link in [*links, *draw(st.sampled_from([[], [None]]))]
    )
    golden = {name: draw(value), "tier": draw(st.sampled_from(["key", "standard", None]))}
    rules = draw(st.lists(st.sampled_from(RULES + BY_TYPE[field.type]), min_size=1, max_size=3))
    rules = [rule for rule in rules if rule != "review"] or ["review"]
    conflict = Conflict("1", Kind.VALUE, "account", "r", name, contenders)
    policy = parse_policy({"account": {name: rules}}, CORE, {})
    return policy, Case(conflict, field, golden)


def shuffled(case, order):
    """Return the same case with its contenders in another order."""
    contenders = tuple(case.contenders[i] for i in order)
    conflict = Conflict("1", Kind.VALUE, "account", "r", case.field.name, contenders)
    return Case(conflict, case.field, case.golden)


@given(cases(), st.data())
def test_the_order_of_the_contenders_makes_no_difference(given_case, data):
    """Not to the value, nor to the winners, nor to any word."""
    policy, case = given_case
    order = data.draw(st.permutations(range(len(case.contenders))))

    there, here = policy.judge(case), policy.judge(shuffled(case, order))

    if not isinstance(there, Settlement):
        assert there == here
        return
    winners = [case.contenders[i] for i in there.winners]
    assert winners == [case.contenders[order[i]] for i in here.winners]
    assert (there.value, there.rule, there.reason) == (here.value, here.rule, here.reason)


@given(cases())
def test_no_value_appears_that_nobody_entered(given_case):
    """The winners say the value; of a union, each item is said by one of them."""
    policy, case = given_case
    answer = policy.settle(case)
    if answer is None:
        return
    said = [case.contenders[i].value for i in answer.winners]
    assert said
    if answer.rule.startswith("everything"):
        items = {item for each in said for item in each or ()}
        assert set(answer.value or ()) == items
    else:
        assert all(value == answer.value for value in said)


@given(cases())
def test_what_one_says_alone_is_never_settled_to_something_else(given_case):
    """Where all contenders say one thing, a rule settles on it or not at all."""
    policy, case = given_case
    first = case.contenders[0]
    alone = shuffled(case, [0])
    answer = policy.settle(alone)

    assert answer is None or answer.value == first.value


@given(cases())
def test_a_team_that_cannot_be_told_never_wins_by_a_team_rule(given_case):
    """The winners of a team rule are all who said it, and one of them is surely of that team."""
    policy, case = given_case
    answer = policy.settle(case)
    if answer is None or " decides" not in answer.rule:
        return
    team = answer.rule.split()[0]
    assert team in {case.contenders[i].team for i in answer.winners}
    rivals = [c for c in case.contenders if c.team is None and c.value != answer.value]
    assert all(rival.value is None for rival in rivals)
