"""Clients from a folder: whatever its files hold, nothing breaks, nothing merges, and slips are remarked on."""

from __future__ import annotations

import pytest

from kamsync.errors import ConfigurationInvalid
from kamsync.sandbox.world import Colleague
from kamsync.sandbox.world.folder import read_world

ACCOUNTS = "account,revenue,employees,subsidiary_of"
DEALS = "opportunity_id,sales_agent,account,deal_stage,engage_date,close_date,close_value"


def world(folder, accounts=("Acme,1,1,",), deals=()):
    """Read a folder of these rows."""
    (folder / "accounts.csv").write_text("\n".join([ACCOUNTS, *accounts]), encoding="utf-8")
    (folder / "sales_pipeline.csv").write_text("\n".join([DEALS, *deals]), encoding="utf-8")
    return read_world(folder, 1)


@pytest.mark.parametrize("number", ["nan", "Infinity", "-inf", "1e305", "9" * 40])
def test_what_counts_nothing_is_remarked_on_and_left_open(tmp_path, number):
    """Python takes these words for numbers; no client has as many."""
    found = world(tmp_path, [f"Acme,{number},{number},"], [f"1,Ada Weber,Acme,Won,,,{number}"])

    (company,) = found.companies
    assert (None, None, None) == (company.revenue, company.employees, company.deals[0].amount)
    assert 3 == sum(f"has {number} for its" in each.reason for each in found.remarks)


@pytest.mark.parametrize("day", ["2016-02-30", "0001-01-01", "9999-12-31"])
def test_a_day_that_never_was_or_is_out_of_reach_is_no_day(tmp_path, day):
    """It is remarked on, and nothing is counted from it."""
    found = world(tmp_path, deals=[f"1,Ada Weber,Acme,Won,{day},{day},5"])

    assert 2 == sum("which is no day" in each.reason for each in found.remarks)


def test_a_ring_of_owners_is_cut_once_and_remarked_on(tmp_path):
    """Each company still comes after the one that owns it."""
    rows = ["A,1,1,B", "B,1,1,C", "C,1,1,A", "Self,1,1,Self", "D,1,1,A"]

    found = world(tmp_path, rows)

    keys = [each.key for each in found.companies]
    assert 5 == len(keys)
    for place, each in enumerate(found.companies):
        assert not each.parent or each.parent in keys[:place]
    assert ["C", "Self"] == [each.record for each in found.remarks]


def test_a_long_line_of_owners_is_followed_to_its_end(tmp_path):
    """Longer than calls may be deep."""
    rows = [f"C{place},1,1,C{place + 1}" for place in range(2000)]

    assert 2001 == len(world(tmp_path, [*rows, "C2000,1,1,"]).companies)


def test_no_row_of_an_account_goes_without_a_remark(tmp_path):
    """Two rows with one name are two clients; a row without a name is none, and is named."""
    found = world(tmp_path, ["Acme,1,1,", "Acme,2,2,", ",3,3,"])

    assert ["Acme", "Acme (line 3)"] == [each.name for each in found.companies]
    assert ["Acme", "accounts.csv, line 4"] == [each.record for each in found.remarks]


def test_names_in_other_letters_stay_apart(tmp_path):
    """By domains and by the names that people log in with, since both decide who is who."""
    rows = ["株式会社,1,1,", "合同会社,1,1,", "A-B,1,1,", "A B,1,1,", '"A ""B""",1,1,']

    found = world(tmp_path, rows)

    domains = {each.domain for each in found.companies}
    assert 5 == len(domains)
    assert all(each.isascii() and '"' not in each and each[0].isalnum() for each in domains)
    people = {Colleague(name, "", "sales").user_name for name in ("王伟", "李娜", "Łukasz")}
    assert 3 == len(people)
    assert "lukasz" in people


def test_a_name_that_no_system_has_room_for_is_cut_on_one_line_and_remarked_on(tmp_path):
    """What tells deals apart stays at the end of their names."""
    name = '"Long\n' + "x" * 400 + '"'

    found = world(tmp_path, [f"{name},1,1,"], [f"C0DE,Ada Weber,{name},Won,,,"])

    (company,) = found.companies
    names = (company.name, company.deals[0].name)
    assert all(each.startswith("Long xxx") for each in names)
    assert names[1].endswith(" C0DE")
    assert (True, True) == (len(names[0]) <= 255, len(names[1]) <= 120)
    assert 2 == sum("has a name of" in each.reason for each in found.remarks)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "It is empty."),
        ("account;revenue\nAcme;1\n", "Columns are told apart by commas."),
        (f"{ACCOUNTS}\n", "It needs one row at least."),
        ("account\nK\xf6ln\n", "UTF-8"),
        ('account,revenue\n"Acme,1\nBeta,2\n', "CSV with commas"),
        ("account,revenue\nAcme, Inc,1\n", "CSV with commas"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_what_to_do(tmp_path, text, hint):
    """Such as one in another encoding, or one whose quotation marks or commas leave cells in no column."""
    world(tmp_path)
    (tmp_path / "accounts.csv").write_text(text, encoding="latin-1")

    with pytest.raises(ConfigurationInvalid) as raised:
        read_world(tmp_path, 1)
    assert hint in raised.value.hint
