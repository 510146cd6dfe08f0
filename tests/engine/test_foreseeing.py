"""A connector hears which reads follow in a round, before the first of them."""

from msgspec import structs

from kamsync.memory import Memory


class Foresighted(Memory):
    """Notes what it is told, and what it is asked, in order."""

    told = ()

    def foresee(self, reads):
        self.told = [[(each.object, each.names, each.cursor) for each in reads]]

    def read(self, object_, names, cursor):
        self.told.append((object_, tuple(names), cursor))
        return super().read(object_, names, cursor)


def test_each_read_of_a_round_was_foreseen(stage):
    """In their order, with the cursors that they begin at."""
    story = stage(entities=("account", "contact"))
    story["sales"].create(name="Nordwind")
    story.meet()
    noted = Foresighted.over(story["sales"].world)
    sales = structs.replace(story.hub.systems["sales"], connector=noted)
    story.hub.systems = {**story.hub.systems, "sales": sales}

    for sweep in (False, True):
        story.round(sweep=sweep)
        foreseen, *asked = noted.told
        assert foreseen == asked
        assert ["account", "contact"] == [object_ for object_, _, _ in asked]
        assert sweep == (asked[0][2] is None)
