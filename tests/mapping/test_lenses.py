"""Each ready lens keeps the two laws, and what it cannot write it refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kamsync.entities import CORE
from kamsync.errors import ReferenceMissing, ValueInvalid
from kamsync.lenses import (
    Choice,
    Choices,
    Form,
    Grouped,
    Moment,
    Part,
    Reference,
    Same,
    Scaled,
    Texts,
    Ticks,
    identity_map,
    lens_for,
    words,
)
from kamsync.mapping import EntityMap, FieldMap
from kamsync.schema import DataClass, Entity, Field, Type
from kamsync.testing.laws import MirrorRefs, check_mapping

REFS = MirrorRefs()

TEXT = Field("name", Type.TEXT, "A name.")
EMAIL = Field("email", Type.EMAIL, "An address.")
NUMBER = Field("sum", Type.NUMBER, "A number.")
SHARE = Field("probability", Type.FRACTION, "A share.")
STAFF = Field("employees", Type.INTEGER, "People.")
DONE = Field("done", Type.BOOLEAN, "Whether.")
DAY = Field("close_date", Type.DATE, "A day.")
TIME = Field("at", Type.TIME, "A moment.")
STATUS = Field("status", Type.CHOICE, "A status.", choices=("open", "won", "lost"))
REASONS = Field("reasons", Type.CHOICES, "Reasons.", choices=("revenue", "image", "hope"))
DOMAINS = Field("domains", Type.TEXTS, "Hosts.", items=Type.DOMAIN)
COUNTRY = Field("country", Type.COUNTRY, "A country.")
AMOUNT = CORE.entity("opportunity").field("amount")
STAGE = CORE.entity("opportunity").field("stage")
OWNER = Field("owner", Type.REFERENCE, "A person.", to="employee")

STATUSES = words(STATUS, {"Open": "open", "New": "open", "Closed Won": "won", "-": ""})
FEWER = words(STATUS, {"Active": "open", "Gone": "lost"}, {"won": "Active"})
YES_NO = words(DONE, {"Y": True, "N": False})
REASON_WORDS = words(REASONS, {"Umsatz": "revenue", "Ruf": "image", "Hoffnung": "hope"})

EXACT = {
    "text": (TEXT, Same(TEXT)),
    "number as text": (NUMBER, Same(NUMBER, Form.TEXT)),
    "number as JSON number": (NUMBER, Same(NUMBER, Form.NUMBER)),
    "whole number as text": (STAFF, Same(STAFF, Form.TEXT)),
    "boolean as text": (DONE, Same(DONE, Form.TEXT)),
    "country by name": (COUNTRY, Same(COUNTRY, Form.NAME)),
    "email with a limit": (EMAIL, Same(EMAIL, limit=25)),
    "percent": (SHARE, Scaled(SHARE)),
    "percent as text": (SHARE, Scaled(SHARE, form=Form.TEXT)),
    "thousands": (NUMBER, Scaled(NUMBER, power=-3, form=Form.TEXT)),
    "day as milliseconds": (DAY, Moment(DAY, form=Form.NUMBER)),
    "day as seconds in text": (DAY, Moment(DAY, Ticks.SECONDS, Form.TEXT)),
    "words": (STATUS, Choice(words(STATUS, {"o": "open", "O": "open", "w": "won", "l": "lost"}))),
    "boolean by words": (DONE, Choice(YES_NO)),
    "several words": (REASONS, Choices(REASON_WORDS, ";")),
    "several texts": (DOMAINS, Texts(DOMAINS, ", ")),
    "reference": (OWNER, Reference("employee")),
    "money": (AMOUNT, lens_for(AMOUNT)),
    "money as JSON number": (AMOUNT, lens_for(AMOUNT, Form.NUMBER)),
    "stage": (STAGE, lens_for(STAGE)),
}
LOSSY = {
    "text with a limit": (TEXT, Same(TEXT, limit=5)),
    "rounded percent": (SHARE, Scaled(SHARE, places=0)),
    "rounded millions": (NUMBER, Scaled(NUMBER, power=-6, places=1)),
    "seconds": (TIME, Moment(TIME, Ticks.SECONDS)),
    "seconds as a count": (TIME, Moment(TIME, Ticks.SECONDS, Form.NUMBER)),
    "fewer words": (STATUS, Choice(FEWER)),
}
LACKING = {
    "no currency": FieldMap(
        "amount",
        ("Amount",),
        Grouped(AMOUNT, (Part("amount", Same(AMOUNT.parts[0]), 0, 1),)),
        lacks=("currency",),
    ),
    "one currency": FieldMap(
        "amount",
        ("Amount",),
        Grouped(AMOUNT, (Part("amount", Same(AMOUNT.parts[0]), 0, 1),), {"currency": "EUR"}),
    ),
}


def one_field(field, map_):
    """Return an entity and a map with nothing else in it."""
    return EntityMap("thing", "Thing", {field.name: map_}), Entity(
        "thing", "A thing.", {field.name: field}
    )


def mapped(field, lens):
    """Return a map of *field* through *lens*."""
    native = tuple(part.name for part in field.parts) or (field.name,)
    return FieldMap(field.name, native, lens)


@pytest.mark.parametrize(("field", "lens"), EXACT.values(), ids=EXACT)
def test_a_lens_that_holds_everything_keeps_both_laws(field, lens):
    """What is read is left as it is, and what is written is read back."""
    map_, entity = one_field(field, mapped(field, lens))

    check_mapping(map_, entity, examples=100)


@pytest.mark.parametrize(("field", "lens"), LOSSY.values(), ids=LOSSY)
def test_a_lens_that_holds_less_keeps_what_it_holds(field, lens):
    """A system that truncates, rounds or knows fewer words never echoes its loss."""
    map_, entity = one_field(field, mapped(field, lens))

    check_mapping(map_, entity, lossy={field.name}, examples=100)


@pytest.mark.parametrize("field_map", LACKING.values(), ids=LACKING)
def test_a_group_of_which_parts_are_lacking_keeps_both_laws(field_map):
    """A system without a currency is no reason to lose one."""
    map_, entity = one_field(AMOUNT, field_map)

    check_mapping(map_, entity, examples=100)


@pytest.mark.parametrize("entity", CORE.entities.values(), ids=CORE.entities)
def test_the_identity_map_of_every_entity_keeps_both_laws(entity):
    """A system that holds records as kamsync does loses nothing of them."""
    check_mapping(identity_map(entity, entity.name), entity, examples=20)


@pytest.mark.parametrize("entity", CORE.entities.values(), ids=CORE.entities)
def test_the_identity_map_has_every_field_under_a_name_of_its_own(entity):
    """No two fields or parts share a native field."""
    map_ = identity_map(entity, "Thing", stamp="kamsync_id")
    natives = [name for field in map_.fields.values() for name in field.native]

    assert list(entity.fields) == list(map_.fields)
    assert len(natives) == len(set(natives))
    assert ("Thing", "kamsync_id") == (map_.object, map_.stamp)


@pytest.mark.parametrize(
    ("lens", "value", "cells", "expected"),
    [
        (Same(NUMBER, Form.NUMBER), "12", None, 12),
        (Same(NUMBER, Form.NUMBER), "12.5", None, 12.5),
        (Same(STAFF, Form.TEXT), 12, None, "12"),
        (Same(DONE, Form.TEXT), False, None, "false"),
        (Same(TEXT, limit=5), "Acme & Co", None, "Acme"),
        (Same(TEXT, limit=5), "Acme & Co", ("Acme ",), "Acme "),
        (Same(TEXT, limit=5), "Acme & Co", ("Bmce",), "Acme"),
        (Same(COUNTRY, Form.NAME), "DE", None, "Germany"),
        (Same(COUNTRY, Form.NAME), "DE", ("Deutschland",), "Deutschland"),
        (Same(COUNTRY, Form.NAME), "Narnia", None, "Narnia"),
        (Scaled(SHARE), "0.25", None, 25),
        (Scaled(SHARE, places=0), "0.255", None, 26),
        (Scaled(SHARE, places=0), "0.255", ("26.0",), "26.0"),
        (Moment(TIME, Ticks.SECONDS), "2026-11-30T16:41:00.5Z", None, "2026-11-30T16:41:00Z"),
        (Moment(TIME, form=Form.NUMBER), "1970-01-02T00:00:00Z", None, 86_400_000),
        (Moment(DAY, form=Form.NUMBER), "1970-01-02", None, 86_400_000),
        (Choice(STATUSES), "open", None, "Open"),
        (Choice(STATUSES), "open", ("New",), "New"),
        (Choice(FEWER), "won", None, "Active"),
        (Choices(REASON_WORDS, ";"), ["image", "revenue"], None, "Ruf;Umsatz"),
        (Choices(REASON_WORDS, ";"), ["image", "revenue"], ("Umsatz;Ruf",), "Umsatz;Ruf"),
        (Texts(DOMAINS, "; "), ["a.com", "b.com"], None, "a.com; b.com"),
        (Reference("employee"), "abc", None, "cba"),
        (Reference("employee", Form.NUMBER), "321", None, 123),
        (Reference("employee"), None, ("cba",), None),
    ],
)
def test_a_value_is_written_as_the_system_wants_it(lens, value, cells, expected):
    """The form is the system's; what it holds is kept where it says the same."""
    written = lens.put(value, cells, REFS)

    assert (expected,) == written
    assert type(expected) is type(written[0])


