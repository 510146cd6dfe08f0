"""What a map says of a record: its cells, what a system lacks, and what it shows beside them."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from msgspec import structs

from kamsync.entities import CORE
from kamsync.errors import ReferenceMissing, UnknownName, ValueInvalid
from kamsync.lenses import Form, Grouped, Part, Reference, Same, lens_for
from kamsync.mapping import Derived, Direction, EntityMap, FieldMap
from kamsync.schema import Field, Type
from kamsync.testing.laws import MirrorRefs

REFS = MirrorRefs()
TEXT = Field("name", Type.TEXT, "A name.")
COUNT = Field("employees", Type.INTEGER, "People.")
OWNER = FieldMap("owner", ("OwnerId",), Reference("employee"))
NAME = FieldMap("name", ("Name",), Same(TEXT))
AMOUNT = CORE.entity("opportunity").field("amount")
STAGE = CORE.entity("opportunity").field("stage")


def some_parts(*names):
    """Return a lens for some parts of a stage, each in a cell of its own."""
    parts = {part.name: part for part in STAGE.parts}
    held = [Part(name, Same(parts[name]), at, at + 1) for at, name in enumerate(names)]
    return Grouped(STAGE, tuple(held))


FOLLOWING = FieldMap(
    "stage",
    ("Step",),
    some_parts("stage"),
    lacks=("status", "probability"),
    derived=Derived(("probability",), ("Chance",), some_parts("probability")),
)
"""A system in which a stage is entered, its chance follows from it, and nobody knows of a status."""

KNOWN = {"stage": "Offer", "status": "open", "probability": "0.3"}


class Told(MirrorRefs):
    """References in which some native ids are gone."""

    def __init__(self, *gone):
        self.gone = gone

    def record(self, entity, native_id):
        """Return the canonical id of what is still there."""
        if native_id in self.gone:
            raise ReferenceMissing(f"{entity} {native_id} is not linked.")
        return super().record(entity, native_id)


class Owners:
    """A lens of two parts in two cells: a name, and whom it refers to."""

    def get(self, cells, refs):
        """Return both parts, or nothing where both cells are empty."""
        if cells.count(None) == len(cells):
            return None
        owner = cells[-1] and refs.record("employee", cells[-1])
        return {"stage": cells[0], "probability": owner}

    def put(self, value, cells, refs):  # noqa: ARG002
        """Return both cells."""
        return value["stage"], refs.native("employee", value["probability"])


@pytest.mark.parametrize(
    ("cells", "known", "aside", "expected"),
    [
        (("Offer",), KNOWN, ("0.9",), KNOWN),
        (("Signed",), KNOWN, ("1",), {"stage": "Signed", "status": "open", "probability": "1"}),
        (("Signed",), KNOWN, (), {"stage": "Signed", "status": "open", "probability": None}),
        (("Signed",), KNOWN, ("much",), {"stage": "Signed", "status": "open", "probability": None}),
        (("Signed",), None, ("1",), {"stage": "Signed", "status": None, "probability": "1"}),
        (("Signed",), None, (), {"stage": "Signed", "status": None, "probability": None}),
        ((None,), KNOWN, ("0.9",), None),
    ],
)
def test_what_a_system_lacks_comes_from_what_was_known_and_what_follows_from_itself(
    cells, known, aside, expected
):
    """A status that nobody can enter there stays; a chance follows once the stage is another one."""
    assert expected == FOLLOWING.get(cells, REFS, known, aside)


def test_what_follows_may_refer_to_other_records():
    """Its references are followed like those of any other field."""
    derived = Derived(("probability",), ("Note", "By"), Owners())
    map_ = structs.replace(FOLLOWING, derived=derived)

    assert "eva" == map_.get(("Signed",), REFS, KNOWN, (None, "ave"))["probability"]
    assert "eva" == map_.shown(("Offer",), REFS, KNOWN, (None, "ave"))["probability"]


@pytest.mark.parametrize(
    ("cells", "known", "aside", "expected"),
    [
        (("Offer",), KNOWN, ("0.9",), {**KNOWN, "probability": "0.9"}),
        (("Offer",), KNOWN, (), KNOWN),
        (("Signed",), None, ("1",), {"stage": "Signed", "status": None, "probability": "1"}),
        ((None,), KNOWN, ("0.9",), None),
    ],
)
def test_what_a_system_shows_is_told_whatever_golden_is(cells, known, aside, expected):
    """A person who looks there sees its own chance, and golden's does not hide it."""
    assert expected == FOLLOWING.shown(cells, REFS, known, aside)


def test_a_field_without_anything_beside_it_shows_what_it_holds():
    """Nothing is derived from a name, nor from an owner, and both are read as they are."""
    assert "Acme" == NAME.shown(("Acme",), REFS, "Other", ())
    assert "abc" == OWNER.shown(("cba",), REFS)
    assert {"stage": "Offer", "status": "open", "probability": None} == structs.replace(
        FOLLOWING, derived=None, lacks=("status", "probability")
    ).shown(("Offer",), REFS, {"status": "open"})


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"Step": "Offer", "Chance": "0.3"}, ("0.3",)),
        ({"Step": "Offer", "Chance": 0}, (0,)),
        ({"Step": "Offer", "Chance": None}, ()),
        ({"Step": "Offer"}, ()),
    ],
)
def test_what_stands_beside_is_taken_from_the_same_reading(values, expected):
    """A system that shows nothing there derives nothing."""
    assert expected == FOLLOWING.aside(values)
    assert () == NAME.aside(values)


