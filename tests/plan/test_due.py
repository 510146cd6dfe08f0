"""What is due at one link: the write, what is confirmed, and what cannot be written yet."""

from __future__ import annotations

import pytest
from msgspec import structs

from kamsync.connector import Can
from kamsync.entities import core_schema
from kamsync.errors import ReferenceMissing
from kamsync.lenses import field_map, identity_map
from kamsync.mapping import Direction, EntityMap
from kamsync.model import EXISTS, Fact, Golden, Intent, Link, Op, Record
from kamsync.observe import GONE, HERE
from kamsync.plan import Due, Problem, due

SCHEMA = core_schema()
EVERYTHING = ~Can.NOTHING
ACCOUNT = SCHEMA.entity("account").fields


class Refs:
    """Records by the native ids ``n-RECORD``; those in *missing* are not linked."""

    def __init__(self, *missing):
        self.missing = missing

    def record(self, entity, native_id):
        if native_id.removeprefix("n-") in self.missing:
            raise ReferenceMissing(f"{entity} {native_id} is not linked.")
        return native_id.removeprefix("n-")

    def native(self, entity, record):
        if record in self.missing:
            raise ReferenceMissing(f"{entity} {record} is not linked.")
        return f"n-{record}"


def record(entity="account", **golden):
    """A record that is there since revision 1, whose values have revision 5."""
    fields = {EXISTS: Golden(value=True, revision=1)}
    fields |= {name: Golden(value, 5) for name, value in golden.items()}
    return Record("r", entity, fields)


def link(native_id="n-r", *, entity="account", seen=9, exists=(HERE, HERE, 1), **facts):
    """A link whose facts are given as (observed, merged, knows)."""
    held = {EXISTS: Fact(*exists)} if native_id else {}
    held |= {name: Fact(*each) for name, each in facts.items()}
    return Link(1, "sales", entity, native_id, "r", held, seen=seen)


def asked(record_, link_, *, held=(), can=EVERYTHING, hidden=(), missing=(), needs=()):
    """What is due at a link, of a system that holds accounts as kamsync does."""
    map_ = identity_map(SCHEMA.entity(record_.entity), record_.entity)
    return due(record_, link_, map_, Refs(*missing), held=held, can=can, hidden=hidden, needs=needs)


def known(value, knows=5):
    """A fact whose value was dealt with."""
    return ((value,), (value,), knows)


def whole(exists=(HERE, HERE, 1), **facts):
    """A link to an account that was read in every field; those that are not given are blank."""
    return link(exists=exists, **{**dict.fromkeys(ACCOUNT, known(None)), **facts})


def test_a_link_that_knows_golden_is_owed_nothing():
    """Whatever it holds: it was told once."""
    assert Due() == asked(record(name="Acme"), link(name=known("ACME")))


def test_what_the_last_reading_did_not_show_is_neither_written_nor_deleted():
    """Somebody may have entered there what nobody has heard."""
    unseen = whole(name=((("Old",), ("Old",), 3, False, None, "", None, (), False, (), True)))
    ended = record(name="Acme")
    ended.fields[EXISTS] = Golden(value=False, revision=6)

    kept = asked(ended, unseen)

    assert [None, None] == [each.op for each in (asked(record(name="Acme"), unseen), kept)]
    [problem] = kept.problems
    assert EXISTS == problem.field
    assert "kamsync's user is not shown name, and" in problem.reason
    assert "delete the record there by hand" in problem.reason


@pytest.mark.parametrize(
    ("unseen", "named"),
    [
        (["name", "website", "phone"], "name, website, phone"),
        (["name", "website", "phone", "tier"], "name, website, phone and 1 more"),
    ],
)
def test_of_many_fields_that_were_never_shown_a_few_are_named(unseen, named):
    """Somebody has to read it, and to know what to do."""
    ended = Record("r", "account", {EXISTS: Golden(value=False, revision=6)})
    map_ = EntityMap(
        "account", "account", {name: field_map(ACCOUNT[name], [name]) for name in unseen}
    )

    [problem] = due(ended, link(), map_, Refs(), held=(), can=EVERYTHING).problems

    told = (
        f"It ended elsewhere and is kept there: kamsync's user is not shown {named}, and somebody may"
        " have entered there what nobody has read. Let that user see it, or delete the record there by"
        " hand."
    )
    assert Problem(EXISTS, told) == problem


def test_a_link_that_does_not_know_golden_is_written():
    """With the cells and the revision of golden."""
    told = asked(record(name="Acme"), link(name=known("Old", 3)))

    assert (Op.UPDATE, {"name": Intent(("Acme",), 5)}) == (told.op, told.fields)


