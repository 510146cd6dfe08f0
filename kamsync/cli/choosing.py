"""What ``kamsync init`` is told by its options: systems, teams, options of connectors, scope, policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from kamsync.errors import ConfigurationInvalid, UnknownName
from kamsync.wording import did_you_mean, there_are

if TYPE_CHECKING:
    from kamsync.cli.session import Session
    from kamsync.config import Beginning, NewSystem
    from kamsync.connector import Connector

__all__ = ["NO_POLICY", "POLICIES", "Kind", "chosen", "files_of", "kinds", "new_system", "one_of"]

POLICIES = {
    "teams": "sales, success, account management and finance each decide what is their daily work",
    "cautious": "a person decides whatever two people changed",
    "none": "no rule yet; a person decides everything",
}
NO_POLICY = "none"
EMPTY = ("", '""', "''")
"""What says nothing; quotes come through a shell that was given two kinds of them."""


class Kind(Struct, frozen=True):
    """One kind of system that can be connected, and the plugin that brings it."""

    name: str
    plugin: str
    connector: type[Connector]


def kinds(here: Session) -> dict[str, Kind]:
    """Return every kind of system that an installed plugin connects, by name."""
    from kamsync.plugins import list_plugins, load_plugins

    _, *others = list_plugins()
    found: dict[str, Kind] = {}
    for name in ("", *dict.fromkeys(each.name for each in others)):
        plugins = load_plugins([name] if name else [])
        here.tell_broken(plugins)
        for kind, class_ in plugins.connectors().items():
            found.setdefault(kind, Kind(kind, name, class_))
    return dict(sorted(found.items()))


def new_system(
    kinds: Mapping[str, Kind], name: str, kind: str, team: str, given: Mapping[str, str]
) -> NewSystem:
    """Return a system with the options that were *given* and those that hold without them.

    Raises:
        UnknownName: there is no such kind, or its connector has no such option.
        ConfigurationInvalid: a name is none, or what should name a secret may be one.
    """
    from kamsync.config import NewSystem, as_name, bare_draft, options_of
    from kamsync.entities import TEAMS

    found = one_of("kind of system", kind, kinds, "See what is installed: kamsync plugins.")
    options = options_of(kinds[found].connector)
    needed = [option for option, each in options.items() if each.is_needed]
    draft = kinds[found].connector.draft() or bare_draft(needed)
    known = {*options, *(ask.key for ask in draft.asks)}
    for option in given if options else ():
        one_of(f"option of {found}", option, known)
    made = NewSystem(
        name=as_name(name),
        kind=found,
        plugin=kinds[found].plugin,
        team=as_name(team) if team else name if name in TEAMS else "",
        draft=draft,
        given=draft.with_defaults(given),
        secrets=tuple(option for option, each in options.items() if each.is_secret),
    )
    made.section()
    return made


def one_of(what: str, text: str, known: Iterable[str], hint: str = "") -> str:
    """Take a name that is known; `UnknownName` says which ones there are."""
    names = sorted(known)
    if text in names:
        return text
    raise UnknownName(
        f"There is no {what} {text!r}; {there_are(names)}.",
        hint=did_you_mean(text, names) or hint,
    )


def chosen(
    here: Session,
    systems: Sequence[str],
    teams: Sequence[str],
    options: Sequence[str],
    scope: Sequence[str],
    policy: str | None,
) -> Beginning:
    """Return what the options of the command say.

    Raises:
        ConfigurationInvalid: one of them is wrong, or names a system that no other one names.
    """
    from kamsync.config import Beginning, as_scope

    named = dict(_pair("--system", text, "NAME=KIND") for text in systems)
    if len(named) < len(systems):
        raise ConfigurationInvalid("Two systems have one name.", hint="Give each its own.")
    team_of = dict(_pair("--team", text, "SYSTEM=TEAM") for text in teams)
    given: dict[str, dict[str, str]] = {name: {} for name in named}
    for text in options:
        where, value = _pair("--set", text, "SYSTEM.OPTION=VALUE", shown=False)
        name, _, option = where.partition(".")
        one_of("--system", name, named)
        given[name][option] = value
    for name in team_of:
        one_of("--system", name, named)
    known = kinds(here) if named else {}
    if not named and (scope or policy):
        raise ConfigurationInvalid(
            "--scope and --policy are for systems, and none is named.",
            hint="Name them with --system NAME=KIND, such as --system sales=memory.",
        )
    return Beginning(
        tuple(
            new_system(known, name, kind, team_of.get(name, ""), given[name])
            for name, kind in named.items()
        ),
        dict(as_scope(text) for text in scope),
        files_of(policy or "teams"),
    )


def files_of(policy: str) -> tuple[str, ...]:
    """Return the files of one of the shipped policies."""
    one_of("policy", policy, POLICIES)
    return () if policy == NO_POLICY else (f"policies/{policy}.toml",)


def _pair(flag: str, text: str, form: str, *, shown: bool = True) -> tuple[str, str]:
    """Take a text of two sides; one that may hold a secret is not repeated."""
    left, sign, right = text.partition("=")
    if sign and left.strip() and right.strip() in EMPTY:
        raise ConfigurationInvalid(
            f"{flag} says nothing of {left.strip()}.",
            hint=f"Give it as {form}, or leave {flag} out: what is needed has its place in the file.",
        )
    if not (sign and left.strip() and right.strip()):
        what = f" {text!r}" if shown else ""
        raise ConfigurationInvalid(f"{flag}{what} is not of the form {form}.")
    return left.strip(), right.strip()
