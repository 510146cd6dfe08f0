"""What is read for the first time is kept as it is shown; what is read again and is the same is passed."""

from __future__ import annotations

from msgspec import structs

from kamsync.engine import pull
from kamsync.engine.reading.unchanged import digests_of
from kamsync.entities import core_schema
from kamsync.lenses import identity_map
from kamsync.model import EXISTS, Fact, Link, Reading
from kamsync.observe import Hearing, observe
from kamsync.store.restore import mark_moved

ACCOUNT = identity_map(core_schema().entity("account"), "account")


def hold_otherwise(story, native_id):
    """Let the store hold something else than what was read, without a reading."""
    link = story.link("sales", native_id)
    other = {**link.facts, "name": Fact(("Other",), ("Other",), 1)}
    story.store.links.save([structs.replace(link, facts=other)])


def held(story, native_id):
    """What the store says that the account is called there."""
    return story.link("sales", native_id).facts["name"].observed


def sweep(story):
    """Read the accounts of sales as a whole."""
    story.clock.wait(10)
    return pull(story.hub, story.hub.systems["sales"], "account", sweep=True)


def test_what_is_kept_as_it_is_shown_is_what_observing_makes_of_it(stage):
    """No fact is another one for the short way that it took."""
    story = stage()
    native_id = story["sales"].create(name="Müller", employees=7, domains=["a.example"])
    story.clock.wait(10)
    system = story.hub.systems["sales"]

    pull(story.hub, system, "account")

    link = story.link("sales", native_id)
    reading = system.connector.fetch("account", ACCOUNT.names, [native_id])[native_id]
    hearing = Hearing(ACCOUNT, system.connector.can, link.seen, link.read_at, digest=link.digest)
    new = Link(link.id, "sales", "account", native_id, None, {})
    assert observe(new, reading, hearing) == link
    assert "ann" == link.facts[EXISTS].author.id


def test_what_is_read_again_and_is_the_same_is_noted_as_read_and_looked_at_no_further(met):
    """It costs neither its facts nor a question by its id."""
    story, native_id, _ = met()
    sweep(story)
    hold_otherwise(story, native_id)
    before = story.link("sales", native_id).seen

    pulled = sweep(story)

    assert (1, 0, 0) == (pulled.read, pulled.changed, pulled.gone)
    assert ("Other",) == held(story, native_id)
    assert before < story.link("sales", native_id).seen


def test_an_edit_is_never_taken_for_what_was_read_before(met):
    """Not even one that brings back what was there."""
    story, native_id, _ = met()
    sweep(story)
    story["sales"].edit(native_id, name="Acme II")
    story["sales"].edit(native_id, name="Acme")
    hold_otherwise(story, native_id)

    assert 1 == sweep(story).changed
    assert ("Acme",) == held(story, native_id)


def test_everything_is_looked_at_again_where_a_system_was_put_back(met):
    """What was known of it then says nothing about what it holds now."""
    story, native_id, _ = met()
    sweep(story)
    hold_otherwise(story, native_id)

    mark_moved(story.store.database, story.clock, "sales")

    assert [] == story.store.links.digests("sales", "account", [native_id])
    sweep(story)
    assert ("Acme",) == held(story, native_id)


def test_what_a_person_may_still_change_unseen_is_passed_by_nothing(met):
    """A version that could hide a later change is no proof, nor is a link that is to be left alone."""
    story, native_id, _ = met()
    sweep(story)
    assert [native_id] == [id_ for id_, *_ in _digests(story, native_id)]

    for change in ({"settled": False}, {"detached": True}):
        link = story.link("sales", native_id)
        story.store.links.save([structs.replace(link, **change)])
        assert [] == _digests(story, native_id)
        story.store.links.save([link])


def test_the_same_cells_are_news_to_a_field_that_is_mapped_to_them_now():
    """The digest is that of another layout."""
    reading = Reading("A-1", {"name": "Acme"}, "1")
    name = ACCOUNT.fields["name"]
    one = structs.replace(ACCOUNT, fields={"name": name})
    two = structs.replace(
        ACCOUNT,
        fields={"name": name, "legal_name": structs.replace(name, field="legal_name")},
    )

    assert one.names == two.names
    assert digests_of(one, [reading]) != digests_of(two, [reading])


def _digests(story, native_id):
    return story.store.links.digests("sales", "account", [native_id])
