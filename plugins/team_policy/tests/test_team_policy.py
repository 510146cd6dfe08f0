import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from kamsync.entities import CORE
from kamsync.errors import ConfigurationInvalid
from kamsync.model import Conflict, Contender, Kind
from kamsync.plugins import load_plugins
from kamsync.policy import Case, Settlement, parse_policy
from kamsync_team_policy import Responsible, responsible

ACCOUNT = CORE.entity("account")
PHONE = ACCOUNT.fields["phone"]
OWNED = {"owner": "employee-ada"}
RULE = Responsible("account")

ADA = Contender("+491", 1, "crm", team="sales", person="Ada", employee="employee-ada")
TOM = Contender("+492", 2, "desk", team="success", person="Tom", employee="employee-tom")
SOMEBODY = Contender("+493", 3, "erp", team="finance")


def case(*contenders, golden=OWNED):
    """Return a conflict between *contenders* about the phone of an account of Ada's."""
    return Case(Conflict("c-1", Kind.VALUE, "account", "a-1", "phone", contenders), PHONE, golden)


def settled(*contenders, rule=RULE, golden=OWNED):
    """Return the value on which the rule settles and who said it, or None."""
    answer = rule.settle(case(*contenders, golden=golden))
    return answer and (answer.value, answer.winners)


def test_who_owns_the_record_is_heard_before_any_team():
    """Wherever the others stand, and whoever agrees with the owner has won too."""
    agrees = structs.replace(SOMEBODY, value="+491")

    assert ("+491", (0,)) == settled(ADA, TOM, SOMEBODY)
    assert ("+491", (1, 2)) == settled(TOM, ADA, agrees)


def test_what_the_owner_said_in_golden_is_heard_too():
    """It was entered earlier, and the other one did not know of it."""
    assert ("+491", (1,)) == settled(TOM, structs.replace(ADA, link=None, knew=True))


def test_golden_comes_first_among_those_who_said_it():
    """Where it holds the value already, nothing new has become true."""
    golden = structs.replace(TOM, value="+491", link=None)

    assert ("+491", (1, 0)) == settled(ADA, golden, TOM)


def test_a_blank_of_the_owner_is_an_edit_like_another():
    """Somebody took the number out on purpose."""
    assert (None, (0,)) == settled(structs.replace(ADA, value=None), TOM)


@pytest.mark.parametrize("golden", [{}, {"owner": None}, {"owner": "employee-eve"}])
def test_where_the_owner_said_nothing_the_next_rule_is_asked(golden):
    """Nobody owns it, or somebody who was not there."""
    assert settled(ADA, TOM, golden=golden) is None
    assert settled(structs.replace(ADA, employee=""), TOM, golden={"owner": ""}) is None


def test_an_ambiguous_person_is_nobody():
    """That the name is the owner's does not make it the owner's edit."""
    assert settled(structs.replace(ADA, employee=""), TOM) is None


def test_an_owner_who_said_two_things_has_not_decided():
    """Which of them is meant now is for another rule."""
    assert settled(ADA, structs.replace(ADA, value="+499", link=2), TOM) is None


@pytest.mark.parametrize(("team", "winner"), [(None, None), ("sales", None), ("finance", "+491")])
def test_an_edit_that_may_be_the_owners_too_is_not_overruled(team, winner):
    """Nobody knows who made it; one that speaks for another team was a colleague's."""
    answer = settled(ADA, structs.replace(SOMEBODY, team=team))

    assert winner == (answer and answer[0])


def test_the_owner_may_have_to_speak_for_certain_teams():
    """Else the owner is a colleague like any other."""
    among = Responsible("account", among=("account", "sales"))

    assert ("+491", (0,)) == settled(ADA, TOM, rule=among)
    assert settled(ADA, TOM, rule=among, golden={"owner": "employee-tom"}) is None
    assert settled(ADA, structs.replace(ADA, team="other", link=2, value="+4"), rule=among) is None


