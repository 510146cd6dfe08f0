"""The maps of a standard org: their two laws, and what they say of a whole record."""

import pytest

from kamsync.entities import core_schema
from kamsync.errors import ValueInvalid
from kamsync.testing.laws import MirrorRefs, check_mapping
from kamsync_salesforce.mapping.maps import maps

SCHEMA = core_schema()
MAPS = {each.entity: each for each in maps(SCHEMA)}
ROUNDED = {"opportunity": ("stage",), "split": ("fraction",)}
REFS = MirrorRefs()


@pytest.mark.parametrize("entity", [*MAPS])
def test_the_laws_of_mappings_hold(entity):
    """As far as the org rounds shares to whole hundredths and percents."""
    check_mapping(MAPS[entity], SCHEMA.entity(entity), lossy=ROUNDED.get(entity, ()))


def test_six_entities_are_mapped():
    """To the standard objects of every org."""
    expected = {
        "account": "Account",
        "contact": "Contact",
        "employee": "User",
        "assignment": "AccountTeamMember",
        "opportunity": "Opportunity",
        "split": "OpportunitySplit",
    }
    assert expected == {entity: each.object for entity, each in MAPS.items()}


def test_people_are_only_read():
    """They are matched, and their own systems say who works here."""
    assert not [each for each in MAPS["employee"].fields.values() if each.direction.writes]


@pytest.mark.parametrize(
    ("cells", "stage"),
    [
        (("Prospecting", False, False, 10.0), ("Prospecting", "open", "0.1")),
        (("Closed Won", True, True, 100.0), ("Closed Won", "won", "1")),
        (("Closed Lost", True, False, 0.0), ("Closed Lost", "lost", "0")),
    ],
)
def test_a_stage_is_read_with_what_follows_from_it(cells, stage):
    """The three are only true together."""
    expected = dict(zip(("stage", "status", "probability"), stage, strict=True))
    assert expected == MAPS["opportunity"].field("stage").get(cells, REFS)


def test_a_role_that_nobody_has_mapped_is_told_and_not_guessed():
    """The message says where to add it."""
    with pytest.raises(ValueInvalid, match="Add the word to the mapping"):
        MAPS["assignment"].field("role").get(("Chief Golfer",), REFS)


def test_a_team_role_without_a_meaning_here_is_nothing():
    """It is left as it is there."""
    assert None is MAPS["assignment"].field("role").get(("Lead Qualifier",), REFS)


def test_a_country_is_read_by_name_and_written_by_name():
    """As an org without country picklists holds it."""
    field = MAPS["account"].field("billing_address")
    value = field.get(("Am Markt 1", "Bremen", "28195", None, "Germany"), REFS)

    assert "DE" == value["billing_country"]
    assert ("Am Markt 1", "Bremen", "28195", None, "Germany") == field.put(value, None, REFS)
