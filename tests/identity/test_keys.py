"""Keys: which facts only the same record shares, and where records that may be the same are found."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kamsync.entities import CORE
from kamsync.identity import block_keys, exact_keys, key_fields
from kamsync.identity.keys import label_of, person_of
from kamsync.schema import Entity, Field, Type

ACCOUNT, CONTACT, EMPLOYEE = (CORE.entity(name) for name in ("account", "contact", "employee"))


@pytest.mark.parametrize(
    ("entity", "values", "keys"),
    [
        ("account", {"domains": ["acme.com", "acme.de"]}, ["domain:acme.com", "domain:acme.de"]),
        ("account", {"website": "https://www.Acme.com/de"}, ["domain:acme.com"]),
        ("account", {"website": "https://acme.com", "domains": ["acme.com"]}, ["domain:acme.com"]),
        ("account", {"domains": ["gmail.com"], "website": "https://linkedin.com/acme"}, []),
        ("account", {"website": "see the CRM"}, []),
        ("account", {"name": "Acme"}, []),
        ("contact", {"email": "ada@gmail.com"}, ["email:ada@gmail.com"]),
        ("contact", {"email": "info@acme.com"}, []),
        (
            "contact",
            {"email": "Ada@acme.com", "other_emails": ["ada@home.org"]},
            ["email:ada@acme.com", "email:ada@home.org"],
        ),
        ("employee", {"number": " E  17 "}, ["number:e 17"]),
        ("employee", {"number": "  "}, []),
        ("employee", {"number": None, "email": "x"}, []),
        ("contract", {"number": "K-1"}, ["number:k-1"]),
        ("commission", {"reference": "R1"}, ["reference:r1"]),
        ("opportunity", {"name": "Renewal"}, []),
        (
            "assignment",
            {"account": "account-1", "employee": "employee-1", "role": "sales_rep"},
            ["account, employee, role:account-1|employee-1|sales_rep"],
        ),
        (
            "assignment",
            {"account": "account-1", "employee": "employee-1"},
            ["account, employee, role:account-1|employee-1|"],
        ),
        (
            "assignment",
            {"account": "account-1", "employee": "employee-1", "role": " Sales\t REP|a\\b"},
            ["account, employee, role:account-1|employee-1|sales rep\\|a\\\\b"],
        ),
        ("assignment", {"account": "account-1", "role": "sales_rep"}, []),
    ],
)
def test_exact_keys_are_what_only_the_same_record_shares(entity, values, keys):
    """Free mail, social networks and mailboxes of a desk are shared by many."""
    assert tuple(keys) == exact_keys(CORE.entity(entity), values)


ODD = Entity(
    "odd",
    "What a schema of one's own may hold.",
    {
        "name": Field("name", Type.TEXT, "A name."),
        "line": Field("line", Type.PHONE, "A telephone."),
        "count": Field("count", Type.INTEGER, "A number."),
        "done": Field("done", Type.BOOLEAN, "Whether."),
        "codes": Field("codes", Type.TEXTS, "Codes."),
        "sum": CORE.entity("opportunity").fields["amount"],
    },
    keys=("line", "count", "done", "codes", "sum"),
)


@pytest.mark.parametrize(
    ("values", "keys"),
    [
        ({"line": "+49301"}, ["phone:+49301"]),
        ({"count": 0}, ["count:0"]),
        ({"done": True}, []),
        ({"codes": ["B 2", " ", "a"]}, ["codes:a", "codes:b 2"]),
        ({"codes": [None, "a"]}, ["codes:a"]),
        ({"sum": {"amount": "5", "currency": "EUR"}}, []),
    ],
)
def test_a_field_of_any_type_may_be_named_as_a_key(values, keys):
    """Texts, numbers and each of several make keys; yes and no, and groups, are shared by many."""
    assert tuple(keys) == exact_keys(ODD, values)


@pytest.mark.parametrize(
    ("entity", "values", "keys"),
    [
        (
            "account",
            {"name": "Müller GmbH"},
            [
                "bones mlr",
                "ends muel r",
                "ends mull r",
                "ends mu ler",
                "start muell",
                "start mulle",
                "words mueller",
                "words muller",
            ],
        ),
        (
            "account",
            {"name": "Acme Robotics Group"},
            ["bones acmrbtcsgrp", "first acme r", "last robotics a", "words acme robotics"],
        ),
        (
            "account",
            {"name": "Zeta Alpha Foods"},
            ["bones ztlphfds", "first zeta a", "last foods z", "words alpha foods zeta"],
        ),
        ("account", {"name": "Studio 54"}, ["bones std54", "words 54 studio"]),
        ("account", {"name": "Bob"}, ["ends bo bob", "ends bob b", "start bob", "words bob"]),
        (
            "account",
            {"legal_name": "Nova"},
            ["ends no ova", "ends nova a", "start nova", "words nova"],
        ),
        (
            "account",
            {"name": "Rita"},
            ["ends ri ita", "ends rita a", "start rita", "words rita"],
        ),
        (
            "account",
            {"name": "Tanto"},
            ["bones tnt", "ends ta nto", "ends tant o", "start tanto", "words tanto"],
        ),
        ("account", {"name": "…", "phone": "030 1234567"}, ["phone 01234567"]),
        ("account", {"phone": "1234567"}, []),
        ("account", {"phone": "12-34-56-78"}, ["phone 12345678"]),
        ("account", {"domains": ["www2.acme.co.uk"]}, ["site www2.acme.co"]),
        (
            "contact",
            {"name": {"first_name": "Ada Eva", "last_name": "Müller"}},
            ["person adv m", "person mlr a"],
        ),
        (
            "contact",
            {"name": {"first_name": "Ana", "last_name": "García López"}},
            ["person an g", "person grclpz a"],
        ),
        ("contact", {"name": {"first_name": "Ada", "last_name": None}}, []),
        ("contact", {"name": {"first_name": None, "last_name": "Day"}}, ["person d "]),
        ("contact", {}, []),
        ("opportunity", {"name": "Big Deal"}, ["thing  big deal", "thing  bgdl"]),
        (
            "opportunity",
            {"name": "Big Deal", "account": "a"},
            ["thing a bgdl", "thing a big deal"],
        ),
        (
            "activity",
            {"subject": "Visit", "opportunity": "o"},
            ["thing o visit", "thing o vst"],
        ),
        (
            "activity",
            {"subject": "Visit", "opportunity": "o", "account": "a"},
            ["thing a visit", "thing a vst"],
        ),
        ("activity", {"subject": "Visit", "owner": "e"}, ["thing  visit", "thing  vst"]),
        ("opportunity", {"account": "a"}, []),
    ],
)
def test_blocks_are_spelled_the_same_in_every_version(entity, values, keys):
    """The store keeps them; a newcomer would not be found under others."""
    expected = sorted(f"near:{key}" for key in keys)

    assert tuple(expected) == block_keys(CORE.entity(entity), values)


def test_exact_keys_that_are_known_already_are_not_made_again():
    """Those that a plugin offers are looked at too."""
    assert ("near:site acme",) == block_keys(ACCOUNT, {}, ["domain:acme.de", "vat:acme.fr"])
    assert () == block_keys(ACCOUNT, {"domains": ["acme.de"]}, [])


@pytest.mark.parametrize(
    ("entity", "fields"),
    [
        ("account", {"name", "legal_name", "domains", "website", "phone"}),
        ("opportunity", {"name", "legal_name", "account", "contact"}),
        ("activity", {"name", "legal_name", "subject", "account", "contact", "opportunity"}),
        ("assignment", {"name", "legal_name", "role", "account", "employee"}),
    ],
)
def test_a_change_of_a_key_is_known_by_the_fields_that_make_keys(entity, fields):
    """Of a record of which none of these changed no key is made anew."""
    assert fields == key_fields(CORE.entity(entity))


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({}, ("", "")),
        ({"name": None}, ("", "")),
        ({"name": {"first_name": "Ada", "last_name": None}}, ("Ada", "")),
        ({"name": {"first_name": None, "last_name": "Day"}}, ("", "Day")),
    ],
)
def test_a_name_that_is_not_known_is_empty(values, names):
    """It is never compared with another one that is not known."""
    assert names == person_of(values)


def test_what_is_called_by_something_else_than_a_text_has_no_label():
    """A person is called by a group of names, and a thing may be called nothing."""
    assert "" == label_of(CONTACT, {"name": {"first_name": "Ada"}})
    assert "" == label_of(CORE.entity("opportunity"), {})
    assert "Renewal" == label_of(CORE.entity("opportunity"), {"name": "Renewal"})


def test_a_plugin_may_offer_further_keys():
    """They count like those of the schema."""

    def by_vat(entity, values):
        return [f"vat:{values['description']}"] if entity == "account" else []

    values = {"description": "DE811", "domains": ["acme.com"]}
    assert ("domain:acme.com", "vat:DE811") == exact_keys(ACCOUNT, values, [by_vat])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"name": "Acme GmbH"}, {"name": "ACME, Inc."}),
        ({"name": "Müller Logistik"}, {"name": "Mueller Logistik"}),
        ({"name": "Acme Robotics"}, {"name": "Robotics, Acme"}),
        ({"name": "GTX Pro"}, {"name": "GTXPro"}),
        ({"name": "Globex"}, {"name": "Globx"}),
        ({"name": "Umbrella"}, {"name": "Umbrelka"}),
        ({"name": "Acme Robotics"}, {"name": "Acme Robotivs"}),
        ({"name": "Acme"}, {"name": "Acme Group International"}),
        ({"name": "Acme"}, {"name": "A", "legal_name": "Acme GmbH"}),
        ({"domains": ["acme.com"]}, {"domains": ["acme.de"]}),
        ({"phone": "+49 30 1234567"}, {"phone": "030 1234567"}),
    ],
)
def test_companies_that_may_be_the_same_are_found(one, other):
    """By another form, order, accent, blank, slip, common word, ending or way to write a number."""
    assert set(block_keys(ACCOUNT, one)) & set(block_keys(ACCOUNT, other))


def test_numbered_names_do_not_fill_one_block():
    """100,000 accounts called "Account 17" would else be compared with each other."""
    blocks: dict[str, int] = {}
    for number in range(2000):
        for key in block_keys(ACCOUNT, {"name": f"Account {number}"}):
            blocks[key] = blocks.get(key, 0) + 1

    assert max(blocks.values()) == 1


def test_people_are_found_by_either_name():
    """Also where given and family name are swapped, or the given name is an initial."""
    ada = {"name": {"first_name": "Ada", "last_name": "Müller"}}
    for first, last in [("A.", "Mueller"), ("Müller", "Ada"), ("Ada", "Muler")]:
        other = {"name": {"first_name": first, "last_name": last}}
        assert set(block_keys(CONTACT, ada)) & set(block_keys(CONTACT, other)), (first, last)


def test_things_are_found_by_what_they_belong_to():
    """Two renewals of different accounts are never compared."""
    entity = CORE.entity("opportunity")
    here = {"name": "Renewal", "account": "account-1"}

    assert set(block_keys(entity, here)) & set(block_keys(entity, {**here, "name": "Renewl"}))
    assert not set(block_keys(entity, here)) & set(block_keys(entity, {**here, "account": "b"}))


def test_what_only_relates_others_is_not_looked_for_near_by():
    """Two shares of ten percent have nothing to do with each other."""
    split = {"opportunity": "o", "kind": "revenue", "fraction": "0.1"}

    assert () == block_keys(CORE.entity("split"), split)


NESTED = st.recursive(
    st.none() | st.text(max_size=12) | st.integers() | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=4,
)


@st.composite
def records(draw):
    """Any entity with values that fit its fields' shapes, however odd their texts are."""
    entity = draw(st.sampled_from([*CORE.entities.values()]))
    text = st.text(max_size=12)
    shapes = {Type.TEXTS: st.lists(text, max_size=3), Type.CHOICES: st.lists(text, max_size=3)}
    values = {}
    for field in entity.fields.values():
        shape = shapes.get(field.type, text)
        if field.parts:
            shape = st.fixed_dictionaries({part.name: st.none() | text for part in field.parts})
        values[field.name] = draw(st.none() | shape)
    return entity, values


