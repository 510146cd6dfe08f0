"""What a policy may say, how it reads in words, and how each mistake in it is told."""

from __future__ import annotations

import tomllib

import pytest

from kamsync.entities import CORE
from kamsync.errors import ConfigurationInvalid
from kamsync.model import Conflict, Contender, Kind
from kamsync.policy import Case, Hold, Settlement, parse_policy

DESIGNED = """
[opportunity]
amount     = [{ team = "sales", while = { status = ["open"] } }, { team = "finance" }]
close_date = "latest"
"*"        = "review"

[account]
owner        = { rule = "review", due = "2d", escalate = "head of sales" }
health       = { team = "success", otherwise = "review" }
description  = "latest"
phone        = { team = "account", only_if_empty = "success" }
domains      = "union"
deletes      = "propagate"

[contact]
phone        = { only_if_empty = ["sales", "success"] }
"""


def parse(text, rules=None, **options):
    """Return the policy that a TOML text holds."""
    return parse_policy(tomllib.loads(text), CORE, rules or {}, **options)


def mistakes(text, rules=None):
    """Return the lines in which a policy is refused."""
    with pytest.raises(ConfigurationInvalid) as refused:
        parse(text, rules)
    return str(refused.value).splitlines()


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (
            "opportunity.amount",
            "sales decides while status is open, else finance decides, else a person decides",
        ),
        ("opportunity.close_date", "the latest edit wins by more than 2 s, else a person decides"),
        ("opportunity.name", "a person decides"),
        ("account.owner", "a person decides within 2 days, or head of sales is called in"),
        ("account.health", "success decides, else a person decides"),
        (
            "contact.phone",
            "sales and success may only fill it while it is empty, else a person decides",
        ),
        (
            "account.phone",
            "account decides, else success may only fill it while it is empty, else a person decides",
        ),
        ("account.domains", "everything that anybody listed is kept, else a person decides"),
        ("account.name", "a person decides"),
    ],
)
def test_every_rule_is_told_in_words(field, text):
    """``kamsync explain`` and ``policy check`` show exactly this."""
    assert text == parse(DESIGNED).rule_for(*field.split(".")).text


def test_what_a_delete_means_is_set_for_each_entity():
    """Here for accounts; contacts keep the careful default."""
    policy = parse(DESIGNED)

    assert ("propagate", "review") == (policy.deletes("account"), policy.deletes("contact"))


def test_one_table_may_speak_for_every_entity_without_its_own():
    """Ledgers are left out of it: they are never merged."""
    policy = parse('["*"]\n"*" = "latest"\ndeletes = "keep"\n[contact]\nemail = "first"')

    assert policy.rule_for("account", "name").text.startswith("the latest edit wins")
    assert policy.rule_for("contact", "title").text == "a person decides"
    assert policy.rule_for("commission", "amount").text == "a person decides"
    assert ("keep", "review") == (policy.deletes("case"), policy.deletes("contact"))