@pytest.mark.parametrize(
    ("lens", "cell", "expected"),
    [
        (Scaled(SHARE), 25, "0.25"),
        (Scaled(SHARE), "", None),
        (Moment(TIME), "1764520860000", "2025-11-30T16:41:00Z"),
        (Moment(TIME), "2026-11-30T16:41:00Z", "2026-11-30T16:41:00Z"),
        (Moment(DAY), 86_400_000, "1970-01-02"),
        (Choice(STATUSES), "-", None),
        (Choice(STATUSES), " New ", "open"),
        (Choice(words(STATUS, {"Won": "won"}, otherwise="open")), "Stage 7", "open"),
        (Choice(YES_NO), "N", False),
        (Choices(REASON_WORDS, ";"), " Ruf ; ;Umsatz", ["image", "revenue"]),
        (Texts(DOMAINS, ", "), "www.b.com,a.com", ["a.com", "b.com"]),
        (Reference("employee"), 123, "321"),
        (Reference("employee"), "", None),
    ],
)
def test_a_cell_is_read_whatever_way_the_system_spells_it(lens, cell, expected):
    """Reading takes what systems are known to send."""
    assert expected == lens.get((cell,), REFS)


@pytest.mark.parametrize(
    ("lens", "value", "expected"),
    [
        (Same(EMAIL, limit=5), "ada@example.com", "email has 15 characters.*takes 5"),
        (Choice(STATUSES), "lost", "no word for the status 'lost'.*Add one"),
        (Texts(DOMAINS, ";"), ["a;b"], "An item of domains holds ';'"),
        (
            Grouped(AMOUNT, (Part("amount", Same(NUMBER), 0, 1),), {"currency": "EUR"}),
            {"amount": "5", "currency": "USD"},
            "amount has the currency 'USD'.*everything in 'EUR'",
        ),
    ],
)
def test_a_value_that_cannot_be_written_is_refused(lens, value, expected):
    """Nothing is written that nobody entered: no half address, no dollars as euros."""
    with pytest.raises(ValueInvalid, match=expected):
        lens.put(value, None, REFS)


