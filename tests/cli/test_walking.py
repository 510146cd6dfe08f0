"""``conflicts walk``: the queue at the keyboard, one key a line."""

import os
import re
import signal
import subprocess
from contextlib import closing
from time import process_time

import pytest
from msgspec import structs

from kamsync.clock import SystemClock
from kamsync.config import load_config
from kamsync.engine.assemble import open_configured_store

NORDWIND = ("account", "account-1")
AGREED = {"phone": "+493333333", "tier": "emerging"}
NAMES = ["Adler", "Birke", "Cedern", "Distel"]


def walk(hub, *lines, args=()):
    """Type lines, one key each, and return what is shown."""
    result = hub.run("conflicts", "walk", *args, input="".join(f"{line}\n" for line in lines))
    assert 0 == result.exit_code, result.stderr
    assert "Traceback" not in result.output
    return result.stdout


def left(hub, *args):
    """Return how many conflicts are open."""
    return hub.document("conflicts", "list", *args)["total"]


def acts(hub, record="account-1"):
    """Return what the journal says of a record, oldest first."""
    told = hub.document("history", record)
    return [(each["act"], each["actor"], each["reason"]) for each in reversed(told)]


def stored():
    """Open the store of the folder, for as long as a block."""
    return closing(open_configured_store(load_config(None, os.environ), SystemClock()))


@pytest.fixture
def many(nordwind):
    """Four accounts whose telephone numbers both teams changed at once, and one whose tier they did."""
    made = [nordwind.anna.create("account", {"name": each, **AGREED}) for each in NAMES]
    assert 0 == nordwind.run("sync").exit_code
    theirs = {values["name"]: id_ for id_, values in nordwind.success.records("account").items()}
    for number, (name, id_) in enumerate(zip(NAMES, made, strict=True)):
        nordwind.anna.edit("account", id_, {"phone": f"+491111111{number}"})
        nordwind.bo.edit("account", theirs[name], {"phone": f"+492222222{number}"})
    nordwind.anna.edit("account", made[0], {"tier": "key"})
    nordwind.bo.edit("account", theirs[NAMES[0]], {"tier": "standard"})
    assert 0 == nordwind.run("sync").exit_code
    assert 5 == left(nordwind)
    return nordwind


def phones(hub):
    """Return the telephone numbers that success has, by name."""
    return {
        values["name"]: values.get("phone") for values in hub.success.records("account").values()
    }


def test_an_empty_queue_is_said_kindly(nordwind):
    """There is nothing to walk through."""
    assert "No conflict is open" in walk(nordwind)


def test_a_question_is_shown_with_all_that_it_takes_to_decide(disputed):
    """What, whose, since when, what was agreed, and who says what, where, when, and how that is known."""
    shown = walk(disputed)

    for each in (
        "── 1 question to go",
        "1  account.phone  Nordwind GmbH  account-",
        "Last agreed: +49301234567",
        "(now) · version 1",
        "1  +4911111111  A. Weber (for sales, in sales account-1), 20",
        "evidence: system",
        "1-2 keep · b agreed · o other · n next · s skip · a assign · c comment · q quit · ? help",
        "Decided 0 · skipped 0 · undone 0 · left 1",
    ):
        assert each in shown
    assert "\x1b" not in shown


def test_the_money_at_stake_and_the_time_it_is_due_are_shown(disputed):
    """What matters most is seen before it is decided."""
    disputed.anna.edit(*NORDWIND, {"annual_revenue": "9000000", "revenue_currency": "EUR"})
    rule = '\n[policy.account.phone]\nrule = "review"\ndue = "1h"\nescalate = "head of sales"\n'
    disputed.configure(disputed.file.read_text() + rule)
    disputed.run("sync")

    shown = walk(disputed)

    assert "At stake: 9,000,000.00 EUR" in shown
    assert "then head of sales is called in." in shown


@pytest.mark.parametrize(
    ("keys", "phone"),
    [
        (["1"], "+4911111111"),
        (["2"], "+4922222222"),
        (["keep 2"], "+4922222222"),
        (["B"], "+49301234567"),
        (["back"], "+49301234567"),
        (["o", "+49 30 999 999"], "+4930999999"),
        (["o +49 30 999 999"], "+4930999999"),
        (["o", '""'], None),
    ],
)
def test_a_key_decides(disputed, keys, phone):
    """Whatever was chosen, the next round makes both systems hold it."""
    shown = walk(disputed, *keys)
    assert "Decided 1 · skipped 0 · undone 0 · left 0\nNext: kamsync sync\n" in shown
    disputed.run("sync")

    held = [system.values(*NORDWIND)["phone"] for system in (disputed.sales, disputed.success)]
    assert [phone, phone] == held


