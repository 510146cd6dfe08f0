"""Others decide meanwhile, and a walk may be broken off at any moment."""

import re
import signal
import subprocess

import pytest


def test_what_somebody_else_decided_meanwhile_is_passed_over(many, program, until):
    """Nobody's decision is overwritten, and the walk goes on."""
    walking = program("conflicts", "walk", stdin=subprocess.PIPE)
    until(walking, "? help")
    many.run("conflicts", "resolve", "1", "--keep", "1", "--by", "Cleo")
    many.run("conflicts", "resolve", "2", "--keep", "1", "--by", "Cleo")

    shown, _ = walking.communicate("2\n1\n")

    assert "was already settled by Cleo" in shown
    assert "was decided by Cleo meanwhile; it is passed over." in shown
    assert "Decided 1 · skipped 0 · undone 0 · 2 decided by others · left 2" in shown


def test_a_question_that_changed_meanwhile_is_shown_anew(many, program, left, until):
    """Nobody decides what they did not see."""
    walking = program("conflicts", "walk", stdin=subprocess.PIPE)
    until(walking, "? help")
    item = many.document("conflicts", "list")["items"][0]
    told = many.document("conflicts", "show", item["id"])
    side = next(each for each in told["sides"] if each["system"] == "sales")
    many.anna.edit("account", side["native_id"], {item["field"]: "+49999999"})
    many.run("sync")

    shown, _ = walking.communicate("1\n")

    assert "has changed since you saw it" in shown
    assert "version 2" in shown
    assert 5 == left(many)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_walk_that_is_broken_off_keeps_what_was_decided(many, program, ending, left, until):
    """Each decision is in the store before the next question is shown."""
    walking = program("conflicts", "walk", stdin=subprocess.PIPE)
    until(walking, "? help")
    walking.stdin.write("1\n")
    walking.stdin.flush()
    until(walking, "? help")

    walking.send_signal(ending)
    shown, said = walking.communicate()

    assert 4 == left(many)
    assert 0 == many.run("verify").exit_code
    if ending is signal.SIGINT:
        assert 130 == walking.returncode
        assert "Decided 1 · skipped 0" in shown
        assert "interrupted" in said


def test_two_people_walk_through_one_queue(many, program, left, until):
    """Each question is decided once."""
    walks = [program("conflicts", "walk", stdin=subprocess.PIPE) for _ in range(2)]
    for each in walks:
        until(each, "? help")
    for each in walks:
        each.stdin.write("1\n" * 8)
        each.stdin.close()

    shown = [each.stdout.read() for each in walks]

    assert [0, 0] == [each.wait() for each in walks]
    assert 5 == sum(int(re.search(r"Decided (\d+)", each)[1]) for each in shown)
    assert 0 == left(many)
