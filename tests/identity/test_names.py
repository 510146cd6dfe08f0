"""Names of companies and people, as they are written by different hands."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kamsync.identity.names import alike, codes, is_slip, named, person_likeness


@pytest.fixture(scope="module", autouse=True)
def _no_name_is_known_before():
    """Take each name apart here, whatever other tests did before."""
    named.cache_clear()


TEXTS = st.text(max_size=30) | st.lists(
    st.sampled_from(["Acme", "Müller", "Group", "GmbH", "Inc.", "&", "4", "S.p.A.", "株式会社"])
).map(" ".join)


@pytest.mark.parametrize(
    ("text", "words", "forms"),
    [
        ("Acme Inc.", "acme", {"inc"}),
        ("ACME, Incorporated", "acme", {"inc"}),
        ("The Coca-Cola Company", "coca cola", {"co"}),
        ("Müller GmbH & Co. KG", "muller", {"gmbh", "co", "kg"}),
        ("Ferrero S.p.A.", "ferrero", {"spa"}),
        ("Orlen Sp. z o.o.", "orlen", {"spzoo"}),
        ("Novo A/S", "novo", {"as"}),
        ("J. P. Morgan & Co.", "jp morgan", {"co"}),
        ("L'Oréal S.A.", "loreal", {"sa"}),
        ("株式会社アクメ", "アクメ", {"kk"}),
        ("北京某某有限公司", "北京某某", {"有限公司"}),
        ("北京某某有限责任公司", "北京某某", {"有限公司"}),
        ("北京某某股份有限公司", "北京某某", {"股份有限公司"}),
        ("有限会社アクメ", "アクメ", {"有限会社"}),
        ("アクメ有限会社", "アクメ", {"有限会社"}),
        ("Bank of the West", "bank west", set()),
        ("OOO Romashka", "romashka", {"ooo"}),
        ("OOO OAO Romashka", "romashka", {"ooo", "oao"}),
        ("OOO", "ooo", set()),
        ("株式会社", "株式会社", set()),
        ("AG Insurance", "ag insurance", set()),
        ("GmbH", "gmbh", set()),
        ("UG (haftungsbeschränkt)", "ug", {"ug"}),
        ("…", "", set()),
    ],
)
def test_a_name_is_taken_apart(text, words, forms):
    """Its words, and the legal forms at its end; a form alone is a name."""
    assert (tuple(words.split()), forms) == (named(text).words, named(text).forms)


@pytest.mark.parametrize(
    ("text", "word", "spelled"),
    [
        ("Märklin", "marklin", "maerklin"),
        ("Köln", "koln", "koeln"),
        ("Müller", "muller", "mueller"),
        ("Weiß", "weiss", "weiss"),
        ("Ørsted", "orsted", "oersted"),
        ("Åsgård", "asgard", "aasgaard"),
        ("Bær", "baer", "baer"),
        ("Đakovo", "dakovo", "dakovo"),
        ("Łódź", "lodz", "lodz"),
        ("Citroën", "citroen", "citroen"),
    ],
)
def test_a_letter_of_another_alphabet_is_written_without_its_marks_and_spelled_out(
    text, word, spelled
):
    """Both are compared, since either may be what a keyboard without it gives."""
    assert ((word,), (spelled,)) == (named(text).words, named(text).spelled)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller", "Mueller"),
        ("Müller", "Muller"),
        ("GTX Pro", "GTXPro"),
        ("Coca-Cola", "coca cola"),
        ("Smith & Sons", "Smith and Sons"),
        ("Straßenbau Weiß", "Strassenbau Weiss"),
        ("\uff21\uff23\uff2d\uff25", "Acme"),
        ("Société Générale", "SOCIETE GENERALE"),
    ],
)
def test_the_same_name_in_another_hand_is_the_same(one, other):
    """Accents, case, blanks, hyphens and umlauts are a matter of the keyboard."""
    assert alike(named(one), named(other)) >= 0.99
    assert alike(named(other), named(one)) >= 0.99


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Plant 4", "Plant 5"),
        ("Studio 54", "Studio"),
        ("Bank of America", "Bank of Armenia"),
        ("North Star Energy", "North Star Electric"),
        ("Acme", "Apex"),
        ("Acme Holding", "Acme"),
        ("Acme Deutschland", "Acme France"),
        ("Acme Group", "Acme Gruop"),
        ("Acme Acme", "Acme"),
        ("Cat", "Car"),
        ("Umbrella", "Ombrelle"),
        ("Lufthansa", "Luvtanza"),
    ],
)
def test_other_words_are_no_slip_of_the_finger(one, other):
    """They are the difference between two companies."""
    assert not is_slip(named(one), named(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Globex", "Globx"),
        ("Umbrella", "Umbrela"),
        ("Acme Robotics", "Robtoics Acme"),
        ("Acme Group", "Akme Group"),
        ("Acme", "Akme"),
        ("Lufthansa", "Luvthanza"),
        ("Plant 4711", "Plamt 4711"),
    ],
)
def test_a_letter_too_few_or_two_swapped_is_a_slip(one, other):
    """It makes them similar, and never the same."""
    likeness = alike(named(one), named(other))

    assert is_slip(named(one), named(other))
    assert 0.85 < likeness < 0.99


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Acme", "Acme", 1.0),
        ("Acme Robotics", "Robotics Acme", 1.0),
        ("GTX Pro", "GTXPro", 0.99),
        ("Globex", "Globx", 0.92),
        ("Lufthansa", "Luvthanza", 0.88),
        ("Umbrella", "Ombrelle", 0.0),
        ("Cat", "Car", 0.0),
        ("Acme Robotics", "Acme", 2 / 3),
        ("Acme Acme", "Acme", 2 / 3),
        ("Acme Group", "Acme", 2 / 2.15),
        ("Acme Group", "Zenith Group", 0.3 / 2.3),
        ("Acme Group", "Acme Gruop", (2 + 0.92 * 1.15) / 3.15),
        ("Globex Globey", "Globey", 2 / 3),
        ("Globey Globex", "Globex", 2 / 3),
        ("Globex Globey", "Globey Globez", (2 + 0.92 * 2) / 4),
        ("Plant 4711", "Plamt 4711", 0.96),
        ("Plant 4711", "Plant 4712", 0.0),
        ("Acme", "", 0.0),
        ("", "", 0.0),
    ],
)
def test_likeness_is_the_share_of_the_words_in_common(one, other, expected):
    """A common word counts little, a slip a little less, and each word is paired once."""
    assert pytest.approx(expected) == alike(named(one), named(other))
    assert pytest.approx(expected) == alike(named(other), named(one))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Basic KFPM2LJW", {"kfpm2ljw"}),
        ("Basic AB12CD", {"ab12cd"}),
        ("Basic AB12C", set()),
        ("Renewal 202612", set()),
        ("Renewal", set()),
    ],
)
def test_a_code_is_long_and_of_letters_and_digits(text, expected):
    """A year or a day is none: other things have it too."""
    assert expected == codes(named(text))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("Ada", "Day"), ("Ada", "Day"), 1.0),
        (("A.", "Day"), ("Ada", "Day"), 0.85),
        (("Da", "Day"), ("Daniela", "Day"), 0.85),
        (("Dan", "Day"), ("Daniela", "Day"), 0.92),
        (("Daniela", "Day"), ("Daniele", "Day"), 0.92),
        (("Bob", "Day"), ("Ada", "Day"), 0.0),
        (("", "Day"), ("Ada", "Day"), 0.6),
        (("", "Day"), ("", "Day"), 0.6),
        (("Ada", ""), ("Ada", "Day"), 0.0),
        (("Day", "Ada"), ("Ada", "Day"), 0.95),
        (("Ada", "Daye"), ("Ada", "Day"), 0.0),
        (("Ada", "Hopper"), ("Ada", "Hoper"), 0.92),
    ],
)
def test_how_alike_people_are_is_told_by_family_and_given_name(one, other, expected):
    """Whichever of the two comes first."""
    assert pytest.approx(expected) == person_likeness(one, other)
    assert pytest.approx(expected) == person_likeness(other, one)


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        (("Ada", "Lovelace"), ("ada", "LOVELACE"), 1, 1),
        (("A.", "Lovelace"), ("Ada", "Lovelace"), 0.8, 0.9),
        (("Chris", "Day"), ("Christopher", "Day"), 0.9, 0.95),
        (("Lovelace", "Ada"), ("Ada", "Lovelace"), 0.9, 0.99),
        (("Anna Maria", "Day"), ("Anna Lena", "Day"), 0, 0.6),
        (("Ada", "Lovelace"), ("Grace", "Lovelace"), 0, 0.2),
        (("Ada", "Lovelace"), ("Ada", "Hopper"), 0, 0),
        (("", "Lovelace"), ("Ada", "Lovelace"), 0.5, 0.7),
        (("Ada", ""), ("Ada", ""), 0, 0),
    ],
)
def test_people_are_known_by_both_their_names(one, other, least, most):
    """An initial stands for a name, and another given name is another person."""
    assert least <= person_likeness(one, other) <= most


@given(TEXTS, TEXTS)
def test_likeness_does_not_depend_on_which_comes_first(one, other):
    """And it is always between 0 and 1."""
    there, here = alike(named(one), named(other)), alike(named(other), named(one))

    assert there == here
    assert 0 <= there <= 1


@given(TEXTS)
def test_a_name_is_like_itself(text):
    """Unless there is nothing in it."""
    assert alike(named(text), named(text)) == float(bool(named(text).words))


@given(st.tuples(TEXTS, TEXTS), st.tuples(TEXTS, TEXTS))
@example(("0", "0"), ("0", "00"))
def test_likeness_of_people_does_not_depend_on_which_comes_first(one, other):
    """And it is always between 0 and 1."""
    there = person_likeness(one, other)

    assert there == person_likeness(other, one)
    assert 0 <= there <= 1