@pytest.mark.parametrize(
    ("lens", "cell", "expected"),
    [
        (Choice(STATUSES), "Closed Lost", "says 'Closed Lost' for status.*Open"),
        (Choice(STATUSES), 7, "says 7 for status"),
        (Choices(REASON_WORDS, ";"), ["Ruf"], "must be text with ';'"),
        (Scaled(SHARE), 250, "between 0 and 1"),
        (Moment(TIME), 10**30, "a count of milliseconds since 1970"),
        (Moment(TIME), "soon", "a time such as"),
        (Reference("employee"), 1.5, "must be an id; it is a float"),
    ],
)
def test_a_cell_that_cannot_be_read_is_refused(lens, cell, expected):
    """The record is parked with a sentence that says what to change."""
    with pytest.raises(ValueInvalid, match=expected):
        lens.get((cell,), REFS)


def test_a_word_for_pay_is_not_repeated():
    """Pay never enters a message."""
    kind = Field("kind", Type.CHOICE, "A kind.", data_class=DataClass.PAY, choices=("a", "b"))

    with pytest.raises(ValueInvalid) as caught:
        Choice(words(kind, {"x": "a"})).get(("7250 EUR",), REFS)

    assert "7250" not in str(caught.value)


def test_a_reference_to_what_is_not_linked_says_so():
    """The lens leaves it to the engine to wait for the record."""

    class Nothing(MirrorRefs):
        def record(self, entity, native_id):
            raise ReferenceMissing(f"{entity} {native_id} is not linked.")

    with pytest.raises(ReferenceMissing, match="employee 7"):
        Reference("employee").get((7,), Nothing())


@given(some.text(max_size=12), some.text(max_size=12))
def test_only_the_part_that_changed_is_written_anew(first, last):
    """The spelling of the other parts stays the system's own."""
    name = CORE.entity("contact").field("name")
    lens = lens_for(name)
    cells = (f" {first}", f"{last} ")
    value = lens.get(cells, REFS) or {"first_name": None, "last_name": None}

    written = lens.put({**value, "last_name": "Lovelace"}, cells, REFS)

    assert cells[0] == written[0]
    assert "Lovelace" == written[1].strip()


def test_a_broken_lens_is_found():
    """The laws notice a lens that turns text into capitals, and one that adds a mark each time."""

    class Shouting:
        def get(self, cells, refs):  # noqa: ARG002
            return cells[0] and cells[0].upper()

        def put(self, value, cells, refs):  # noqa: ARG002
            return (value,)

    class Marking(Same):
        def put(self, value, cells, refs):  # noqa: ARG002
            return (f"{value}!",)

    for lens, law in ((Shouting(), "PutGet of name"), (Marking(TEXT), "PutGet of name")):
        map_, entity = one_field(TEXT, mapped(TEXT, lens))
        with pytest.raises(AssertionError, match=law):
            check_mapping(map_, entity)
