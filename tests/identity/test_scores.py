"""What speaks for two records being the same and what against it: how much, and in which words."""

from __future__ import annotations

import pytest

from kamsync.entities import CORE
from kamsync.identity import Score, score
from kamsync.identity.compare import sibling
from kamsync.schema import Entity, Field, Type

NAME, FORM = "the same name", "the same name, but for the legal form"
SIMILAR = "similar names"


def compared(entity, one, other):
    """Return the score of two records, which is the same whichever comes first."""
    kind = CORE.entity(entity)
    there, here = score(kind, one, other), score(kind, other, one)
    assert there == here
    return there


def told(value, *reasons, against=False):
    """Return a score with its reasons; *against* says that only a person may match the two."""
    return Score(value, reasons, against)


def place(street=None, code=None, city=None, country=None):
    """Return a billing address of what is known of it."""
    parts = {"street": street, "city": city, "postal_code": code, "country": country}
    return {"billing_address": {f"billing_{part}": text for part, text in parts.items()}}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Acme", "Acme", told(0.86, NAME)),
        ("Acme GmbH", "ACME GmbH", told(0.86, NAME)),
        ("GTX Pro", "GTXPro", told(0.86, NAME)),
        ("Acme GmbH", "Acme", told(0.84, FORM)),
        ("Acme GmbH", "Acme AG", told(0.76, SIMILAR, against=True)),
        ("Acme Robotics GmbH", "Acme AG", told(0.5067, SIMILAR, against=True)),
        ("Globex", "Globx", told(0.7912, SIMILAR)),
        ("Acme Holding", "Acme", told(0.8, SIMILAR, against=True)),
        ("Acme", "Zenith", told(0.0, against=True)),
        ("Acme GmbH", "Zenith AG", told(0.0, against=True)),
        ("Plant 4", "Plant 5", told(0.0, against=True)),
        ("Acme", None, told(0.0)),
        (None, None, told(0.0)),
    ],
)
def test_a_name_alone_is_a_question_at_most(one, other, expected):
    """Another legal form, or another word, is another company; nothing alike is no reason."""
    assert expected == compared("account", {"name": one}, {"name": other})


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"employees": 5}, {"employees": 5}, told(0.9, NAME, "the same employees")),
        ({"employees": 5}, {"employees": 6}, told(0.86, NAME)),
        ({"employees": 5}, {}, told(0.86, NAME)),
        ({"industry": "Retail"}, {"industry": "Retail"}, told(0.88, NAME, "the same industry")),
        (
            {"annual_revenue": {"annual_revenue": "5", "revenue_currency": "EUR"}},
            {"annual_revenue": {"annual_revenue": "5", "revenue_currency": "EUR"}},
            told(0.91, NAME, "the same annual revenue"),
        ),
        (
            {"employees": 5, "industry": "Retail"},
            {"employees": 5, "industry": "Retail"},
            told(0.91, NAME, "the same employees", "the same industry"),
        ),
        (
            place(city="Berlin", country="DE"),
            place(city="Berlin", country="DE"),
            told(0.91, NAME, "the same city", "the same country"),
        ),
    ],
)
def test_weak_signs_never_turn_a_name_into_a_match(one, other, expected):
    """All of them together add no more than one of them may."""
    assert expected == compared("account", {"name": "Acme", **one}, {"name": "Acme", **other})
    assert expected.value < 0.92


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (
            place("Main St 5", "10115"),
            place("main st. 5", "10115"),
            told(0.99, NAME, "the same street address"),
        ),
        (place("Main St 5", "1"), place("Main St 5", "2"), told(0.86, NAME)),
        (place("Main St 5"), place("Main St 5"), told(0.86, NAME)),
        (place("Main St 5"), place("Main St 5", "1"), told(0.86, NAME)),
        (place("A", "1"), place("B", "1"), told(0.92, NAME, "the same postal code")),
        (place(None, "1"), place(None, "1"), told(0.92, NAME, "the same postal code")),
        (
            place(None, "1", "Bonn"),
            place(None, "1", "Bonn"),
            told(0.92, NAME, "the same postal code"),
        ),
        (place(city="New York"), place(city="NEW-YORK"), told(0.9, NAME, "the same city")),
        (place(city="New York"), place(city="Newyork"), told(0.86, NAME)),
        (place(city="Bonn"), place(city="Berlin"), told(0.86, NAME)),
        (place(country="DE"), place(country="de"), told(0.88, NAME, "the same country")),
        (
            place(country="DE"),
            place(country="US"),
            told(0.78, NAME, "different countries", against=True),
        ),
        (place(country="DE"), place(city="Bonn"), told(0.86, NAME)),
        (place(country="DE"), {}, told(0.86, NAME)),
    ],
)
def test_an_address_tells_the_more_the_more_of_it_is_the_same(one, other, expected):
    """A street needs its postal code: there is a main street in every town."""
    assert expected == compared("account", {"name": "Acme", **one}, {"name": "Acme", **other})


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"parent": "x"}, {"parent": "y"}, told(0.8, NAME, "different parents")),
        ({"parent": "x"}, {"parent": "x"}, told(0.86, NAME)),
        ({"parent": "x"}, {}, told(0.86, NAME)),
        ({"phone": "+49301"}, {"phone": "+49301"}, told(1.0, NAME, "the same phone")),
        ({"phone": "+49301"}, {"phone": "+49302"}, told(0.86, NAME)),
        ({"phone": "+49301"}, {}, told(0.86, NAME)),
        (
            {"domains": ["a.com"]},
            {"domains": ["a.com", "b.com"]},
            told(1.0, NAME, "the same domain"),
        ),
        (
            {"domains": ["a.com"]},
            {"domains": ["b.com"]},
            told(0.8, NAME, "different domains", against=True),
        ),
        (
            {"legal_name": "Acme GmbH"},
            {"legal_name": "ACME GmbH"},
            told(0.99, NAME, "the same legal name"),
        ),
        (
            {"legal_name": "GTX Pro"},
            {"legal_name": "GTXPro"},
            told(0.99, NAME, "the same legal name"),
        ),
        (
            {"legal_name": "Acme GmbH"},
            {"legal_name": "Acme"},
            told(0.8, NAME, "different legal names", against=True),
        ),
        (
            {"legal_name": "Acme Eins GmbH"},
            {"legal_name": "Acme Zwei GmbH"},
            told(0.8, NAME, "different legal names", against=True),
        ),
    ],
)
def test_strong_signs_add_to_the_name_or_speak_against_the_match(one, other, expected):
    """What the same company cannot have twice leaves it to a person, however high the score."""
    assert expected == compared("account", {"name": "Acme", **one}, {"name": "Acme", **other})


