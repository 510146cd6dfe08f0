"""The seeds of the schema: it carries the whole job of a key account manager."""

import pytest

from kamsync.entities import CORE, TEAMS, core_schema
from kamsync.errors import ConfigurationInvalid, UnknownName
from kamsync.schema import DataClass, Entity, Field, Nature, Schema, Type

each_entity = pytest.mark.parametrize("entity", CORE.entities.values(), ids=CORE.entities)

JOB = {
    "account": "name legal_name domains website industry tier lifecycle health key_reasons "
    "annual_revenue employees phone billing_address shipping_address parent owner description "
    "last_touch next_touch",
    "contact": "account name email other_emails phone mobile title role owner email_opt_out "
    "phone_opt_out",
    "employee": "number name email title team manager hire_date end_date status",
    "assignment": "account employee role team from_date to_date",
    "opportunity": "account name kind stage amount forecast_category close_date owner lost_reason "
    "contact",
    "contact_role": "opportunity contact role",
    "split": "opportunity employee fraction kind",
    "contract": "account number status start_date end_date term value owner renewal_of",
    "order": "account opportunity number item quantity price due_date delivered_date status",
    "case": "account contact number subject kind priority status opened due closed owner "
    "escalated_to resolution",
    "activity": "account contact opportunity kind subject at due_date done owner",
    "account_plan": "account period narrative strategy owner",
    "objective": "account_plan goal metric target actual due_date status",
    "measurement": "account contact kind result at comment",
    "sales_quota": "employee metric period target actual",
    "quote": "account opportunity number status amount valid_until sent_date",
    "commission": "reference employee account opportunity commission_plan basis rate amount period "
    "kind status reverses",
    "payout": "employee period amount status paid_date reference",
    "expense": "account owner kind amount budget date",
}
PAY = {
    "sales_quota": {"target", "actual"},
    "commission": {"basis", "rate", "amount"},
    "payout": {"amount"},
}


def every_field(entity):
    """Return the fields of *entity* and the parts of its groups."""
    return [*entity.fields.values(), *(part for f in entity.fields.values() for part in f.parts)]


def added(field):
    """Return what a plugin would add to opportunities."""
    return Entity("opportunity", "", {field.name: field})


def nested(name):
    """Return a group with a group in it."""
    inner = Field(f"{name}_inner", Type.GROUP, "A part.", parts=(Field("x", Type.TEXT, "A part."),))
    return Field(name, Type.GROUP, "A group.", parts=(inner,))


def test_the_schema_carries_the_whole_job():
    """Nothing that a key account manager needs is missing, and nothing goes by another name."""
    carried = {name: " ".join(entity.fields) for name, entity in CORE.entities.items()}

    assert JOB == carried


@each_entity
def test_every_entity_and_field_says_what_it_means(entity):
    """The schema is documentation: a sentence for each."""
    meanings = [entity.meaning, *(field.meaning for field in every_field(entity))]

    assert [] == [text for text in meanings if not text.endswith(".") or not text[0].isupper()]


@each_entity
def test_every_name_within_an_entity_is_its_own(entity):
    """A part can be named without its group."""
    names = [field.name for field in entity.fields.values() if not field.parts]
    names += [part.name for field in entity.fields.values() for part in field.parts]

    assert sorted(set(names)) == sorted(names)
    assert all(name == field.name for name, field in entity.fields.items())


@each_entity
def test_types_have_what_they_need_and_nothing_else(entity):
    """A choice has choices, a group parts, a reference an entity."""
    for field in every_field(entity):
        assert (field.type in (Type.CHOICE, Type.CHOICES)) == bool(field.choices)
        assert (field.type is Type.GROUP) == bool(field.parts)
        assert (field.type is Type.REFERENCE) == bool(field.to)
        assert field.type is Type.TEXTS or field.items is Type.TEXT


@each_entity
def test_keys_labels_and_parents_are_fields(entity):
    """What names a field names one that is there."""
    named = {entity.label, *entity.keys, *entity.unique, *entity.needs}

    assert named <= entity.fields.keys()


@each_entity
def test_pay_is_marked_on_every_amount_and_on_nothing_else(entity):
    """Pay never leaves towards those who are not cleared for it, so it must be known as such."""
    pay = {field.name for field in entity.fields.values() if field.data_class is DataClass.PAY}
    parts = {
        field.name
        for field in entity.fields.values()
        for part in field.parts
        if part.data_class is DataClass.PAY
    }

    assert PAY.get(entity.name, set()) == pay
    assert parts <= pay


