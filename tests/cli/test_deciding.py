"""``conflicts``: what waits for a person, and the decision."""

import pytest

NORDWIND = ("account", "account-1")


def test_nothing_to_decide_is_said_kindly(nordwind):
    """An empty list is good news, not an empty line."""
    result = nordwind.run("conflicts")

    assert 0 == result.exit_code
    assert "nothing waits for a person" in result.stdout
    assert {"total": 0, "groups": [], "items": [], "left": 0} == nordwind.document(
        "conflicts", "list"
    )


def test_the_list_has_groups_and_items(disputed):
    """First how many of which shape, then one line for each with what the sides say."""
    shown = disputed.run("conflicts").stdout

    assert "1 conflict open in 1 group" in shown
    assert "sales ↔ success" in shown
    assert "sales +4911111111 ↔ success +4922222222" in shown
    assert "kamsync conflicts show 1" in shown.splitlines()[-1]


def test_the_list_takes_kinds_and_entities(disputed):
    """A long list is narrowed down."""
    assert 1 == disputed.document("conflicts", "list", "--kind", "value")["total"]
    assert 0 == disputed.document("conflicts", "list", "--kind", "match")["total"]
    assert 0 == disputed.document("conflicts", "list", "--entity", "contact")["total"]
    assert 64 == disputed.run("conflicts", "list", "--entity", "acount").exit_code


def test_one_conflict_is_a_question(disputed):
    """Why, who, when, what each choice would write where, and the command to decide."""
    shown = disputed.run("conflicts", "show", "1").stdout

    assert "Why: it was edited in several systems" in shown
    assert "Last agreed: +49301234567" in shown
    assert "A. Weber (for sales, in sales account-1)" in shown
    assert "~ update success account-1 +4922222222 → +4911111111" in shown
    assert "--agreed" in shown
    assert "kamsync conflicts resolve 1 --version 1 --keep 1" in shown.splitlines()[-1]


def test_a_question_changes_nothing(disputed):
    """What the choices would write is tried and undone."""
    disputed.run("conflicts", "show", "1")

    assert 1 == disputed.document("conflicts", "list")["total"]
    assert "+4911111111" == disputed.sales.values(*NORDWIND)["phone"]


def test_a_question_tells_scripts_the_same(disputed):
    """Sides by number, and the effects of each choice."""
    told = disputed.document("conflicts", "show", "1")

    assert ["sales", "success"] == [side["system"] for side in told["sides"]]
    assert [1, 2] == [side["number"] for side in told["sides"]]
    assert ["--keep 1", "--keep 2", "--agreed"] == [each["option"] for each in told["choices"]]
    assert [["+4911111111"]] == [effect["after"] for effect in told["choices"][0]["effects"]]


@pytest.mark.parametrize(
    ("answer", "phone"),
    [
        (["--keep", "2"], "+4922222222"),
        (["--keep", "sales"], "+4911111111"),
        (["--keep", "success"], "+4922222222"),
        (["--agreed"], "+49301234567"),
        (["--value", "+49 30 999 999"], "+4930999999"),
        (["--value", ""], None),
    ],
)
def test_a_decision_is_written_everywhere(disputed, answer, phone):
    """Whatever was chosen, the next round makes both systems hold it."""
    assert 0 == disputed.run("conflicts", "resolve", "1", *answer).exit_code
    assert 0 == disputed.run("sync").exit_code

    held = [system.values(*NORDWIND)["phone"] for system in (disputed.sales, disputed.success)]
    assert [phone, phone] == held
    assert 0 == disputed.document("conflicts", "list")["total"]


def test_a_decision_names_who_and_why(disputed):
    """Both are kept, and shown to whoever asks later."""
    disputed.run("conflicts", "resolve", "1", "--keep", "1", "--by", "Cleo", "--why", "I called.")

    shown = disputed.run("conflicts", "show", "1").stdout
    story = disputed.run("explain", "account-1.phone").stdout
    assert "Decided: +4911111111 by Cleo" in shown
    assert "I called." in shown
    assert "by Cleo" in story
    assert "lost: +4922222222" in story


def test_a_dry_run_decides_nothing(disputed):
    """It says what would be written, and the conflict stays open."""
    result = disputed.run("conflicts", "resolve", "1", "--keep", "1", "--dry-run")

    assert "would be decided: +4911111111" in result.stdout
    assert "~ update success account-1" in result.stdout
    assert 1 == disputed.document("conflicts", "list")["total"]