MISTAKES = {
    "x": "'x' is no key here",
    "y" * 500: "is no key here",
    "3": "There is no side 3; there are 2.",
    "0": "There is no side 0",
    "9" * 5000: "is no key here",
    "²": "'²' is no key here",
    "1 2": "Nothing follows 1",
    "u": "nothing to undo",
    "d": "Nothing is gone here",
    "g x": "'x' is no key here",
    "g s": "A group is decided with a number, b or d",
    "n": "No other question is left",
    "\x1b[A": "a character that cannot be seen",
    "o 12\x07": "a character that cannot be seen",
    "a " + "x" * 300: "The name has 300 characters; at most 200 are kept.",
    "c " + "x" * 5000: "The comment has 5,000 characters; at most 4,000 are kept.",
    "o": "Nothing was decided.",
}


def test_what_is_no_key_decides_nothing(disputed):
    """It is said what is wrong, and the question stays."""
    shown = walk(disputed, *MISTAKES, "")

    for said in MISTAKES.values():
        assert said in shown
        shown = shown.partition(said)[2]
    assert "Decided 0" in shown
    assert 1 == left(disputed)


@pytest.mark.parametrize("line", [b"\xff\xfe\n", b"o " + b"x" * 300_000 + b"\n"])
def test_a_line_that_is_no_text_or_far_too_long_decides_nothing(disputed, line):
    """The one after it counts again."""
    result = disputed.run("conflicts", "walk", input=line + b"s\n")

    assert 0 == result.exit_code
    assert "Decided 0 · skipped 1" in result.stdout


def test_a_value_is_checked_by_the_kind_of_its_field(many):
    """It is said what is expected, and the same question stays."""
    shown = walk(many, "o huge", "o key", args=["--field", "account.tier"])

    assert "tier must be one of strategic, key, emerging, standard; it is 'huge'." in shown
    assert "account.tier of Adler is decided: key." in shown


def test_money_is_asked_for_part_by_part(disputed_amount):
    """A part that is left out stays as it was agreed."""
    shown = walk(disputed_amount, "o 3", "o", "much", "", "o", "47500", "")

    assert "amount has the parts amount, currency" in shown
    assert "amount must be a number" in shown
    assert "return keeps 40,000" in shown
    assert "is decided: 47,500.00 EUR." in shown


def test_several_values_are_asked_for_one_by_one(nordwind):
    """Each is one item; a blank line ends."""
    nordwind.anna.edit(*NORDWIND, {"domains": ["nordwind.de", "nordwind.eu"]})
    nordwind.bo.edit(*NORDWIND, {"domains": ["nordwind.com"]})
    nordwind.run("sync")

    walk(nordwind, "o", "nordwind.de", "nordwind.com", "")
    nordwind.run("sync")

    assert ["nordwind.com", "nordwind.de"] == nordwind.sales.values(*NORDWIND)["domains"]


def test_the_next_question_comes_and_what_was_passed_over_comes_again(many):
    """Nothing gets lost from sight; what is skipped does not come again in this walk."""
    shown = walk(many, "n", "s", "s", "s", "s", "1")

    asked = re.findall(r"^(\d+)  account\.", shown, re.MULTILINE)
    assert ["1", "2", "3", "4", "5", "1"] == asked
    assert "Those that you put off come again." in shown
    assert "Decided 1 · skipped 4 · undone 0 · left 4" in shown
    assert "Next: kamsync sync · kamsync conflicts walk" in shown


def test_a_decision_is_one_entry_of_the_journal_with_who_and_why(disputed):
    """The comment is the reason; so is --why, where there is none."""
    walk(disputed, "c I called them.", "c They use both.", "1", args=["--by", "Cleo"])

    told = acts(disputed)[-3:]

    assert [
        ("commented", "Cleo", "I called them."),
        ("commented", "Cleo", "They use both."),
        ("decided", "Cleo", "I called them.; They use both."),
    ] == told


def test_a_reason_can_be_given_for_all(many):
    """A comment on one question is no reason for another."""
    walk(many, "c Called.", "1", "1", args=["--why", "The contract says so.", "--field", "phone"])

    reasons = [
        each["decision"]["reason"]
        for number in range(1, 6)
        if (each := many.document("conflicts", "show", str(number)))["decision"]
    ]
    assert ["Called.", "The contract says so."] == reasons


def test_a_question_can_be_given_to_somebody(many):
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
def test_the_filters_of_the_list_hold_for_the_walk(many, args, count):
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
        (["--entity", "acount"], "acount"),
    ],
)
def test_a_filter_that_names_nothing_is_refused(disputed, command, args, said):
    """A slip of the hand is no empty queue."""
    result = disputed.run("conflicts", command, *args)

    assert 64 == result.exit_code
    assert said in result.stderr


