"""The small things that everything rests on: ids, times, the org's clock, errors, cursors."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamsync_salesforce.api.answers import body_of, problem_of
from kamsync_salesforce.api.ids import is_id, long_id
from kamsync_salesforce.api.moments import http_date, literal, moment
from kamsync_salesforce.api.servertime import ServerTime
from kamsync_salesforce.reading.cursors import Cursor, read_cursor

NOON = datetime(2026, 1, 6, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("short", "checks"),
    [("001D000000IqhSL", "IAZ"), ("00D000000000062", "EAA"), ("abcdefghijklmno", "AAA")],
)
def test_an_id_has_the_checks_of_its_capitals(short, checks):
    """So that two ids differ even where case is lost."""
    assert short + checks == long_id(short)
    assert is_id(short)
    assert is_id(short + checks)


@pytest.mark.parametrize(
    "text", ["", "no-such-record", "001D000000IqhSLIAA", "001D000000IqhSL' OR"]
)
def test_what_is_no_id_never_enters_a_call(text):
    """Wrong checks, other characters, other lengths."""
    assert not is_id(text)


def test_times_are_read_in_both_spellings():
    """Rows of a query, and rows of a bulk result."""
    assert NOON == moment("2026-01-06T12:00:00.000+0000") == moment("2026-01-06T12:00:00.000Z")


def test_times_are_written_without_losing_what_is_finer_than_a_second():
    """The library cuts it off, and takes a time without a zone for one of here."""
    east = timezone(timedelta(hours=2))
    assert "2026-01-06T12:00:00Z" == literal(NOON.astimezone(east))
    assert "2026-01-06T12:00:00.250Z" == literal(NOON + timedelta(milliseconds=250))
    assert "Tue, 06 Jan 2026 12:00:00 GMT" == http_date(NOON.astimezone(east))


class Ticks:
    """A stopwatch that stands where it was set."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def told(clock, ticks, at, *, took=0.0, after=0.0):
    """Let an answer come, *after* some seconds and in so many; return when the org surely looked."""
    ticks.now += after
    began = clock.begin()
    ticks.now += took
    return clock.note(http_date(at), began)


def test_the_org_looked_no_earlier_than_its_date_less_what_the_call_took():
    """A slow query may have looked long before it was answered."""
    ticks = Ticks()
    assert NOON - timedelta(seconds=30) == told(ServerTime(ticks), ticks, NOON, took=30)


def test_a_second_that_has_passed_since_an_answer_has_passed_there_too():
    """So that a stamp of that answer's second is settled, although dates are whole seconds."""
    ticks = Ticks()
    clock = ServerTime(ticks)
    told(clock, ticks, NOON)

    looked = told(clock, ticks, NOON + timedelta(seconds=1), after=1.1, took=0.2)

    assert NOON + timedelta(seconds=1) == looked


def test_the_org_is_never_further_than_it_says():
    """Its clock may stand while ours goes."""
    ticks = Ticks()
    clock = ServerTime(ticks)
    told(clock, ticks, NOON)

    assert NOON == told(clock, ticks, NOON, after=60)


def test_a_date_that_is_none_tells_nothing():
    """A proxy may answer without one."""
    assert None is ServerTime().note("", 0.0)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'[{"message":"m","errorCode":"NOT_FOUND"}]', "NOT_FOUND"),
        (b'[{"success":false,"errors":[{"statusCode":"X","message":"m"}]}]', "HTTP_400"),
        (b'{"success":false,"errors":[{"statusCode":"X","message":"m"}]}', "X"),
        (b'{"error":"invalid_grant","error_description":"d"}', "invalid_grant"),
        (b"<html>Bad gateway</html>", "HTTP_400"),
        (b"", "HTTP_400"),
    ],
)
def test_errors_are_read_in_each_shape(body, code):
    """What has none is told by its status."""
    assert code == problem_of(body_of(body), 400).code


def test_a_cursor_is_the_same_after_it_was_kept():
    """In an unfinished window, and after one."""
    for cursor in (Cursor(NOON), Cursor(NOON, NOON, NOON, "001", NOON, NOON)):
        assert cursor == read_cursor(str(cursor))


SAID = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(SAID, st.booleans())
def test_a_body_says_what_any_reader_of_json_finds_in_it(said, plain):
    """Each number to its last digit, and of the same type."""
    content = json.dumps(said, ensure_ascii=plain).encode()
    assert repr(json.loads(content)) == repr(body_of(content))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'"\\ud800"', "\ud800"),
        (b"\xef\xbb\xbf[1]", [1]),
        (b"1E400", float("inf")),
        (b"12345678901234567890123", 12345678901234567890123),
        (b" ", None),
        (b"<html>", None),
        (b'{"a": 1', None),
        (b"\xff", None),
    ],
)
def test_a_body_with_something_odd_in_it_is_no_body_lost(content, said):
    """Half a character is for the core to refuse, by its record; what is no JSON says nothing."""
    assert said == body_of(content)