MISTAKES = """
acount.name = "latest"
    policy.acount: there is no entity 'acount'; did you mean 'account'?
account.nam = "latest"
    policy.account.nam: account has no field 'nam'; did you mean 'name'?
account.name = "latst"
    policy.account.name: there is no rule 'latst'; did you mean 'latest'?
account.name = "sales"
    policy.account.name: 'sales' is a team; write { team = "sales" }.
account.name = "team"
    policy.account.name: which team? Write { team = "sales" }.
account.name = 3
    policy.account.name: must be a rule such as 'latest', a table such as { team = "sales" },
account.name = []
    policy.account.name: must name between 1 and 20 rules.
account.name = { due = "1d" }
    policy.account.name: name a rule: 'rule' is 'team', 'latest',
account.name = { team = "slaes" }
    policy.account.name.team: there is no team 'slaes'; did you mean 'sales'?
account.name = { team = [] }
    policy.account.name.team: must be a team or a list of teams; it is [].
account.name = "highest"
    policy.account.name: 'highest' needs a number, date, time, yes or no, or sum of money; name is a text.
opportunity.stage = "lowest"
    policy.opportunity.stage: 'lowest' needs a number, date, time, yes or no, or sum of money; stage is a group.
account.owner = "union"
    policy.account.owner: 'union' needs a field with several values; owner is a reference.
account."*" = "union"
    policy.account.*: 'union' needs a field with several values; name is a text. Give name a rule
"*"."*" = "union"
    policy.*.*: 'union' needs a field with several values; name is a text. Give name a rule
account.name = ["review", "latest"]
    policy.account.name: 'review' leaves it to a person, so the rules after it never apply.
account.name = { rule = "latest", tolerence = 3 }
    policy.account.name.tolerence: the rule 'latest' has no 'tolerence'; did you mean 'tolerance'?
account.name = { rule = "latest", tolerance = "soon" }
    policy.account.name.tolerance: must be a time such as '30s', '15m', '4h' or '2d'; it is 'soon'.
account.name = { rule = "latest", unless_blank = 1 }
    policy.account.name.unless_blank: must be true or false; it is 1.
account.name = { rule = "review", escalate = 1 }
    policy.account.name.escalate: must be a name; it is 1.
account.name = { team = "sales", while = { stat = "open" } }
    policy.account.name.while.stat: account has no single value 'stat'; there is
account.name = { team = "sales", while = { domains = "x.com" } }
    policy.account.name.while.domains: account has no single value 'domains'; there is
account.name = { team = "sales", while = { tier = "gold" } }
    policy.account.name.while.tier: tier must be one of strategic, key, emerging, standard;
account.name = { team = "sales", while = { tier = [] } }
    policy.account.name.while.tier: must allow at least one value.
account.name = { team = "sales", while = "open" }
    policy.account.name.while: must be a table such as { status = ["open"] }; it is 'open'.
account.name = { team = "sales", only_if_empty = "sales" }
    policy.account.name.only_if_empty: 'sales' cannot both decide and only fill what is empty.
account.name = [{ team = "sales" }, "latst"]
    policy.account.name[2]: there is no rule 'latst'; did you mean 'latest'?
account.name = { team = "sales", otherwise = "latst" }
    policy.account.name.otherwise: there is no rule 'latst'; did you mean 'latest'?
account.billing_city = "latest"
    policy.account.billing_city: 'billing_city' is a part of 'billing_address' and is settled with it;
account.exists = "latest"
    policy.account.exists: what a delete means is written as policy.account.deletes.
account.deletes = "maybe"
    policy.account.deletes: must be 'review', 'propagate', 'restore' or 'keep'; it is 'maybe'.
commission.amount = "highest"
    policy.commission.amount: commission is corrected by new entries and never edited; only 'review'
"*".name = "latest"
    policy.*.name: the table for every entity holds only '*' and 'deletes'; write policy.ENTITY.name
account = 3
    policy.account: must be a table of fields and their rules; it is 3.
"*" = 3
    policy.*: must be a table of fields and their rules; it is 3.
account.name = { rule = "review", due = "soon" }
    policy.account.name.due: must be a time such as '30s', '15m', '4h' or '2d'; it is 'soon'.
account.name = { rule = "latest", tolerance = [2] }
    policy.account.name.tolerance: must be a time such as '30s', '15m', '4h' or '2d'; it is [2].
account.name = { rule = "latest", tolerance = true }
    policy.account.name.tolerance: must be a time such as '30s', '15m', '4h' or '2d'; it is True.
account.name = { rule = "first", tolerance = -1 }
    policy.account.name.tolerance: must be a time such as '30s', '15m', '4h' or '2d'; it is -1.
account.name = { only_if_empty = "slaes" }
    policy.account.name.only_if_empty: there is no team 'slaes'; did you mean 'sales'?
account.name = { team = "sales", only_if_empty = "slaes" }
    policy.account.name.only_if_empty: there is no team 'slaes'; did you mean 'sales'?
account.name = { team = "sales", unless_blank = 1 }
    policy.account.name.unless_blank: must be true or false; it is 1.
""".strip().splitlines()


