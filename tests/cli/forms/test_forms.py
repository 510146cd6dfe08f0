"""The forms of a report: whatever a plugin made, nothing of it commands the program that opens it."""

import csv
import io

import pytest

from kamsync.cli.exporting import as_csv, laid_out
from kamsync.extensions import Column, Report


def test_columns_for_programs_are_left_out_where_people_read(deals, page):
    """A workbook, CSV and JSON have them."""
    shown = deals.run("report", "deals").stdout

    assert "at" not in page.texts("th")
    assert "2026-11-20" not in shown
    assert "2026-11-20 09:41:07" in deals.run("report", "deals", "--csv").stdout
    assert "2026-11-20T10:41:07+01:00" in deals.run("report", "deals", "--json").stdout


def test_what_is_in_a_column_of_class_pay_is_in_no_form(deals, book, page):
    """That there is something can be seen, and no more."""
    forms = {
        "table": deals.run("report", "deals").stdout,
        "csv": deals.run("report", "deals", "--csv").stdout,
        "json": deals.run("report", "deals", "--json").stdout,
        "page": (deals.folder / "deals.html").read_text(),
        "workbook": repr([[*each.values] for each in book]),
    }

    assert [] == [name for name, text in forms.items() if "77" in text or "78" in text]
    assert [] == [name for name, text in forms.items() if "hidden" not in text]
    assert "hidden (pay)" in page.texts("td")


def test_json_has_every_row_and_how_they_belong_together(deals):
    """A script need not guess."""
    document = deals.document("report", "deals")

    assert 5 == len(document["rows"])
    assert ["stage"] == document["group_by"]
    assert ["deal", "amount", "currency", "closes"] == document["shared"]
    assert "1000.50" == document["rows"][0][2]


def test_csv_holds_no_text_that_begins_like_a_formula_and_leaves_numbers_alone():
    """Blanks before it, and the wide letters of other keyboards, do not help."""
    wide = "\N{FULLWIDTH EQUALS SIGN}1"
    inert = ["a=1", r"\r=1"]
    texts = ["=1", " =1", "\t=1", "\n=1", wide, "-1+1", "@x", float("-inf")]
    cells = [*texts, "a=1", "\r=1", -5, True]
    made = laid_out("one", Report("One", (Column("it"),), [(cell,) for cell in cells]))

    said = [row[0] for row in csv.reader(io.StringIO(as_csv(made), newline=""))]

    assert ["it", *(f"'{cell}" for cell in texts), *inert, "-5", "yes"] == said


def test_at_a_terminal_no_value_of_any_form_commands_it(deals):
    """An escape is written as one."""
    for form in ([], ["--csv"], ["--html", "-"]):
        assert "\x1b[31m" not in deals.run("report", "deals", *form).stdout


def test_a_report_in_groups_is_told_group_by_group(deals):
    """A heading with counts and sums, each deal once, and its rows under it."""
    lines = deals.run("report", "deals").stdout.splitlines()

    assert "Deals & <more>  4 deals" == lines[0]
    assert "won  3 deals · amount 1,002.50 EUR, 4.00 USD in all" == lines[2]
    assert "  deal <script>alert(1)</script> · amount 1,000.50 EUR · closes 2026-12-31" == lines[3]
    assert ["bonus", "said"] == lines[4].split()
    assert ["hidden", "(pay)", "=1+1"] == lines[5].split()


def test_a_file_goes_to_stdout_for_a_dash(deals):
    """It can be piped."""
    assert deals.run("report", "deals", "--html", "-").stdout.startswith("<!DOCTYPE html>")
    assert deals.run("report", "deals", "--xlsx", "-").stdout_bytes.startswith(b"PK")


def test_a_file_that_was_there_is_replaced_whole(deals):
    """Nothing of the old one stays, and nothing lies beside the new one."""
    (deals.folder / "r.html").write_text("x" * 1_000_000)
    before = {path.name for path in deals.folder.iterdir()}

    result = deals.run("report", "deals", "--html", "r.html")

    assert "✓ Deals & <more>: 4 deals, in r.html\n" == result.stdout
    assert (deals.folder / "r.html").read_text().endswith("</html>\n")
    assert before == {path.name for path in deals.folder.iterdir()}


def test_a_file_that_cannot_be_written_is_told_in_one_line(deals):
    """Which, why, and what to do."""
    result = deals.run("report", "deals", "--xlsx", "sales.jsonl/deals.xlsx")

    assert 64 == result.exit_code
    assert "sales.jsonl/deals.xlsx cannot be written: Not a directory." in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("deals", "--csv", "--html", "-"), "--csv and --html -"),
        (("deals", "--json", "--xlsx", "-"), "--json and --xlsx -"),
        (("--csv",), "Which report?"),
        (("torn",), "Row 1 of the report 'torn' has 1 cells for 8 columns."),
        (("lost",), "The report 'lost' names a column 'team'; it has stage, deal, "),
        (("none",), "The report 'none' is none: its plugin made a str."),
    ],
)
def test_what_cannot_be_told_is_refused_in_a_sentence(deals, arguments, said):
    """It says what to change."""
    result = deals.run("report", *arguments)

    assert 64 == result.exit_code
    assert said in result.stderr
