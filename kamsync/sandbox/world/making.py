"""Clients made from a number: the same number and day, the same clients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import chain, islice
from random import Random
from unicodedata import normalize

from kamsync.sandbox.world.staff import STAFF, Colleague
from kamsync.sandbox.world.truth import Company, Contact, Deal, World
from kamsync.sandbox.world.words import (
    CITIES,
    FIRST,
    FORMS,
    HEADS,
    INDUSTRIES,
    LAST,
    OPEN_STAGES,
    PRODUCTS,
    TAILS,
    TITLES,
    TRADES,
)

__all__ = ["make_world", "plain"]

PAST_DAYS = 420
DAUGHTERS = 8
"""One company in so many belongs to another one."""

SPLITS = 4
"""One deal in so many has its credit shared."""

SHARES = ((0.6, 0.4), (0.7, 0.3), (0.5, 0.3, 0.2))
PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "o", "ł": "l", " ": "-"})


def make_world(number: int, accounts: int, today: date) -> World:
    """Return *accounts* clients with their people and deals, as they are on a day."""
    draw = Random(number)  # noqa: S311 (made-up records, no secret)
    names = list(_names(draw, accounts))
    companies: list[Company] = []
    for place, name in enumerate(names):
        companies.append(_company(draw, place, name, companies, today))
    return World(number, STAFF, tuple(companies))


def plain(text: str) -> str:
    """Return a word in the letters of addresses."""
    letters = normalize("NFKD", text.lower().translate(PLAIN))
    return letters.encode("ascii", "ignore").decode()


def _names(draw: Random, count: int) -> Iterator[str]:
    """Yield names that tell companies apart: each has a made-up word of its own."""
    words = [f"{head}{tail}" for head in HEADS for tail in TAILS]
    draw.shuffle(words)
    longer = (f"{word}{tail}{end}" for end in ("", *TAILS) for tail in TAILS for word in words)
    for word in islice(chain(words, longer), count):
        yield f"{word} {draw.choice(TRADES)}"


def _company(draw: Random, place: int, name: str, known: Sequence[Company], today: date) -> Company:
    """Return a client with its people and deals."""
    key = f"account-{place + 1}"
    city, country, prefix, code = draw.choice(CITIES)
    since = today - timedelta(days=draw.randint(40, PAST_DAYS))
    domain = f"{plain(name)}.example"
    contacts = tuple(_contact(draw, key, at, domain) for at in range(draw.choice((1, 2, 2, 3, 4))))
    seller = draw.choice(_team("sales"))
    mother = draw.choice(known) if known and not (place + 1) % DAUGHTERS else None
    return Company(
        key=key,
        name=name,
        form=draw.choice(FORMS[country]),
        domain=domain,
        industry=draw.choice(INDUSTRIES),
        street=f"{draw.choice(LAST)}straße {draw.randint(1, 120)}",
        city=city,
        code=str(code + draw.randint(0, 90))
        if code
        else f"E{draw.randint(1, 9)} {draw.randint(1, 9)}AB",
        country=country,
        phone=f"{prefix} {draw.randint(100_000, 9_999_999)}",
        revenue=draw.randint(1, 900) * 1_000_000,
        employees=draw.randint(10, 40_000),
        parent=mother.key if mother is not None and not mother.parent else "",
        owner=draw.choice(_team("account")).user_name,
        since=since,
        contacts=contacts,
        deals=tuple(_deals(draw, (key, name), seller, contacts, since, today)),
    )


def _contact(draw: Random, company: str, at: int, domain: str) -> Contact:
    """Return somebody at a client; no two there have one name."""
    place = int(company.removeprefix("account-"))
    first = FIRST[(place + 7 * at) % len(FIRST)]
    last = LAST[(3 * place + 11 * at + place // len(FIRST)) % len(LAST)]
    return Contact(
        key=f"contact-{company}-{at + 1}",
        first=first,
        last=last,
        email=f"{plain(first)}.{plain(last)}@{domain}",
        title=draw.choice(TITLES),
        phone=f"+49 {draw.randint(30, 999)} {draw.randint(100_000, 9_999_999)}",
        mobile=f"+49 {draw.choice((151, 160, 171, 176))} {draw.randint(1_000_000, 9_999_999)}",
    )


def _deals(
    draw: Random,
    company: tuple[str, str],
    seller: Colleague,
    contacts: Sequence[Contact],
    since: date,
    today: date,
) -> Iterator[Deal]:
    """Yield deals of a client, each for another product: the past ones won or lost."""
    key, name = company
    for at, product in enumerate(draw.sample(PRODUCTS, draw.choice((0, 1, 1, 2, 2, 3)))):
        opened = since + timedelta(days=draw.randint(1, 29))
        done = draw.random() < 0.5  # noqa: PLR2004 (every second one)
        closes = (
            opened + timedelta(days=draw.randint(1, max(1, (today - opened).days - 1)))
            if done
            else today + timedelta(days=draw.randint(5, 200))
        )
        kind = draw.choice(("new", "renewal", "upsell"))
        yield Deal(
            key=f"opportunity-{key}-{at + 1}",
            name=f"{name.split()[0]} {product} {kind} {closes.year}",
            kind=kind,
            stage=draw.choice(("won", "won", "lost")) if done else draw.choice(OPEN_STAGES),
            amount=draw.randint(20, 4_000) * 100,
            close_date=closes,
            opened=opened,
            owner=seller.user_name,
            contact=draw.choice(contacts).key,
            shares=_shares(draw, seller) if not draw.randrange(SPLITS) else (),
        )


def _shares(draw: Random, seller: Colleague) -> tuple[tuple[str, float], ...]:
    """Return how the credit for a deal is shared between its owner and people of the other teams."""
    shares = draw.choice(SHARES)
    others = [draw.choice(_team(team)).user_name for team in ("success", "account")]
    return tuple(zip((seller.user_name, *others), shares, strict=False))


def _team(name: str) -> list[Colleague]:
    """Return whoever is in a team."""
    return [each for each in STAFF if each.team == name]