def test_the_last_decision_is_undone_and_asked_again(many):
    """As if it had not been made; the systems never hear of it."""
    shown = walk(many, "1", "u", "2", "q")

    assert "Undone: 1 question is open again." in shown
    assert "Decided 1 · skipped 0 · undone 1 · left 4" in shown
    many.run("sync")
    assert 1 == sum(phone.startswith("+492222222") for phone in phones(many).values() if phone) - 3


def test_the_decision_on_the_last_question_can_be_undone(disputed):
    """The walk does not end before somebody says so."""
    shown = walk(disputed, "1", "u", "q")

    assert "That was the last one." in shown
    assert "Decided 0 · skipped 0 · undone 1 · left 1" in shown
    assert 1 == left(disputed)
    assert "+4911111111" == disputed.sales.values(*NORDWIND)["phone"]


def test_decisions_are_undone_one_after_the_other_newest_first(many):
    """Back to where the walk began."""
    shown = walk(many, "1", "1", "1", "u", "u", "u", "u", "q")

    assert "nothing to undo" in shown
    assert "Decided 0 · skipped 0 · undone 3 · left 5" in shown


def test_a_group_is_shown_and_then_decided_as_one(many):
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


@pytest.mark.parametrize("answer", ["", "n", "no", "j", "q"])
def test_a_group_is_not_decided_unless_somebody_says_yes(many, answer):
    """The look at it changes nothing."""
    shown = walk(many, "g 1", answer, args=["--field", "phone"])

    assert "Nothing was decided." in shown
    assert 5 == left(many)


def test_a_group_is_undone_as_one(many):
    """It was one decision."""
    shown = walk(many, "g 2", "y", "u", "q", args=["--field", "phone"])

    assert "Undone: 4 questions are open again." in shown
    assert 5 == left(many)


def test_what_was_skipped_is_left_out_of_a_group(many):
    """Somebody wanted to look at it another day."""
    shown = walk(many, "s", "g b", "y", "q", args=["--field", "phone"])

    assert "Decide 3 questions like that?" in shown
    assert 2 == left(many)


def test_a_question_of_a_group_that_cannot_be_decided_like_that_stays_open(disputed):
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


def test_what_changes_while_a_group_is_looked_at_stays_open(many, program):
    """Nothing is decided but what was shown."""
    walking = program("conflicts", "walk", "--field", "phone", stdin=subprocess.PIPE)
    _until(walking, "? help")
    walking.stdin.write("g 1\n")
    walking.stdin.flush()
    _until(walking, "Distel")
    many.run("conflicts", "resolve", "2", "--keep", "2", "--by", "Cleo")

    shown, _ = walking.communicate("y\nq\n")

    assert "Conflict 2 was already settled by Cleo" in shown
    assert "3 questions decided." in shown


@pytest.fixture
def gone(nordwind):
    """The account is gone in sales."""
    nordwind.anna.delete(*NORDWIND)
    nordwind.run("sync")
    return nordwind


@pytest.mark.parametrize(
    ("keys", "sales", "success"),
    [(["1"], 0, 0), (["b"], 1, 1), (["d"], 0, 1), (["1", "u", "b"], 1, 1), (["d", "u", "q"], 0, 1)],
)
def test_a_delete_is_decided(gone, keys, sales, success):
    """It ends everywhere, comes back, or stays gone where it is gone."""
    shown = walk(gone, *keys)
    gone.run("sync")

    assert "1  it ends everywhere" in shown
    assert "b  it is put back where it is gone" in shown
    counts = [len(system.records("account")) for system in (gone.sales, gone.success)]
    assert [sales, success] == counts


@pytest.fixture
def resembling(nordwind):
    """A second account in success whose domain is that of the first: a twin, or not."""
    nordwind.bo.create("account", {"name": "Nordwind Süd", "domains": ["nordwind.de"]})
    nordwind.run("sync")
    return nordwind


@pytest.mark.parametrize(
    ("keys", "count"), [(["1"], 2), (["2"], 1), (["o Nordwind GmbH"], 1), (["2", "u", "1"], 2)]
)
def test_a_match_is_decided(resembling, keys, count):
    """It is a record of its own, or the one that is there."""
    shown = walk(resembling, *keys)
    resembling.run("sync")

    assert "the newcomer Nordwind Süd" in shown
    assert "1  it is a record of its own" in shown
    assert "2  it is this record" in shown
    assert count == len(resembling.sales.records("account"))