@pytest.mark.parametrize(("text", "told"), [*zip(MISTAKES[::2], MISTAKES[1::2], strict=True)])
def test_a_policy_that_cannot_apply_is_refused_by_key(text, told):
    """Each line names the key, what is wrong there, and what would be right."""
    (line,) = mistakes(text)

    assert line.startswith(told.strip())


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            'account.name = { rule = "latest", tolerence = 3 }',
            (
                "policy.account.name.tolerence: the rule 'latest' has no 'tolerence';"
                " did you mean 'tolerance'? There is while, otherwise, tolerance and unless_blank."
            ),
        ),
        (
            'account.name = { rule = "union", zzz = 3 }',
            "policy.account.name.zzz: the rule 'union' has no 'zzz'; there is while and otherwise.",
        ),
        (
            'account.name = { rule = "review", whil = 3 }',
            (
                "policy.account.name.whil: the rule 'review' has no 'whil';"
                " did you mean 'while'? There is while, otherwise, due and escalate."
            ),
        ),
        (
            'account.owner = "union"',
            (
                "policy.account.owner: 'union' needs a field with several values;"
                " owner is a reference. Write 'latest', 'first', a team or 'review'."
            ),
        ),
        (
            'account."*" = "highest"',
            (
                "policy.account.*: 'highest' needs a number, date, time, yes or no, or sum of money;"
                " name is a text. Give name a rule of its own, or write 'latest', a team or 'review'."
            ),
        ),
    ],
)
def test_a_mistake_is_told_to_the_end_with_what_there_is(text, line):
    """All keys that a rule understands, or all rules that fit, are there to choose from."""
    assert [line] == mistakes(text)


def test_all_mistakes_are_told_at_once():
    """One run is enough to mend a file, and each has a line of its own."""
    starts = [line.split(": ")[0] for line in mistakes('[x]\n[account]\nname = "y"\ndeletes = "z"')]

    assert ["policy.x", "policy.account.name", "policy.account.deletes"] == starts


def test_a_mistake_in_one_entity_hides_none_in_another():
    """What stands for every field there is told once, and what is named beside it too."""
    told = mistakes('[account]\n"*" = "union"\n[contact]\n"*" = "highest"\nemail = "latst"')

    starts = ["policy.account.*", "policy.contact.email", "policy.contact.*"]
    assert starts == [line.split(": ")[0] for line in told]


def test_what_stands_for_every_field_holds_for_every_field_that_is_not_named():
    """From the first to the last of an entity, and of every entity that keeps records."""
    policy = parse('["*"]\n"*" = "latest"\n[account]\nname = "first"\n"*" = { team = "sales" }')
    account, contact = CORE.entity("account"), CORE.entity("contact")
    rest = {name for name in account.fields if name != "name"}

    assert {"sales decides, else a person decides"} == {
        policy.rule_for("account", name).text for name in rest
    }
    assert policy.rule_for("account", "name").text.startswith("the earliest edit wins")
    assert all(policy.names("contact", name) for name in contact.fields)
    assert not policy.names("commission", "amount")


@pytest.mark.parametrize(("count", "fits"), [(20, True), (21, False)])
def test_a_field_has_twenty_rules_at_most(count, fits):
    """More would be read by nobody."""
    rules = [{"team": "sales"}] * count
    if fits:
        policy = parse_policy({"account": {"name": rules}}, CORE, {})
        assert count == len(policy.rule_for("account", "name").rules)
        return
    with pytest.raises(ConfigurationInvalid, match=r"account\.name: must name between 1 and 20"):
        parse_policy({"account": {"name": rules}}, CORE, {})


def test_the_section_is_named_as_it_stands_in_the_file():
    """The rules of the first meeting are written in the same way elsewhere."""
    with pytest.raises(ConfigurationInvalid, match=r"first_meeting\.account\.name"):
        parse('[account]\nname = "latst"', section="first_meeting")


