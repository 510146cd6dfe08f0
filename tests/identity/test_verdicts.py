"""What becomes of a newcomer, who is shown to a person, and in which words."""

from __future__ import annotations

import pytest

from kamsync.entities import CORE
from kamsync.errors import ConfigurationInvalid
from kamsync.identity import Match, Thresholds, Verdict, match, score

ACCOUNT, OPPORTUNITY = CORE.entity("account"), CORE.entity("opportunity")
ACME = {"name": "Acme"}
AT_HOME = {"billing_address": {"billing_postal_code": "1", "billing_country": None}}
CALLED = {**ACME, "phone": "+49301"}


def meet(newcomer, known, exact=(), taken=(), entity=ACCOUNT, **thresholds):
    """Match *newcomer* with the *known* records by id, some of which share exact keys."""
    return match(entity, newcomer, known, dict(exact), taken, Thresholds(**thresholds))


def shown(newcomer, known, *ids, entity=ACCOUNT):
    """Return what a person is shown of some records, with their scores."""
    return tuple((id_, score(entity, newcomer, known[id_])) for id_ in ids)


def test_the_only_record_with_the_same_keys_is_linked_whatever_its_values():
    """Also where they are not at hand: a key is enough."""
    keys = {"r1": ("email:a@x.com", "number:a:1"), "r2": ()}
    linked = "the only record with the same email and number"

    assert Match(Verdict.LINK, "r1", (), linked) == meet(ACME, {}, keys)
    assert Match(Verdict.LINK, "r1", (), "the only record with the same domain") == meet(
        {"name": "Acme Holding"}, {"r2": ACME}, {"r1": ("domain:a.com",)}
    )


@pytest.mark.parametrize("kinds", [("vat:1",), ("domain:a.com", "vat:1")])
def test_only_a_domain_alone_may_be_shared_by_a_group(kinds):
    """A number that only one company has joins it with another country's record of it."""
    told = " and ".join(kind.partition(":")[0] for kind in kinds)
    found = meet({"name": "Acme Holding"}, {"r1": ACME}, {"r1": kinds})

    assert Match(Verdict.LINK, "r1", (), f"the only record with the same {told}") == found


def test_a_company_of_one_group_is_shown_first_and_others_that_come_close_after_it():
    """The best first, five at most."""
    newcomer = {"name": "Acme Holding"}
    known = {"r9": ACME, **{f"r{number}": newcomer for number in range(1, 7)}, "r7": {"name": "Z"}}
    found = meet(newcomer, known, {"r9": ("domain:a.com",)})

    reason = "the same domain, but with a name that tells companies of one group apart"
    expected = shown(newcomer, known, "r9", "r1", "r2", "r3", "r4")
    assert Match(Verdict.REVIEW, None, expected, reason) == found


def test_several_records_with_the_same_keys_are_shown_with_the_best_first():
    """Among equals by their ids; five at most."""
    known = {"r1": {"name": "Zenith"}, **{f"r{number}": ACME for number in range(7, 1, -1)}}
    keys = dict.fromkeys(known, ("domain:a.com",))

    expected = shown(ACME, known, "r2", "r3", "r4", "r5", "r6")
    reason = "several records have the same domain"
    assert Match(Verdict.REVIEW, None, expected, reason) == meet(ACME, known, keys)


def test_a_twin_is_shown_with_what_it_may_be_a_twin_of():
    """By a key that both have, or by all that is alike."""
    known = {"r1": CALLED, "r2": ACME}

    by_key = meet(CALLED, known, {"r1": ("domain:a.com",)}, ("r1",))
    reason = "a twin: a record with the same domain is in this system already"
    assert Match(Verdict.REVIEW, "r1", shown(CALLED, known, "r1"), reason) == by_key

    by_score = meet(CALLED, known, taken=("r1",))
    reason = "a twin: a similar record is in this system already (the same name, the same phone)"
    assert Match(Verdict.REVIEW, "r1", shown(CALLED, known, "r1", "r2"), reason) == by_score


@pytest.mark.parametrize("known", [{}, {"r1": {"name": "Zenith"}}, {"r1": {}, "r2": {}}])
def test_where_nothing_comes_close_the_newcomer_is_new(known):
    """With or without anybody to compare it with."""
    assert Match(Verdict.NEW, None, (), "no record comes close") == meet(ACME, known)


