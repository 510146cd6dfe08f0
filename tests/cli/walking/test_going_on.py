"""The order of the walk, which questions it asks, and what is noted on the way."""

import re
from time import process_time

import pytest
from msgspec import structs


def test_the_next_question_comes_and_what_was_passed_over_comes_again(many, walk):
    """Nothing gets lost from sight; what is skipped does not come again in this walk."""
    shown = walk(many, "n", "s", "s", "s", "s", "1")

    asked = re.findall(r"^(\d+)  account\.", shown, re.MULTILINE)
    assert ["1", "2", "3", "4", "5", "1"] == asked
    assert "Those that you put off come again." in shown
    assert "Decided 1 · skipped 4 · undone 0 · left 4" in shown
    assert "Next: kamsync sync · kamsync conflicts walk" in shown


def test_a_decision_is_one_entry_of_the_journal_with_who_and_why(disputed, walk, acts):
    """The comment is the reason; so is --why, where there is none."""
    walk(disputed, "c I called them.", "c They use both.", "1", args=["--by", "Cleo"])

    told = acts(disputed)[-3:]

    assert [
        ("commented", "Cleo", "I called them."),
        ("commented", "Cleo", "They use both."),
        ("decided", "Cleo", "I called them.; They use both."),
    ] == told


def test_a_reason_can_be_given_for_all(many, walk):
    """A comment on one question is no reason for another."""
    walk(many, "c Called.", "1", "1", args=["--why", "The contract says so.", "--field", "phone"])

    reasons = [
        each["decision"]["reason"]
        for number in range(1, 6)
        if (each := many.document("conflicts", "show", str(number)))["decision"]
    ]
    assert ["Called.", "The contract says so."] == reasons


def test_a_question_can_be_given_to_somebody(many, walk, left):
    """The list and the next walk can be narrowed to it."""
    walk(many, "a Cleo Roth", "n", "a", "Cleo Roth", "a -", "q")

    assert 1 == left(many, "--assignee", "cleo roth")
    assert 4 == left(many, "--assignee", "-")
    assert "with Cleo Roth" in many.run("conflicts").stdout
    shown = walk(many, "s", args=["--assignee", "Cleo Roth"])
    assert "Assigned to Cleo Roth" in shown
    assert "skipped 1 · undone 0 · left 1" in shown


def test_notes_are_made_without_a_walk_too(disputed):
    """By hand or by a script."""
    assert 0 == disputed.run("conflicts", "assign", "1", "Cleo").exit_code
    noted = disputed.document("conflicts", "comment", "1", "I called.", "--by", "Ada")

    assert "Cleo" == noted["assignee"]
    assert [("Ada", "I called.")] == [(c["person"], c["text"]) for c in noted["comments"]]
    assert "nobody" not in disputed.run("conflicts", "assign", "1", "-").stdout
    assert 64 == disputed.run("conflicts", "comment", "1", " ").exit_code
    assert 64 == disputed.run("conflicts", "comment", "99", "x").exit_code


@pytest.mark.parametrize(
    ("args", "count"),
    [
        (["--field", "phone"], 4),
        (["--field", "account.tier"], 1),
        (["--system", "sales"], 5),
        (["--team", "success"], 5),
        (["--team", "finance"], 0),
        (["--entity", "contact"], 0),
        (["--kind", "value", "--field", "phone"], 4),
    ],
)
def test_the_filters_of_the_list_hold_for_the_walk(many, args, count, walk, left):
    """What is left out is neither asked nor decided."""
    assert count == left(many, *args)
    assert count == sum(
        group["count"] for group in many.document("conflicts", *["list", *args])["groups"]
    )
    shown = walk(many, *["1"] * 9, args=args)

    assert 5 - count == left(many)
    assert "Decided 0" not in shown


@pytest.mark.parametrize("command", ["list", "walk"])
@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--field", "fone"], "No entity has a field 'fone'"),
        (["--field", "account.fone"], "fone"),
        (["--system", "sap"], "There is no system 'sap'"),
        (["--team", "slaes"], "There is no team 'slaes'; there are account,"),
        (["--entity", "acount"], "acount"),
    ],
)
def test_a_filter_that_names_nothing_is_refused(disputed, command, args, said):
    """A slip of the hand is no empty queue."""
    result = disputed.run("conflicts", command, *args)

    assert 64 == result.exit_code
    assert said in result.stderr


@pytest.mark.parametrize("option", ["--by", "--why"])
def test_a_name_or_reason_that_is_no_text_is_refused_before_the_first_question(disputed, option):
    """Not after everything was typed."""
    result = disputed.run("conflicts", "walk", option, "\udcff")

    assert 64 == result.exit_code
    assert f"{option} " in result.stderr


def test_a_question_of_a_plugin_that_is_gone_does_not_end_the_walk(disputed, walk, stored):
    """It cannot be decided, and stays open; the next one can."""
    with stored() as store:
        one = store.reviews.get("1")
        store.reviews.save([structs.replace(one, id="0", entity="visit", field="weather")])

    shown = walk(disputed, "1", "o x", "s", "1", "q")

    assert 2 == shown.count("✗ There is no entity 'visit'")
    assert "Decided 1 · skipped 1 · undone 0 · left 1" in shown


def test_a_walk_through_a_thousand_questions_starts_at_once(disputed, walk, stored):
    """None but the first is looked at closely."""
    began = process_time()
    walk(disputed, "s")
    alone = process_time() - began
    with stored() as store:
        one = store.reviews.get("1")
        store.reviews.save([structs.replace(one, id=str(n)) for n in range(1000, 1999)])

    began = process_time()
    shown = walk(disputed, "s")

    assert "── 1,000 questions to go" in shown
    assert "left 1,000" in shown
    assert process_time() - began < 2 * alone + 0.2


def test_the_list_goes_on_page_by_page_to_its_end(many):
    """Each page gives the command for the next one, of the same conflicts, and the last gives none."""
    command, pages, left = "conflicts list --field phone --limit 2", [], []
    while command:
        shown = many.run(*command.split()).stdout
        pages += re.findall(r"^  (\d)  account", shown, re.MULTILINE)
        on = re.search(r"… (\d+) more: kamsync (.*)$", shown, re.MULTILINE)
        left += [on[1]] if on else []
        command = f"{on[2]} --limit 2" if on else ""

    assert ["2"] == left
    assert sorted(set(pages)) == pages
    assert 4 == len(pages)
