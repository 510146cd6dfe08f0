from datetime import UTC, date
from itertools import count

import pytest
from msgspec import structs

from kamsync.connector import Can
from kamsync.memory import ALL, Memory
from kamsync.model import Page

COARSE = ALL & ~Can.EXACT_VERSION


class Changed(Memory):
    """Shows each reading as `changed` leaves it."""

    def changed(self, reading):
        return reading

    def read(self, object_, names, cursor):
        for page in super().read(object_, names, cursor):
            yield Page(tuple(self.changed(each) for each in page.readings), page.cursor)

    def fetch(self, object_, names, native_ids):
        found = super().fetch(object_, names, native_ids)
        return {key: self.changed(reading) for key, reading in found.items()}


def with_values(reading, change):
    """Return *reading* with its values changed, if it has any."""
    if reading.values is None:
        return reading
    return structs.replace(reading, values=change(dict(reading.values)))


class PassesOverTies(Memory):
    """Goes on behind the cursor's second instead of within it."""

    def read(self, object_, names, cursor):
        for page in super().read(object_, names, cursor):
            later = [each for each in page.readings if cursor is None or each.version > cursor[:20]]
            yield Page(tuple(later), page.cursor)


class CountsRows(Memory):
    """Pages by counting rows of a list that shifts under the reader."""

    def read(self, object_, names, cursor):
        for start in count(0, self._page):
            shifting = [
                each for page in super().read(object_, names, cursor) for each in page.readings
            ]
            yield Page(tuple(shifting[start : start + self._page]), str(self.system.seq))
            if start + self._page >= len(shifting):
                return


class AnswersNothing(Memory):
    """Yields no page where there is nothing to tell."""

    def read(self, object_, names, cursor):
        yield from (page for page in super().read(object_, names, cursor) if page.readings)


class RemembersCursors(Memory):
    """Keeps its place in itself, so that a cursor is worth nothing to others."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.places = {}

    def read(self, object_, names, cursor):
        known = self.places.get(cursor, str(self.system.seq))
        for page in super().read(object_, names, None if cursor is None else known):
            mine = f"place {len(self.places)}"
            self.places[mine] = page.cursor
            yield Page(page.readings, mine)


class ReadsFromTheEnd(Memory):
    """Reads the newest first."""

    def read(self, object_, names, cursor):
        pages = list(super().read(object_, names, cursor))
        for page in reversed(pages):
            yield Page(tuple(reversed(page.readings)), pages[-1].cursor)


class StartsOver(Memory):
    """Reads everything every time."""

    def read(self, object_, names, cursor):  # noqa: ARG002
        return super().read(object_, names, None)


class HidesItsEchoes(Memory):
    """Leaves out what kamsync itself wrote last."""

    def read(self, object_, names, cursor):
        for page in super().read(object_, names, cursor):
            theirs = [each for each in page.readings if each.author is None or not each.author.own]
            yield Page(tuple(theirs), page.cursor)


class HidesTheGone(Memory):
    """Claims tombstones and tells none."""

    def read(self, object_, names, cursor):
        for page in super().read(object_, names, cursor):
            living = [each for each in page.readings if each.values is not None]
            yield Page(tuple(living), page.cursor)


class ShowsTheGoneAsBlank(Changed):
    """Shows what is gone as a record of blanks."""

    def changed(self, reading):
        return structs.replace(reading, values=reading.values or {"name": None, "city": None})


class InventsFields(Memory):
    """Shows a field that is not there as a blank."""

    def fetch(self, object_, names, native_ids):
        return {
            key: with_values(reading, lambda held: {name: held.get(name) for name in names})
            for key, reading in super().fetch(object_, names, native_ids).items()
        }


class LeavesOutBlanks(Changed):
    """Leaves out the fields that hold nothing."""

    def changed(self, reading):
        return with_values(reading, lambda held: {k: v for k, v in held.items() if v is not None})


class ShowsMore(Changed):
    """Shows a field that nobody asked for."""

    def changed(self, reading):
        return with_values(reading, lambda held: {**held, "surprise": 1})


class ShowsObjects(Changed):
    """Hands out values of Python's own types."""

    def changed(self, reading):
        return with_values(reading, lambda held: {**held, "city": date(2026, 1, 1)})