class Longest:
    """A plugin's rule: the longest text wins."""

    text = "the longest text wins"

    def settle(self, case):
        lengths = [len(contender.value or "") for contender in case.contenders]
        place = lengths.index(max(lengths))
        return Settlement(case.contenders[place].value, (place,), "")


class Average(Longest):
    """A plugin's rule that breaks the contract: nobody entered its value."""

    def settle(self, case):  # noqa: ARG002
        return Settlement("in between", (0,), self.text)


class Failing(Longest):
    """A plugin's rule with a mistake that repeats a value."""

    def settle(self, case):
        raise ValueError(case.contenders[0].value)


def settled_by(rule):
    """Return what a plugin's rule says of two texts, and of the same two the other way round."""
    policy = parse('[account]\nname = "plugin"', {"plugin": lambda *_: rule})
    field = CORE.entity("account").fields["name"]
    pair = (Contender("short", link=1), Contender("much longer", link=2))
    cases = [
        Case(Conflict("1", Kind.VALUE, "account", "r", "name", contenders), field, {})
        for contenders in (pair, pair[::-1])
    ]
    return [policy.judge(case) for case in cases]


def test_a_rule_of_a_plugin_settles_as_any_other():
    """Its winners are told in our order of the contenders."""
    first, second = settled_by(Longest())

    assert Settlement("much longer", (1,), "plugin") == first
    assert Settlement("much longer", (0,), "plugin") == second


def test_a_value_that_nobody_entered_is_not_taken_from_a_plugin():
    """The field is held, with a reason that names the rule."""
    assert [Hold("The rule 'plugin' answered with a value that nobody entered.")] * 2 == (
        settled_by(Average())
    )


def test_a_rule_that_fails_costs_one_conflict_and_tells_no_value():
    """What it raised may repeat what somebody is paid."""
    assert [Hold("The rule 'plugin' failed (ValueError).")] * 2 == settled_by(Failing())


def test_a_plugin_is_given_the_options_beside_its_name():
    """And the entity and field that it is for."""
    given = []

    def maker(*arguments):
        given.extend(arguments)
        return Longest()

    parse(
        '[account]\nname = { rule = "long", at_least = 3, otherwise = "review" }', {"long": maker}
    )

    entity = CORE.entity("account")
    assert [entity, entity.fields["name"], {"at_least": 3}] == given


def test_a_plugin_may_refuse_a_field():
    """Its own sentence stands behind our key."""

    def maker(*_):
        raise ConfigurationInvalid("'long' needs a text.")

    assert ["policy.account.name: 'long' needs a text."] == mistakes(
        '[account]\nname = "long"', {"long": maker}
    )


class Mute:
    """What has the words of a rule and cannot settle anything."""

    text = "nobody decides"
    settle = None


class Wordless(Longest):
    """What settles and cannot say how."""

    text = None


@pytest.mark.parametrize("rule", [Mute(), Wordless()])
def test_a_plugins_rule_has_words_and_settles(rule):
    """One of the two is not enough."""
    expected = "policy.account.name: the plugin's rule 'long' has no text or cannot settle."

    assert [expected] == mistakes('[account]\nname = "long"', {"long": lambda *_: rule})


@pytest.mark.parametrize("rule", [None, object()])
def test_what_a_plugin_makes_must_be_a_rule(rule):
    """Else the mistake would come up in the middle of a round."""
    (line,) = mistakes('[account]\nname = "long"', {"long": lambda *_: rule})

    assert line.startswith("policy.account.name: the plugin's rule 'long' failed")


@pytest.mark.parametrize(
    ("rules", "has"), [("review", False), ("latest", True), (["latest", "review"], True)]
)
def test_a_field_has_rules_where_something_comes_before_a_person(rules, has):
    """That a person is always asked is no rule that settles anything."""
    line = parse_policy({"account": {"tier": rules}}, CORE, {}).rule_for("account", "tier")

    assert has is line.has_rules
