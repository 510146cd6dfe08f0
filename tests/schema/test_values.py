"""Normal forms: equal facts are equal JSON, and what cannot be read is refused with a sentence."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from kamsync.entities import CORE
from kamsync.errors import ValueInvalid
from kamsync.schema import DataClass, Field, Type
from kamsync.testing.values import sample, spellings_of, values_of
from kamsync.values import (
    MAX_DIGITS,
    MAX_ITEMS,
    MAX_TEXT_BYTES,
    as_python,
    is_blank,
    normalise,
)

PARTS = (
    Field("amount", Type.NUMBER, "A sum."),
    Field("currency", Type.CURRENCY, "Its currency."),
)
FIELDS = {
    type_: Field(
        type_.value,
        type_,
        "Some value.",
        to="account" if type_ is Type.REFERENCE else "",
        choices=("red", "green", "blue") if type_ in (Type.CHOICE, Type.CHOICES) else (),
        parts=PARTS if type_ is Type.GROUP else (),
    )
    for type_ in Type
}
DOMAINS = Field("domains", Type.TEXTS, "Hosts.", items=Type.DOMAIN)
PAY = Field("rate", Type.FRACTION, "A share.", data_class=DataClass.PAY)
FIRST = datetime(1, 1, 1, tzinfo=UTC)
LAST = datetime(9999, 12, 31, tzinfo=UTC)
each_type = pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)


@pytest.mark.parametrize(
    ("type_", "raw", "expected"),
    [
        (Type.TEXT, "  Müller & Co ", "Müller & Co"),
        (Type.TEXT, " \t\n", None),
        (Type.LONG_TEXT, " first\nsecond ", " first\nsecond "),
        (Type.LONG_TEXT, " \n ", None),
        (Type.NUMBER, "1200.50", "1200.5"),
        (Type.NUMBER, 1200, "1200"),
        (Type.NUMBER, 0.1, "0.1"),
        (Type.NUMBER, "1.5E3", "1500"),
        (Type.NUMBER, Decimal("-0.00"), "0"),
        (Type.NUMBER, "+007", "7"),
        (Type.NUMBER, ".5", "0.5"),
        (Type.NUMBER, "-0.50", "-0.5"),
        (Type.NUMBER, "12345678901234567890.123456789", "12345678901234567890.123456789"),
        (Type.FRACTION, "0.250", "0.25"),
        (Type.FRACTION, 1, "1"),
        (Type.INTEGER, "12.0", 12),
        (Type.INTEGER, 3.0, 3),
        (Type.BOOLEAN, "True", True),
        (Type.BOOLEAN, 0, False),
        (Type.BOOLEAN, "", None),
        (Type.DATE, "2026-11-30", "2026-11-30"),
        (Type.DATE, "20261130", "2026-11-30"),
        (Type.DATE, "2026-11-30T00:00:00Z", "2026-11-30"),
        (Type.DATE, date(2026, 11, 30), "2026-11-30"),
        (Type.DATE, datetime(2026, 11, 30, tzinfo=UTC), "2026-11-30"),
        (Type.DATE, " ", None),
        (Type.TIME, "2026-11-30T17:41:00.000+01:00", "2026-11-30T16:41:00Z"),
        (Type.TIME, "2026-11-30T16:41:00.5Z", "2026-11-30T16:41:00.500000Z"),
        (Type.TIME, "2026-11-30T16:41:00.000+0000", "2026-11-30T16:41:00Z"),
        (Type.TIME, datetime(2026, 11, 30, 16, 41, tzinfo=UTC), "2026-11-30T16:41:00Z"),
        (Type.CHOICE, " red ", "red"),
        (Type.CHOICE, "", None),
        (Type.CHOICES, ["red", "blue", "red", ""], ["blue", "red"]),
        (Type.CHOICES, [], None),
        (Type.TEXTS, ("b ", None, "a", "b"), ["a", "b"]),
        (Type.EMAIL, " Ada@Example.COM", "ada@example.com"),
        (Type.EMAIL, "Ask Ada", "Ask Ada"),
        (Type.PHONE, "+49 (0)30 / 123456", "+49 (0)30 / 123456"),
        (Type.PHONE, "+49 (0)30 12-34.56", "+4930123456"),
        (Type.PHONE, "0049 30 123456", "+4930123456"),
        (Type.PHONE, "030 123456", "030 123456"),
        (Type.PHONE, "+1 555 0100 ext. 7", "+1 555 0100 ext. 7"),
        (Type.URL, "HTTPS://Acme.COM/About?Q=A", "https://acme.com/About?Q=A"),
        (Type.URL, "https://acme.com/", "https://acme.com"),
        (Type.URL, "Acme.com/About", "acme.com/About"),
        (Type.URL, "see Acme", "see Acme"),
        (Type.DOMAIN, "https://www.Acme.com:8080/About", "acme.com"),
        (Type.DOMAIN, "Acme.com.", "acme.com"),
        (Type.DOMAIN, "www.com", "www.com"),
        (Type.DOMAIN, "ada@acme.com", "ada@acme.com"),
        (Type.DOMAIN, "Acme", "Acme"),
        (Type.COUNTRY, "de", "DE"),
        (Type.COUNTRY, "DEU", "DE"),
        (Type.COUNTRY, "germany", "DE"),
        (Type.COUNTRY, "uk", "GB"),
        (Type.COUNTRY, "Narnia", "Narnia"),
        (Type.CURRENCY, "eur", "EUR"),
        (Type.CURRENCY, "€", "EUR"),
        (Type.CURRENCY, "$", "$"),
        (Type.REFERENCE, "account-1", "account-1"),
        (Type.GROUP, {"amount": "5.0"}, {"amount": "5", "currency": None}),
        (Type.GROUP, {"amount": "", "currency": None}, None),
    ],
)
def test_a_value_has_one_normal_form(type_, raw, expected):
    """Whatever spelling a system prefers, the same fact is the same JSON."""
    assert expected == normalise(FIELDS[type_], raw)


@pytest.mark.parametrize(
    ("type_", "raw", "expected"),
    [
        (Type.TEXT, 5, "text must be text; it is 5."),
        (Type.TEXT, "a\ud800", "lone surrogate"),
        (Type.TEXT, "x" * (MAX_TEXT_BYTES + 1), f"at most {MAX_TEXT_BYTES}"),
        (Type.LONG_TEXT, "ä" * (MAX_TEXT_BYTES // 2 + 1), f"at most {MAX_TEXT_BYTES}"),
        (Type.NUMBER, "1,200.50", "without separators"),
        (Type.NUMBER, "1_000", "without separators"),
        (Type.NUMBER, "٣", "without separators"),
        (Type.NUMBER, True, "must be a number"),
        (Type.NUMBER, "NaN", "a number"),
        (Type.NUMBER, float("inf"), "a finite number"),
        (Type.NUMBER, "1e9999", f"{MAX_DIGITS} digits"),
        (Type.NUMBER, "1e-9999", f"{MAX_DIGITS} digits"),
        (Type.NUMBER, 10**60, f"{MAX_DIGITS} digits"),
        (Type.FRACTION, "25", "between 0 and 1"),
        (Type.INTEGER, "1.5", "a whole number"),
        (Type.INTEGER, 2**63, "a whole number of at most"),
        (Type.BOOLEAN, "maybe", "true or false"),
        (Type.BOOLEAN, 2, "true or false"),
        (Type.BOOLEAN, [], "true or false; it is a list"),
        (Type.DATE, "30.11.2026", "a date such as"),
        (Type.DATE, "2026-02-30", "a date such as"),
        (Type.DATE, "2026-11-30T16:41:00Z", "without a time of day"),
        (Type.DATE, 20261130, "a date such as"),
        (Type.TIME, "2026-11-30T16:41:00", "with its zone"),
        (Type.TIME, "0001-01-01T00:00:00+14:00", "between the years"),
        (Type.TIME, 1764520860, "a time such as"),
        (Type.CHOICE, "Red", "one of red, green, blue; it is 'Red'"),
        (Type.CHOICE, 3, "one of red, green, blue"),
        (Type.CHOICES, ["red", "pink"], "one of red, green, blue; it is 'pink'"),
        (Type.CHOICES, "red", "a list"),
        (Type.TEXTS, "a;b", "a list"),
        (Type.TEXTS, [str(number) for number in range(MAX_ITEMS + 1)], f"at most {MAX_ITEMS}"),
        (Type.REFERENCE, 7, "must be text"),
        (Type.GROUP, "5 EUR", "a group of amount, currency"),
        (Type.GROUP, {"sum": 5}, "no part 'sum'; it has amount, currency"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_was_expected(type_, raw, expected):
    """A value of the wrong type, too long or not Unicode parks its record with one clear line."""
    with pytest.raises(ValueInvalid, match=expected) as caught:
        normalise(FIELDS[type_], raw)

    assert caught.value.message.startswith(type_.value)
    assert "\n" not in caught.value.message


def test_a_refused_pay_value_is_not_repeated():
    """Pay never enters a message."""
    with pytest.raises(ValueInvalid, match="rate must be a share") as caught:
        normalise(PAY, "7.25")

    assert "7.25" not in str(caught.value)


@pytest.mark.parametrize("type_", [Type.NUMBER, Type.INTEGER, Type.TEXT, Type.TIME, Type.BOOLEAN])
def test_an_enormous_number_is_refused_without_being_written_out(type_):
    """Python itself refuses to write an integer of many thousand digits."""
    with pytest.raises(ValueInvalid):
        normalise(FIELDS[type_], 10**5000)


def test_a_refused_long_value_is_shortened():
    """A message stays one that can be read."""
    with pytest.raises(ValueInvalid) as caught:
        normalise(FIELDS[Type.NUMBER], "x" * 10_000)

    assert len(caught.value.message) < 200


def test_items_are_brought_to_the_normal_form_of_their_type():
    """Domains of an account are comparable one by one."""
    assert ["acme.com", "acme.de"] == normalise(DOMAINS, ["www.Acme.de", "ACME.com", "acme.com"])


@each_type
@settings(max_examples=40)
@given(data=some.data())
def test_normalising_twice_is_normalising_once(field, data):
    """A normal form is its own normal form."""
    value = normalise(field, data.draw(spellings_of(field)))

    assert value == normalise(field, value)


@each_type
@settings(max_examples=40)
@given(raw=some.text())
def test_any_text_is_read_or_refused(field, raw):
    """Nothing but `ValueInvalid` ever comes out of a value that a system holds."""
    try:
        value = normalise(field, raw)
    except ValueInvalid:
        return
    assert value == normalise(field, value)


@each_type
@settings(max_examples=40)
@given(
    raw=some.recursive(
        some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
        lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
        max_leaves=5,
    )
)
def test_any_json_is_read_or_refused(field, raw):
    """Neither does anything else come out of any other JSON."""
    try:
        value = normalise(field, raw)
    except ValueInvalid:
        return
    assert value == normalise(field, value)


@given(number=some.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_no_digit_of_a_number_is_lost(number):
    """Money is exact to the last digit."""
    value = normalise(FIELDS[Type.NUMBER], str(number))

    assert number == Decimal(value)
    assert "e" not in value.lower()


@given(moment=some.datetimes(), minutes=some.integers(-14 * 60, 14 * 60))
def test_a_moment_stays_the_same_moment(moment, minutes):
    """A time keeps its instant in whatever zone it was written."""
    there = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assume(FIRST < there < LAST)

    value = normalise(FIELDS[Type.TIME], there.isoformat())

    assert there == as_python(FIELDS[Type.TIME], value)


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        (Type.NUMBER, "10.5", Decimal("10.5")),
        (Type.DATE, "2026-11-30", date(2026, 11, 30)),
        (Type.TIME, "2026-11-30T16:41:00Z", datetime(2026, 11, 30, 16, 41, tzinfo=UTC)),
        (Type.TEXTS, ["a", "b"], ("a", "b")),
        (Type.TEXT, "a", "a"),
        (Type.GROUP, {"currency": "EUR", "amount": "5"}, (Decimal(5), "EUR")),
        (Type.GROUP, None, None),
    ],
)
def test_a_value_can_be_compared_as_what_it_is(type_, value, expected):
    """The larger number is the larger one, whatever its text."""
    assert expected == as_python(FIELDS[type_], value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, True), ({"a": None}, True), ({"a": 0}, False), (False, False), (0, False)],
)
def test_only_what_says_nothing_is_blank(value, expected):
    """Zero and false are values."""
    assert expected is is_blank(value)


@pytest.mark.parametrize("entity", CORE.entities.values(), ids=CORE.entities)
def test_samples_are_distinct_normal_and_the_same_for_ever(entity):
    """Every field of every entity has values to test with."""
    for field in entity.fields.values():
        values = [sample(field, number) for number in range(50)]
        assert values == [normalise(field, value) for value in values]
        assert None not in values
        distinct = {msgspec.json.encode(value) for value in values}
        assert len(distinct) >= min(
            50, len(field.choices) or 50, 2 if field.type is Type.BOOLEAN else 50
        )


@each_type
@settings(max_examples=40)
@given(data=some.data())
def test_drawn_values_are_normal(field, data):
    """What others test with is what the engine would hold."""
    value = data.draw(values_of(field, blank=False))

    assert not is_blank(value)
    assert value == normalise(field, value)