def test_a_match_by_likeness_is_told_with_what_came_close():
    """The reasons are those of the best."""
    known = {"r1": ACME, "r2": CALLED}
    found = meet(CALLED, known, margin=0.1)

    expected = shown(CALLED, known, "r2", "r1")
    assert Match(Verdict.LINK, "r2", expected, "the same name, the same phone") == found


def test_what_may_be_the_same_is_asked_with_what_came_close():
    """Up to five records, the best first."""
    known = {f"r{number}": ACME for number in range(1, 8)}

    expected = shown(ACME, known, "r1", "r2", "r3", "r4", "r5")
    assert Match(Verdict.REVIEW, None, expected, "it may be the same (the same name)") == meet(
        ACME, known
    )


def test_what_is_alike_in_no_single_point_is_asked_about_too():
    """Two spellings of one name are no same name, and yet close."""
    one, other = {"name": "GTX Pro"}, {"r1": {"name": "GTXPro"}}
    found = meet(one, other, entity=OPPORTUNITY)

    expected = shown(one, other, "r1", entity=OPPORTUNITY)
    assert Match(Verdict.REVIEW, None, expected, "it may be the same (alike)") == found


def test_two_that_come_equally_close_are_both_shown():
    """Nobody but a person can choose."""
    known = {"r2": CALLED, "r1": CALLED}

    reason = "several records come equally close"
    expected = shown(CALLED, known, "r1", "r2")
    assert Match(Verdict.REVIEW, None, expected, reason) == meet(CALLED, known)


def test_a_contradiction_is_asked_about_however_high_the_score():
    """The same name and phone, and another legal name."""
    known = {"r1": {**CALLED, "legal_name": "Acme Eins"}}
    found = meet({**CALLED, "legal_name": "Acme Zwei"}, known)

    assert Verdict.REVIEW is found.verdict
    assert found.candidates[0][1].value >= Thresholds().link


@pytest.mark.parametrize(
    ("thresholds", "verdict"),
    [
        ({"review": 0.86}, Verdict.REVIEW),
        ({"review": 0.87}, Verdict.NEW),
        ({"link": 0.86}, Verdict.LINK),
        ({"link": 0.87}, Verdict.REVIEW),
    ],
)
def test_a_score_that_reaches_a_threshold_passes_it(thresholds, verdict):
    """A name alone is worth 0.86."""
    assert verdict is meet(ACME, {"r1": ACME}, **thresholds).verdict


@pytest.mark.parametrize(("margin", "verdict"), [(0.14, "link"), (0.1401, "review")])
def test_the_second_best_must_stand_the_margin_below(margin, verdict):
    """One has the same phone too, which makes 1; the other has the name alone."""
    assert verdict == meet(CALLED, {"r1": CALLED, "r2": ACME}, margin=margin).verdict


@pytest.mark.parametrize(
    "fits", [{"link": 1.0}, {"margin": 0.0}, {"margin": 1.0}, {"review": 0.92}]
)
def test_thresholds_may_reach_their_ends(fits):
    """Only what is certain is linked then, or any distance is enough."""
    assert (
        fits.items()
        <= {
            name: getattr(Thresholds(**fits), name) for name in ("link", "review", "margin")
        }.items()
    )


@pytest.mark.parametrize(
    "wrong", [{"margin": 1.5}, {"margin": -0.1}, {"review": 0.0}, {"link": 1.1}]
)
def test_thresholds_beyond_their_ends_are_told_with_what_they_are(wrong):
    """All three stand in the sentence, since they belong together."""
    held = {"review": 0.75, "link": 0.92, "margin": 0.15, **wrong}
    said = "review is {review}, link is {link}, margin is {margin}.".format(**held)

    with pytest.raises(ConfigurationInvalid) as caught:
        Thresholds(**wrong)
    assert str(caught.value).endswith(said)


def test_a_parent_is_passed_over_and_the_next_one_matched():
    """The newcomer names the record that it belongs to."""
    child = {**CALLED, "parent": "r1"}

    assert (Verdict.LINK, "r2") == (
        (found := meet(child, {"r1": CALLED, "r2": CALLED})).verdict,
        found.record,
    )
