"""The rules that settle conflicts, each by the story that it is for."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from kamsync.entities import CORE
from kamsync.model import Conflict, Contender, Kind, Value
from kamsync.policy import Case, Hold, Policy, Settlement, parse_policy


def said(
    value: Value, team: str | None = None, *, link: int | None = None, at: str = ""
) -> Contender:
    """One side of a conflict; without a link it is golden."""
    return Contender(value=value, team=team, link=link, at=f"2026-11-20T{at}Z" if at else "")


def judge(
    rule: object,
    *contenders: Contender,
    field: str = "account.description",
    golden: Mapping[str, Value] | None = None,
    turning: bool = False,
    kind: Kind = Kind.VALUE,
) -> Settlement | Hold:
    """Return what a policy with this one rule says."""
    entity, _, name = field.partition(".")
    policy = parse_policy({entity: {name: rule}}, CORE, {})
    conflict = Conflict("1", kind, entity, "r", name, contenders, turning=turning)
    return policy.judge(Case(conflict, CORE.entity(entity).fields[name], golden or {}))


def value_of(answer: Settlement | Hold) -> Value:
    """Return what was settled on; a hold has no value."""
    assert isinstance(answer, Settlement), answer
    return answer.value


def reason_of(answer: Settlement | Hold) -> str:
    """Return why a person must decide."""
    assert isinstance(answer, Hold), answer
    return answer.reason


SALES, FINANCE, SUCCESS = (
    said("sales'", "sales", link=1, at="10:00:00"),
    said("finance's", "finance", link=2, at="10:00:01"),
    said("success'", "success", link=3, at="09:00:00"),
)


def test_the_first_team_listed_that_spoke_wins():
    """Finance is not among the contenders, so sales is next."""
    answer = judge({"team": ["finance", "sales"]}, SALES, SUCCESS)

    assert Settlement("sales'", (0,), "sales decides", "sales spoke") == answer


def test_a_team_that_set_golden_speaks_for_it():
    """Finance once set what is true; success did not know of it."""
    golden = said("golden", "finance")

    assert value_of(judge({"team": "finance"}, SUCCESS, golden)) == "golden"


def test_an_edit_without_a_known_author_never_chooses_a_team():
    """It may have been sales themselves who entered the other value."""
    answer = judge([{"team": "sales"}, {"team": "finance"}], SALES, FINANCE, said("?", link=4))

    assert "not certain who made an edit, so it may have been sales" in reason_of(answer)


def test_an_unknown_author_who_says_the_same_is_no_doubt():
    """Whoever it was, the team's value stays what it is."""
    assert value_of(judge({"team": "sales"}, SALES, SUCCESS, said("sales'", link=4))) == "sales'"


def test_a_team_that_contradicts_itself_is_not_passed_over():
    """Finance must not win because two people in sales disagree."""
    answer = judge(
        [{"team": "sales"}, {"team": "finance"}], SALES, said("another", "sales", link=4), FINANCE
    )

    assert reason_of(answer) == "Sales said two different things."


@pytest.mark.parametrize(("status", "winner"), [("open", "10"), ("won", "12"), (None, "12")])
def test_who_decides_depends_on_the_state_of_the_record(status, winner):
    """Sales owns the amount while the opportunity is open, finance afterwards."""
    money = [{"amount": amount, "currency": "EUR"} for amount in ("10", "12")]
    rule = [{"team": "sales", "while": {"status": ["open"]}}, {"team": "finance"}]
    answer = judge(
        rule,
        said(money[0], "sales", link=1),
        said(money[1], "finance", link=2),
        field="opportunity.amount",
        golden={"stage": {"stage": "x", "status": status, "probability": None}},
    )

    assert value_of(answer)["amount"] == winner


def test_a_settlement_says_in_which_state_it_was_made():
    """The reason is what ``explain`` shows."""
    rule = {"team": "sales", "while": {"lifecycle": ["existing", "at_risk"]}}
    answer = judge(rule, SALES, FINANCE, golden={"lifecycle": "at_risk"})

    assert isinstance(answer, Settlement)
    assert answer.rule == "sales decides while lifecycle is existing or at_risk"
    assert answer.reason == "sales spoke, and lifecycle is existing or at_risk"


