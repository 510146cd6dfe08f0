"""Facts as text: what most of them share is said once, and each comes back as it was."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from kamsync.model import EXISTS, Author, Fact, Reading
from kamsync.store.codec import facts_of, facts_text, first_facts_text

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


@given(st.dictionaries(st.sampled_from([EXISTS, "name", "phone", "owner"]), FACTS))
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


def test_what_is_shown_first_is_the_text_of_its_facts():
    """With an author, with a time, and with neither."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    for author, modified in ((Author("ann"), at), (None, at), (None, None)):
        reading = Reading("A-1", {}, "1", modified=modified, author=author)
        told = "2026-01-01T00:00:00.000000Z" if modified else ""
        facts = {"name": Fact(("Acme",), author=author, at=told)}

        assert facts == facts_of(first_facts_text(reading, {"name": ("Acme",)}))