@given(records())
def test_keys_are_sorted_and_without_repeats_for_any_record(record):
    """Every entity has some way to be found, and no text breaks it."""
    entity, values = record
    for keys in (exact_keys(entity, values), block_keys(entity, values)):
        assert list(keys) == sorted(set(keys))
    assert all(key.startswith("near:") for key in block_keys(entity, values))


BOND = Entity(
    "bond",
    "What relates two accounts.",
    {
        "one": Field("one", Type.REFERENCE, "The one.", to="account"),
        "other": Field("other", Type.REFERENCE, "The other.", to="account"),
        "kind": Field("kind", Type.TEXT, "In which way."),
        "side": Field("side", Type.TEXT, "On which side."),
    },
    unique=("one", "other", "kind", "side"),
)
WHOLE = {"one": "account-1", "other": "account-2"}
ACCOUNTS = st.sampled_from(["account-1", "account-1", "account-2", None])
WORDS = (
    st.lists(st.sampled_from(["a", "|", "\\"]), max_size=3).map("".join).map(lambda t: t or None)
)
SAID = st.fixed_dictionaries(
    {"one": ACCOUNTS, "other": ACCOUNTS, "kind": WORDS, "side": WORDS},
)


@settings(max_examples=1_000)
@example({**WHOLE, "kind": "a|a", "side": "a"}, {**WHOLE, "kind": "a", "side": "a|a"})
@example({**WHOLE, "kind": "a\\", "side": "a|a"}, {**WHOLE, "kind": "a|a\\", "side": "a"})
@given(SAID, SAID)
def test_relations_share_a_key_if_and_only_if_they_relate_the_same(one, other):
    """Whatever stands in their texts; a relation of nobody has no key at all."""
    whole = [None not in (said["one"], said["other"]) for said in (one, other)]
    keys = [exact_keys(BOND, said) for said in (one, other)]
    assert whole == [bool(each) for each in keys]
    assert (all(whole) and one == other) == bool(set(keys[0]) & set(keys[1]))
