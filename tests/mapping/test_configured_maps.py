"""Maps from configuration: what it can say, and the one line for each thing that is wrong."""

import re
from types import SimpleNamespace

import pytest

from kamsync.entities import CORE
from kamsync.errors import ConfigurationInvalid
from kamsync.lenses import Form, Same, entity_map, field_map, identity_map
from kamsync.mapping import Direction
from kamsync.testing.laws import MirrorRefs, check_mapping

REFS = MirrorRefs()
ACCOUNT = CORE.entity("account")
OPPORTUNITY = CORE.entity("opportunity")
CONTACT = CORE.entity("contact")


def entry(*native, direction=None, unmapped=False, **options):
    """Return what a configuration says of one field."""
    return SimpleNamespace(native=native, direction=direction, options=options, unmapped=unmapped)


def setting(object_=None, stamp=None, **fields):
    """Return what a configuration says of one entity."""
    return SimpleNamespace(object=object_, stamp=stamp, fields=fields)


@pytest.mark.parametrize(
    ("name", "native", "options", "value", "cells"),
    [
        ("name", ["Name"], {}, "Acme renewal", ("Acme renewal",)),
        ("name", ["Name"], {"limit": 4}, "Acme renewal", ("Acme",)),
        ("kind", ["Type"], {"words": {"New Business": "new"}}, "new", ("New Business",)),
        (
            "kind",
            ["Type"],
            {"words": {"Old": "renewal"}, "writes": {"upsell": "Old"}, "otherwise": "new"},
            "upsell",
            ("Old",),
        ),
        ("close_date", ["Close"], {"ticks": "seconds", "as": "number"}, "1970-01-02", (86_400,)),
        ("close_date", ["Close"], {"ticks": "seconds"}, "1970-01-02", ("1970-01-02",)),
        ("owner", ["OwnerId"], {"as": "number"}, "21", (12,)),
        ("amount", ["Sum", "Iso"], {}, {"amount": "5", "currency": "EUR"}, ("5", "EUR")),
        (
            "amount",
            ["Sum", "Iso"],
            {"as": "number"},
            {"amount": "5", "currency": "EUR"},
            (5, "EUR"),
        ),
        ("amount", [], {"parts": {"amount": "Sum"}}, {"amount": "5", "currency": "EUR"}, ("5",)),
        (
            "amount",
            [],
            {"parts": {"amount": {"native": "Cents", "factor": 100}, "currency": {"value": "eur"}}},
            {"amount": "5", "currency": "EUR"},
            ("500",),
        ),
        (
            "stage",
            [],
            {
                "parts": {
                    "probability": {"native": "Probability", "factor": 100, "as": "number"},
                    "stage": "StageName",
                    "status": {"native": "Status", "words": {"Closed": "won"}},
                }
            },
            {"stage": "Signed", "status": "won", "probability": "1"},
            ("Signed", "Closed", 100),
        ),
    ],
)
def test_a_field_is_mapped_as_configured(name, native, options, value, cells):
    """The options shape the lens."""
    map_ = field_map(OPPORTUNITY.field(name), native, options)

    assert cells == map_.put(value, None, REFS)
    assert cells == map_.put(map_.get(cells, REFS, value), cells, REFS)