def test_a_company_is_known_by_any_of_its_names():
    """What one system calls it may be the legal name in another."""
    one = {"name": "AC", "legal_name": "Acme GmbH"}

    assert told(0.86, NAME) == compared("account", one, {"name": "Acme GmbH"})


def test_a_score_never_leaves_its_range():
    """However much speaks for a match, or against it."""
    values = {"name": "Acme", "phone": "+1", "domains": ["a.com"], **place("A", "1", "B", "DE")}
    other = {"name": "Zenith", "parent": "y", "domains": ["b.com"], **place(country="US")}

    assert 1.0 == compared("account", values, values).value
    assert told(
        0.0, "different countries", "different parents", "different domains", against=True
    ) == compared("account", {**values, "parent": "x"}, other)


def ada(first="Ada", last="Day", **values):
    """Return a person."""
    return {"name": {"first_name": first, "last_name": last}, **values}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (ada(), ada(), told(0.8, NAME)),
        (ada("A."), ada(), told(0.68, SIMILAR, against=True)),
        (ada(), ada("Grace"), told(0.0, against=True)),
        (ada(account="a"), ada(account="a"), told(0.93, NAME, "the same account")),
        (
            ada(account="a"),
            ada(account="b"),
            told(0.6, NAME, "different accounts", against=True),
        ),
        (ada(account="a"), ada(), told(0.8, NAME)),
        (ada(title="CEO"), ada(title="CEO"), told(0.82, NAME, "the same title")),
        (ada(title="CEO"), ada(title="CFO"), told(0.8, NAME)),
        (ada(phone="+1"), ada(phone="+1"), told(0.86, NAME, "the same phone")),
        (ada(phone="+1"), ada(mobile="+1"), told(0.86, NAME, "the same phone")),
        (ada(phone="+1"), ada(phone="+2"), told(0.8, NAME)),
        (ada(email="a@x.com"), ada(email="a@x.com"), told(1.0, NAME, "the same email")),
        (
            ada(email="a@x.com"),
            ada(email="b@x.com"),
            told(0.74, NAME, "different emails", against=True),
        ),
    ],
)
def test_people_are_told_by_name_work_and_address(one, other, expected):
    """A phone counts little: a desk may have one for all. A title alone decides nothing."""
    assert expected == compared("contact", one, other)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (
            {"hire_date": "2020-01-01"},
            {"hire_date": "2020-01-01"},
            told(0.93, NAME, "the same first day at work"),
        ),
        ({"hire_date": "2020-01-01"}, {"hire_date": "2020-01-02"}, told(0.8, NAME)),
        ({"hire_date": "2020-01-01"}, {}, told(0.8, NAME)),
        ({"number": "A:1"}, {"number": "a:1"}, told(1.0, NAME, "the same number")),
        (
            {"number": "A:1"},
            {"number": "B:1"},
            told(0.74, NAME, "different numbers", against=True),
        ),
        (
            {"number": "A:1", "email": "a@x.com"},
            {"number": "B:1", "email": "a@x.com"},
            told(0.94, NAME, "the same email", "different numbers", against=True),
        ),
    ],
)
def test_our_own_people_have_a_first_day_and_a_number(one, other, expected):
    """Two numbers are two people, even where they share a mailbox."""
    assert expected == compared("employee", ada(**one), ada(**other))


