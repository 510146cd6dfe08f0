"""A plugin that reports deals, some of them named by somebody who means harm."""

from html.parser import HTMLParser

import openpyxl
import pytest

DEALS = r"""
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

from kamsync import hookimpl
from kamsync.extensions import Column, Report
from kamsync.schema import DataClass

COLUMNS = (
    Column("stage", "How far it is."),
    Column("deal", "What it is called."),
    Column("amount", "What it would bring.", unit_in="currency", summary="sum"),
    Column("currency"),
    Column("bonus", "What it pays.", data_class=DataClass.PAY),
    Column("closes"),
    Column("said", "Who says so."),
    Column("at", unit="UTC", detail=True),
)
AT = datetime(2026, 11, 20, 10, 41, 7, tzinfo=timezone(timedelta(hours=1)))
ACME = ("won", "<script>alert(1)</script>", Decimal("1000.50"), "EUR", Decimal("77"), date(2026, 12, 31))
ROWS = [
    (*ACME, "=1+1", AT),
    (*ACME, "https://example.org/ & 'more' \x1b[31m", AT),
    ("open", "Nordwind", Decimal("-20"), "EUR", None, None, "+49301234567", AT),
    ("won", "Borealis", Decimal("4"), "USD", Decimal("78"), None, "two\nlines", AT),
    ("won", "Cirrus", Decimal("2"), "EUR", None, None, None, None),
]
SHARED = ("deal", "amount", "currency", "closes")

@hookimpl
def kamsync_reports():
    return {
        "deals": lambda store: Report("Deals & <more>", COLUMNS, ROWS, ("stage",), SHARED, "deal"),
        "empty": lambda store: Report("Empty", COLUMNS, [], ("stage",)),
        "torn": lambda store: Report("Torn", COLUMNS, [("won",)]),
        "lost": lambda store: Report("Lost", COLUMNS, [], ("team",)),
        "none": lambda store: "none",
    }
"""


class Page(HTMLParser):
    """A page with its elements, which must be closed in the order in which they were opened."""

    VOID = frozenset({"meta", "br"})

    def __init__(self, text):
        super().__init__()
        self.open, self.elements = [], []
        self.feed(text)
        self.close()
        assert [] == self.open

    def handle_starttag(self, tag, attrs):
        assert len(attrs) == len(dict(attrs))
        self.elements.append([tag, dict(attrs), ""])
        if tag not in self.VOID:
            self.open.append(len(self.elements) - 1)

    def handle_endtag(self, tag):
        assert tag == self.elements[self.open.pop()][0]

    def handle_data(self, data):
        for at in self.open:
            self.elements[at][2] += data

    def all(self, *tags):
        """Return what there is of some tags, as pairs of attributes and text."""
        return [(attrs, text) for tag, attrs, text in self.elements if tag in tags]

    def texts(self, *tags):
        """Return the texts of some tags."""
        return [text for _, text in self.all(*tags)]


@pytest.fixture
def deals(nordwind, plugin):
    """A hub with the plugin."""
    plugin("deals", DEALS)
    nordwind.configure(f'plugins = ["deals"]\n{nordwind.file.read_text()}')
    return nordwind


@pytest.fixture
def book(deals):
    """The workbook of the report."""
    result = deals.run("report", "deals", "--xlsx", "deals.xlsx")
    assert 0 == result.exit_code, result.stderr
    return openpyxl.load_workbook(deals.folder / "deals.xlsx")


@pytest.fixture
def page(deals):
    """The page of the report, as a parser has it."""
    result = deals.run("report", "deals", "--html", "deals.html")
    assert 0 == result.exit_code, result.stderr
    return Page((deals.folder / "deals.html").read_text())