def test_a_decision_tells_scripts_what_it_was(disputed):
    """The value, the person and the effects."""
    told = disputed.document("conflicts", "resolve", "1", "--keep", "1", "--by", "Cleo")

    assert ("+4911111111", "Cleo", False) == (told["value"], told["person"], told["dry_run"])


@pytest.mark.parametrize("option", ["--by", "--why"])
def test_a_reason_that_is_not_text_is_named(disputed, option):
    """It is the option that is wrong, not the record."""
    result = disputed.run("conflicts", "resolve", "1", "--keep", "1", option, "\udcff")

    assert 64 == result.exit_code
    assert option in result.stderr
    assert "is not valid UTF-8" in result.stderr


def test_a_stale_decision_is_refused(disputed):
    """Somebody who saw the question of before is told that it has changed."""
    result = disputed.run("conflicts", "resolve", "1", "--keep", "1", "--version", "7")

    assert 1 == result.exit_code
    assert "has changed since you saw it" in result.stderr
    assert 1 == disputed.document("conflicts", "list")["total"]


def test_a_decided_conflict_is_not_decided_again(disputed):
    """The second answer is refused and says whose the first was."""
    disputed.run("conflicts", "resolve", "1", "--keep", "1", "--by", "Cleo")

    result = disputed.run("conflicts", "resolve", "1", "--keep", "2")

    assert 1 == result.exit_code
    assert "was already settled by Cleo" in result.stderr


