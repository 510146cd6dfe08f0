from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from msgspec import structs

from kamsync.cli.exporting import laid_out
from kamsync.clock import SetClock, instant
from kamsync.model import Comment, Conflict, Contender, Evidence, Golden, Kind, Link, Record
from kamsync.plugins import load_plugins
from kamsync.reports import HIDDEN
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
        made = laid_out("conflicts", plugins.reports()["conflicts"](store))
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

    once = {
        "field": "account.name",
        "cause": "edited at the same time",
        "teams": "sales ↔ success",
        "conflict": "7",
        "record": "Acme",
        "id": "account-1",
        "age": 3.0,
        "opened": NOW - timedelta(hours=3),
        "due": None,
        "escalate": None,
        "assigned": None,
        "at stake": None,
        "currency": None,
        "agreed": None,
        "found": None,
        "comment": None,
        "version": 2,
    }
    at = datetime(2026, 11, 20, 9, 41, 7, tzinfo=UTC)
    assert [
        {
            **once,
            "side": 1,
            "value": "Acme Corp",
            "team": "sales",
            "person": "Ada",
            "system": "sales_org",
            "native": None,
            "time": at,
            "evidence": "field history",
            "decide": "kamsync conflicts resolve 7 --version 2 --keep 1",
        },
        {
            **once,
            "side": 2,
            "value": "Acme Ltd",
            "team": "success",
            "person": "Tom",
            "system": "portal",
            "native": None,
            "time": at + timedelta(seconds=53),
            "evidence": "system",
            "decide": "kamsync conflicts resolve 7 --version 2 --keep 2",
        },
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
        ("3", "account.name", "sales ↔ success"),
        ("1", "account.name", "sales ↔ success"),
        ("2", "account.industry", "sales ↔ success"),
        ("4", "account.name", "account ↔ sales"),
    ] == [(row["conflict"], row["field"], row["teams"]) for row in report()[::2]]


def test_conflicts_of_one_shape_are_one_group_that_is_counted_and_added_up(store):
    """So many conflicts, this old, this much money: each counts once, however many its sides are."""
    amounts = [("opportunity-1", "100.5", "EUR"), ("opportunity-2", "7", "USD")]
    for id_, amount, currency in amounts:
        worth = Golden({"amount": amount, "currency": currency}, 1)
        store.records.save([Record(id_, "opportunity", {"amount": worth})])
    store.reviews.save(
        [
            conflict(str(number), entity="opportunity", field="stage", record=id_)
            for number, (id_, _, _) in enumerate(amounts)
        ]
    )

    made = load_plugins(["conflict_report"]).reports()["conflicts"](store)
    layout = laid_out("conflicts", made)

    [group] = layout.groups
    assert ("opportunity.stage", "edited at the same time", "sales ↔ success") == group.parts
    assert "2 conflicts" == layout.count(group)
    assert "age up to 3.0 hours · at stake 100.50 EUR, 7.00 USD in all" == layout.summed(group)


def test_questions_about_twins_are_one_group_whatever_each_of_them_is_alike_in(store, report):
    """They have one cause; what was found when two records were compared stands with each of them."""
    newcomer, twin = structs.replace(SALES, value=None), Contender("account-2", cells=(0.9,))
    twins = {"1": "the same name, the same city", "2": "similar names", "3": ""}
    for id_, found in twins.items():
        cause = f"a twin ({found})" if found else "a twin"
        sides = (newcomer, twin)
        store.reviews.save(
            [conflict(id_, kind=Kind.MATCH, field="", cause=cause, contenders=sides)]
        )

    rows = report()

    assert {("account (match)", "a twin", "sales")} == {
        (row["field"], row["cause"], row["teams"]) for row in rows
    }
    assert twins == {row["conflict"]: row["found"] or "" for row in rows}


@pytest.mark.parametrize(
    ("entity", "field", "value", "stake"),
    [
        ("opportunity", "amount", {"amount": "12.5", "currency": "EUR"}, (Decimal("12.5"), "EUR")),
        ("opportunity", "amount", {"amount": "12.5", "currency": None}, (Decimal("12.5"), None)),
        ("opportunity", "amount", {"amount": None, "currency": "EUR"}, (None, None)),
        ("opportunity", "amount", None, (None, None)),
        (
            "account",
            "annual_revenue",
            {"annual_revenue": "9000000", "revenue_currency": "USD"},
            (Decimal(9000000), "USD"),
        ),
        ("contact", "title", "Head of Procurement", (None, None)),
        ("commission", "amount", {"amount": "77", "currency": "EUR"}, (HIDDEN, None)),
        ("commission", "basis", {"basis": "77", "basis_currency": "EUR"}, (HIDDEN, None)),
        ("an entity of a plugin that is gone", "amount", {"amount": "1"}, (None, None)),
    ],
)
def test_the_money_at_stake_is_what_the_record_itself_says(
    store, report, entity, field, value, stake
):
    """As all agreed; blank where there is none, and hidden where it is pay."""
    store.records.save([Record("record-1", entity, {field: Golden(value, 1)})])
    store.reviews.save([conflict(entity=entity, record="record-1")])

    row = report()[0]

    assert stake == (row["at stake"], row["currency"])


