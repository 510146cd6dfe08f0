"""Real clients from a folder of CSV files: accounts, people who sell, products, and what was sold.

The files are shaped like Maven Analytics' "CRM Sales Opportunities" (mavenanalytics.io/data-playground):
``accounts.csv``, ``sales_pipeline.csv``, and ``sales_teams.csv`` and ``products.csv`` where they are
there. Real files have gaps and slips: nothing is left out for them, and each is remarked on.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from math import isnan, nan
from pathlib import Path
from typing import Any, TypeAlias

from kamsync.errors import ConfigurationInvalid
from kamsync.sandbox.tables import opened
from kamsync.sandbox.world.making import plain
from kamsync.sandbox.world.parents import parents_first
from kamsync.sandbox.world.staff import STAFF, Colleague
from kamsync.sandbox.world.truth import Company, Deal, Remark, World

__all__ = ["read_world"]

NEEDED = {
    "accounts.csv": ("account",),
    "sales_pipeline.csv": ("opportunity_id", "sales_agent", "account", "deal_stage"),
    "sales_teams.csv": ("sales_agent",),
    "products.csv": ("product",),
}
OPTIONAL = frozenset({"sales_teams.csv", "products.csv"})
STAGES = {
    "prospecting": "qualification",
    "engaging": "proposition",
    "won": "won",
    "lost": "lost",
}
DATES = ("%Y-%m-%d", "%m/%d/%Y")
YEARS = range(1970, 2101)
"""What lies outside is a slip, and further than the systems can tell."""

LARGEST = 1e12
"""No client has that many millions or people, and nobody sells for that much."""

ACCOUNT_LETTERS, DEAL_LETTERS, CODE_LETTERS = 200, 110, 40
"""How much of a name fits into either system, with what a team adds to it.

