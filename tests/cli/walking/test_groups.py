"""Many questions of one shape are decided as one."""

import re
import subprocess

import pytest
from msgspec import structs

NAMES = ["Adler", "Birke", "Cedern", "Distel"]


def test_a_group_is_shown_and_then_decided_as_one(many, walk, left, phones):
    """Each would get its own team's value; the other field is left alone."""
    shown = walk(many, "g", "1", "y", "q", args=["--field", "phone"])

    assert "g all 4 alike" in shown
    for number, name in enumerate(NAMES):
        assert re.search(rf"^  \d  {name} +\+491111111{number}$", shown, re.MULTILINE)
    assert "Decide 4 questions like that? [y/N] y" in shown
    assert "4 questions decided." in shown
    many.run("sync")
    assert {f"+491111111{n}" for n in range(4)} <= set(phones(many).values())
    assert 1 == left(many)


def test_newcomers_of_a_group_are_shown_by_their_names(resembling, walk):
    """Who is to decide who they are knows nobody by an id."""
    resembling.bo.create("account", {"name": "Nordwind Ost", "domains": ["nordwind.de"]})
    assert 0 == resembling.run("sync").exit_code

    shown = walk(resembling, "g", "1", "n", "q", args=["--kind", "match"])

    _, preview = shown.split("g all 2 alike", 1)
    assert re.search(r"^  \d  Nordwind Süd +new", preview, re.MULTILINE)
    assert re.search(r"^  \d  Nordwind Ost +new", preview, re.MULTILINE)


@pytest.mark.parametrize("answer", ["", "n", "no", "j", "q"])
def test_a_group_is_not_decided_unless_somebody_says_yes(many, answer, walk, left):
    """The look at it changes nothing."""
    shown = walk(many, "g 1", answer, args=["--field", "phone"])

    assert "Nothing was decided." in shown
    assert 5 == left(many)


def test_what_was_skipped_is_left_out_of_a_group(many, walk, left):
    """Somebody wanted to look at it another day."""
    shown = walk(many, "s", "g b", "y", "q", args=["--field", "phone"])

    assert "Decide 3 questions like that?" in shown
    assert 2 == left(many)


def test_a_question_of_a_group_that_cannot_be_decided_like_that_stays_open(
    disputed, walk, left, stored
):
    """It is listed with the reason, and the others are decided."""
    with stored() as store:
        one = store.reviews.get("1")
        sales, success = one.contenders
        other = structs.replace(sales, value="+4933333333")
        several = structs.replace(
            one, id="2", contenders=(sales, structs.replace(other, link=99), success)
        )
        store.reviews.save([several, structs.replace(one, id="3", contenders=(success, sales))])

    shown = walk(disputed, "g 1", "y", "q")

    assert re.search(r"2 +Nordwind GmbH +left out: there are several to choose from", shown)
    assert re.search(r"3 +Nordwind GmbH +\+4911111111", shown)
    assert "1 question stays open" in shown
    assert "2 questions decided." in shown
    assert 1 == left(disputed)


def test_what_changes_while_a_group_is_looked_at_stays_open(many, program, until):
    """Nothing is decided but what was shown."""
    walking = program("conflicts", "walk", "--field", "phone", stdin=subprocess.PIPE)
    until(walking, "? help")
    walking.stdin.write("g 1\n")
    walking.stdin.flush()
    until(walking, "Distel")
    many.run("conflicts", "resolve", "2", "--keep", "2", "--by", "Cleo")

    shown, _ = walking.communicate("y\nq\n")

    assert "Conflict 2 was already settled by Cleo" in shown
    assert "3 questions decided." in shown