DEAL = {"account": "a", "name": "Renewal 2027"}
NAMED = "the same account, name"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({}, {}, told(0.8889, NAMED)),
        (
            {"close_date": "2026-12-01"},
            {"close_date": "2026-12-01"},
            told(1.0, f"{NAMED}, close date"),
        ),
        ({"close_date": "2026-12-01"}, {"close_date": "2026-12-15"}, told(0.92, NAMED)),
        ({"close_date": "2026-12-01"}, {"close_date": "2026-12-16"}, told(0.8, NAMED)),
        ({"close_date": "2026-12-01"}, {}, told(0.8889, NAMED)),
        ({"kind": "renewal"}, {"kind": "renewal"}, told(1.0, f"{NAMED}, kind")),
        ({"kind": "renewal"}, {"kind": "new"}, told(0.8889, NAMED)),
        ({"owner": "e"}, {"owner": "e"}, told(1.0, f"{NAMED}, owner")),
        ({"owner": "e"}, {"owner": "f"}, told(0.8889, NAMED)),
        ({"lost_reason": "Price"}, {"lost_reason": "Price"}, told(1.0, f"{NAMED}, lost reason")),
        ({"lost_reason": "Price"}, {"lost_reason": "Time"}, told(0.8, NAMED)),
        (
            {"stage": {"stage": "Offer", "status": "open", "probability": "0.3"}},
            {"stage": {"stage": "Offer", "status": "open", "probability": "0.3"}},
            told(0.8889, NAMED),
        ),
        (
            {"close_date": "2026-12-01", "stage": {"stage": "Offer", "status": "open"}},
            {"close_date": "2026-12-01", "stage": {"stage": "Signed", "status": "won"}},
            told(1.0, f"{NAMED}, close date"),
        ),
        ({"account": "b"}, {}, told(0.3556, NAME, "different accounts", against=True)),
        ({"account": None}, {}, told(0.5556, NAME)),
        ({"name": "Upsell"}, {}, told(0.3333, "the same account", "different names", against=True)),
        ({"name": None}, {}, told(0.3333, "the same account")),
    ],
)
def test_things_are_told_by_the_share_of_what_both_say(one, other, expected):
    """What only one of them says is no evidence, and little evidence is never enough."""
    assert expected == compared("opportunity", {**DEAL, **one}, {**DEAL, **other})


@pytest.mark.parametrize(
    ("one", "other", "value"),
    [
        (("100", "EUR"), ("100", "EUR"), 1.0),
        (("65", "EUR"), ("100", "EUR"), 0.92),
        (("64.9", "EUR"), ("100", "EUR"), 0.8),
        (("-65", "EUR"), ("-100", "EUR"), 0.92),
        (("65", "EUR"), ("100", None), 0.92),
        (("100", "USD"), ("100", "EUR"), 0.8),
        ((None, "EUR"), ("100", "EUR"), 0.8),
    ],
)
def test_a_sum_may_have_changed_a_little_since(one, other, value):
    """By a third at most, and never into another currency."""
    sums = [
        {"amount": dict(zip(("amount", "currency"), each, strict=True))} for each in (one, other)
    ]

    assert value == compared("opportunity", {**DEAL, **sums[0]}, {**DEAL, **sums[1]}).value


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"name": "Basic KFPM2LJW"}, {"name": "Basic KFPM2LJW"}, told(0.8, NAME)),
        ({"name": "Basic KFPM2LJW"}, {"name": "For Acme KFPM2LJW"}, told(0.8)),
        (
            {"name": "Basic KFPM2LJW", "account": "a", "close_date": "2026-12-01"},
            {"name": "Acme KFPM2LJX", "account": "a", "close_date": "2026-12-01"},
            told(0.5, "the same account, close date", "different names", against=True),
        ),
        (
            {"name": "Basic KFPM2LJW", "account": "a", "close_date": "2026-12-01"},
            {"name": "Basic", "account": "a", "close_date": "2026-12-01"},
            told(0.5, "the same account, close date", "different names", against=True),
        ),
        (
            {"name": "Basic KFPM2LJW", "account": "a"},
            {"name": "Special KFPM2LJW", "account": "a"},
            told(0.8, "the same account"),
        ),
        ({"name": "KFPM2L JW7XYZ"}, {"name": "KFPM2LJ W7XYZ"}, told(0.8)),
        ({"name": "Müller2027"}, {"name": "Mueller2027"}, told(0.8, NAME)),
    ],
)
def test_a_code_in_a_name_tells_a_thing_from_all_others(one, other, expected):
    """Another code is another name; the same one in another hand is no other code."""
    assert expected == compared("opportunity", one, other)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({}, {}, told(0.0)),
        ({"name": "Renewal"}, {}, told(0.0)),
        ({"name": "Renewal"}, {"account": "a"}, told(0.0)),
        ({"account": "a"}, {"account": "a"}, told(0.3333, "the same account")),
        ({"name": "Renewal"}, {"name": "Renewal"}, told(0.8, NAME)),
        ({"name": "GTX Pro"}, {"name": "GTXPro"}, told(0.8)),
        ({"name": "Renewal"}, {"name": "Renewal", "account": "a"}, told(0.5556, NAME)),
        ({"name": "Upsell"}, {"name": "Renewal"}, told(0.0, "different names", against=True)),
    ],
)
def test_things_that_belong_to_nothing_are_told_by_their_names_alone(one, other, expected):
    """The same name makes it a question; an account that only one of them names does not."""
    assert expected == compared("opportunity", one, other)