def test_a_link_that_holds_golden_is_not_written_but_confirmed():
    """It was read after golden was set."""
    told = asked(record(name="Acme"), link(name=known("Acme", 3), seen=5))

    assert Due(confirmed=("name",)) == told


def test_an_older_reading_confirms_nothing():
    """It is read again first."""
    told = asked(record(name="Acme"), link(name=known("Acme", 3), seen=4))

    assert Due(unconfirmed=("name",)) == told
    assert "read" == told.word


def test_a_field_that_moved_is_not_written():
    """Somebody's edit is merged first."""
    assert Due() == asked(record(name="Acme"), link(name=(("New",), ("Old",), 3)))


def test_a_field_in_doubt_is_not_written():
    """It is unclear what the system holds."""
    assert Due() == asked(record(name="Acme"), link(name=(("Old",), ("Old",), 3, True)))


def test_a_field_under_review_is_not_written():
    """The other fields are."""
    told = asked(
        record(name="Acme", industry="steel"),
        link(name=known("Old", 3), industry=known("Old", 3)),
        held=["name"],
    )

    assert ["industry"] == list(told.fields)


def test_a_field_that_must_not_reach_the_system_is_not_written():
    """Nor is it confirmed."""
    assert Due() == asked(record(name="Acme"), link(name=known("Old", 3)), hidden=["name"])


def test_a_field_that_is_only_read_is_not_written():
    """Neither into a record that is there nor into a new one."""
    map_ = identity_map(SCHEMA.entity("account"), "account")
    name = structs.replace(map_.fields["name"], direction=Direction(writes=False))
    only_read = structs.replace(map_, fields={**map_.fields, "name": name})
    acme = record(name="Acme", industry="steel")

    told = [
        due(acme, each, only_read, Refs(), held=(), can=EVERYTHING)
        for each in (link(name=known("Old", 3), industry=known("old", 3)), link(None))
    ]

    assert [{"industry"}, {"industry", EXISTS}] == [set(each.fields) for each in told]


def test_a_record_is_made_of_a_value_that_is_said_in_part():
    """A street without a city is something to begin with."""
    map_ = identity_map(SCHEMA.entity("account"), "account")
    parts = SCHEMA.entity("account").field("billing_address").parts
    said = {part.name: "Weg 1" if part.name == parts[0].name else None for part in parts}
    golden = {EXISTS: Golden(value=True, revision=1), "billing_address": Golden(said, 5)}

    told = due(Record("r", "account", golden), link(None), map_, Refs(), held=(), can=EVERYTHING)

    assert (Op.CREATE, {"billing_address", EXISTS}) == (told.op, set(told.fields))


@pytest.mark.parametrize("unset", [{}, {"name": Golden()}])
def test_a_field_that_golden_never_set_is_not_written(unset):
    """Nobody said anything about it."""
    there = Record("r", "account", {EXISTS: Golden(value=True, revision=1), **unset})

    assert Due() == asked(there, link(name=known("X")))


def test_a_write_that_empties_a_field_says_so():
    """Blanks are weighed on their own."""
    told = asked(record(name="Acme", industry=None), link(industry=known("steel", 3)))

    assert ("industry",) == told.blanks


def test_a_record_that_is_not_there_is_created_with_all_that_is_said():
    """Blanks are left out."""
    told = asked(record(name="Acme", industry=None), link(None))

    assert Op.CREATE is told.op
    assert {"name": Intent(("Acme",), 5), EXISTS: Intent(HERE, 1)} == told.fields


def test_a_record_is_not_created_before_its_parent():
    """It waits for that record."""
    told = asked(
        record("contact", account="a", email="li@acme.com"),
        link(None, entity="contact"),
        missing=["a"],
        needs=("account",),
    )

    assert (None, ["a"]) == (told.op, [problem.awaits for problem in told.problems])


def test_another_reference_that_is_missing_holds_back_itself_only():
    """And is named as what is awaited."""
    told = asked(
        record("contact", owner="e", email="li@acme.com"),
        link(None, entity="contact"),
        missing=["e"],
        needs=("account",),
    )

    assert Op.CREATE is told.op
    assert "owner" not in told.fields
    assert ["e"] == [problem.awaits for problem in told.problems]


def test_a_record_that_ended_is_deleted():
    """Where it is still there."""
    ended = Record("r", "account", {EXISTS: Golden(False, 7)})

    assert {EXISTS: Intent(GONE, 7)} == asked(ended, whole()).fields


