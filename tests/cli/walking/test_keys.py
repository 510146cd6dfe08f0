"""What each key of the walk does with a question."""

import pytest

NORDWIND = ("account", "account-1")
MISTAKES = {
    "x": "'x' is no key here; ? lists those there are.",
    "standard": "'standard' is no key here; ? lists those there are, and o goes before a value",
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


def test_an_empty_queue_is_said_kindly(nordwind, walk):
    """There is nothing to walk through."""
    assert "No conflict is open" in walk(nordwind)


def test_a_question_is_shown_with_all_that_it_takes_to_decide(disputed, walk):
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


def test_the_money_at_stake_and_the_time_it_is_due_are_shown(disputed, walk):
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
def test_a_key_decides(disputed, keys, phone, walk):
    """Whatever was chosen, the next round makes both systems hold it."""
    shown = walk(disputed, *keys)
    assert "Decided 1 · skipped 0 · undone 0 · left 0\nNext: kamsync sync\n" in shown
    disputed.run("sync")

    held = [system.values(*NORDWIND)["phone"] for system in (disputed.sales, disputed.success)]
    assert [phone, phone] == held


def test_what_is_no_key_decides_nothing(disputed, walk, left):
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


def test_a_value_is_checked_by_the_kind_of_its_field(many, walk):
    """It is said what is expected, and the same question stays."""
    shown = walk(many, "o huge", "o key", args=["--field", "account.tier"])

    assert "tier must be one of strategic, key, emerging, standard; it is 'huge'." in shown
    assert "account.tier of Adler is decided: key." in shown


def test_money_is_asked_for_part_by_part(disputed_amount, walk):
    """A part that is left out stays as it was agreed."""
    shown = walk(disputed_amount, "o 3", "o", "much", "", "o", "47500", "")

    assert "amount has the parts amount, currency" in shown
    assert "amount must be a number" in shown
    assert "return keeps 40,000" in shown
    assert "is decided: 47,500.00 EUR." in shown


def test_several_values_are_asked_for_one_by_one(nordwind, walk):
    """Each is one item; a blank line ends."""
    nordwind.anna.edit(*NORDWIND, {"domains": ["nordwind.de", "nordwind.eu"]})
    nordwind.bo.edit(*NORDWIND, {"domains": ["nordwind.com"]})
    nordwind.run("sync")

    walk(nordwind, "o", "nordwind.de", "nordwind.com", "")
    nordwind.run("sync")

    assert ["nordwind.com", "nordwind.de"] == nordwind.sales.values(*NORDWIND)["domains"]


@pytest.mark.parametrize(
    ("keys", "sales", "success"),
    [(["1"], 0, 0), (["b"], 1, 1), (["d"], 0, 1), (["1", "u", "b"], 1, 1), (["d", "u", "q"], 0, 1)],
)
def test_a_delete_is_decided(gone, keys, sales, success, walk):
    """It ends everywhere, comes back, or stays gone where it is gone."""
    shown = walk(gone, *keys)
    gone.run("sync")

    assert "1  it ends everywhere" in shown
    assert "b  it is put back where it is gone" in shown
    counts = [len(system.records("account")) for system in (gone.sales, gone.success)]
    assert [sales, success] == counts


@pytest.mark.parametrize(
    ("keys", "count"), [(["1"], 2), (["2"], 1), (["o Nordwind GmbH"], 1), (["2", "u", "1"], 2)]
)
def test_a_match_is_decided(resembling, keys, count, walk):
    """It is a record of its own, or the one that is there."""
    shown = walk(resembling, *keys)
    resembling.run("sync")

    assert "the newcomer Nordwind Süd" in shown
    assert "1  it is a record of its own" in shown
    assert "2  it is this record" in shown
    assert count == len(resembling.sales.records("account"))


def test_pay_is_hidden_in_a_walk(disputed, walk):
    """Unless somebody asks to see it; here there is none, and the option is taken."""
    assert "account.phone" in walk(disputed, args=["--reveal-pay"])


def test_a_walk_is_not_for_scripts(disputed):
    """They have commands that answer in JSON."""
    result = disputed.run("conflicts", "walk", "--json")

    assert 64 == result.exit_code
    assert "conflicts resolve --json" in result.stderr
