"""A report as a workbook: what another program finds in it."""

import io
from datetime import UTC, date, datetime

import openpyxl
import pytest

from kamsync.cli.exporting import as_xlsx, laid_out
from kamsync.errors import Unsupported
from kamsync.extensions import Column, Report

MADE = datetime(2026, 11, 26, 8, 30, tzinfo=UTC)


def sheet(book, name="Rows"):
    """Return a sheet as rows of values."""
    return [list(row) for row in book[name].iter_rows(values_only=True)]


def opened(report):
    """Return the workbook of a report as another program has it."""
    return openpyxl.load_workbook(io.BytesIO(as_xlsx(laid_out("one", report), MADE)))


def one(*cells):
    """A report of one column."""
    return Report("One", (Column("it"),), [(cell,) for cell in cells])


def written(*cells):
    """Return what becomes of values in a workbook."""
    return [row[0] for row in sheet(opened(one(*cells)))[1:]]


def test_no_text_in_a_workbook_is_a_formula_or_a_link(book):
    """Every text is one, and stays one when its cell is edited."""
    cells = [cell for each in book for row in each.iter_rows() for cell in row]
    texts = [cell for cell in cells if isinstance(cell.value, str)]

    assert {"s"} == {cell.data_type for cell in texts}
    assert {"=1+1", "+49301234567"} <= {cell.value for cell in texts}
    assert [] == [cell for cell in texts if not cell.quotePrefix or cell.hyperlink]
    assert {"s", "n", "d"} == {cell.data_type for cell in cells}


def test_a_workbook_has_numbers_dates_and_times_as_such(book):
    """What is reckoned with there is no text; times are UTC."""
    titles, first, *_ = sheet(book)
    row = dict(zip(titles, first, strict=True))

    assert 1000.5 == row["amount"]
    assert "2026-12-31 00:00:00" == f"{row['closes']:%Y-%m-%d %H:%M:%S}"
    assert "2026-11-20 09:41:07" == f"{row['at (UTC)']:%Y-%m-%d %H:%M:%S}"


def test_a_workbook_can_be_filtered_and_printed(book):
    """Every row says all, the titles stay in sight and on each sheet of paper, columns fit."""
    rows = book["Rows"]

    assert "A2" == rows.freeze_panes
    assert "A1:H6" == rows.auto_filter.ref
    assert "$1:$1" == rows.print_title_rows
    assert "landscape" == rows.page_setup.orientation
    assert rows.column_dimensions["B"].width > rows.column_dimensions["D"].width
    assert "Deals & <more>" == book.properties.title
    assert "Deals && <more>" in rows.oddHeader.left.text
    assert 2 == [row[1] for row in sheet(book)].count("<script>alert(1)</script>")


def test_a_workbook_adds_up_each_group_and_currency_once(book):
    """A deal that takes two rows brings its amount once."""
    assert [
        ["stage", "count", "amount, sum", "unit"],
        ["won", 3, 1002.5, "EUR"],
        ["won", None, 4, "USD"],
        ["open", 1, -20, "EUR"],
    ] == sheet(book, "Groups")


def test_a_workbook_says_what_its_columns_mean(book):
    """It is read by people who have not read our pages."""
    assert ["deal", None, "What it is called."] in sheet(book, "Columns")


def test_a_number_that_a_spreadsheet_would_round_is_a_text():
    """It keeps fifteen digits; nobody entered what it would make of more."""
    said = written(12345678901234567890, 0.5, float("nan"), True)

    assert ["12345678901234567890", 0.5, "nan", True] == said


def test_a_day_before_a_spreadsheet_can_count_is_a_text():
    """Days are counted there from 1900."""
    old, new = written(date(1848, 3, 18), date(2026, 3, 18))

    assert "1848-03-18" == old
    assert date(2026, 3, 18) == new.date()


@pytest.mark.parametrize("character", ["a", "😀"])
def test_a_text_that_is_too_long_for_a_cell_says_that_it_was_cut(character):
    """Nothing is dropped silently."""
    [said] = written(character * 32_768)

    assert said.startswith(character * 10_000)
    assert said.endswith("(the rest is in --csv and --json)")


def test_no_character_of_a_text_breaks_a_workbook():
    """Half a character, a control, and what a workbook's own escapes look like."""
    assert [r"\ud800", r"a\x00b", "_x0041_", "two\nlines"] == written(
        "\ud800", "a\x00b", "_x0041_", "two\nlines"
    )


@pytest.mark.slow
def test_more_rows_than_a_sheet_holds_are_refused_not_dropped():
    """And it says what has no limit."""
    report = laid_out("one", one(*[1] * 1_048_576))

    with pytest.raises(Unsupported, match="1,048,576 rows; a sheet holds 1,048,575") as refused:
        as_xlsx(report, MADE)

    assert "--csv" in refused.value.hint


def test_an_empty_report_is_a_workbook_too():
    """No news is told as well."""
    book = opened(Report("None", (Column("a"), Column("b")), [], ("a",)))

    assert [["a", "b"]] == sheet(book)
    assert [["a", "count"]] == sheet(book, "Groups")