def test_a_record_with_a_field_that_was_never_shown_is_not_deleted():
    """It may be hidden since before the record was there, and hold what somebody entered."""
    ended = Record("r", "account", {EXISTS: Golden(False, 7)})
    partly = whole()
    del partly.facts["industry"]

    told = asked(ended, partly)

    assert (None, {}) == (told.op, told.fields)
    assert "is not shown industry, and" in told.problems[0].reason


@pytest.mark.parametrize("knows", [-1, 1, 7])
def test_a_record_that_ended_and_is_gone_is_owed_nothing(knows):
    """However it went."""
    ended = Record("r", "account", {EXISTS: Golden(False, 7)})

    assert Due() == asked(ended, link(exists=(GONE, GONE, knows)))


def test_a_record_that_ended_is_not_created():
    """In a system that never had it."""
    ended = Record("r", "account", {EXISTS: Golden(False, 7), "name": Golden("Acme", 5)})

    assert Due() == asked(ended, link(None))


def test_a_record_that_is_gone_is_put_back_if_golden_says_so():
    """Under its own id where the system can do that, else anew."""
    told = asked(record(name="Acme"), link(exists=(GONE, GONE, -1)))

    assert (Op.CREATE, ("Acme",)) == (told.op, told.fields["name"].cells)


def test_a_record_that_cannot_be_put_back_is_owed_nothing():
    """A system without creates cannot be asked for one."""
    gone = link(exists=(GONE, GONE, -1))

    assert Due() == asked(record(name="Acme"), gone, can=Can.UPDATE)


def test_nothing_begins_or_ends_while_existence_is_under_review():
    """What is there goes on being written."""
    ended = Record("r", "account", {EXISTS: Golden(value=False, revision=7)})

    assert Due() == asked(record(name="Acme"), link(None), held=[EXISTS])
    assert Due() == asked(ended, whole(), held=[EXISTS])
    there = asked(record(name="Acme"), link(name=known("Old", 3)), held=[EXISTS])
    assert ["name"] == list(there.fields)


def test_nothing_is_due_to_a_record_that_was_merged_away():
    """Its survivor is written."""
    merged = Record("r", "account", record(name="Acme").fields, merged_into="s")

    assert Due() == asked(merged, link(name=known("Old", 3)))


def test_nothing_is_due_of_a_record_of_which_nobody_said_that_it_is_there():
    """It was never set."""
    assert Due() == asked(Record("r", "account", {"name": Golden("Acme", 5)}), link(None))


@pytest.mark.parametrize("exists", [None, (HERE, GONE, 1), (HERE, HERE, 1, True)])
def test_nothing_is_due_at_a_link_of_which_it_is_not_known_whether_it_is_there(exists):
    """It came, went or is in doubt, and that is merged first."""
    there = link(name=known("Old", 3))
    if exists is None:
        del there.facts[EXISTS]
    else:
        there.facts[EXISTS] = Fact(*exists)

    assert Due() == asked(record(name="Acme"), there)


def test_nothing_is_due_at_a_link_that_a_person_detached():
    """Its system does without the record."""
    assert Due() == asked(
        record(name="Acme"), structs.replace(link(name=known("Old", 3)), detached=True)
    )


@pytest.mark.parametrize("can", [Can.CREATE, Can.UNDELETE, Can.CREATE | Can.UNDELETE])
def test_a_record_is_put_back_in_whichever_way_its_system_can(can):
    """As itself or anew."""
    told = asked(record(name="Acme"), link(exists=(GONE, GONE, -1)), can=can)

    assert Op.CREATE is told.op


@pytest.mark.parametrize(
    ("native_id", "can", "op"),
    [
        ("n-r", EVERYTHING, Op.CREATE),
        ("n-r", Can.CREATE, None),
        (None, EVERYTHING, None),
    ],
)
def test_only_a_record_that_returns_as_itself_is_made_of_nothing(native_id, can, op):
    """It brings back what it held; a new one would be an empty one."""
    told = asked(record(), link(native_id, exists=(GONE, GONE, -1)), can=can)

    nothing = Problem(EXISTS, "It is not created there while none of its values can be sent.")
    assert (op, () if op else (nothing,)) == (told.op, told.problems)


def test_a_record_of_which_nothing_can_be_sent_is_not_made_and_says_why():
    """Each field with what is missing for it, and then what follows from that."""
    told = asked(
        record("contact", account="a", owner="e"), link(None, entity="contact"), missing=["a", "e"]
    )

    assert ["account", "owner", EXISTS] == [problem.field for problem in told.problems]
    assert (None, {}) == (told.op, told.fields)


