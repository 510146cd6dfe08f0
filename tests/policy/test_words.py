"""What a person reads of a rule and of what it chose, word by word."""

from __future__ import annotations

import pytest

from kamsync.entities import CORE
from kamsync.errors import ConfigurationInvalid
from kamsync.model import Conflict, Contender, Kind
from kamsync.policy import Case, Hold, Review, Settlement, parse_policy
from kamsync.policy.rules import Extreme, in_words


def said(value, team=None, *, link=None, at=""):
    """One side of a conflict; without a link it is golden."""
    return Contender(value=value, team=team, link=link, at=f"2026-11-20T{at}Z" if at else "")


def judge(rule, *contenders, field="account.description", golden=None, **conflict):
    """Return what a policy with this one rule says."""
    entity, _, name = field.partition(".")
    policy = parse_policy({entity: {name: rule}}, CORE, {})
    kind = conflict.pop("kind", Kind.VALUE)
    made = Conflict("1", kind, entity, "r", name, contenders, **conflict)
    return policy.judge(Case(made, CORE.entity(entity).fields[name], golden or {}))


def text_of(rule, field="account.description"):
    """Return a rule in words."""
    entity, _, name = field.partition(".")
    return parse_policy({entity: {name: rule}}, CORE, {}).rule_for(entity, name).rules[0].text


SALES = said("sales'", "sales", link=1, at="10:00:00")
FINANCE = said("finance's", "finance", link=2, at="10:01:00")


@pytest.mark.parametrize(
    ("rule", "field", "text"),
    [
        ("latest", "account.name", "the latest edit wins by more than 2 s"),
        ("first", "account.name", "the earliest edit wins by more than 2 s"),
        (
            {"rule": "latest", "tolerance": "1.5m", "unless_blank": True},
            "account.name",
            "the latest edit wins by more than 90 s, blanks aside",
        ),
        (
            {"rule": "first", "tolerance": " 2.5 s", "unless_blank": True},
            "account.name",
            "the earliest edit wins by more than 2.5 s, blanks aside",
        ),
        (
            {"rule": "latest", "tolerance": "2h"},
            "account.name",
            "the latest edit wins by more than 7200 s",
        ),
        (
            {"rule": "review", "due": "2d"},
            "account.name",
            "a person decides within 2 days",
        ),
        (
            {"rule": "first", "tolerance": 0},
            "account.name",
            "the earliest edit wins by more than 0 s",
        ),
        ({"team": "sales"}, "account.name", "sales decides"),
        ({"team": "sales", "unless_blank": True}, "account.name", "sales decides, blanks aside"),
        (
            {"team": "sales", "while": {"tier": "key"}},
            "account.name",
            "sales decides while tier is key",
        ),
        (
            {"team": "sales", "while": {"tier": ["key", "", "standard"], "employees": 5}},
            "account.name",
            "sales decides while tier is key, blank or standard and employees is 5",
        ),
        ("only_if_empty", "account.name", "any edit may only fill it while it is empty"),
        ("highest", "account.employees", "the highest value wins"),
        ("lowest", "account.employees", "the lowest value wins"),
        ("highest", "contact.email_opt_out", "yes wins over no"),
        ("lowest", "contact.email_opt_out", "no wins over yes"),
        ("review", "account.name", "a person decides"),
    ],
)
def test_a_rule_reads_as_a_clause(rule, field, text):
    """The words say all that was written, and nothing that was not."""
    assert text == text_of(rule, field)


@pytest.mark.parametrize(
    ("due", "text"),
    [
        (None, "a person decides"),
        (1, "a person decides within 1 second"),
        (59, "a person decides within 59 seconds"),
        (60, "a person decides within 1 minute"),
        (90, "a person decides within 90 seconds"),
        (120, "a person decides within 2 minutes"),
        (3600, "a person decides within 1 hour"),
        (5400, "a person decides within 90 minutes"),
        (7200, "a person decides within 2 hours"),
        (86_400, "a person decides within 1 day"),
        (90_000, "a person decides within 25 hours"),
        (172_800, "a person decides within 2 days"),
        (0, "a person decides within 0 seconds"),
        (0.5, "a person decides within 0.5 seconds"),
        (2.5, "a person decides within 2.5 seconds"),
    ],
)
def test_a_time_is_told_in_the_largest_unit_that_fits(due, text):
    """One is one, and nothing is rounded."""
    assert text == Review(due).text


@pytest.mark.parametrize(
    ("names", "text"),
    [([], ""), (["a"], "a"), (["a", "b"], "a or b"), (["a", "b", "c"], "a, b or c")],
)
def test_several_names_are_told_as_a_list(names, text):
    """The last one by its own word."""
    assert text == in_words(names)
    assert text.replace(" or ", " and ") == in_words(names, "and")


MONEY = [{"amount": amount, "currency": "EUR"} for amount in ("9", "10")]
SUMS = [said(MONEY[0], link=1), said(MONEY[1], link=2)]
LISTS = [said(["b.com"], link=1), said(["a.com"], link=2)]


