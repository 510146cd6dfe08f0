"""``explain``, ``history`` and ``undo``: where a value comes from, and the way back."""

import pytest

NORDWIND = ("account", "account-1")


@pytest.fixture
def story(nordwind):
    """A tier that success has changed, and a health that the policy settled against sales."""
    nordwind.bo.edit(*NORDWIND, {"tier": "strategic"})
    nordwind.run("sync")
    nordwind.anna.edit(*NORDWIND, {"health": "green"})
    nordwind.bo.edit(*NORDWIND, {"health": "red"})
    nordwind.run("sync")
    return nordwind


def test_a_record_is_explained_value_by_value(story):
    """Each with who said it, where, and by what rule it won."""
    shown = story.run("explain", "account-1").stdout

    assert 'account "Nordwind GmbH"' in shown
    assert "Bo Li (for success, in success)" in shown
    assert "by success decides" in shown


def test_a_value_is_explained_whole(story):
    """Since when, who, why, who knows it, what lost, newest first."""
    shown = story.run("explain", "account-1.health").stdout

    assert "lost: green A. Weber (for sales, in sales)" in shown
    assert "Policy: success decides, else a person decides." in shown
    lines = [line for line in shown.splitlines() if " settled " in line or " wrote " in line]
    assert "wrote" in lines[0]
    assert "settled" in lines[-1]


def test_a_value_is_explained_to_scripts(story):
    """The same, with what each system holds and whether it knows."""
    told = story.document("explain", "account-1", "health")

    [field] = told["fields"]
    assert ("red", "success", "Bo Li") == (field["value"], field["system"], field["person"])
    assert {"sales", "success"} == {held["system"] for held in field["holds"]}
    assert {"red"} == {held["value"] for held in field["holds"]}
    [settled] = [each for each in field["told"] if each["act"] == "settled"]
    assert ["green"] == [loser["value"] for loser in settled["losers"]]


def test_a_record_whose_name_is_under_review_goes_by_each_of_its_names(hub):
    """It has none yet that is golden, and conflicts are listed by what the systems call it."""
    domains = ["firm.example"]
    hub.anna.create("account", {"name": "Firm GmbH", "domains": domains})
    hub.bo.create("account", {"name": "Firm", "domains": domains})
    hub.meet()

    told = {hub.document("explain", name)["record"] for name in ("Firm GmbH", "firm")}

    assert 1 == len(told)


def test_a_record_goes_by_the_name_that_a_system_still_holds(hub):
    """A name that was just decided on is not written everywhere yet."""
    domains = ["firm.example"]
    hub.anna.create("account", {"name": "Firm GmbH", "domains": domains})
    hub.bo.create("account", {"name": "Firm", "domains": domains})
    hub.meet()
    assert 0 == hub.run("conflicts", "resolve", "1", "--value", "Firma").exit_code

    told = {hub.document("explain", name)["record"] for name in ("Firm GmbH", "firm", "Firma")}

    assert 1 == len(told)


def test_a_part_of_a_name_is_answered_with_the_names_that_hold_it(story):
    """Nobody has to know how a company writes itself."""
    assert "Such as: Nordwind GmbH (account-" in story.run("explain", "nordw").stderr


@pytest.mark.parametrize("name", ["account-1", "Nordwind GmbH", "nordwind  gmbh"])
def test_a_record_goes_by_many_names(story, name):
    """Its id, the id in a system, its name however it is written."""
    told = story.document("explain", name)

    assert "Nordwind GmbH" == told["label"]
    assert told == story.document("explain", told["record"])
    assert told == story.document("explain", told["record"][:12])
    assert "tier" == story.document("explain", f"{name}.tier")["fields"][0]["field"]


def test_a_name_of_several_records_asks_which(story):
    """It lists them, with their ids."""
    for domain in ("one.de", "two.de"):
        story.anna.create("account", {"name": "Twin Towers", "domains": [domain], "phone": "1"})
    story.run("sync")
    for conflict in story.document("conflicts", "list")["items"]:
        story.run("conflicts", "resolve", conflict["id"], "--choice", "new")
    story.run("sync")

    result = story.run("explain", "Twin Towers")

    assert 64 == result.exit_code
    assert "2 records fit 'Twin Towers'" in result.stderr
    assert "Give one of the ids." in result.stderr


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["Nobody AG"], "There is no record 'Nobody AG'"),
        ([""], "There is no record ''"),
        (["account-1.teir"], "account has no field 'teir'"),
        (["account-1", "teir"], "account has no field 'teir'"),
    ],
)
def test_what_is_not_there_is_not_explained(story, args, said):
    """One line says what there is."""
    result = story.run("explain", *args)

    assert 64 == result.exit_code
    assert said in result.stderr


def test_a_held_value_says_so(disputed):
    """It names the conflict, and that no system is written."""
    shown = disputed.run("explain", "account-1.phone").stdout

    assert "Held by conflict 1: no system is written." in shown
    assert "kamsync conflicts show 1" in shown


def test_the_rounds_are_listed(story):
    """Newest first, with what each amounted to."""
    rounds = story.document("history")

    assert rounds[0]["number"] == max(each["number"] for each in rounds)
    assert "sync" == rounds[0]["kind"]
    assert "1 written" in story.run("history").stdout
    assert 1 == len(story.document("history", "--limit", "1"))


