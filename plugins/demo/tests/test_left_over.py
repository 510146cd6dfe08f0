"""What is left over, at a terminal of the usual width."""

import io

import pytest

from kamsync.cli.printing import Printer
from kamsync_demo.leftovers import LeftOver, by_reason
from kamsync_demo.telling import Telling

LONG = (
    "Ada Weber owns Kronbach Gateway new 2026 in HubSpot and has no part in its splits, and"
    " HubSpot takes none without the owner. Give the owner a part, or the deal another owner."
)


class Terminal(io.StringIO):
    """What is written to a terminal."""

    def isatty(self):
        """Whether somebody looks."""
        return True


def test_a_long_reason_takes_the_whole_width(monkeypatch):
    """Beside each other, it would stand in a column of few letters, eight lines high."""
    shown = Terminal()
    monkeypatch.setattr("sys.stdout", shown)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")

    Telling(Printer()).left_over([("hubspot split", LONG, 3, "split-edk47w6skict")], None)

    _, _, *lines, last, _ = shown.getvalue().split("\n")
    assert 4 == len(lines), lines
    assert lines[0].startswith("   3 hubspot split  Ada Weber owns")
    assert "     such as split-edk47w6skict" == lines[-1].rstrip()
    assert "left-over.csv" in last


@pytest.mark.parametrize(
    ("reason", "folded"),
    [
        (
            "its account is account 2000{}, which is not matched to a record yet.",
            "its account is …, which is not matched to a record yet.",
        ),
        (
            "its account is to be Client {} AG, which is not in hubspot.",
            "its account is to be …, which is not in hubspot.",
        ),
        ("has {} for its close_value, which is no number", "has … for …, which is no number"),
        (
            "belongs to Client {}, which is not among the accounts",
            "belongs to …, which is not among the accounts",
        ),
    ],
)
def test_reasons_that_differ_in_a_name_alone_are_one(reason, folded):
    """Hundreds of clients would each have a line of their own."""
    found = [LeftOver("hubspot opportunity", f"o-{n}", reason.format(n)) for n in range(3)]

    assert [("hubspot opportunity", folded, 3, "o-0")] == by_reason(found)