def test_a_rule_that_holds_is_not_made_to_settle_by_a_state():
    """Sales contradicts itself, and the state of the record does not change that."""
    rule = {"team": "sales", "while": {"lifecycle": ["existing"]}}
    other = said("another", "sales", link=4)
    answer = judge(rule, SALES, other, FINANCE, golden={"lifecycle": "existing"})

    assert reason_of(answer) == "Sales said two different things."


def test_the_latest_edit_wins():
    """Sales spoke an hour after success."""
    assert value_of(judge("latest", SALES, SUCCESS)) == "sales'"


def test_the_earliest_edit_wins():
    """The same two, the other way round."""
    assert value_of(judge("first", SALES, SUCCESS)) == "success'"


@pytest.mark.parametrize("rule", ["latest", "first"])
@pytest.mark.parametrize("at", ["10:00:00", "10:00:01", "10:00:02"])
def test_times_within_the_tolerance_are_no_evidence(rule, at):
    """Two clocks may differ by two seconds."""
    assert isinstance(judge(rule, SALES, said("x", link=2, at=at)), Hold)


def test_a_smaller_tolerance_may_be_written():
    """One second is more than half a second."""
    answer = judge({"rule": "latest", "tolerance": 0.5}, SALES, FINANCE)

    assert value_of(answer) == "finance's"


@pytest.mark.parametrize("rule", ["latest", "first"])
def test_an_edit_without_a_time_could_have_been_any_time(rule):
    """So neither the latest nor the first is known."""
    assert isinstance(judge(rule, SALES, SUCCESS, said("?", link=4)), Hold)


@pytest.mark.parametrize("rule", ["latest", "first"])
def test_where_no_edit_has_a_time_none_is_the_latest_or_the_first(rule):
    """A person decides."""
    assert isinstance(judge(rule, said("this", link=1), said("that", link=2)), Hold)


def test_a_cleared_value_is_said_unless_the_rule_sets_blanks_aside():
    """To clear a field is an edit; a rule may still prefer what is not blank."""
    cleared = said(None, "sales", link=4, at="12:00:00")

    assert value_of(judge("latest", SUCCESS, cleared)) is None
    assert value_of(judge({"rule": "latest", "unless_blank": True}, SUCCESS, cleared)) == "success'"
    assert (
        value_of(
            judge([{"team": "sales", "unless_blank": True}, {"team": "success"}], SUCCESS, cleared)
        )
        == "success'"
    )


@pytest.mark.parametrize(("rule", "winner"), [("highest", "10"), ("lowest", "9")])
def test_numbers_are_compared_as_numbers(rule, winner):
    """As text, 9 would be more than 10."""
    sums = [{"amount": amount, "currency": "EUR"} for amount in ("9", "10")]

    answer = judge(rule, said(sums[0], link=1), said(sums[1], link=2), field="opportunity.amount")

    assert value_of(answer)["amount"] == winner


def test_two_currencies_do_not_compare():
    """No rate of exchange is anybody's entry."""
    sums = [{"amount": "9", "currency": "EUR"}, {"amount": "10", "currency": "USD"}]

    answer = judge(
        "highest", said(sums[0], link=1), said(sums[1], link=2), field="opportunity.amount"
    )

    assert isinstance(answer, Hold)


def test_a_blank_is_neither_high_nor_low():
    """Somebody cleared the number, which a rule about size cannot weigh."""
    answer = judge("lowest", said(5, link=1), said(None, link=2), field="account.employees")

    assert isinstance(answer, Hold)


@pytest.mark.parametrize(("rule", "winner"), [("highest", True), ("lowest", False)])
def test_of_yes_and_no_yes_is_the_highest(rule, winner):
    """Who once opted out stays out, whoever's system does not know of it."""
    answer = judge(rule, said(True, link=1), said(False, link=2), field="contact.email_opt_out")

    assert winner is value_of(answer)