def test_no_rounds_are_said_kindly(hub):
    """A newcomer is shown what to do first."""
    result = hub.run("history")

    assert 0 == result.exit_code
    assert "No round has run yet." in result.stdout
    assert "kamsync plan" in result.stdout


def test_the_history_of_a_record_is_its_journal(story):
    """What happened to each of its values, and in which round."""
    told = story.document("history", "account-1")

    assert {"set", "settled", "wrote"} <= {each["act"] for each in told}
    assert [each["entry"] for each in told] == sorted(
        (each["entry"] for each in told), reverse=True
    )
    assert "Nordwind GmbH" in story.run("history", "account-1").stdout


def test_the_history_of_a_round_is_what_it_did(story):
    """And nothing else."""
    last = story.document("history")[0]

    told = story.document("history", "--round", str(last["number"]))

    assert {last["id"]} == {each["round"] for each in told}
    assert {"health"} == {each["field"] for each in told}


def test_an_unknown_round_is_refused(story):
    """It says where the list is."""
    for args in (["history", "--round", "99"], ["undo", "99"]):
        result = story.run(*args)

        assert 64 == result.exit_code
        assert "There is no round '99'" in result.stderr


def test_undo_is_shown_before_it_is_done(story):
    """Without --yes nothing changes, and the line says how to go on."""
    number = story.document("history")[0]["number"]

    shown = story.run("undo", str(number)).stdout

    assert "red → —" in shown
    assert "Nothing was changed." in shown
    assert f"kamsync undo {number} --yes" in shown
    assert "red" == story.document("explain", "account-1.health")["fields"][0]["value"]


def test_undo_of_a_record_with_a_long_name_stays_readable(story):
    """A name of a thousand letters is cut, so that the values beside it can be read."""
    story.anna.edit("account", "account-1", {"name": "Nord" * 500})
    story.run("sync")

    shown = story.run("undo", "last").stdout

    assert max(map(len, shown.splitlines())) < 300


def test_undo_puts_values_back(story):
    """The next round writes what was true before; undoing is a round of its own."""
    result = story.run("undo", "last", "--yes")

    assert 0 == result.exit_code, result.stderr
    assert "1 value put back" in result.stdout
    assert "undo" == story.document("history")[0]["kind"]
    assert 0 == story.run("sync").exit_code
    held = [s.values(*NORDWIND).get("health") for s in (story.sales, story.success)]
    assert [None, None] == held


def test_undo_leaves_what_was_changed_since(story):
    """A later edit is never undone with an earlier one."""
    number = story.document("history")[0]["number"]
    story.bo.edit(*NORDWIND, {"health": "yellow"})
    story.run("sync")

    told = story.document("undo", str(number), "--yes")

    assert ([], False) == (told["back"], told["done"])
    assert ["it was changed again since"] == [each["refused"] for each in told["left"]]
    assert "yellow" == story.sales.values(*NORDWIND)["health"]


def test_undo_takes_back_all_that_followed_as_well(story):
    """It says so before it does it, and the command that it gives does the same."""
    number = story.document("history")[0]["number"]
    story.bo.edit(*NORDWIND, {"health": "yellow"})
    story.run("sync")

    shown = story.run("undo", "--since", str(number)).stdout

    assert "yellow → —" in shown
    assert f"Next: kamsync undo {number} --since --yes" in shown
    assert "yellow" == story.document("explain", "account-1.health")["fields"][0]["value"]

    told = story.document("undo", str(number), "--since", "--yes")
    again = story.run("undo", str(number), "--since", "--yes")

    assert (f"round-{number}", f"round-{number + 1}", True) == (
        told["round"],
        told["until"],
        told["done"],
    )
    assert f"Rounds {number} to {number + 2} left nothing to undo" in again.stdout
    story.run("sync")
    assert story.sales.values(*NORDWIND).get("health") is None


def test_a_round_that_changed_nothing_leaves_nothing_to_undo(story):
    """It says no number of what is left where there is none."""
    story.run("sync")

    shown = story.run("undo", str(story.document("history")[0]["number"])).stdout

    assert "left nothing to undo.\n" in shown
    assert "Next: kamsync history\n" in shown


def test_nothing_to_undo_is_said(hub):
    """A hub that never did anything has nothing to put back."""
    result = hub.run("undo", "last")

    assert 64 == result.exit_code
    assert "nothing to undo" in result.stderr


FOLLOWS = """
[system.success.map.account.fields]
billing_address = { parts = { billing_city = "billing_city", billing_country = { native = "billing_country", derived = true } } }
"""


def test_what_follows_in_a_system_is_told_as_such(hub):
    """By `check`, in the plan of a write, and where it is explained who holds a value."""
    hub.configure(hub.file.read_text() + FOLLOWS)
    values = {"name": "Nordwind GmbH", "domains": ["nordwind.de"], "billing_city": "Bremen"}
    hub.anna.create("account", values)
    hub.bo.create("account", {**values, "billing_country": "DE"})
    hub.meet()
    hub.anna.edit("account", "account-1", {"billing_city": "Lyon", "billing_country": "FR"})

    checked = hub.run("check").stdout
    planned = hub.run("plan").stdout
    hub.run("sync")
    hub.run("sync")
    explained = hub.run("explain", "account-1", "billing_address").stdout

    assert "account.billing_address: billing_country follows from the rest there" in checked
    assert "billing_country: follows the rest in success" in planned
    assert "holds it; billing_country follows there" in explained