def test_what_somebody_else_decided_meanwhile_is_passed_over(many, program):
    """Nobody's decision is overwritten, and the walk goes on."""
    walking = program("conflicts", "walk", stdin=subprocess.PIPE)
    _until(walking, "? help")
    many.run("conflicts", "resolve", "1", "--keep", "1", "--by", "Cleo")
    many.run("conflicts", "resolve", "2", "--keep", "1", "--by", "Cleo")

    shown, _ = walking.communicate("2\n1\n")

    assert "was already settled by Cleo" in shown
    assert "was decided by Cleo meanwhile; it is passed over." in shown
    assert "Decided 1 · skipped 0 · undone 0 · 2 decided by others · left 2" in shown


def test_a_question_that_changed_meanwhile_is_shown_anew(many, program):
    """Nobody decides what they did not see."""
    walking = program("conflicts", "walk", stdin=subprocess.PIPE)
    _until(walking, "? help")
    item = many.document("conflicts", "list")["items"][0]
    told = many.document("conflicts", "show", item["id"])
    side = next(each for each in told["sides"] if each["system"] == "sales")
    many.anna.edit("account", side["native_id"], {item["field"]: "+49999999"})
    many.run("sync")

    shown, _ = walking.communicate("1\n")

    assert "has changed since you saw it" in shown
    assert "version 2" in shown
    assert 5 == left(many)


def test_what_a_round_carried_out_is_put_back_only_if_somebody_says_so(disputed, program):
    """Then it is no question any more: the value of before is written."""
    walking = program("conflicts", "walk", stdin=subprocess.PIPE)
    _until(walking, "? help")
    walking.stdin.write("1\n")
    walking.stdin.flush()
    _until(walking, "return quit")
    disputed.run("sync")

    shown, _ = walking.communicate("u\nn\nu\ny\n")

    assert 2 == shown.count("has been acted on since")
    assert "The next sync can put it back: +4911111111 → +49301234567." in shown
    assert "undone 1" in shown
    disputed.run("sync")
    assert "+49301234567" == disputed.success.values(*NORDWIND)["phone"]


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_walk_that_is_broken_off_keeps_what_was_decided(many, program, ending):
    """Each decision is in the store before the next question is shown."""
    walking = program("conflicts", "walk", stdin=subprocess.PIPE)
    _until(walking, "? help")
    walking.stdin.write("1\n")
    walking.stdin.flush()
    _until(walking, "? help")

    walking.send_signal(ending)
    shown, said = walking.communicate()

    assert 4 == left(many)
    assert 0 == many.run("verify").exit_code
    if ending is signal.SIGINT:
        assert 130 == walking.returncode
        assert "Decided 1 · skipped 0" in shown
        assert "interrupted" in said


def test_two_people_walk_through_one_queue(many, program):
    """Each question is decided once."""
    walks = [program("conflicts", "walk", stdin=subprocess.PIPE) for _ in range(2)]
    for each in walks:
        _until(each, "? help")
    for each in walks:
        each.stdin.write("1\n" * 8)
        each.stdin.close()

    shown = [each.stdout.read() for each in walks]

    assert [0, 0] == [each.wait() for each in walks]
    assert 5 == sum(int(re.search(r"Decided (\d+)", each)[1]) for each in shown)
    assert 0 == left(many)


def test_a_question_of_a_plugin_that_is_gone_does_not_end_the_walk(disputed):
    """It cannot be decided, and stays open; the next one can."""
    with stored() as store:
        one = store.reviews.get("1")
        store.reviews.save([structs.replace(one, id="0", entity="visit", field="weather")])

    shown = walk(disputed, "1", "o x", "s", "1", "q")

    assert 2 == shown.count("✗ There is no entity 'visit'")
    assert "Decided 1 · skipped 1 · undone 0 · left 1" in shown


@pytest.mark.parametrize("option", ["--by", "--why"])
def test_a_name_or_reason_that_is_no_text_is_refused_before_the_first_question(disputed, option):
    """Not after everything was typed."""
    result = disputed.run("conflicts", "walk", option, "\udcff")

    assert 64 == result.exit_code
    assert f"{option} " in result.stderr


def test_a_walk_is_not_for_scripts(disputed):
    """They have commands that answer in JSON."""
    result = disputed.run("conflicts", "walk", "--json")

    assert 64 == result.exit_code
    assert "conflicts resolve --json" in result.stderr


def test_pay_is_hidden_in_a_walk(disputed):
    """Unless somebody asks to see it; here there is none, and the option is taken."""
    assert "account.phone" in walk(disputed, args=["--reveal-pay"])


def test_a_walk_through_a_thousand_questions_starts_at_once(disputed):
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


def _until(process, text):
    """Read what a process writes until it has written *text*."""
    shown = ""
    while text not in shown:
        part = process.stdout.readline()
        assert part, shown
        shown += part
    return shown