@pytest.mark.parametrize(
    ("entity", "name", "native", "options", "expected"),
    [
        (ACCOUNT, "name", [], {}, "native must name one native field; it names 0"),
        (ACCOUNT, "name", ["A", "B"], {}, "native must name one native field; it names 2"),
        (ACCOUNT, "name", ["Name"], {"limt": 5}, "no option 'limt'.*type text.*Did you mean limit"),
        (ACCOUNT, "name", ["Name"], {"xyz": 5}, "no option 'xyz'.*It takes as, limit, otherwise"),
        (ACCOUNT, "name", ["Name"], {"factor": 100}, "no option 'factor' for a field of type text"),
        (
            ACCOUNT,
            "name",
            ["Name"],
            {"limit": 0},
            "limit must be a whole number, 1 or more; it is 0",
        ),
        (ACCOUNT, "name", ["Name"], {"limit": True}, "limit must be a whole number"),
        (
            ACCOUNT,
            "name",
            ["Name"],
            {"as": "float"},
            "as must be one of normal, text, number, name",
        ),
        (ACCOUNT, "name", ["Name"], {"as": "number"}, "because a text is no number"),
        (ACCOUNT, "name", ["Name"], {"as": "name"}, "because this is no country"),
        (ACCOUNT, "name", ["Name"], {"words": {"x": "y"}, "limit": 5}, "do not go with them"),
        (ACCOUNT, "tier", ["Tier"], {"words": ["a"]}, "words must be a table"),
        (
            ACCOUNT,
            "tier",
            ["Tier"],
            {"words": {"A": "gold"}},
            "words: tier must be one of strategic",
        ),
        (ACCOUNT, "tier", ["Tier"], {"writes": {"key": 5}}, "writes must be a table from values"),
        (ACCOUNT, "tier", ["Tier"], {"otherwise": "gold"}, "otherwise: tier must be one of"),
        (ACCOUNT, "employees", ["Staff"], {"factor": 60}, "factor must be a power of ten"),
        (ACCOUNT, "employees", ["Staff"], {"factor": -1}, "factor must be a power of ten"),
        (ACCOUNT, "employees", ["Staff"], {"factor": "100"}, "factor must be a power of ten"),
        (ACCOUNT, "domains", ["Domain"], {"separator": ""}, "separator must be the text between"),
        (
            ACCOUNT,
            "key_reasons",
            ["Why"],
            {"words": {"x": "revenue"}},
            "separator must be the text",
        ),
        (ACCOUNT, "last_touch", ["Last"], {"ticks": "hours"}, "ticks must be one of seconds"),
        (OPPORTUNITY, "amount", ["Amount"], {}, "a native field for each of amount, currency"),
        (
            OPPORTUNITY,
            "amount",
            ["A"],
            {"parts": {"amount": "B"}},
            "native fields or parts, not both",
        ),
        (
            OPPORTUNITY,
            "amount",
            [],
            {"parts": {"sum": "B"}},
            "no part 'sum'; it has amount, currency",
        ),
        (OPPORTUNITY, "amount", [], {"parts": {"amount": 5}}, "parts.amount.native must name one"),
        (OPPORTUNITY, "amount", [], {"parts": {"currency": {"value": "EUR"}}}, "for one part"),
        (
            OPPORTUNITY,
            "stage",
            [],
            {"parts": {"stage": {"native": "A", "derived": True}}},
            "for one part that can be entered",
        ),
        (
            OPPORTUNITY,
            "stage",
            [],
            {"parts": {"stage": "A", "probability": {"native": "B", "derived": "yes"}}},
            "parts.probability.derived must be true or false",
        ),
        (
            OPPORTUNITY,
            "amount",
            [],
            {"parts": {"amount": "A", "currency": {"value": 5}}},
            "parts.currency.value: currency must be text",
        ),
        (
            OPPORTUNITY,
            "amount",
            [],
            {"parts": {"amount": "A", "currency": {"value": "EUR", "native": "B"}}},
            "value stands alone",
        ),
    ],
)
def test_what_is_wrong_with_a_mapping_is_one_clear_line(entity, name, native, options, expected):
    """Each line names the key, what it is, and what would be right."""
    with pytest.raises(ConfigurationInvalid, match=expected) as caught:
        field_map(entity.field(name), native, options, where=f"map.fields.{name}")

    assert str(caught.value).startswith(f"map.fields.{name}")
    assert "\n" not in str(caught.value)


def test_a_configuration_is_laid_over_the_connectors_own_map():
    """What is not configured stays as the connector has it."""
    given = identity_map(ACCOUNT, "Company", stamp="kamsync_id")

    map_ = entity_map(
        ACCOUNT,
        setting(
            name=entry("Firm"),
            phone=entry(direction="in"),
            legal_name=entry(limit=80),
            description=entry(unmapped=True),
            website=entry("Site", direction="out"),
        ),
        given,
    )

    assert ("Company", "kamsync_id") == (map_.object, map_.stamp)
    assert ("Firm",) == map_.field("name").native
    assert given.field("name").lens == map_.field("name").lens
    assert Direction(reads=True, writes=False) == map_.field("phone").direction
    assert Direction(reads=False, writes=True) == map_.field("website").direction
    assert Same(ACCOUNT.field("legal_name"), limit=80) == map_.field("legal_name").lens
    assert ("legal_name",) == map_.field("legal_name").native
    assert "description" not in map_.fields
    assert given.field("tier") == map_.field("tier")