@pytest.mark.parametrize(
    ("field", "said", "shown"),
    [
        ("name", "Acme " * 100, "Acme " * 100),
        ("employees", 12, 12),
        ("domains", ["acme.example", "acme.test"], "acme.example, acme.test"),
        ("annual_revenue", {"annual_revenue": "7000.5", "revenue_currency": "EUR"}, "7,000.50 EUR"),
        ("name", None, None),
    ],
)
def test_a_value_is_told_whole_and_as_what_it_is(store, report, field, said, shown):
    """Nothing is cut off; a spreadsheet can sort it."""
    sides = (structs.replace(SALES, value=said), SUCCESS)
    store.reviews.save([conflict(field=field, contenders=sides, agreed=said)])

    row = report()[0]

    assert shown == row["value"]
    assert shown == row["agreed"]


def test_a_date_is_a_date(store, report):
    """Not what looks like one."""
    sides = (structs.replace(SALES, value="2026-12-31"), structs.replace(SUCCESS, value="soon"))
    store.reviews.save([conflict(entity="opportunity", field="close_date", contenders=sides)])

    assert [date(2026, 12, 31), "soon"] == [row["value"] for row in report()]


def test_by_when_and_whom_the_policy_wants_is_told(store, report):
    """Whoever reads the report knows what is due first."""
    store.reviews.save([conflict(due="2026-11-21T09:00:00.000000Z", escalate="head of sales")])

    row = report()[0]

    assert datetime(2026, 11, 21, 9, tzinfo=UTC) == row["due"]
    assert "head of sales" == row["escalate"]


def test_who_has_it_and_what_was_said_last_is_told(store, report):
    """Nobody does the same work twice."""
    said = [Comment("Ada", instant(NOW), "Who knows?"), Comment("Tom", instant(NOW), "I called.")]
    store.reviews.save([conflict(assignee="Cleo", comments=tuple(said))])

    row = report()[0]

    assert ("Cleo", "Tom: I called.") == (row["assigned"], row["comment"])


def test_each_side_is_told_with_the_id_that_its_system_has(store, report):
    """People look it up where they work."""
    store.records.save([Record("account-1", "account", {})])
    store.links.save([Link(1, "sales_org", "account", "001A", "account-1", {})])
    store.reviews.save([conflict()])

    assert ["001A", None] == [row["native"] for row in report()]


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
    comments = (Comment("Ada", instant(NOW), "It is 0.0725."),)
    store.reviews.save([conflict(entity=entity, field=field, contenders=said, comments=comments)])

    row, _ = report()

    assert "0.0725" not in repr(report())
    assert HIDDEN == row["value"]


def test_a_value_that_is_a_record_goes_by_its_name(store, report):
    """Nobody knows our ids by heart."""
    name = {"first_name": "Jonas", "last_name": "Holm"}
    store.records.save([Record("employee-1", "employee", {"name": Golden(name, 1)})])
    store.reviews.save(
        [conflict(field="owner", contenders=(structs.replace(SALES, value="employee-1"),))]
    )

    assert "Jonas Holm" == report()[0]["value"]


@pytest.mark.parametrize(
    ("kind", "link", "value", "said", "choice"),
    [
        (Kind.DELETE, 1, False, "gone", "--choice delete"),
        (Kind.DELETE, 1, True, "there", "--choice restore"),
        (Kind.MATCH, 1, None, "the newcomer Acme", "--choice new"),
        (Kind.MATCH, None, "account-1", "Acme", "--keep 1"),
        (Kind.MERGE, 1, "Company-7", "Company-7", "--choice keep"),
    ],
)
def test_what_is_no_question_of_a_value_is_told_in_its_own_words(
    store, report, kind, link, value, said, choice
):
    """Existence, identity and twins have no value of the schema; each side has its own command."""
    store.records.save([Record("account-1", "account", {"name": Golden("Acme", 1)})])
    side = structs.replace(SALES, value=value, link=link)
    store.reviews.save([conflict(kind=kind, field=kind.value, contenders=(side,))])

    [row] = report()

    assert f"account ({kind})" == row["field"]
    assert said == row["value"]
    assert row["agreed"] is None
    assert row["decide"].endswith(f" --version 2 {choice}")


def test_how_sure_a_match_is_stands_where_the_evidence_does(store, report):
    """It is all that speaks for it."""
    side = Contender("account-1", cells=(0.875,))
    store.reviews.save([conflict(kind=Kind.MATCH, field="match", contenders=(side,))])

    assert "score 0.88" == report()[0]["evidence"]


def test_a_conflict_without_sides_is_listed_too(store, report):
    """Nothing that waits is left out."""
    store.reviews.save([conflict(contenders=())])

    [row] = report()

    assert "kamsync conflicts show 7" == row["decide"]


def test_more_conflicts_than_one_page_are_all_listed(store, report):
    """The store gives them page by page."""
    store.reviews.save([conflict(f"{number:04}") for number in range(1203)])

    assert 1203 == len({row["conflict"] for row in report()})
