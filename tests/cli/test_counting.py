"""What counts one thing says so as people do."""

import pytest

from kamsync.guards import Alarm
from kamsync.wording import counted, there_are


@pytest.mark.parametrize(
    ("names", "said"),
    [(["sales"], "there is sales"), (["a", "b"], "there are a, b"), ([], "there is none")],
)
def test_what_there_is_is_told_for_one_and_for_many(names, said):
    """One system is no "there are"."""
    assert said == there_are(names)


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 entries"), (1, "1 entry"), (1200, "1,200 entries")]
)
def test_a_count_goes_with_its_noun(count, said):
    """Thousands apart, as everywhere."""
    assert said == counted(count, "entry", "entries")


def test_a_guard_objects_to_a_single_record_in_the_singular():
    """It is read by whoever approves or drops the plan."""
    alarm = Alarm("sales", "contact", "create", 1, 1, 0)

    assert (
        "sales.contact: 1 record would be created among 1 record; 0 would be in proportion."
        == alarm.text
    )


def test_what_the_store_holds_is_told_by_the_names_of_its_entities(nordwind):
    """An entity has no plural: it stands before its number."""
    told = [each["text"] for each in nordwind.document("check")["findings"]]

    assert "It opens. Its records: account 1." in told


def test_the_only_system_is_named_alone(hub):
    """Where another one is asked for."""
    hub.configure(hub.file.read_text().partition("[system.success]")[0])

    result = hub.run("pause", "slaes")

    assert "There is no system 'slaes'; there is sales." in result.stderr