Source: Salesforce Object Reference, Account (Name: 255 letters) and Opportunity (Name: 120 letters).
"""

PERSON_LETTERS = 30
NO_DOMAIN = re.compile(r"[^a-z0-9.-]+")
DOMAIN_LETTERS = 50
USUAL_DAYS = 90
"""How long after its start a deal is taken to close where nobody says when."""

Row: TypeAlias = Mapping[str, str]


def read_world(folder: Path, number: int) -> World:
    """Return the clients of *folder*, with a remark on everything that its files leave open.

    Raises:
        ConfigurationInvalid: a file or a column is missing, or a file cannot be read.
    """
    files = {name: _rows(folder / name) for name in NEEDED}
    if not any(row["account"] for row in files["accounts.csv"]):
        raise ConfigurationInvalid(
            f"{folder / 'accounts.csv'} names no account.", hint="It needs one row at least."
        )
    return _Reading(files, number).world()


class _Reading:
    """A world under way, and what was remarked on so far."""

    def __init__(self, files: Mapping[str, list[Row]], number: int) -> None:
        self.files = files
        self.number = number
        self.remarks: list[Remark] = []
        self.domains: set[str] = set()
        self.products = [row["product"] for row in files["products.csv"]]
        self.sold = files["sales_pipeline.csv"]
        self.latest = max((day for day in map(_closed, self.sold) if day), default=date(2025, 1, 1))

    def world(self) -> World:
        """Return all of it."""
        staff = _staff(self.files["sales_teams.csv"], self.sold)
        rows = self._accounts()
        deals = list(self._deals(rows))
        by_account: dict[str, list[Deal]] = {}
        for account, deal in deals:
            by_account.setdefault(account, []).append(deal)
        keys = {name: f"account-{place + 1}" for place, name in enumerate(rows)}
        companies = [
            self._company(name, row, keys, by_account.get(name, [])) for name, row in rows.items()
        ]
        order, rings = parents_first(companies)
        for each in rings:
            self._remark(each.name, "belongs to itself, by way of others or not", "without it")
        return World(
            self.number,
            staff,
            order,
            tuple(by_account.get("", ())),
            tuple(self.remarks),
        )

    def _accounts(self) -> dict[str, Row]:
        """Return the rows of clients by their names; a second one of a name is told apart by its line."""
        found: dict[str, Row] = {}
        for line, row in enumerate(self.files["accounts.csv"], 2):
            name = row["account"]
            if not name:
                self._remark(f"accounts.csv, line {line}", "names no account", "left out")
                continue
            if name in found:
                self._remark(name, "is there twice", f"the second one as {name} (line {line})")
                name = f"{name} (line {line})"
            found[name] = row
        return found

    def _company(self, name: str, row: Row, keys: Mapping[str, str], deals: list[Deal]) -> Company:
        """Return one client; whoever sells most there owns it."""
        parent = row.get("subsidiary_of", "")
        if parent and parent not in keys:
            self._remark(
                name, f"belongs to {parent}, which is not among the accounts", "without it"
            )
        sellers = Counter(deal.owner for deal in deals)
        revenue = self._number(name, "revenue", row.get("revenue", ""))
        employees = self._number(name, "employees", row.get("employees", ""))
        return Company(
            key=keys[name],
            name=self._fitting(name, name, ACCOUNT_LETTERS),
            domain=self._domain(keys[name], name),
            industry=row.get("sector", ""),
            country=row.get("office_location", ""),
            revenue=None if revenue is None else round(revenue * 1_000_000),
            employees=None if employees is None else round(employees),
            parent=keys.get(parent, ""),
            owner=sellers.most_common(1)[0][0] if sellers else STAFF[0].user_name,
            since=min((deal.opened for deal in deals), default=self.latest),
            deals=tuple(deals),
        )

    def _domain(self, key: str, name: str) -> str:
        """Return an internet domain that is this client's alone, whatever its name is made of."""
        word = NO_DOMAIN.sub("-", plain(name)).strip("-.")[:DOMAIN_LETTERS] or key
        if word in self.domains:
            word = f"{word}-{key}"
        self.domains.add(word)
        return f"{word}.example"

    def _deals(self, accounts: Mapping[str, Row]) -> Iterator[tuple[str, Deal]]:
        """Yield each deal with the account that it belongs to, or ``""``."""
        seen: set[str] = set()
        for line, row in enumerate(self.sold, 2):
            key = row["opportunity_id"] or f"line {line}"
            if key in seen:
                self._remark(key, "is there twice", f"the second one as {key} (line {line})")
                key = f"{key} (line {line})"
            seen.add(key)
            yield self._account(key, row["account"], accounts), self._deal(key, row)

    def _account(self, key: str, account: str, accounts: Mapping[str, Row]) -> str:
        """Return whose deal it is, where the files have that account."""
        if account in accounts:
            return account
        reason = (
            f"names {account}, which is not among the accounts" if account else "names no account"
        )
        self._remark(key, reason, "kept, without one")
        return ""

    def _deal(self, key: str, row: Row) -> Deal:
        """Return one deal."""
        opened = self._day(key, "engage_date", row) or self.latest - timedelta(days=1)
        closes = self._day(key, "close_date", row)
        if closes is None:
            closes = opened + timedelta(days=USUAL_DAYS)
            self._remark(key, "says no day on which it closes", f"{USUAL_DAYS} days after it began")
        amount = self._number(key, "close_value", row.get("close_value", ""))
        name = f"{row['account'] or 'Unassigned'} {self._product(key, row)}"
        code = key[-CODE_LETTERS:]
        return Deal(
            key=f"opportunity-{key}",
            name=f"{self._fitting(key, name, DEAL_LETTERS - len(code))} {code}",
            kind="",
            stage=self._stage(key, row["deal_stage"]),
            amount=None if amount is None else round(amount),
            close_date=closes,
            opened=opened,
            owner=_named(row["sales_agent"]).user_name,
        )

    def _product(self, key: str, row: Row) -> str:
        """Return what was sold, as it is written, with a remark where no such product is known."""
        product = row.get("product", "")
        if product and self.products and product not in self.products:
            near = get_close_matches(product, self.products, n=1)
            meant = f" ({near[0]}?)" if near else ""
            self._remark(
                key, f"names {product}, which is not among the products{meant}", "as it is"
            )
        return product

    def _stage(self, key: str, text: str) -> str:
        """Return the step of a sale that is meant."""
        stage = STAGES.get(text.strip().lower())
        if stage is None:
            self._remark(
                key, f"is at {text or 'no stage'}, which is no known step", "as just begun"
            )
        return stage or "qualification"

    def _day(self, key: str, column: str, row: Row) -> date | None:
        """Return the day in a cell, where there is one."""
        text = row.get(column, "")
        day = _day(text)
        if text and day is None:
            self._remark(
                key, f"has {text} for its {column}, which is no day", "as if nothing was said"
            )
        return day

    def _fitting(self, key: str, text: str, letters: int) -> str:
        """Return a text on one line, as long as the systems have room for."""
        line = " ".join(text.split())
        if len(line) <= letters:
            return line
        self._remark(key, f"has a name of {len(line)} letters", f"the first {letters}")
        return line[:letters].rstrip()

    def _number(self, key: str, column: str, text: str) -> float | None:
        """Return the number in a cell, where there is one."""
        if not text:
            return None
        number = nan
        with suppress(ValueError):
            number = float(text.replace(",", ""))
        if abs(number) < LARGEST:
            return number
        why = "no number" if isnan(number) else "more than anything can be"
        self._remark(key, f"has {text} for its {column}, which is {why}", "as if nothing was said")
        return None

    def _remark(self, record: str, reason: str, taken: str) -> None:
        self.remarks.append(Remark(record, reason, taken))