def test_what_is_missing_is_named_with_the_reason():
    """So that somebody can tell what is waited for."""
    told = asked(
        record("contact", owner="e"),
        link(entity="contact", owner=known("n-x", 3)),
        missing=["e"],
    )

    assert Due(problems=(Problem("owner", "employee e is not linked.", "e"),)) == told


def test_a_value_that_a_system_cannot_hold_is_named_with_the_reason():
    """It awaits nothing: somebody has to change it."""
    email = SCHEMA.entity("contact").field("email")
    map_ = EntityMap("contact", "Contact", {"email": field_map(email, ["email"], {"limit": 5})})
    one = link(entity="contact", email=known("a@b.c", 3))

    told = due(record("contact", email="li@acme.com"), one, map_, Refs(), held=(), can=EVERYTHING)

    reason = "email has 11 characters, and this system takes 5. Shorten it."
    assert Due(problems=(Problem("email", reason),)) == told


def test_a_record_that_ended_is_deleted_as_such():
    """And nothing else is sent."""
    ended = Record("r", "account", {EXISTS: Golden(value=False, revision=7)})

    assert Due(Op.DELETE, {EXISTS: Intent(GONE, 7)}) == asked(ended, whole())


def test_a_record_is_deleted_only_where_all_that_was_entered_is_heard():
    """Somebody has just changed it there."""
    ended = Record("r", "account", {EXISTS: Golden(value=False, revision=7)})

    assert Due() == asked(ended, whole(name=(("New",), ("Old",), 3)))


def test_a_record_that_is_told_to_be_known_as_ended_is_not_deleted_again():
    """It was written once for this revision, and somebody has kept it."""
    ended = Record("r", "account", {EXISTS: Golden(value=False, revision=7)})

    assert Due() == asked(ended, whole(exists=(HERE, HERE, 7)))


def test_that_a_record_is_there_is_confirmed_like_any_value():
    """A decision may have said so anew."""
    there = asked(record(), link(exists=(HERE, HERE, -1), seen=1))
    older = asked(record(), link(exists=(HERE, HERE, -1), seen=0))

    assert [Due(confirmed=(EXISTS,)), Due(unconfirmed=(EXISTS,))] == [there, older]


def test_another_spelling_of_golden_is_left_as_it_is():
    """It says the same."""
    assert Due(confirmed=("name",)) == asked(record(name="Acme"), link(name=known(" Acme ", 3)))


def test_a_reference_that_fell_is_owed_though_its_link_knows_golden():
    """Its system emptied it, and no person did."""
    fell = link(entity="contact")
    fell.facts["owner"] = Fact((None,), (None,), 5, emptied=True)

    assert {"owner": Intent(("n-e",), 5)} == asked(record("contact", owner="e"), fell).fields


@pytest.mark.parametrize(
    ("first", "left"),
    [
        ((("New",), ("Old",), 3), Due()),
        ((("Acme",), ("Acme",), 3), Due(confirmed=("name",))),
        ((("Old",), ("Old",), 3, False, None, "", None, (), False, (), True), Due()),
        ((("Old",), ("Old",), 5), Due()),
        (None, Due()),
    ],
    ids=["moved", "agrees", "unseen", "knows", "not shown"],
)
def test_what_becomes_of_one_field_keeps_no_other_from_being_written(first, left):
    """Each is looked at by itself."""
    facts = {"industry": known("old", 3)} | ({} if first is None else {"name": first})

    told = asked(record(name="Acme", industry="steel"), link(**facts))

    written = {"industry": Intent(("steel",), 5)}
    assert structs.replace(left, op=Op.UPDATE, fields=written) == told


def test_a_field_that_cannot_be_written_keeps_no_other_from_being_written():
    """It waits alone."""
    facts = {"account": known("n-b", 3), "email": known("x@y.z", 3), "owner": known("n-x", 3)}

    told = asked(
        record("contact", account="a", email="li@acme.com", owner="e"),
        link(entity="contact", **facts),
        missing=["a", "e"],
    )

    assert (["email"], 2) == (list(told.fields), len(told.problems))


def test_a_blank_that_is_left_out_keeps_nothing_else_out_of_a_new_record():
    """Whatever comes first."""
    told = asked(record(name=None, industry="steel"), link(None))

    assert {"industry", EXISTS} == set(told.fields)


@pytest.mark.parametrize(
    ("told", "word"),
    [
        (Due(Op.UPDATE, unconfirmed=("name",)), "update"),
        (Due(unconfirmed=("name",)), "read"),
        (Due(confirmed=("name",)), None),
    ],
)
def test_what_is_owed_is_one_word(told, word):
    """A write comes before a mere reading, which it brings along."""
    assert word == told.word
