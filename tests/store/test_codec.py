"""Facts as text: what most of them share is said once, and each comes back as it was."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from kamsync.model import EXISTS, Author, Fact, Golden, Origin, Reading
from kamsync.store.codec import facts_of, facts_text, first_facts_text, golden_of, golden_text

AUTHORS = st.sampled_from([None, None, Author("ann"), Author("bob", "Bob")])
CELLS = st.sampled_from([(), ("a",), (None, 1)])
FACTS = st.builds(
    Fact,
    CELLS,
    st.none() | CELLS,
    st.sampled_from([-1, 0, 7]),
    doubt=st.booleans(),
    author=AUTHORS,
    at=st.sampled_from(["", "2026-01-01", "2026-01-02"]),
    known=st.sampled_from([None, None, {"part": 1}]),
    emptied=st.booleans(),
    aside=CELLS,
)
GOLDEN = st.builds(
    Golden,
    st.sampled_from([None, "Acme", 7]),
    st.sampled_from([0, 7]),
    st.sampled_from([(), ("Acme Ltd",)]),
    st.sampled_from([0, 2]),
    pinned=st.booleans(),
    origin=st.sampled_from([None, Origin("sales", "sales", "ann"), Origin("success"), Origin()]),
)
FIELDS = st.sampled_from([EXISTS, "name", "phone", "owner"])


@given(st.dictionaries(FIELDS, FACTS))
def test_facts_come_back_as_they_were(facts):
    """Whoever shares an author and a time with whom, and whoever has neither."""
    assert facts == facts_of(facts_text(facts))


def test_what_was_written_fact_by_fact_is_read_as_well():
    """A store from before has texts that share nothing."""
    text = '{"name":[["Acme"],null,-1,false,{"id":"ann"},"2026-01-01"]}'

    assert {"name": Fact(("Acme",), author=Author("ann"), at="2026-01-01")} == facts_of(text)


def test_an_author_and_a_time_that_all_share_are_said_once():
    """They would be most of the text."""
    facts = {str(n): Fact((n,), author=Author("ann"), at="2026-01-01") for n in range(20)}

    assert 1 == facts_text(facts).count("ann") == facts_text(facts).count("2026-01-01")


def test_what_most_share_is_said_once_though_the_first_does_not_share_it():
    """A history says of each field who edited it, and of the existence only who made the record."""
    facts = {str(n): Fact((n,), author=Author("ann"), at="2026-01-02") for n in range(20)}
    text = facts_text({EXISTS: Fact((True,), author=Author("bob"), at="2026-01-01"), **facts})

    assert 1 == text.count("ann") == text.count("2026-01-02")


def test_what_was_merged_as_it_is_observed_is_said_once():
    """After every round that is nearly everything."""
    facts = {str(n): Fact((f"value {n}",), (f"value {n}",), 7) for n in range(20)}

    assert 20 == facts_text(facts).count("value")
    assert facts == facts_of(facts_text(facts))


@given(st.dictionaries(FIELDS, GOLDEN))
def test_golden_values_come_back_as_they_were(fields):
    """Whoever shares an origin with whom, and whoever has none."""
    assert fields == golden_of(golden_text(fields, "account-1"))


def test_golden_values_that_were_written_one_by_one_are_read_as_well():
    """A store from before has texts that share nothing."""
    text = '{"name":["Acme",7,[],0,false,["sales",null,"ann","","",""]]}'

    assert {"name": Golden("Acme", 7, origin=Origin("sales", None, "ann"))} == golden_of(text)


def test_an_origin_that_all_share_is_said_once():
    """It would be most of the text."""
    fields = {str(n): Golden(n, 7, origin=Origin("sales", None, "ann")) for n in range(20)}

    assert 1 == golden_text(fields, "account-1").count("ann")


def test_what_is_shown_first_is_the_text_of_its_facts():
    """With an author, with a time, and with neither."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    for author, modified in ((Author("ann"), at), (None, at), (None, None)):
        reading = Reading("A-1", {}, "1", modified=modified, author=author)
        told = "2026-01-01T00:00:00.000000Z" if modified else ""
        facts = {"name": Fact(("Acme",), author=author, at=told)}

        assert facts == facts_of(first_facts_text(reading, {"name": ("Acme",)}))