def test_one_of_several_cells_beside_is_enough():
    """The others are shown as empty."""
    derived = Derived(("probability",), ("Note", "By"), Owners())

    assert (None, "ave") == structs.replace(FOLLOWING, derived=derived).aside({"By": "ave"})


def test_what_a_system_says_already_is_left_as_it_is_written():
    """Another spelling of the same is no reason for a write."""
    count = FieldMap("employees", ("Staff",), Same(COUNT))

    assert ("12.0",) == count.put(12, ("12.0",), REFS)
    assert (13,) == count.put(13, ("12.0",), REFS)
    assert (12,) == count.put(12, None, REFS)


@pytest.mark.parametrize("cells", [("Many",), (1.5,)])
def test_cells_that_cannot_be_read_any_more_are_replaced(cells):
    """Golden says what should stand there, and nothing of the old spelling is kept."""
    count = FieldMap("employees", ("Staff",), Same(COUNT))

    with pytest.raises(ValueInvalid):
        count.get(cells, REFS)
    assert (12,) == count.put(12, cells, REFS)


def test_a_reference_to_what_is_gone_is_replaced_by_another_reference():
    """The new owner is looked up as any other, although the old one cannot be."""
    assert ("cba",) == OWNER.put("abc", ("gone",), Told("gone"))


def test_only_the_part_that_changed_is_written_although_the_system_lacks_another():
    """Its own spelling of what stays is kept, with or without a part that it has no place for."""
    parts = Grouped(AMOUNT, (Part("amount", Same(AMOUNT.parts[0], Form.TEXT), 0, 1),))
    amount = FieldMap("amount", ("Sum",), parts, lacks=("currency",))
    whole = FieldMap("amount", ("Sum", "Iso"), lens_for(AMOUNT, Form.TEXT))

    assert ("5.00",) == amount.put({"amount": "5", "currency": "USD"}, ("5.00",), REFS)
    assert ("5.00", "USD") == whole.put({"amount": "5", "currency": "USD"}, ("5.00", "EUR"), REFS)


@pytest.mark.parametrize(
    ("cells", "value", "expected"),
    [
        (("Offer",), KNOWN, True),
        (("Offer",), {**KNOWN, "status": "won", "probability": "1"}, True),
        (("Signed",), KNOWN, False),
        ((None,), KNOWN, False),
        (("Offer",), None, False),
        ((None,), None, True),
    ],
)
def test_a_system_says_a_value_if_it_says_all_parts_that_it_holds(cells, value, expected):
    """What it has no place for cannot be wrong there."""
    assert expected is FOLLOWING.says(cells, value, REFS)


@pytest.mark.parametrize(("cell", "expected"), [("Acme", True), (" Acme ", True), ("AC", False)])
def test_a_system_says_a_text_in_its_own_spelling(cell, expected):
    """The two are compared in normal form."""
    assert expected is NAME.says((cell,), "Acme", REFS)


def test_a_reference_is_said_by_the_systems_own_id():
    """The value is the canonical id, the cell the native one."""
    assert OWNER.says(("cba",), "abc", REFS)


DEAL = EntityMap(
    "opportunity",
    "Deal",
    {
        "name": NAME,
        "stage": FOLLOWING,
        "amount": FieldMap("amount", ("Sum", "Iso"), lens_for(AMOUNT)),
    },
)
READ = {"Name": "Renewal", "Step": "Offer", "Chance": 30, "Sum": 5, "Iso": "EUR", "Other": 1}


def test_every_native_field_is_read_once():
    """Also one that two fields share, and one that is only shown beside another."""
    fields = {**DEAL.fields, "title": FieldMap("title", ("Name",), Same(TEXT))}

    assert ("Name", "Step", "Sum", "Iso", "Chance") == DEAL.names
    assert DEAL.names == structs.replace(DEAL, fields=fields).names


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        ((), {"name": ("Renewal",), "stage": ("Offer",), "amount": (5, "EUR")}),
        (("Chance",), {"name": ("Renewal",), "stage": ("Offer",), "amount": (5, "EUR")}),
        (("Name",), {"stage": ("Offer",), "amount": (5, "EUR")}),
        (("Iso",), {"name": ("Renewal",), "stage": ("Offer",)}),
        (("Name", "Step", "Sum"), {}),
    ],
)
def test_a_field_of_which_a_cell_is_not_shown_is_not_told(missing, expected):
    """What a reading leaves out is unknown, and not empty."""
    values = {name: cell for name, cell in READ.items() if name not in missing}

    assert expected == DEAL.cells(values)


