import pytest
from msgspec import structs

from kamsync.connector import Can
from kamsync.memory import ALL, Memory
from kamsync.model import Entry
from kamsync.testing import ConnectorTests, rules


class FindsTheGone(Memory):
    """Finds stamps of records that are gone."""

    def find(self, object_, names, stamps):
        table = self.system.table(object_)
        gone = {each: table.by_stamp[each] for each in stamps if each in table.by_stamp}
        found = {each: self.fetch(object_, names, [id_])[id_] for each, id_ in gone.items()}
        return {**found, **super().find(object_, names, stamps)}


class SearchesLoosely(Memory):
    """Finds records that hold one of the values."""

    def search(self, object_, names, values):
        first = dict(list(values.items())[:1])
        return super().search(object_, names, first)


class NamesItself(Memory):
    """Tells another identity in each connector, not that of its system."""

    def identity(self):
        return f"memory {id(self)}"


class TellsBackwards(Memory):
    """Tells a history from its end."""

    def history(self, object_, names, since):
        told = super().history(object_, names, since)
        return {key: list(reversed(entries)) for key, entries in told.items()}


class TellsEverything(Memory):
    """Tells a history from its beginning, whatever was known."""

    def history(self, object_, names, since):
        return super().history(object_, names, dict.fromkeys(since, ""))


class TellsTheLast(Memory):
    """Tells only the last change."""

    def history(self, object_, names, since):
        told = super().history(object_, names, since)
        return {key: entries[-1:] for key, entries in told.items()}


class TellsNoAuthors(Memory):
    """Tells changes without saying whose they were."""

    def history(self, object_, names, since):
        told = super().history(object_, names, since)
        return {
            key: [Entry(entry.values, None, entry.at) for entry in entries]
            for key, entries in told.items()
        }


class ClaimsTooMuch(Memory):
    """Describes objects as more capable than itself."""

    def describe(self):
        described = super().describe()
        return {k: structs.replace(each, can=~Can.NOTHING) for k, each in described.items()}


class DescribesAnotherField(Memory):
    """Describes fields by names that do not work."""

    def describe(self):
        described = super().describe()
        return {
            key: structs.replace(each, fields={n.title(): f for n, f in each.fields.items()})
            for key, each in described.items()
        }


@pytest.mark.parametrize(
    ("connector", "rule"),
    [
        (FindsTheGone, "C38"),
        (SearchesLoosely, "C39"),
        (TellsBackwards, "C69"),
        (TellsEverything, "C70"),
        (TellsTheLast, "C69"),
        (TellsNoAuthors, "C71"),
        (DescribesAnotherField, "C82"),
        (NamesItself, "C89"),
    ],
)
def test_a_wrong_answer_is_noticed(broken_rules, connector, rule):
    """Each defect breaks at least the rule that is there against it."""
    assert rule in broken_rules(connector, ALL)


def test_a_claim_too_many_is_noticed(broken_rules):
    """C83, where there is something left to claim."""
    assert "C83" in broken_rules(ClaimsTooMuch, ALL & ~Can.DELETE)


@pytest.mark.parametrize("described", [True, False])
def test_the_reference_breaks_nothing(broken_rules, described):
    """What the tests of the suite run on is sound, so that each failure is the defect's."""
    assert set() == broken_rules(Memory, ALL, described=described)


def test_the_rules_are_numbered():
    """Each rule has its number and a sentence; no number is missing or given twice."""
    listed = rules()

    assert [f"C{n}" for n in range(1, len(listed) + 1)] == [rule.number for rule in listed]
    assert len(listed) >= 40
    assert all(rule.sentence and getattr(ConnectorTests, rule.test) for rule in listed)


def test_a_rule_is_not_left_out_in_silence():
    """To override, remove or skip a rule needs a strict xfail with a reason."""
    with pytest.raises(TypeError, match="leaves out C32"):
        type("Bad", (ConnectorTests,), {"test_a_repeated_create_makes_one": None})
    with pytest.raises(TypeError, match="leaves out C1 "):
        type("Bad", (ConnectorTests,), {"test_everything_is_read": print})
    with pytest.raises(TypeError, match="as a whole"):
        type("Bad", (ConnectorTests,), {"pytestmark": pytest.mark.skip(reason="no")})
    with pytest.raises(TypeError, match="leaves out C32"):
        type("Bad", (ConnectorTests,), _overriding(pytest.mark.xfail(reason="not strict")))

    type("Good", (ConnectorTests,), _overriding(pytest.mark.xfail(strict=True, reason="why")))


def _overriding(mark):
    @mark
    def test(self, connector, world):
        pass

    return {"test_a_repeated_create_makes_one": test}
