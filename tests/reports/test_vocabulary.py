"""Words of lists that do not come through are told before a record needs them."""

import tomllib

import pytest
from msgspec import structs

from kamsync.clock import SetClock
from kamsync.connector import Can, NativeEntity, NativeField
from kamsync.engine import Hub, System
from kamsync.entities import core_schema
from kamsync.lenses import field_map, identity_map
from kamsync.mapping import Direction
from kamsync.memory import Memory, MemorySystem
from kamsync.policy import parse_policy
from kamsync.reports import Level, check
from kamsync.store import open_store

SCHEMA = core_schema()
DEAL = SCHEMA.entity("opportunity")


@pytest.fixture
def found():
    """Return what a check says of systems: for each the lists of its fields, and their maps."""
    stores = []

    def look(**systems):
        stores.append(open_store("sqlite://", clock=SetClock()))
        made = {name: system(name, *each) for name, each in systems.items()}
        policy = parse_policy({}, SCHEMA, {})
        hub = Hub(schema=SCHEMA, systems=made, policy=policy, store=stores[-1], clock=SetClock())
        notes = [each for each in check(hub) if each.level is Level.NOTE]
        return [each for each in notes if "opportunity." in each.text]

    yield look
    for store in stores:
        store.close()


def system(name, lists, maps):
    """A system in memory that describes some of its fields as lists."""
    described = {
        native: NativeField(native, choices=tuple(lists.get(native, ())))
        for native in (*identity_map(DEAL, "deal").names, *lists)
    }
    objects = {"deal": NativeEntity("deal", described, ~Can.NOTHING)}
    plain = identity_map(DEAL, "deal")
    map_ = structs.replace(plain, fields={**plain.fields, **maps})
    memory = Memory.over(MemorySystem(objects=objects))
    return System(name, memory, {"opportunity": map_}, "sales", {})


def kind(words, **options):
    """The map of what kind of business a deal is."""
    return {"kind": field_map(DEAL.field("kind"), ["Type"], {"words": words, **options})}


WHOLE = {"New": "new", "Up": "upsell", "Cross": "cross_sell", "Again": "renewal"}


def test_a_list_that_comes_through_needs_no_word(found):
    """Nothing is said of it."""
    assert [] == found(sales=({"Type": WHOLE}, kind(WHOLE)))
    offered = {"Type": [*WHOLE, "Odd"]}
    assert [] == found(sales=(offered, kind(WHOLE, otherwise="new")))


def test_a_word_that_nobody_has_said_the_meaning_of_is_told(found):
    """With the lines that say it, as the mapping is now."""
    [told] = found(sales=({"Type": [*WHOLE, 'Win "back"']}, kind(WHOLE)))

    assert "sales" == told.about
    assert "opportunity.kind: the mapping does not know 'Win \"back\"', which Type offers." == (
        told.text
    )
    mapped = tomllib.loads("\n".join(told.lines))["system"]["sales"]["map"]["opportunity"]
    assert {"kind": {"native": "Type", "words": {**WHOLE, 'Win "back"': "…"}}} == mapped["fields"]


def test_what_is_shown_to_be_pasted_is_what_was_missing(found):
    """Each line fits a narrow terminal, and with it nothing is missing any more."""
    lists = {"Type": [*WHOLE, 'Win "back"']}
    [told] = found(sales=(lists, kind(WHOLE)))

    pasted = tomllib.loads("\n".join(told.lines).replace('"…"', '"renewal"'))
    shaped = pasted["system"]["sales"]["map"]["opportunity"]["fields"]["kind"]

    assert 72 >= max(map(len, told.lines))
    assert [] == found(sales=(lists, kind(shaped["words"])))


def test_a_value_for_which_a_system_has_no_word_is_told(found):
    """Whether nobody gave one, or the system does not offer the one that was given."""
    [told] = found(sales=({"Type": ["New", "Again"]}, kind(WHOLE)))

    assert "opportunity.kind: Type offers nothing for 'upsell', 'cross_sell'." == told.text


def test_what_is_only_read_needs_no_word_for_anything(found):
    """Nothing is written there."""
    read = {"kind": structs.replace(kind(WHOLE)["kind"], direction=Direction(writes=False))}

    assert [] == found(sales=({"Type": ["New"]}, read))


def test_a_list_without_words_is_held_against_the_schema(found):
    """What a value is called there is taken as it stands."""
    [first, second] = found(sales=({"kind": ["new", "upsell", "Sonstiges"]}, {}))

    assert (
        "opportunity.kind: the mapping does not know 'Sonstiges', which kind offers." == first.text
    )
    assert "opportunity.kind: kind offers nothing for 'cross_sell', 'renewal'." == second.text


def test_stages_that_another_system_has_no_word_for_are_told_of_both(found):
    """Their values are fixed by no schema; each system has names of its own."""
    sales, success = {"stage": ["Offer", "Signed"]}, {"stage": ["contractsent", "Signed"]}

    told = found(sales=(sales, {}), success=(success, {}))

    assert [
        (
            "sales",
            "opportunity.stage.stage: stage offers nothing for 'contractsent', which success has.",
        ),
        ("success", "opportunity.stage.stage: stage offers nothing for 'Offer', which sales has."),
    ] == sorted((each.about, each.text) for each in told)
    lines = next(each.lines for each in told if each.about == "success")
    assert "[system.success.map.opportunity.fields.stage.parts.stage]" == lines[0]
    assert "# With the other parts, each in a section like this." == lines[1]
    assert '"contractsent" = "…"' in lines


def test_stages_that_have_words_in_common_are_in_order(found):
    """The words of the one mean what the other offers."""
    words = {"words": {"contractsent": "Offer", "closedwon": "Signed"}}
    parts = {
        "stage": {"native": "stage", **words},
        "status": "status",
        "probability": "probability",
    }
    mapped = {"stage": field_map(DEAL.field("stage"), [], {"parts": parts})}

    assert [] == found(
        sales=({"stage": ["Offer", "Signed"]}, {}),
        success=({"stage": ["contractsent", "closedwon"]}, mapped),
    )