@pytest.mark.parametrize("names", [(), ("name",), ("amount",)])
def test_a_map_of_few_fields_reads_their_cells_too(names):
    """One cell is a tuple like several, and no field is none."""
    few = structs.replace(DEAL, fields={name: DEAL.fields[name] for name in names})

    assert {name: DEAL.cells(READ)[name] for name in names} == few.cells(READ)
    assert {} == few.cells({})


@pytest.mark.parametrize(("missing", "expected"), [((), (5, "EUR")), (("Sum",), None)])
def test_a_field_has_all_its_cells_or_none(missing, expected):
    """Half a sum of money says nothing."""
    values = {name: cell for name, cell in READ.items() if name not in missing}

    assert expected == DEAL.field("amount").cells(values)


def test_cells_are_written_under_their_native_names():
    """What is not mapped has none, so nothing is written of it."""
    cells = {"name": ("Renewal",), "amount": (5, "EUR"), "owner": ("cba",)}

    assert {"Name": "Renewal", "Sum": 5, "Iso": "EUR"} == DEAL.native(cells)


def test_cells_that_do_not_fit_the_native_fields_are_our_mistake():
    """They would be written into the wrong field."""
    with pytest.raises(ValueError, match="zip"):
        DEAL.native({"amount": (5,)})


def test_a_field_without_a_map_is_told_with_those_that_have_one():
    """The sentence names the object, the field and what there is, in order."""
    assert NAME == DEAL.field("name")
    with pytest.raises(UnknownName) as caught:
        DEAL.field("owner")

    expected = "Deal has no map for opportunity.owner; it has amount, name, stage."
    assert expected == str(caught.value)


def test_a_map_is_plain_if_all_of_it_is_read_and_nothing_stands_beside():
    """Only then do the cells of a reading say all that there is to know."""
    plain = structs.replace(DEAL, fields={"name": NAME})
    unread = structs.replace(NAME, direction=Direction(reads=False))

    assert [True, False, False] == [
        map_.is_plain for map_ in (plain, DEAL, structs.replace(plain, fields={"name": unread}))
    ]


def test_a_layout_is_another_one_where_cells_make_other_facts():
    """So a map that was changed is read anew, and one that only writes otherwise is not."""
    name = {"native": ("Title",)}, {"direction": Direction(reads=False)}
    beside = structs.replace(FOLLOWING.derived, native=("Share",))
    changed = [
        {**DEAL.fields, "name": structs.replace(NAME, **name[0])},
        {**DEAL.fields, "name": structs.replace(NAME, **name[1])},
        {**DEAL.fields, "stage": structs.replace(FOLLOWING, derived=beside)},
        {"name": NAME},
    ]
    same = {**DEAL.fields, "name": structs.replace(NAME, direction=Direction(writes=False))}

    layouts = {structs.replace(DEAL, fields=fields).layout for fields in [*changed, same]}
    assert len(changed) + 1 == len(layouts)
    assert DEAL.layout == structs.replace(DEAL, fields=same).layout


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (EntityMap("account", "Account", {"name": NAME}), True),
        (EntityMap("account", "Client", {"name": NAME}), False),
        (EntityMap("account", "Account", {"name": NAME}, stamp="Key"), False),
        (
            EntityMap("account", "Account", {"name": FieldMap("name", ("Label",), Same(TEXT))}),
            False,
        ),
        (
            EntityMap(
                "account", "Account", {"name": FieldMap("name", ("Name",), Same(TEXT, limit=9))}
            ),
            False,
        ),
        (EntityMap("account", "Account", {}), False),
    ],
)
def test_maps_that_read_and_write_alike_go_one_way(other, alike):
    """Where that changes, everything is read again."""
    assert alike is (EntityMap("account", "Account", {"name": NAME}).way == other.way)


class Own:
    """A lens of a plugin that is an object of its own."""

    def get(self, cells, refs):  # noqa: ARG002
        return cells[0]

    def put(self, value, cells, refs):  # noqa: ARG002
        return (value,)


@dataclass(frozen=True)
class Set(Own):
    """One that has settings, of which the order is no matter."""

    among: frozenset[str]
    words: tuple[str, ...]


def with_lens(lens):
    """Return a map of one field through a lens."""
    return EntityMap("account", "Account", {"name": FieldMap("name", ("Name",), lens)})


def test_a_lens_that_is_no_value_counts_by_its_kind():
    """Two of one kind are alike, whatever Python calls them; one that shows its settings counts by them."""
    lenses = [Own(), Own()]
    ways = {with_lens(each).way for each in lenses}
    sets = [Set(frozenset(each), ("a",)) for each in ("xy", "yx", "xz")]

    assert 1 == len(ways)
    assert with_lens(sets[0]).way == with_lens(sets[1]).way
    assert with_lens(sets[0]).way != with_lens(sets[2]).way
    assert with_lens(sets[0]).way not in ways


def test_a_map_names_what_is_shown_where_nothing_is_hidden_and_what_cannot_be_held_whole():
    """Each native field once, whatever is said through it."""
    map_ = EntityMap("opportunity", "Deal", {"stage": FOLLOWING, "name": NAME})

    assert {"Step", "Chance", "Name"} == map_.shown
    assert ("stage",) == map_.lacking