@pytest.mark.parametrize("command", [["show", "99"], ["resolve", "99", "--keep", "1"]])
def test_an_unknown_conflict_is_refused(disputed, command):
    """It says where the list is."""
    result = disputed.run("conflicts", *command)

    assert 64 == result.exit_code
    assert "There is no conflict '99'" in result.stderr


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        ([], 64, "Say what to keep in conflict 1"),
        (["--keep", "1", "--agreed"], 64, "one of --keep, --value, --agreed, --choice"),
        (["--keep", "3"], 64, "No side of conflict 1 goes by '3'"),
        (["--keep", "finance"], 64, "there are 1 (sales), 2 (success)"),
        (["--value", "1", "--value", "2"], 64, "takes one --value"),
        (["--choice", "delete"], 64, "it is decided with --keep"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(disputed, answer, status, said):
    """One line says what would fit, and the conflict stays open."""
    result = disputed.run("conflicts", "resolve", "1", *answer)

    assert status == result.exit_code
    assert said in result.stderr
    assert 1 == disputed.document("conflicts", "list")["total"]


def test_money_is_decided_in_parts(disputed_amount):
    """A part that is not named stays as it was agreed."""
    result = disputed_amount.run("conflicts", "resolve", "1", "--value", "amount=47500.5")

    assert 0 == result.exit_code, result.stderr
    assert "47,500.50 EUR" in result.stdout
    disputed_amount.run("sync")
    [deal] = disputed_amount.success.records("opportunity").values()
    assert ("47500.5", "EUR") == (deal["amount"], deal["currency"])


@pytest.mark.parametrize("value", ["47500", "sum=47500"])
def test_a_value_with_parts_wants_them_by_name(disputed_amount, value):
    """The line shows how to write it."""
    result = disputed_amount.run("conflicts", "resolve", "1", "--value", value)

    assert 64 == result.exit_code
    assert "has the parts amount, currency: give --value amount=…" in result.stderr


def test_a_value_of_the_wrong_type_is_refused(disputed_amount):
    """It says what a number is, and nothing is decided."""
    result = disputed_amount.run("conflicts", "resolve", "1", "--value", "amount=much")

    assert 64 == result.exit_code
    assert "much" in result.stderr
    assert 1 == disputed_amount.document("conflicts", "list")["total"]


@pytest.fixture
def gone(nordwind):
    """The account is gone in sales."""
    nordwind.anna.delete(*NORDWIND)
    nordwind.run("sync")
    return nordwind


def test_a_delete_is_a_question(gone):
    """Nothing is deleted elsewhere until somebody says so; the choices say what they would do."""
    shown = gone.run("conflicts", "show", "1").stdout

    assert "it is gone in one system and alive in others" in shown
    assert "- delete success account-1" in shown
    assert "+ create sales" in shown
    assert "--choice detach" in shown


@pytest.mark.parametrize(
    ("answer", "sales", "success"),
    [
        (["--choice", "delete"], 0, 0),
        (["--keep", "sales"], 0, 0),
        (["--choice", "restore"], 1, 1),
        (["--choice", "detach"], 0, 1),
    ],
)
def test_a_delete_is_decided(gone, answer, sales, success):
    """It ends everywhere, comes back, or stays gone where it is gone."""
    assert 0 == gone.run("conflicts", "resolve", "1", *answer).exit_code
    assert 0 == gone.run("sync").exit_code

    counts = [len(system.records("account")) for system in (gone.sales, gone.success)]
    assert [sales, success] == counts


@pytest.fixture
def resembling(nordwind):
    """A second account in success whose domain is that of the first: a twin, or not."""
    nordwind.bo.create("account", {"name": "Nordwind", "domains": ["nordwind.de"]})
    nordwind.run("sync")
    return nordwind


def test_a_match_is_a_question(resembling):
    """It names the newcomer and what it may be."""
    told = resembling.document("conflicts", "show", "1")

    assert "match" == told["conflict"]["kind"]
    assert "Nordwind GmbH" == told["sides"][1]["name"]
    assert ["--keep 2", "--choice new"] == [each["option"] for each in told["choices"]]


def test_what_a_newcomer_and_its_like_say_stands_side_by_side(resembling):
    """Nobody has to look into two systems to say who is who."""
    compared = resembling.document("conflicts", "show", "1")["compared"]

    told = {each["field"]: (each["values"], each["alike"]) for each in compared}
    assert (["Nordwind", "Nordwind GmbH"], False) == told["name"]
    assert ([["nordwind.de"], ["nordwind.de"]], True) == told["domains"]
    assert ([None, "+49301234567"], False) == told["phone"]


def test_what_joining_a_newcomer_would_overwrite_is_told_before(resembling):
    """Field by field: a name that is not the same is not found out afterwards."""
    same, new = resembling.document("conflicts", "show", "1")["choices"]

    told = {e["field"]: (e["op"], e["before"], e["after"]) for e in same["effects"]}
    assert ("ask", None, None) == told["name"]
    assert ("update", [None], ["+49301234567"]) == told["phone"]
    assert ["create"] == [each["op"] for each in new["effects"]]


def test_a_newcomer_goes_by_the_name_that_its_system_shows(resembling):
    """An id says nothing to a person."""
    [listed] = resembling.document("conflicts", "list", "--kind", "match")["items"]

    assert "Nordwind" == listed["label"]
    assert (
        "of Nordwind is decided"
        in resembling.run("conflicts", "resolve", "1", "--choice", "new").stdout
    )


def test_a_match_is_decided_as_new(resembling):
    """It becomes a record of its own."""
    assert 0 == resembling.run("conflicts", "resolve", "1", "--choice", "new").exit_code
    assert 0 == resembling.run("sync").exit_code

    assert 2 == len(resembling.sales.records("account"))


TERMS = """
[policy.account.phone]
rule = "review"
due = "1h"
escalate = "head of sales"
"""


def test_by_when_a_conflict_is_to_be_decided_is_shown(disputed):
    """And who is called in otherwise."""
    disputed.configure(disputed.file.read_text() + TERMS)
    disputed.run("sync")

    assert ", due 20" in disputed.run("conflicts").stdout
    shown = disputed.run("conflicts", "show", "1").stdout
    assert ", then head of sales is called in." in shown
    assert "Overdue" not in shown
    assert not disputed.document("conflicts", "list")["items"][0]["overdue"]


def test_an_overdue_conflict_is_marked(disputed):
    """In the list, on its page, and for scripts."""
    disputed.configure(disputed.file.read_text() + TERMS.replace("1h", "0.001s"))
    disputed.run("sync")

    assert ", overdue since 20" in disputed.run("conflicts").stdout
    assert "is called in. Overdue." in disputed.run("conflicts", "show", "1").stdout
    assert disputed.document("conflicts", "list")["items"][0]["overdue"]


def test_a_conflict_that_a_changed_policy_settled_is_shown_as_closed(disputed):
    """Nobody is asked to decide it any more."""
    rule = '\n[policy.account.phone]\nteam = "sales"\n'
    disputed.configure(disputed.file.read_text() + rule)
    planned = disputed.run("plan")
    assert "+4922222222" in planned.stdout
    disputed.run("sync")

    shown = disputed.run("conflicts", "show", "1").stdout

    assert "Closed without a person" in shown
    assert "Decide:" not in shown
    told = disputed.run("explain", "account-1", "phone").stdout
    assert "sales decides" in told
    assert "the policy was changed" in told
