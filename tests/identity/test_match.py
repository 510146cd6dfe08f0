"""Who a newcomer is: linked, asked about, or new."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamsync.entities import CORE
from kamsync.errors import ConfigurationInvalid
from kamsync.identity import Match, Thresholds, Verdict, exact_keys, match, score

ACCOUNT, CONTACT, OPPORTUNITY = (
    CORE.entity(name) for name in ("account", "contact", "opportunity")
)


def address(code="10115", city="Berlin", country="DE", street="Hauptstr. 5"):
    """A billing address."""
    words = {
        "street": street,
        "city": city,
        "postal_code": code,
        "region": None,
        "country": country,
    }
    return {f"billing_{name}": text for name, text in words.items()}


def person(first, last, **values):
    """A contact."""
    return {"name": {"first_name": first, "last_name": last}, **values}


def meet(newcomer, *known, entity=ACCOUNT, taken=(), thresholds=None):
    """Match *newcomer* against records called r1, r2, … with the keys that they share."""
    candidates = {f"r{number}": values for number, values in enumerate(known, 1)}
    own = set(exact_keys(entity, newcomer))
    shared = {
        id_: tuple(own & set(exact_keys(entity, values))) for id_, values in candidates.items()
    }
    return match(entity, newcomer, candidates, shared, taken, thresholds or Thresholds())


def outcome(found: Match):
    """Return verdict and record."""
    return found.verdict, found.record


LINKED, ASKED, NEW = (Verdict.LINK, "r1"), (Verdict.REVIEW, None), (Verdict.NEW, None)


def test_the_only_record_with_the_same_key_is_linked():
    """However differently it is called."""
    found = meet({"name": "Acme", "domains": ["acme.com"]}, {"name": "AC", "website": "acme.com"})

    assert LINKED == outcome(found)
    assert found.reason == "the only record with the same domain"


def test_several_records_with_the_same_keys_are_a_question():
    """One of them by one domain, one by another."""
    newcomer = {"domains": ["acme.com", "acme.de"]}
    found = meet(newcomer, {"domains": ["acme.com"]}, {"domains": ["acme.de"]})

    assert ASKED == outcome(found)
    assert ["r1", "r2"] == [id_ for id_, _ in found.candidates]


def test_a_twin_in_one_system_is_shown_and_not_joined():
    """The record has another native record in the newcomer's system already."""
    values = {"name": "Acme", "domains": ["acme.com"]}
    found = meet(values, values, taken=("r1",))

    assert (Verdict.REVIEW, "r1") == outcome(found)
    assert found.reason.startswith("a twin")


def test_a_similar_record_in_one_system_is_shown_too():
    """Without any key in common."""
    found = meet({"name": "Acme Robotics"}, {"name": "Acme Robotics"}, taken=("r1",))

    assert (Verdict.REVIEW, "r1") == outcome(found)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            {"name": "Acme Inc", "billing_address": address()},
            {"name": "Acme Deutschland GmbH", "billing_address": address()},
        ),
        (
            {"name": "Acme", "billing_address": address()},
            {"name": "Acme", "billing_address": address(country="US")},
        ),
        ({"name": "Acme Holding"}, {"name": "Acme"}),
        ({"name": "Acme GmbH"}, {"name": "Acme AG"}),
    ],
)
def test_companies_of_one_group_may_share_a_domain(one, other):
    """So a domain alone does not join what its country, form or name tells apart."""
    shared = {"domains": ["acme.com"]}
    found = meet({**one, **shared}, {**other, **shared})

    assert ASKED == outcome(found)
    assert found.reason.startswith("the same domain, but")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"name": "Acme"}, {"name": "Acme"}, ASKED),
        ({"name": "Acme"}, {"name": "Zenith"}, NEW),
        ({"name": "Acme", "phone": "+49301"}, {"name": "Acme GmbH", "phone": "+49301"}, LINKED),
        (
            {"name": "Acme", "billing_address": address()},
            {"name": "Acme", "billing_address": address()},
            LINKED,
        ),
        (
            {"name": "Acme", "billing_address": address()},
            {"name": "Acme", "billing_address": address("1", "Bonn", street="A")},
            ASKED,
        ),
        (
            {"name": "Acme", "domains": ["acme.com"], "phone": "+49301"},
            {"name": "Acme", "domains": ["acme.de"], "phone": "+49301"},
            ASKED,
        ),
        (
            {"name": "Acme Holding", "phone": "+49301", "billing_address": address()},
            {"name": "Acme", "phone": "+49301", "billing_address": address()},
            ASKED,
        ),
        (
            {"name": "Acme", "legal_name": "Acme Eins GmbH", "phone": "+49301"},
            {"name": "Acme", "legal_name": "Acme Zwei GmbH", "phone": "+49301"},
            ASKED,
        ),
        ({"name": "Globex", "phone": "+49301"}, {"name": "Globx", "phone": "+49301"}, LINKED),
        ({}, {}, NEW),
    ],
)
def test_companies_are_compared_by_all_that_is_known(one, other, expected):
    """A name alone is a question; what contradicts it is never overruled by a score."""
    assert expected == outcome(meet(one, other))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (person("Ada", "Day", account="a"), person("Ada", "Day", account="a"), LINKED),
        (person("Ada", "Day"), person("Ada", "Day"), ASKED),
        (person("A.", "Day", account="a"), person("Ada", "Day", account="a"), ASKED),
        (
            person("Dan", "Day", account="a", phone="+491"),
            person("Daniela", "Day", account="a", phone="+491"),
            ASKED,
        ),
        (person("Ada", "Day", account="a"), person("Ada", "Day", account="b"), NEW),
        (
            person("Ada", "Day", account="a", email="ada@x.com"),
            person("Ada", "Day", account="a", email="day@x.com"),
            ASKED,
        ),
        (
            person("Ada", "Day", account="a", email="info@x.com"),
            person("Bob", "Fox", account="a", email="info@x.com"),
            NEW,
        ),
    ],
)
def test_people_are_compared_by_name_and_place_of_work(one, other, expected):
    """Two people of one name at one company are rare; two addresses of mail are a doubt."""
    assert expected == outcome(meet(one, other, entity=CONTACT))