def test_a_part_that_follows_in_a_system_keeps_the_laws_whatever_is_shown_there():
    """It is read beside the others, is never written, and says nothing against what is known."""
    parts = {
        "stage": "Step",
        "status": "State",
        "probability": {"native": "Chance", "derived": True},
    }
    map_ = entity_map(OPPORTUNITY, setting("Deal", stage=entry(parts=parts)))
    stage = map_.field("stage")
    known = {"stage": "Offer", "status": "open", "probability": "0.3"}

    assert ("Step", "State", "Chance") == map_.names
    assert ("Offer", "open") == stage.put(known, None, REFS)
    assert known == stage.get(("Offer", "open"), REFS, known, ("0.9",))
    assert "1" == stage.get(("Signed", "won"), REFS, known, ("1",))["probability"]
    assert stage.get(("Signed", "won"), REFS, known)["probability"] is None
    assert stage.get(("Signed", "won"), REFS, known, ("much",))["probability"] is None
    check_mapping(map_, OPPORTUNITY, examples=50)


def test_a_part_that_a_connector_knows_to_follow_does_so_unless_it_is_said_otherwise():
    """Who only gives words for a stage need not know what the system works out from it."""
    parts = {
        "stage": "Step",
        "status": "State",
        "probability": {"native": "Chance", "derived": True},
    }
    given = entity_map(OPPORTUNITY, setting("Deal", stage=entry(parts=parts)))
    plain = {"stage": "Step", "status": "State", "probability": "Chance"}
    entered = {**plain, "probability": {"native": "Chance", "derived": False}}

    follows = entity_map(OPPORTUNITY, setting(stage=entry(parts=plain)), given)
    written = entity_map(OPPORTUNITY, setting(stage=entry(parts=entered)), given)

    assert given.field("stage") == follows.field("stage")
    assert ("Step", "State", "Chance") == written.field("stage").native
    assert written.field("stage").derived is None


def test_a_map_can_be_made_without_a_connectors_own():
    """A system that nobody knows yet is mapped by its configuration alone."""
    map_ = entity_map(
        CONTACT,
        setting(
            "Person",
            "ext_id",
            email=entry("Mail", direction="both"),
            name=entry("First", "Last"),
            other_emails=entry("More", separator=";"),
        ),
    )

    assert ("Mail", "First", "Last", "More") == map_.names
    assert "ext_id" == map_.stamp
    check_mapping(map_, CONTACT, examples=20)


def test_options_keep_the_form_that_the_connector_writes():
    """A limit on a text does not change how its system writes values."""
    given = identity_map(ACCOUNT, "Company")
    in_text = Same(ACCOUNT.field("legal_name"), Form.TEXT)
    given = type(given)(
        given.entity,
        given.object,
        {"legal_name": type(given.field("name"))("legal_name", ("Legal",), in_text)},
    )

    map_ = entity_map(ACCOUNT, setting(legal_name=entry(limit=80)), given)

    assert Same(ACCOUNT.field("legal_name"), Form.TEXT, 80) == map_.field("legal_name").lens


def test_all_that_is_wrong_is_told_at_once_and_by_its_key():
    """Nobody has to start again for each mistake."""
    wrong = setting("Company", nane=entry("Name"), tier=entry("Tier", limit=3), phone=entry())

    with pytest.raises(ConfigurationInvalid) as caught:
        entity_map(ACCOUNT, wrong, where="system.sales.map.account")

    lines = str(caught.value).splitlines()
    assert 3 == len(lines)
    assert re.match(
        r"system\.sales\.map\.account\.fields\.nane: account has no field 'nane'", lines[0]
    )
    assert re.match(r"system\.sales\.map\.account\.fields\.tier has no option 'limit'", lines[1])
    assert re.match(r"system\.sales\.map\.account\.fields\.phone\.native must name", lines[2])


def test_a_map_needs_an_object():
    """Nothing can be read from a record of no kind."""
    with pytest.raises(ConfigurationInvalid, match=r"map\.object must name the native object"):
        entity_map(ACCOUNT, setting(name=entry("Name")))


def test_two_fields_never_write_the_same_native_field():
    """They would overwrite each other for ever."""
    twice = setting("Company", name=entry("Name"), legal_name=entry("Name"))

    with pytest.raises(ConfigurationInvalid, match="legal_name: 'Name' is written by name already"):
        entity_map(ACCOUNT, twice)

    once = setting("Company", name=entry("Name"), legal_name=entry("Name", direction="in"))
    assert ("Name",) == entity_map(ACCOUNT, once).names
