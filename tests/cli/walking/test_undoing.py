"""Decisions of a walk are taken back, one or a whole group at a time."""

import subprocess

NORDWIND = ("account", "account-1")


def test_the_last_decision_is_undone_and_asked_again(many, walk, phones):
    """As if it had not been made; the systems never hear of it."""
    shown = walk(many, "1", "u", "2", "q")

    assert "Undone: 1 question is open again." in shown
    assert "Decided 1 · skipped 0 · undone 1 · left 4" in shown
    many.run("sync")
    assert 1 == sum(phone.startswith("+492222222") for phone in phones(many).values() if phone) - 3


def test_the_decision_on_the_last_question_can_be_undone(disputed, walk, left):
    """The walk does not end before somebody says so."""
    shown = walk(disputed, "1", "u", "q")

    assert "That was the last one." in shown
    assert "Decided 0 · skipped 0 · undone 1 · left 1" in shown
    assert 1 == left(disputed)
    assert "+4911111111" == disputed.sales.values(*NORDWIND)["phone"]


def test_decisions_are_undone_one_after_the_other_newest_first(many, walk):
    """Back to where the walk began."""
    shown = walk(many, "1", "1", "1", "u", "u", "u", "u", "q")

    assert "nothing to undo" in shown
    assert "Decided 0 · skipped 0 · undone 3 · left 5" in shown


def test_a_group_is_undone_as_one(many, walk, left):
    """It was one decision."""
    shown = walk(many, "g 2", "y", "u", "q", args=["--field", "phone"])

    assert "Undone: 4 questions are open again." in shown
    assert 5 == left(many)


def test_what_a_round_carried_out_is_put_back_only_if_somebody_says_so(disputed, program, until):
    """Then it is no question any more: the value of before is written."""
    walking = program("conflicts", "walk", stdin=subprocess.PIPE)
    until(walking, "? help")
    walking.stdin.write("1\n")
    walking.stdin.flush()
    until(walking, "return quit")
    disputed.run("sync")

    shown, _ = walking.communicate("u\nn\nu\ny\n")

    assert 2 == shown.count("has been acted on since")
    assert "The next sync can put it back: +4911111111 → +49301234567." in shown
    assert "undone 1" in shown
    disputed.run("sync")
    assert "+49301234567" == disputed.success.values(*NORDWIND)["phone"]