RENEWAL = {
    "account": "a",
    "name": "Renewal 2027",
    "amount": {"amount": "10", "currency": "EUR"},
    "close_date": "2026-12-01",
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, LINKED),
        ({"name": "Renewal 2028"}, NEW),
        ({"amount": None, "close_date": None}, ASKED),
        ({"amount": {"amount": "12", "currency": "EUR"}}, LINKED),
        ({"amount": {"amount": "20", "currency": "EUR"}}, ASKED),
        ({"close_date": "2026-12-15"}, LINKED),
        ({"close_date": "2026-12-16"}, ASKED),
        ({"amount": {"amount": "12", "currency": "EUR"}, "close_date": "2026-12-15"}, ASKED),
        ({"amount": {"amount": "10", "currency": "USD"}}, ASKED),
        ({"amount": {"amount": "10", "currency": None}}, LINKED),
        ({"amount": {"amount": None, "currency": "EUR"}}, ASKED),
        ({"account": "b"}, NEW),
    ],
)
def test_things_are_compared_by_what_they_belong_to_and_say(changes, expected):
    """The same name at the same account is not enough: there is a renewal every year."""
    assert expected == outcome(meet(RENEWAL, {**RENEWAL, **changes}, entity=OPPORTUNITY))


def test_a_code_in_the_name_of_a_thing_tells_it_from_all_others():
    """Even where little else is said; and two codes are two things, however alike the rest is."""
    one = {"name": "Unassigned GTX Basic KFPM2LJW", "close_date": "2026-12-01", "owner": "e"}
    other = {**RENEWAL, "name": "Acme GTX Basic KFPM2LJX"}

    assert LINKED == outcome(meet(one, one, entity=OPPORTUNITY))
    assert ASKED == outcome(
        meet({**one, "name": "Basic"}, {**one, "name": "Basic"}, entity=OPPORTUNITY)
    )
    assert NEW == outcome(
        meet({**RENEWAL, "name": "Acme GTX Basic KFPM2LJW"}, other, entity=OPPORTUNITY)
    )


def test_things_of_one_name_that_belong_to_nothing_are_a_question():
    """Nothing else could tell them apart or together; an account that one of them names can."""
    one = {"name": "Unassigned MG Special CGFLLZZI", "close_date": "2026-10-23", "owner": "e"}
    moved = {**one, "close_date": "2026-11-18"}

    assert ASKED == outcome(meet(one, moved, entity=OPPORTUNITY))
    assert NEW == outcome(meet(one, {**moved, "account": "a"}, entity=OPPORTUNITY))
    assert NEW == outcome(meet(one, {**moved, "name": "Unassigned MG Special"}, entity=OPPORTUNITY))


def test_two_that_come_equally_close_are_a_question():
    """Both have the same name and address as the newcomer."""
    values = {"name": "Acme", "billing_address": address()}

    assert meet(values, values, values).reason == "several records come equally close"


def test_a_company_is_never_matched_with_its_own_parent():
    """However alike the two are."""
    values = {"name": "Acme", "billing_address": address()}

    assert NEW == outcome(meet({**values, "parent": "r1"}, values))


def test_reasons_repeat_no_value():
    """They stand in logs and on pages that not everybody who reads them may see through to."""
    one = {"name": "Acme", "phone": "+4930555", "billing_address": address()}
    reason = meet(one, one).reason

    assert reason == "the same name, the same street address, the same country, the same phone"