@pytest.mark.parametrize(
    ("rule", "contenders", "field", "golden", "expected"),
    [
        (
            "latest",
            (SALES, FINANCE),
            "account.description",
            {},
            Settlement(
                "finance's",
                (1,),
                "the latest edit wins by more than 2 s",
                "it was entered later than the others",
            ),
        ),
        (
            "first",
            (SALES, FINANCE),
            "account.description",
            {},
            Settlement(
                "sales'",
                (0,),
                "the earliest edit wins by more than 2 s",
                "it was entered earlier than the others",
            ),
        ),
        (
            {"team": "sales", "while": {"tier": "key"}},
            (FINANCE, SALES),
            "account.description",
            {"tier": "key"},
            Settlement(
                "sales'", (1,), "sales decides while tier is key", "sales spoke, and tier is key"
            ),
        ),
        (
            "highest",
            SUMS,
            "opportunity.amount",
            {},
            Settlement(MONEY[1], (1,), "the highest value wins", "it is the highest"),
        ),
        (
            "lowest",
            SUMS,
            "opportunity.amount",
            {},
            Settlement(MONEY[0], (0,), "the lowest value wins", "it is the lowest"),
        ),
        (
            "union",
            LISTS,
            "account.domains",
            {},
            Settlement(
                ["a.com", "b.com"],
                (0, 1),
                "everything that anybody listed is kept",
                "the lists were joined",
            ),
        ),
        (
            {"only_if_empty": "sales"},
            (SALES, said(None)),
            "account.description",
            {},
            Settlement(
                "sales'", (0,), "sales may only fill it while it is empty", "the field was empty"
            ),
        ),
        (
            {"only_if_empty": ["sales", "success"]},
            (SALES, said("golden")),
            "account.description",
            {"description": "golden"},
            Settlement(
                "golden",
                (1,),
                "sales and success may only fill it while it is empty",
                "the field was not empty",
            ),
        ),
    ],
)
def test_a_settlement_says_which_rule_chose_and_why(rule, contenders, field, golden, expected):
    """``kamsync explain`` shows both; neither repeats a value."""
    assert expected == judge(rule, *contenders, field=field, golden=golden)


@pytest.mark.parametrize(
    ("rule", "golden", "conflict", "reason"),
    [
        ("review", {}, {}, "The policy leaves it to a person."),
        ("highest", {}, {}, "No rule of the policy settles it."),
        ("latest", {}, {"turning": True}, "Two automations keep changing it."),
        ("latest", {}, {"kind": Kind.MATCH}, "A conflict of kind match is for a person."),
        (
            "only_if_empty",
            {"employees": 1},
            {},
            "The field was not empty, and it is not certain what should stay in it.",
        ),
    ],
)
def test_a_hold_says_why_a_person_must_decide(rule, golden, conflict, reason):
    """In one sentence, which stands with the question."""
    sides = said(5, "sales", link=1), said(None, "finance", link=2)

    answer = judge(rule, *sides, field="account.employees", golden=golden, **conflict)

    assert Hold(reason) == answer


def test_an_author_nobody_knows_is_told_before_a_team_that_contradicts_itself():
    """Who it was is the question that comes first."""
    sides = said("a", "sales", link=1), said("b", "sales", link=2), said("b", link=3)

    answer = judge({"team": "sales"}, *sides)

    assert Hold("It is not certain who made an edit, so it may have been sales.") == answer


def test_a_clock_without_tolerance_is_believed():
    """Who writes 0 wants the later one of any two times."""
    sides = said("a", link=1, at="10:00:00"), said("b", link=2, at="10:00:00.001")

    answer = judge({"rule": "latest", "tolerance": 0}, *sides)

    assert isinstance(answer, Settlement)
    assert "b" == answer.value


@pytest.mark.parametrize("blank", [None, {"amount": None, "currency": None}])
def test_a_sum_that_was_cleared_is_neither_high_nor_low(blank):
    """Nor does it break the rule."""
    answer = judge("lowest", SUMS[0], said(blank, link=2), field="opportunity.amount")

    assert isinstance(answer, Hold)


def test_what_has_no_order_has_no_highest():
    """The rule passes it on, although no policy that was read would ask it about a text."""
    field = CORE.entity("account").fields["name"]
    conflict = Conflict("1", Kind.VALUE, "account", "r", "name", (SALES, FINANCE))

    assert Extreme().settle(Case(conflict, field, {})) is None


def test_two_who_say_the_same_by_one_link_are_told_in_one_order():
    """Whichever of them is listed first."""
    sides = SALES, said("sales'", "finance", link=1, at="09:00:00")
    there, here = (judge("only_if_empty", *each) for each in (sides, sides[::-1]))

    assert [sides[i] for i in there.winners] == [sides[::-1][i] for i in here.winners]


def test_a_state_is_named_by_one_value_or_by_several():
    """A single word need not stand in a list."""
    rule = {"team": "sales", "while": {"tier": "key"}}
    assert isinstance(judge(rule, SALES, FINANCE, golden={"tier": "key"}), Settlement)
    assert isinstance(judge(rule, SALES, FINANCE, golden={"tier": "standard"}), Hold)

    with pytest.raises(ConfigurationInvalid, match="tier must be one of"):
        judge({"team": "sales", "while": {"tier": ["k", "e", "y"]}}, SALES)


def test_a_policy_settles_what_it_judges_and_holds_the_rest():
    """``settle`` is the answer, or nothing where a person must decide."""
    policy = parse_policy({"account": {"description": "latest"}}, CORE, {})
    field = CORE.entity("account").fields["description"]
    cases = [
        Case(Conflict("1", Kind.VALUE, "account", "r", "description", sides), field, {})
        for sides in ((SALES, FINANCE), (SALES, said("?", link=3)))
    ]

    assert "finance's" == policy.settle(cases[0]).value
    assert policy.settle(cases[1]) is None