def _rows(path: Path) -> list[Row]:
    """Return the rows of one file."""
    if not path.is_file():
        if path.name in OPTIONAL:
            return []
        raise ConfigurationInvalid(
            f"{path.parent} holds no {path.name}.",
            hint="A folder of clients holds accounts.csv and sales_pipeline.csv, and may hold"
            " sales_teams.csv and products.csv.",
        )
    with opened(path) as file:
        reader = csv.DictReader(file, restval="", strict=True)
        header = [each.strip() for each in reader.fieldnames or ()]
        missing = [name for name in NEEDED[path.name] if name not in header]
        if missing:
            raise ConfigurationInvalid(f"{path} has no column {missing[0]}.", hint=_has(header))
        return [_cells(row, reader.line_num) for row in reader]


def _cells(row: dict[Any, Any], line: int) -> Row:
    """Return the cells of a row by their columns; `csv.Error` if one is in no column."""
    if any(cell.strip() for cell in row.get(None, ())):
        raise csv.Error(f"line {line} has more cells than there are columns")
    return {name.strip(): text.strip() for name, text in row.items() if name}


def _has(header: list[str]) -> str:
    """Say which columns there are, and what is amiss where they are one."""
    if not header:
        return "It is empty."
    told = f"It has: {', '.join(header)}."
    return told if len(header) > 1 else f"{told} Columns are told apart by commas."


def _staff(teams: Iterable[Row], sold: Iterable[Row]) -> tuple[Colleague, ...]:
    """Return whoever works here: our own people, whoever sells, and whom they report to."""
    found = {each.user_name: each for each in STAFF}
    for row in teams:
        manager = _named(row.get("manager", ""), team="account")
        if manager.name:
            found.setdefault(manager.user_name, manager)
        seller = _named(row["sales_agent"], manager.user_name if manager.name else "")
        found.setdefault(seller.user_name, seller)
    for row in sold:
        seller = _named(row["sales_agent"])
        found.setdefault(seller.user_name, seller)
    return tuple(found.values())


def _named(name: str, manager: str = "", team: str = "sales") -> Colleague:
    """Return a colleague by the whole name."""
    first, _, last = (name or "Nobody Named").strip().partition(" ")
    return Colleague(first[:PERSON_LETTERS], last.strip()[:PERSON_LETTERS], team, manager)


def _closed(row: Row) -> date | None:
    return _day(row.get("close_date", ""))


def _day(text: str) -> date | None:
    """Return the day that a text is, in one of the ways in which days are written."""
    for form in DATES:
        with suppress(ValueError):
            day = datetime.strptime(text, form).date()  # noqa: DTZ007 (a day has no zone)
            return day if day.year in YEARS else None
    return None
