from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs

from kamsync.clock import SetClock, instant
from kamsync.model import Conflict, Contender, Evidence, Golden, Kind, Record
from kamsync.plugins import load_plugins
from kamsync.store import open_store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SALES = Contender(
    "Acme Corp",
    1,
    "sales_org",
    "sales",
    "Ada",
    "2026-11-20T09:41:07.000000Z",
    Evidence.FIELD_HISTORY,
)
SUCCESS = Contender("Acme Ltd", 2, "portal", "success", "Tom", "2026-11-20T09:42:00.000000Z")


@pytest.fixture
def store():
    store = open_store("sqlite://", clock=SetClock(NOW))
    yield store
    store.close()


@pytest.fixture
def report(store):
    plugins = load_plugins(["conflict_report"])

    def make():
        made = plugins.reports()["conflicts"](store)
        assert [] == plugins.broken
        return [dict(zip((c.name for c in made.columns), row, strict=True)) for row in made.rows]

    return make


def conflict(id_="7", **changes):
    """An open conflict about the name of an account."""
    open_ = Conflict(
        id=id_,
        kind=Kind.VALUE,
        entity="account",
        record="account-1",
        field="name",
        contenders=(SALES, SUCCESS),
        version=2,
        cause="edited at the same time",
        opened=instant(NOW - timedelta(hours=3)),
    )
    return structs.replace(open_, **changes)


def test_the_plugin_joins_its_hook_and_breaks_nothing():
    """One report is offered."""
    plugins = load_plugins(["conflict_report"])

    assert ["conflicts"] == list(plugins.reports())
    assert [] == plugins.broken


def test_without_conflicts_the_report_is_empty(report):
    """Nothing waits, so nothing is listed."""
    assert [] == report()


def test_a_conflict_is_told_with_all_that_a_person_asks(store, report):
    """What, why, between whom, since when, who says what and how that is known, and what to do."""
    store.records.save([Record("account-1", "account", {"name": Golden("Acme", 1)})])
    store.reviews.save([conflict()])

    assert [
        {
            "what": "account.name",
            "cause": "edited at the same time",
            "teams": "sales ↔ success",
            "alike": 1,
            "conflict": "7",
            "record": "Acme",
            "age": 3.0,
            "contenders": "1 Acme Corp (Ada, sales, sales_org, 2026-11-20 09:41, field history); "
            "2 Acme Ltd (Tom, success, portal, 2026-11-20 09:42, system)",
            "decide": "kamsync conflicts resolve 7 --version 2 --keep N",
        }
    ] == report()


def test_conflicts_of_one_shape_stand_together_the_oldest_first(store, report):
    """They are decided alike, so they are read together."""
    old = instant(NOW - timedelta(days=2))
    store.reviews.save(
        [
            conflict("1"),
            conflict("2", field="industry"),
            conflict("3", opened=old),
            conflict("4", contenders=(SALES, structs.replace(SUCCESS, team="account"))),
        ]
    )

    assert [
        ("3", "account.name", "sales ↔ success", 2),
        ("1", "account.name", "sales ↔ success", 2),
        ("2", "account.industry", "sales ↔ success", 1),
        ("4", "account.name", "account ↔ sales", 1),
    ] == [(row["conflict"], row["what"], row["teams"], row["alike"]) for row in report()]


def test_closed_conflicts_are_not_listed(store, report):
    """What was decided waits for nobody."""
    store.reviews.save([conflict(closed=instant(NOW))])

    assert [] == report()


@pytest.mark.parametrize(
    ("entity", "field"), [("commission", "rate"), ("account", "a field of a plugin that is gone")]
)
def test_pay_is_never_shown(store, report, entity, field):
    """Nor is what may be pay: a field that nobody knows any more."""
    said = tuple(structs.replace(each, value="0.0725") for each in (SALES, SUCCESS))
    store.reviews.save([conflict(entity=entity, field=field, contenders=said)])

    [row] = report()

    assert "0.0725" not in repr(row)
    assert "hidden (pay)" in row["contenders"]


def test_a_value_that_is_a_record_goes_by_its_name(store, report):
    """Nobody knows our ids by heart."""
    name = {"first_name": "Jonas", "last_name": "Holm"}
    store.records.save([Record("employee-1", "employee", {"name": Golden(name, 1)})])
    store.reviews.save(
        [conflict(field="owner", contenders=(structs.replace(SALES, value="employee-1"),))]
    )

    assert report()[0]["contenders"].startswith("1 Jonas Holm (Ada, ")


@pytest.mark.parametrize(
    ("kind", "value", "said", "choice"),
    [
        (Kind.DELETE, False, "gone", "--choice delete|restore|detach"),
        (Kind.MATCH, None, "the newcomer", "--keep N"),
        (Kind.MERGE, "Company-7", "Company-7", "--choice keep"),
    ],
)
def test_what_is_no_question_of_a_value_is_told_in_its_own_words(
    store, report, kind, value, said, choice
):
    """Existence, identity and twins have no value of the schema."""
    side = structs.replace(SALES, value=value)
    store.reviews.save([conflict(kind=kind, field=kind.value, contenders=(side,))])

    [row] = report()

    assert f"account ({kind})" == row["what"]
    assert row["contenders"].startswith(f"1 {said} ")
    assert row["decide"].endswith(choice)


def test_more_conflicts_than_one_page_are_all_listed(store, report):
    """The store gives them page by page."""
    store.reviews.save([conflict(f"{number:04}") for number in range(1203)])

    assert 1203 == len({row["conflict"] for row in report()})
