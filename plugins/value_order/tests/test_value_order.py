import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamsync.errors import ConfigurationInvalid
from kamsync.model import Conflict, Contender, Kind
from kamsync.plugins import load_plugins
from kamsync.policy import Case, parse_policy
from kamsync.schema import Entity, Field, Schema, Type
from kamsync_value_order import Ranked, ranked

TIERS = ("strategic", "key", "emerging", "standard")
TIER = Field("tier", Type.CHOICE, "How important it is.", choices=TIERS)
NAME = Field("name", Type.TEXT, "What it is called.")
STATUS = Field("status", Type.CHOICE, "Whether it is open.", choices=("open", "won", "lost"))
STAGE = Field("stage", Type.GROUP, "How far it has come.", parts=(NAME, STATUS))
ACCOUNT = Entity("account", "A client.", {"tier": TIER, "name": NAME, "stage": STAGE})
SCHEMA = Schema({"account": ACCOUNT})


def case(field, *values):
    """Return a conflict between *values*, each said in a system of its own."""
    contenders = tuple(Contender(value, link, f"s{link}") for link, value in enumerate(values, 1))
    conflict = Conflict("c-1", Kind.VALUE, "account", "a-1", field.name, contenders)
    return Case(conflict, field, {})


def settled(rule, field, *values):
    """Return the value on which *rule* settles and who said it, or None."""
    answer = rule.settle(case(field, *values))
    return answer and (answer.value, answer.winners)


@given(values=st.permutations(TIERS[1:]))
def test_the_strongest_wins_whoever_said_it(values):
    """The order of the contenders does not matter."""
    assert ("key", (values.index("key"),)) == settled(Ranked(TIERS), TIER, *values)


def test_all_who_said_the_strongest_have_won():
    """Nobody who was right is told that they lost."""
    assert ("key", (0, 2)) == settled(Ranked(TIERS), TIER, "key", "standard", "key")


@pytest.mark.parametrize("value", [None, "standard"])
def test_what_has_no_place_in_the_order_is_not_overruled(value):
    """A blank or an unlisted choice is left to the next rule, not beaten by the order."""
    assert settled(Ranked(("strategic", "key")), TIER, "key", value) is None


def test_a_group_is_ranked_by_one_part():
    """The whole group of the strongest part wins, so its parts stay together."""
    won, still_open = {"name": "Closed", "status": "won"}, {"name": "Offer", "status": "open"}

    assert (won, (1,)) == settled(Ranked(("won", "open"), "status"), STAGE, still_open, won)
    assert settled(Ranked(("won", "open"), "status"), STAGE, None, won) is None


def test_groups_that_share_the_strongest_part_are_not_chosen_between():
    """The order says nothing about their other parts."""
    one, other = {"name": "Closed", "status": "won"}, {"name": "Signed", "status": "won"}

    assert settled(Ranked(("won", "open"), "status"), STAGE, one, other) is None


@pytest.mark.parametrize(
    ("field", "options", "told"),
    [
        (TIER, {}, "two or more of strategic, key, emerging, standard"),
        (TIER, {"order": "key"}, "two or more"),
        (TIER, {"order": ["key"]}, "two or more"),
        (TIER, {"order": ["key", "gold"]}, "'gold' is no choice"),
        (TIER, {"order": ["key", 3]}, "3 is no choice"),
        (TIER, {"order": ["key", "standard", "key"]}, "'key' stands there twice"),
        (TIER, {"order": ["key", "standard"], "by": "status"}, "is no group"),
        (TIER, {"order": ["key", "standard"], "weakest": True}, "has no 'weakest'"),
        (STAGE, {"order": ["won", "open"]}, "by = one of status"),
        (STAGE, {"order": ["won", "open"], "by": "name"}, "by = one of status"),
        (NAME, {"order": ["a", "b"]}, "account.name is a text"),
    ],
)
def test_an_order_that_cannot_apply_is_refused(field, options, told):
    """Each message says what would be right."""
    with pytest.raises(ConfigurationInvalid, match=told):
        ranked(ACCOUNT, field, options)


def test_a_policy_can_name_the_rule():
    """Loaded as a plugin and written in a policy, it settles, and `explain` has its words."""
    plugins = load_plugins(["value_order"])
    table = {"tier": [{"rule": "ranked", "order": list(TIERS[:2])}, "review"]}

    policy = parse_policy({"account": table}, SCHEMA, plugins.rules())

    assert "key" == policy.settle(case(TIER, "key", "key")).value
    assert "strategic" == policy.settle(case(TIER, "key", "strategic")).value
    assert policy.settle(case(TIER, "key", "standard")) is None
    assert "the strongest wins (strategic > key), else a person decides" == (
        policy.rule_for("account", "tier").text
    )
    assert [] == plugins.broken