@pytest.mark.parametrize(
    "wrong", [{"link": 0.5}, {"review": 0.0}, {"link": 1.5}, {"margin": -1.0}, {"review": 0.95}]
)
def test_thresholds_out_of_order_are_refused(wrong):
    """A pair that is linked must also be one that a person would be asked about."""
    with pytest.raises(ConfigurationInvalid, match="review"):
        Thresholds(**wrong)


TEXT = st.sampled_from(["Acme", "Acme GmbH", "Acme Inc", "Acme Holding", "Akme", "Zenith 4", None])
COMPANIES = st.fixed_dictionaries(
    {
        "name": TEXT,
        "legal_name": TEXT,
        "domains": st.sampled_from([None, ["acme.com"], ["acme.de", "acme.com"], ["gmail.com"]]),
        "phone": st.sampled_from([None, "+49301", "+49302"]),
        "employees": st.sampled_from([None, 5, 6]),
        "parent": st.sampled_from([None, "r1", "r9"]),
        "billing_address": st.sampled_from([None, address(), address("1"), address(country="US")]),
    }
)
PEOPLE = st.builds(
    lambda first, last, account, email: person(first, last, account=account, email=email),
    st.sampled_from(["Ada", "A.", "Bob", None]),
    st.sampled_from(["Day", "Daye", "Ada", None]),
    st.sampled_from([None, "a", "b"]),
    st.sampled_from([None, "ada@x.com", "info@x.com"]),
)
DEALS = st.fixed_dictionaries(
    {
        "account": st.sampled_from([None, "a", "b"]),
        "name": st.sampled_from([None, "Renewal 2027", "Renewal 2028", "Upsell"]),
        "close_date": st.sampled_from([None, "2026-12-01", "2027-12-01"]),
        "kind": st.sampled_from([None, "new", "renewal"]),
    }
)
MANY = st.one_of(
    st.tuples(st.just(ACCOUNT), st.lists(COMPANIES, min_size=2, max_size=5)),
    st.tuples(st.just(CONTACT), st.lists(PEOPLE, min_size=2, max_size=5)),
    st.tuples(st.just(OPPORTUNITY), st.lists(DEALS, min_size=2, max_size=5)),
)


@given(MANY)
def test_a_score_does_not_depend_on_which_comes_first(many):
    """Nor do its reasons; and it is always between 0 and 1."""
    entity, (one, other, *_) = many
    there = score(entity, one, other)

    assert there == score(entity, other, one)
    assert 0 <= there.value <= 1


@given(MANY, st.data())
def test_a_match_does_not_depend_on_the_order_of_the_candidates(many, data):
    """Neither its verdict nor who is shown."""
    entity, (newcomer, *known) = many
    own = set(exact_keys(entity, newcomer))
    held = {f"r{number}": values for number, values in enumerate(known, 1)}
    shared = {id_: tuple(own & set(exact_keys(entity, each))) for id_, each in held.items()}
    taken = data.draw(st.sets(st.sampled_from([*held])))
    order = data.draw(st.permutations([*held]))

    there = match(entity, newcomer, held, shared, taken)
    here = match(
        entity,
        newcomer,
        {id_: held[id_] for id_ in order},
        {id_: shared[id_] for id_ in order},
        taken,
    )
    assert there == here


@given(MANY, st.floats(0.01, 1), st.floats(0.01, 1), st.floats(0.01, 1))
def test_a_higher_threshold_never_links_more(many, low, one, other):
    """It may only turn a link into a question, and a question into a new record."""
    entity, (newcomer, *known) = many
    low, one, other = sorted((low, one, other))
    links = [
        meet(newcomer, *known, entity=entity, thresholds=Thresholds(link, low))
        for link in (one, other)
    ]
    reviews = [
        meet(newcomer, *known, entity=entity, thresholds=Thresholds(other, review))
        for review in (low, one)
    ]

    assert links[0].verdict is Verdict.LINK or links[1].verdict is not Verdict.LINK
    assert reviews[0].verdict is not Verdict.NEW or reviews[1].verdict is Verdict.NEW


@given(MANY, st.data())
def test_nothing_that_is_taken_or_contradicted_is_linked(many, data):
    """And what is linked is always one of the candidates."""
    entity, (newcomer, *known) = many
    taken = data.draw(
        st.sets(st.sampled_from([f"r{number}" for number in range(1, len(known) + 1)]))
    )
    found = meet(newcomer, *known, entity=entity, taken=taken)
    if found.verdict is not Verdict.LINK:
        return
    values = known[int(found.record[1:]) - 1]
    assert found.record not in taken
    shares_key = set(exact_keys(entity, newcomer)) & set(exact_keys(entity, values))
    assert shares_key or not score(entity, newcomer, values).contradicted