class ShowsNaiveTimes(Changed):
    """Hands out times without a zone."""

    def changed(self, reading):
        return structs.replace(reading, modified=reading.modified.replace(tzinfo=None))


class ShowsItsOwnTime(Memory):
    """Fetches a record differently from how it reads it."""

    def fetch(self, object_, names, native_ids):
        return {
            key: structs.replace(reading, modified=reading.modified.astimezone(UTC), version="now")
            for key, reading in super().fetch(object_, names, native_ids).items()
        }


class NeverChangesVersion(Changed):
    """Gives every state of a record the same version."""

    def changed(self, reading):
        return structs.replace(reading, version="1")


class SettlesTooEarly(Changed):
    """Calls a version settled within its own second."""

    def changed(self, reading):
        return structs.replace(reading, settled=True)


class NeverSettles(Changed):
    """Never calls a version settled."""

    def changed(self, reading):
        return structs.replace(reading, settled=False)


class ClaimsEveryEdit(Changed):
    """Takes everybody for kamsync's own user."""

    def changed(self, reading):
        return structs.replace(reading, author=structs.replace(reading.author, own=True))


class FollowsMerges(Memory):
    """Answers a merged id with its survivor."""

    def fetch(self, object_, names, native_ids):
        found = super().fetch(object_, names, native_ids)
        for key, reading in list(found.items()):
            if reading.merged_into is not None:
                survivor = super().fetch(object_, names, [reading.merged_into])
                found[key] = survivor[reading.merged_into]
        return found


class ForgetsSurvivors(Changed):
    """Claims to tell of merges and does not."""

    def changed(self, reading):
        return structs.replace(reading, merged_into=None)


class GuessesNumbers(Changed):
    """Reads text that looks like a number as one."""

    def changed(self, reading):
        def guessed(held):
            return {k: int(v) if str(v).isdecimal() else v for k, v in held.items()}

        return with_values(reading, guessed)


@pytest.mark.parametrize(
    ("connector", "can", "rule"),
    [
        (PassesOverTies, COARSE, "C15"),
        (CountsRows, ALL, "C19"),
        (AnswersNothing, ALL, "C2"),
        (RemembersCursors, ALL, "C23"),
        (ReadsFromTheEnd, ALL, "C21"),
        (StartsOver, ALL, "C18"),
        (HidesItsEchoes, ALL, "C52"),
        (HidesTheGone, ALL, "C57"),
        (ShowsTheGoneAsBlank, ALL, "C54"),
        (LeavesOutBlanks, ALL, "C6"),
        (ShowsMore, ALL, "C4"),
        (ShowsObjects, ALL, "C12"),
        (ShowsNaiveTimes, ALL, "C11"),
        (ShowsItsOwnTime, ALL, "C7"),
        (NeverChangesVersion, ALL, "C26"),
        (SettlesTooEarly, COARSE, "C28"),
        (NeverSettles, COARSE, "C29"),
        (ClaimsEveryEdit, ALL, "C53"),
        (FollowsMerges, ALL, "C66"),
        (ForgetsSurvivors, ALL, "C65"),
        (GuessesNumbers, ALL, "C74"),
    ],
    ids=lambda each: each.__name__ if isinstance(each, type) else str(each)[:3],
)
def test_a_wrong_reading_is_noticed(broken_rules, connector, can, rule):
    """Each defect breaks at least the rule that is there against it."""
    assert rule in broken_rules(connector, can)


def test_an_invented_field_is_noticed(broken_rules):
    """C5, where the fields of the system are known."""
    assert "C5" in broken_rules(InventsFields, ALL, described=True)
