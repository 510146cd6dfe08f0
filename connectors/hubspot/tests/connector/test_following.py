"""A deal's probability follows its stage: it is nobody's edit in the portal, and never a wait."""

import pytest

from kamsync.engine import preview
from kamsync.reports.vocabulary import vocabularies
from kamsync_hubspot.testing.world import PERSON


@pytest.fixture
def deal(stage):
    """A deal of the other system, whose people think less of it than the portal's stage does."""
    account = stage.create("account", name="Nordwind")
    made = stage.create(
        "opportunity",
        account=account,
        name="Renewal",
        stage="contractsent",
        status="open",
        probability="0.3",
    )
    stage.meet()
    stage.settle()
    return made


def told(stage):
    """Return everything that was sent to the portal's deals by now, but for readings."""
    return [each for each in stage.portal.calls if each.path.endswith(("update", "create"))]


def sales(stage, deal):
    """Return what the other system holds of the deal's stage."""
    held = stage.sales.values("opportunity", deal)
    return held["stage"], held["status"], held["probability"]


def is_idle(stage):
    """Whether nothing waits, nothing is asked, and another round would write nothing."""
    return (
        stage.reasons() == []
        and stage.hub.store.reviews.open() == []
        and stage.round().written == 0
        and preview(stage.hub).plan.writes == 0
    )


def test_a_deal_that_differs_in_its_probability_alone_waits_for_nothing(stage, deal):
    """It is made with its stage; what its people think of it stays with them, and is golden."""
    [native] = stage.natives("opportunity")

    held = stage.look("deals", native)

    assert ("contractsent", 0.9) == (held["dealstage"], float(held["hs_deal_stage_probability"]))
    assert ("contractsent", "open", "0.3") == sales(stage, deal)
    assert "0.3" == stage.golden("opportunity", "stage")["probability"]
    assert is_idle(stage)


def test_a_probability_that_is_entered_elsewhere_is_kept_there(stage, deal):
    """The portal is not told of it, since it can hold none but its stage's."""
    before = len(told(stage))

    stage.sales.act("sam", "Sam").edit("opportunity", deal, {"probability": "0.55"})
    stage.settle()

    assert before == len(told(stage))
    assert "0.55" == stage.golden("opportunity", "stage")["probability"]
    assert ("contractsent", "open", "0.55") == sales(stage, deal)
    assert is_idle(stage)


def test_a_stage_that_is_set_in_the_portal_brings_its_probability(stage, deal):
    """Whoever moves the deal on sees what that means, and so does everybody else."""
    [native] = stage.natives("opportunity")

    stage.at_screen("edit", "deals", id=native, values={"dealstage": "closedwon"})
    stage.settle()

    assert ("closedwon", "won", "1") == sales(stage, deal)
    [id_] = stage.hub.store.records.ids("opportunity", "", 100)
    golden = stage.hub.store.records.by_id([id_])[id_].fields["stage"]
    assert (PERSON, "success") == (golden.origin.person, golden.origin.system)
    assert is_idle(stage)


def test_a_stage_that_is_set_elsewhere_reaches_the_portal_whatever_it_makes_of_it(stage, deal):
    """The portal follows the stage, and its own probability is no answer to the other system's."""
    [native] = stage.natives("opportunity")
    closing = {"stage": "decisionmakerboughtin", "status": "open", "probability": "0.1"}

    stage.sales.act("sam", "Sam").edit("opportunity", deal, closing)
    stage.settle()

    assert "decisionmakerboughtin" == stage.look("deals", native)["dealstage"]
    assert ("decisionmakerboughtin", "open", "0.1") == sales(stage, deal)
    assert "0.1" == stage.golden("opportunity", "stage")["probability"]
    assert is_idle(stage)


def test_the_stages_of_the_portal_are_known_before_a_deal_is(stage):
    """So that a check can tell which of them the other systems have no word for."""
    system = stage.hub.systems["success"]

    lists = vocabularies(stage.hub.schema, system, system.connector.describe())

    told = {each.about: each.offered for each in lists}
    assert {"contractsent", "closedwon"} <= set(told["opportunity.stage.stage"])
