"""What is right and wrong with one org, as `kamsync check` tells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kamsync.connector import Finding
from kamsync_salesforce.api.client import Refusal
from kamsync_salesforce.login.options import Login
from kamsync_salesforce.objects.describing import Described
from kamsync_salesforce.objects.queries import CURRENCY, quoted
from kamsync_salesforce.objects.traits import KEY_OBJECTS, READ_ONLY, traits_of
from kamsync_salesforce.org import Org

__all__ = ["findings"]

ORGANIZATION = "SELECT Id,Name,IsSandbox,OrganizationType FROM Organization"


def findings(org: Org, login: Login) -> tuple[Finding, ...]:
    """Return everything that was looked at; nothing is changed."""
    seen = {name: org.described.described(name) for name in KEY_OBJECTS}
    shown = {name: each for name, each in seen.items() if each is not None}
    return (
        *_connection(org, login),
        *_quota(org),
        *_permissions(shown),
        *_currency(org, shown),
        *_persons(org, shown),
        *_histories(org, shown),
        *_external_ids(org, shown),
    )


def _connection(org: Org, login: Login) -> Iterator[Finding]:
    """Yield who is logged in where, and whether the session goes on by itself."""
    whose = org.own()
    found = org.client.query(ORGANIZATION).rows
    told: Mapping[str, Any] = found[0] if found else {}
    kind = "the sandbox" if told.get("IsSandbox") else "the org"
    person = org.client.query(f"SELECT Name FROM User WHERE Id={quoted(whose)}").rows
    name = str(person[0]["Name"]) if person else whose
    text = f"kamsync is {name} in {kind} {told.get('Name') or ''} ({org.id()}), by API"
    yield Finding(ok=True, about="connection", text=f"{text} {org.ways.version}.")
    if not org.tokens.lasts:
        yield Finding(
            ok=True,
            about="login",
            text="The session ends after some hours and cannot be renewed.",
            hint="Log in with client_id and jwt_key to let it go on by itself.",
        )
    if told.get("IsSandbox") and login.host in {"production", "login"}:
        yield Finding(ok=False, about="login", text='host is "production", and this is a sandbox.')


def _quota(org: Org) -> Iterator[Finding]:
    """Yield how many calls are left."""
    try:
        told = org.client.get("/limits").body["DailyApiRequests"]
    except (Refusal, KeyError, TypeError):
        text = "How many calls are left is not shown to kamsync's user; it is counted from answers."
        yield Finding(ok=True, about="quota", text=text)
        return
    most, left = int(told["Max"]), int(told["Remaining"])
    org.quota.set(most - left, most)
    free = most - left < org.ways.quota_share * most
    text = f"{left:,} of {most:,} calls are left for today"
    yield Finding(
        ok=free,
        about="quota",
        text=f"{text}; kamsync stops at {org.ways.quota_share:.0%}.",
        hint="" if free else "Wait, or raise quota_share.",
    )


def _permissions(shown: Mapping[str, Described]) -> Iterator[Finding]:
    """Yield what our user may do with each object."""
    missing = [name for name in KEY_OBJECTS if name not in shown]
    if missing:
        yield Finding(
            ok=True,
            about="permissions",
            text=f"{', '.join(missing)} cannot be seen.",
            hint="Turn the feature on in Setup, or give kamsync's user read access, if it is mapped.",
        )
    words = {"createable": "create", "updateable": "edit", "deletable": "delete"}
    for name, each in shown.items():
        may = [word for key, word in words.items() if each.raw.get(key)]
        able = ", ".join(["read", *(may if name not in READ_ONLY else ())])
        yield Finding(ok=True, about="permissions", text=f"{name}: {able}.")


def _currency(org: Org, shown: Mapping[str, Described]) -> Iterator[Finding]:
    """Yield whether amounts have a currency."""
    several = any(CURRENCY in each.fields for each in shown.values())
    option = org.ways.currency
    if several and option:
        yield Finding(
            ok=False,
            about="currency",
            text=f"This org has several currencies, and every amount would be read as {option}.",
            hint="Take currency out of its section.",
        )
    elif not several and not option and shown:
        yield Finding(
            ok=False,
            about="currency",
            text="This org has one currency, which no record says, so that no amount is read.",
            hint='Write it into its section, such as currency = "EUR".',
        )


def _persons(org: Org, shown: Mapping[str, Described]) -> Iterator[Finding]:
    """Yield whether accounts may be persons."""
    account = shown.get("Account")
    if account is not None and "IsPersonAccount" in account.fields and not org.ways.companies:
        yield Finding(
            ok=True,
            about="person accounts",
            text="This org has person accounts, and they are read as accounts and as contacts.",
            hint="leave_out_persons = true leaves them out.",
        )


def _histories(org: Org, shown: Mapping[str, Described]) -> Iterator[Finding]:
    """Yield where it is known by field who edited, and where by record only."""
    able = [name for name in shown if traits_of(name).history]
    told = [name for name in able if org.ways.history and shown[name].histories]
    untold = [name for name in able if name not in told]
    if told:
        text = f"{', '.join(told)}: who edited is known for each field that the org tracks"
        yield Finding(
            ok=True, about="evidence", text=f"{text}, else the last editor of the record."
        )
    if untold:
        yield Finding(
            ok=True,
            about="evidence",
            text=f"{', '.join(untold)}: only the last editor of the record is known.",
            hint="Turn on field history tracking for the mapped fields.",
        )


def _external_ids(org: Org, shown: Mapping[str, Described]) -> Iterator[Finding]:
    """Yield where records can be created once, and where they cannot."""
    stamp = org.ways.stamp
    objects = [name for name in shown if name not in READ_ONLY]
    ready = [name for name in objects if shown[name].keeps(stamp)]
    if ready:
        text = f"{', '.join(ready)} keep kamsync's id in {stamp}."
        yield Finding(ok=True, about="external id", text=text)
    if lacking := [name for name in objects if name not in ready]:
        yield Finding(
            ok=True,
            about="external id",
            text=f"{', '.join(lacking)} have no unique {stamp or 'field for it'}, so nothing is"
            " created there.",
            hint="To create records there, run: kamsync setup SYSTEM. If nothing is to be created"
            ' anywhere, external_id = "" saves calls.',
        )
