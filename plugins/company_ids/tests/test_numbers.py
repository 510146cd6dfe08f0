from string import ascii_uppercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamsync_company_ids.numbers import clean_duns, clean_lei, clean_vat_id

LEI = "5493001KJTIIGC8Y1R12"
CLEANERS = (clean_duns, clean_lei, clean_vat_id)


@pytest.mark.parametrize("typed", [LEI, LEI.lower(), "5493 001K JTII GC8Y 1R12", f"\u00a0{LEI}\n"])
def test_an_lei_has_one_spelling(typed):
    """However an LEI was typed, it comes out the same."""
    assert LEI == clean_lei(typed)


@pytest.mark.parametrize("place", range(20))
def test_a_wrong_character_in_an_lei_is_noticed(place):
    """The check digits find each digit typed for another, and each letter for another."""
    right = LEI[place]
    others = "0123456789" if right.isdigit() else ascii_uppercase
    typed = {f"{LEI[:place]}{other}{LEI[place + 1 :]}" for other in others if other != right}

    assert {None} == {clean_lei(each) for each in typed}


@pytest.mark.parametrize("place", [i for i in range(19) if LEI[i] != LEI[i + 1]])
def test_two_swapped_characters_in_an_lei_are_noticed(place):
    """The check digits find swapped neighbours."""
    typed = f"{LEI[:place]}{LEI[place + 1]}{LEI[place]}{LEI[place + 2 :]}"

    assert clean_lei(typed) is None


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("15-048-3782", "150483782"),
        ("150483782", "150483782"),
        ("50483782", None),
        ("1504837820", None),
        ("000000000", None),
        ("", None),
    ],
)
def test_a_duns_number_is_nine_digits(typed, clean):
    """Separators go; a number that lacks a digit is not completed by a guess."""
    assert clean == clean_duns(typed)


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("DE 811.128.135", "DE811128135"),
        ("de811128135", "DE811128135"),
        ("ATU12345678", "ATU12345678"),
        ("GR123456789", "EL123456789"),
        ("CHE-123.456.788 MWST", "CHE123456788"),
        ("NO 923 609 016 MVA", "NO923609016"),
        ("IE1234567WA", "IE1234567WA"),
        ("NL123456789B01", "NL123456789B01"),
        ("GB 123 4567 89", "GB123456789"),
        ("811128135", None),
        ("DE81112813", None),
        ("DE999999999", None),
        ("US12-3456789", None),
        ("CH123456788", None),
        ("", None),
    ],
)
def test_a_vat_number_needs_its_prefix_and_its_countrys_form(typed, clean):
    """The same digits without a prefix would be another company in the next country."""
    assert clean == clean_vat_id(typed)


@given(text=st.text(max_size=40))
def test_cleaning_twice_is_cleaning_once(text):
    """A clean number is its own spelling, and no text at all makes a cleaner fail."""
    for cleaner in CLEANERS:
        clean = cleaner(text)

        assert clean is None or clean == cleaner(clean)


@given(digit=st.characters(categories=["Nd"], exclude_characters="0123456789"))
def test_digits_of_other_scripts_are_no_number(digit):
    """What only looks like a number to a machine that knows all scripts ties nobody together."""
    assert [None, None] == [clean_duns(digit * 9), clean_vat_id(f"DE{digit * 9}")]