def test_a_number_of_a_thing_counts_as_a_key():
    """Two contracts of one number are one, and of two numbers are two."""
    one = {"account": "a", "number": "K-1"}

    assert told(1.0, "the same account, number", "the same number") == compared(
        "contract", one, one
    )
    assert told(
        0.2733, "the same account", "different numbers", "different names", against=True
    ) == compared("contract", one, {**one, "number": "K-2"})


@pytest.mark.parametrize(
    ("kind", "said", "value"),
    [
        (Type.DATE, "2026-12-01", 0.2222),
        (Type.TIME, "2026-12-01T00:00:00Z", 0.2222),
        (Type.NUMBER, "12", 0.2222),
        (Type.FRACTION, "0.5", 0.2222),
        (Type.TEXT, "Red", 0.2222),
        (Type.CHOICE, "new", 0.1111),
        (Type.INTEGER, 12, 0.0),
        (Type.BOOLEAN, True, 0.0),
        (Type.LONG_TEXT, "A story.", 0.0),
    ],
)
def test_what_a_thing_says_counts_by_how_well_it_tells_things_apart(kind, said, value):
    """A day, a number or a text more than one of few words; yes and no tell nothing."""
    field = Field("mark", kind, "A mark.", choices=("new", "old"))
    entity = Entity("thing", "A thing.", {"mark": field})
    reasons = ("the same mark",) if value else ()

    assert Score(value, reasons) == score(entity, {"mark": said}, {"mark": said})


COUNTRY = "in different countries"
LEGAL = "with different legal forms"
GROUP = "with a name that tells companies of one group apart"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"name": "Acme"}, {"name": "Acme"}, ""),
        ({"name": "Acme"}, {"name": "Zenith"}, ""),
        ({"name": "Acme"}, {}, ""),
        ({}, {"name": "Acme Holding"}, ""),
        ({}, {}, ""),
        ({"name": "Acme Holding"}, {"name": "Acme"}, GROUP),
        ({"name": "Acme France"}, {"name": "Acme USA"}, GROUP),
        ({"name": "Acme Group"}, {"name": "Acme"}, ""),
        ({"name": "Acme GmbH"}, {"name": "Acme AG"}, LEGAL),
        ({"name": "Acme GmbH"}, {"name": "Acme"}, ""),
        ({"name": "Acme GmbH"}, {"name": "Zenith GmbH"}, ""),
        ({"name": "Acme", "legal_name": "Acme GmbH"}, {"name": "Acme AG"}, LEGAL),
        ({"name": "Acme GmbH", "legal_name": "Acme AG"}, {"name": "Acme AG"}, ""),
        (place(country="DE"), place(country="US"), COUNTRY),
        (place(country="DE"), place(country="DE"), ""),
        (place(country="DE"), place(city="Bonn"), ""),
        (place(country="DE"), {}, ""),
        (
            {"name": "Acme Holding", **place(country="DE")},
            {"name": "Acme", **place(country="US")},
            COUNTRY,
        ),
    ],
)
def test_companies_of_one_group_are_told_apart(one, other, expected):
    """By country, legal form or a word for it; what one of them does not say tells nothing."""
    assert expected == sibling(one, other)
    assert expected == sibling(other, one)