def test_a_blank_is_no_answer_between_yes_and_no():
    """A field that was cleared says neither."""
    answer = judge("highest", said(True, link=1), said(None, link=2), field="contact.email_opt_out")

    assert isinstance(answer, Hold)


def test_a_union_keeps_what_anybody_listed():
    """In normal form, and everybody who listed something is among the winners."""
    answer = judge(
        "union",
        said(["b.com", "c.com"], link=1),
        said(["a.com", "b.com"], link=2),
        said(None, link=3),
        field="account.domains",
    )

    assert (["a.com", "b.com", "c.com"], (0, 1)) == (value_of(answer), answer.winners)


@pytest.mark.parametrize("golden", [None, "+491"])
def test_a_team_may_fill_an_empty_phone_and_not_replace_one(golden):
    """The account team decides; sales only helps out."""
    rule = {"team": "account", "only_if_empty": ["sales", "success"]}
    answer = judge(
        rule,
        said("+492", "sales", link=1),
        said(golden, "finance"),
        field="account.phone",
        golden={"phone": golden},
    )

    assert value_of(answer) == (golden or "+492")


def test_two_who_may_only_fill_do_not_settle_it_between_them():
    """Nobody wrote down which of the two goes first."""
    answer = judge({"only_if_empty": ["sales", "success"], "otherwise": "review"}, SALES, SUCCESS)

    assert isinstance(answer, Hold)


@pytest.mark.parametrize("rule", ["only_if_empty", {"only_if_empty": ["sales"]}])
def test_what_golden_holds_stays_although_its_own_team_may_only_fill(rule):
    """Sales filled the field when it was empty; sales elsewhere did not know of it."""
    golden = said("golden", "sales")
    answer = judge(rule, SALES, golden, golden={"description": "golden"})

    assert value_of(answer) == "golden"


def test_teams_that_are_not_bound_go_on_to_the_next_rule():
    """Sales may only fill, and has not said anything here."""
    rule = {"only_if_empty": ["sales"], "otherwise": "latest"}

    assert value_of(judge(rule, SUCCESS, FINANCE, golden={"description": "y"})) == "finance's"


def test_golden_is_the_first_of_those_who_say_the_same():
    """What stays as it is needs no new revision."""
    golden = said("sales'", "sales")
    answer = judge({"team": "sales"}, SALES, SUCCESS, golden)

    assert isinstance(answer, Settlement)
    assert (2, 0) == answer.winners


def test_who_may_only_fill_does_not_win_by_a_later_rule():
    """The latest edit is by sales, who may not replace anything."""
    rule = {"only_if_empty": ["sales"], "otherwise": "latest"}
    answer = judge(rule, SALES, SUCCESS, said("x", "finance", link=5), golden={"description": "y"})

    assert "not certain what should stay" in reason_of(answer)


def test_a_review_names_its_terms_wherever_the_hold_comes_from():
    """By when, and whom to call in, is told with every hold of the field."""
    review = {"rule": "review", "due": "2d", "escalate": "head of sales"}
    by_rule = judge(review, SALES, FINANCE)
    by_doubt = judge({"team": "sales", "otherwise": review}, SALES, said("?", link=4))

    for answer in (by_rule, by_doubt):
        assert isinstance(answer, Hold)
        assert (2 * 86400, "head of sales") == (answer.due_s, answer.escalate)


def test_automations_that_fight_are_held_whatever_the_rule():
    """A rule would only go on with the fight."""
    assert "automations" in reason_of(judge("latest", SALES, SUCCESS, turning=True))


def test_only_conflicts_about_values_are_settled_by_these_rules():
    """Whether two records are the same is no matter of who was later."""
    assert isinstance(judge("latest", SALES, SUCCESS, kind=Kind.MATCH), Hold)


def test_what_the_policy_does_not_name_is_for_a_person():
    """An empty policy settles nothing and deletes nothing."""
    field = CORE.entity("account").fields["description"]
    conflict = Conflict("1", Kind.VALUE, "account", "r", "description", (SALES, FINANCE))

    assert Policy().settle(Case(conflict, field, {})) is None
    assert Policy().deletes("account") == "review"
