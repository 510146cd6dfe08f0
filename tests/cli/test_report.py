"""``report``: what plugins have to tell, on screen, for a spreadsheet and for scripts."""

import csv

import pytest


@pytest.fixture
def reporting(disputed):
    """A hub with an open conflict, and the plugin that reports conflicts."""
    text = disputed.file.read_text()
    disputed.configure(f'plugins = ["conflict_report"]\n{text}')
    return disputed


def test_without_a_name_the_reports_are_listed(reporting):
    """Nobody has to know them by heart."""
    assert {"reports": ["conflicts"]} == reporting.document("report")


def test_a_report_is_a_table(reporting):
    """What waits, and the command that decides it."""
    shown = reporting.run("report", "conflicts").stdout

    assert "account.phone" in shown
    assert "kamsync conflicts resolve 1" in shown


def test_a_report_for_a_spreadsheet_holds_no_formula(reporting):
    """A telephone number begins with a plus, which a spreadsheet would calculate with."""
    rows = list(csv.reader(reporting.run("report", "conflicts", "--csv").stdout.splitlines()))

    assert "field" == rows[0][0]
    assert not [cell for row in rows[1:] for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_an_unknown_report_is_told_with_those_that_there_are(reporting):
    """One line, and the status of a wrong argument."""
    result = reporting.run("report", "conflcts")

    assert 64 == result.exit_code
    assert "there is conflicts" in result.stderr
    assert "Did you mean 'conflicts'?" in result.stderr


def test_without_a_plugin_there_is_none_and_it_says_how_to_get_one(nordwind):
    """The configuration names the plugin."""
    assert 'plugins = ["conflict_report"]' in nordwind.run("report").stdout


def test_several_files_are_written_at_once(reporting):
    """The same state of things, to print and to filter."""
    result = reporting.run("report", "conflicts", "--html", "a.html", "--xlsx", "a.xlsx")

    assert 0 == result.exit_code, result.stderr
    assert "✓ Open conflicts: 1 conflict, in a.html and a.xlsx\n" == result.stdout
    assert (reporting.folder / "a.html").read_bytes().startswith(b"<!")
    assert (reporting.folder / "a.xlsx").read_bytes().startswith(b"PK")


def test_a_file_is_written_beside_what_goes_to_stdout(reporting):
    """Nothing is mixed into what another program reads."""
    rows = list(
        csv.reader(
            reporting.run("report", "conflicts", "--csv", "--html", "a.html").stdout.splitlines()
        )
    )

    assert "field" == rows[0][0]
    assert {len(rows[0])} == {len(row) for row in rows}
    assert (reporting.folder / "a.html").exists()


@pytest.mark.parametrize(
    "args", [["--csv", "--json"], ["--csv", "--html", "-"], ["--html", "-", "--xlsx", "-"]]
)
def test_only_one_form_goes_to_stdout(reporting, args):
    """It says which would, and how to have them all."""
    result = reporting.run("report", "conflicts", *args)

    assert 64 == result.exit_code
    assert "would go to stdout together; name files for --xlsx and --html." in result.stderr


def test_a_report_that_no_configured_plugin_brings_is_told_with_what_brings_one(disputed):
    """Also where its name is typed wrong."""
    for name in ("conflicts", "conflcts"):
        told = disputed.run("report", name).stderr
        assert 'conflict_report brings conflicts: add "conflict_report" to plugins' in told


def test_a_page_explains_only_the_columns_that_it_has(reporting):
    """Nobody looks for a column in which nothing was said."""
    page = reporting.run("report", "conflicts", "--html", "-").stdout

    assert "<dt>age</dt>" in page
    assert ">due</th>" not in page
    assert "<dt>due</dt>" not in page