def test_who_is_responsible_may_be_named_elsewhere():
    """In any field of the record that names an employee."""
    rule = responsible(CORE.entity("case"), PHONE, {"by": "escalated_to"})

    assert ("+492", (1,)) == settled(ADA, TOM, rule=rule, golden={"escalated_to": "employee-tom"})


people = st.sampled_from(["", "employee-ada", "employee-tom"])
teams = st.sampled_from([None, "sales", "success"])
values = st.sampled_from(["+491", "+492", None])
sides = st.lists(
    st.builds(
        Contender,
        value=values,
        link=st.sampled_from([None, 1, 2, 3]),
        team=teams,
        employee=people,
    ),
    min_size=1,
    max_size=4,
)
rules = st.builds(Responsible, st.just("account"), among=st.sampled_from([(), ("sales",)]))


@given(rules, sides, st.randoms())
def test_the_order_makes_no_difference_and_nothing_else_does(rule, contenders, dice):
    """Asked twice, and in another order: the same value, said by the same people."""
    mixed = dice.sample(contenders, len(contenders))

    first, again, other = (rule.settle(case(*each)) for each in (contenders, contenders, mixed))

    assert first == again
    if first is None or other is None:
        assert first is other
        return
    assert (first.value, first.reason) == (other.value, other.reason)
    winners = sorted(repr(contenders[i]) for i in first.winners)
    assert winners == sorted(repr(mixed[i]) for i in other.winners)


@given(rules, sides)
def test_what_wins_was_entered_by_the_owner(rule, contenders):
    """And by nobody else alone; whoever said something else was surely somebody else."""
    answer = rule.settle(case(*contenders))
    if answer is None:
        return
    winners = [contenders[i] for i in answer.winners]
    losers = [each for each in contenders if each not in winners]
    assert "employee-ada" in {each.employee for each in winners}
    assert {answer.value} == {each.value for each in winners}
    assert answer.value not in [each.value for each in losers]
    assert "employee-ada" not in {each.employee for each in losers}
    assert all(each.employee or each.team for each in losers)


@pytest.mark.parametrize(
    ("entity", "field", "options", "told"),
    [
        ("account", "phone", {"among": []}, "a team or a list of teams, of sales, success"),
        ("account", "phone", {"among": {"sales": 1}}, "a team or a list of teams"),
        ("account", "phone", {"among": ["sale"]}, "'sale' is no team of employees; there are"),
        ("account", "phone", {"among": [["sales"]]}, r"\['sales'\] is no team"),
        ("account", "phone", {"by": "parent"}, "by = one of owner for account; it is 'parent'"),
        ("account", "phone", {"by": ["owner"]}, "by = one of owner"),
        ("account", "phone", {"team": "sales"}, "has no 'team'; it has by and among"),
        ("account", "owner", {}, "cannot decide owner itself; give owner a rule of its own"),
        ("assignment", "role", {}, "by = one of employee for assignment; it is 'owner'"),
        ("case", "owner", {"by": "due"}, "by = one of owner, escalated_to"),
        ("contact_role", "role", {}, "names an employee, and contact_role has none"),
    ],
)
def test_what_cannot_apply_is_refused(entity, field, options, told):
    """Each message says what would be right."""
    found = CORE.entity(entity)
    with pytest.raises(ConfigurationInvalid, match=told):
        responsible(found, found.fields[field], options)


def test_a_policy_can_name_the_rule():
    """With the rules that are asked where the owner was not heard; `explain` has its words."""
    plugins = load_plugins(["team_policy"])
    written = [{"rule": "responsible", "otherwise": {"team": "success"}}, "review"]

    policy = parse_policy({"account": {"phone": written}}, CORE, plugins.rules())

    answer = policy.judge(case(TOM, ADA))
    assert isinstance(answer, Settlement)
    assert ("+491", (1,)) == (answer.value, answer.winners)
    assert "+492" == policy.settle(case(TOM, ADA, golden={})).value
    assert "the owner of the account decides, else success decides, else a person decides" == (
        policy.rule_for("account", "phone").text
    )
    assert [] == plugins.broken