def test_every_record_follows_its_account():
    """Whatever belongs to an account is in the scope with it; people of ours belong to none."""
    alone = {"account", "employee", "sales_quota", "payout"}
    for entity in CORE.entities.values():
        at = entity
        while at.name != "account" and at.parent:
            at = CORE.entity(at.field(at.parent).to)
        assert (entity.name in alone - {"account"}) == (at.name != "account")


def test_ledgers_are_the_lines_of_pay():
    """What was earned and what was paid is never edited."""
    ledgers = {entity.name for entity in CORE.entities.values() if entity.nature is Nature.LEDGER}

    assert {"commission", "payout"} == ledgers


def test_parents_come_before_children():
    """Records are created in an order in which references can be resolved."""
    order = [entity.name for entity in CORE.in_order()]
    for entity in CORE.entities.values():
        for field in entity.fields.values():
            if field.to not in ("", entity.name):
                assert order.index(field.to) < order.index(entity.name)


def test_every_reference_points_to_an_entity():
    """Nothing refers to what is not there."""
    CORE.require_known_references()
    assert CORE is core_schema()


def test_teams_are_those_that_policies_speak_of():
    """A person speaks for one of the teams."""
    assert {"sales", "success", "account", "finance"} < set(TEAMS)
    assert TEAMS == CORE.entity("employee").field("team").choices


def test_an_unknown_name_is_told_with_the_known_ones():
    """A person can correct a name without looking elsewhere."""
    with pytest.raises(UnknownName, match="no entity 'acount'; there are account, account_plan"):
        CORE.entity("acount")
    with pytest.raises(UnknownName, match="payout has no field 'sum'; it has amount, employee"):
        CORE.entity("payout").field("sum")


def test_a_plugin_adds_fields_keys_and_entities():
    """The schema grows without a change of the core."""
    number = Field("lei", Type.TEXT, "The legal entity identifier.")
    visit = Field("account", Type.REFERENCE, "The account.", to="account")

    wider = CORE.extended(
        [
            Entity("account", "", {"lei": number}, keys=("lei", "domains")),
            Entity("audit", "A visit of an auditor.", {"account": visit}, parent="account"),
        ]
    )

    assert number == wider.entity("account").field("lei")
    assert ("domains", "website", "lei") == wider.entity("account").keys
    assert "audit" in [entity.name for entity in wider.in_order()]
    assert "lei" not in CORE.entity("account").fields


@pytest.mark.parametrize(
    ("addition", "expected"),
    [
        (
            Entity("account", "", {"name": Field("name", Type.TEXT, "Another name.")}),
            "Two definitions of account.name",
        ),
        (
            Entity("audit", "", {"by": Field("by", Type.REFERENCE, "Who.", to="auditor")}),
            "audit.by refers to 'auditor', which is no entity",
        ),
        (
            added(Field("currency", Type.CURRENCY, "Another.")),
            "opportunity.currency is there twice",
        ),
        (added(Field("exists", Type.BOOLEAN, "Reserved.")), "'exists' is taken"),
        (added(Field("mood", Type.CHOICE, "A mood.")), "opportunity.mood needs choices"),
        (added(Field("cost", Type.GROUP, "A cost.")), "cost: a group, and only that, has parts"),
        (added(nested("cost")), "cost: no part of a group is a group"),
        (Entity("opportunity", "", {}, keys=("code",)), "names 'code' as a key or its parent"),
        (Entity("opportunity", "", {}, unique=("code",)), "names 'code' as a key or its parent"),
        (
            Entity("opportunity", "", {}, unique=("name", "kind")),
            "unique by name, kind: there must be a reference",
        ),
        (
            Entity("opportunity", "", {}, unique=("account", "amount")),
            "only choices, texts and dates",
        ),
    ],
)
def test_a_plugin_cannot_break_the_schema(addition, expected):
    """What the core and other plugins rely on stays."""
    with pytest.raises(ConfigurationInvalid, match=expected):
        CORE.extended([addition])


def test_a_cycle_of_references_still_has_an_order():
    """Two entities that refer to each other are created one after the other, with a second write."""
    there = {"b": Field("b", Type.REFERENCE, "The other.", to="b")}
    back = {"a": Field("a", Type.REFERENCE, "The other.", to="a")}

    order = Schema({"a": Entity("a", "A.", there), "b": Entity("b", "B.", back)}).in_order()

    assert {"a", "b"} == {entity.name for entity in order}
