"""The questions of ``kamsync init``: one after the other, each asked again until its answer can be taken."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

import click

from kamsync.cli.choosing import POLICIES, Kind, files_of, kinds, new_system, one_of

if TYPE_CHECKING:
    from kamsync.cli.session import Session
    from kamsync.config import Beginning, NewSystem
    from kamsync.draft import Ask

__all__ = ["interview"]

SYSTEMS_LIMIT = 20
TRIES_LIMIT = 5

T = TypeVar("T")


def interview(here: Session) -> Beginning:
    """Ask for everything that a new configuration says, on stderr; nothing is written.

    Raises:
        ConfigurationInvalid: the answers ended, or none of several to one question could be taken.
    """
    from kamsync.config import Beginning

    known = kinds(here)
    _say("Which systems hold your accounts? Nothing is written to them until you allow it.")
    _say(f"Kinds: {', '.join(known)}. An empty line goes on.")
    systems: list[NewSystem] = []
    for number in range(1, SYSTEMS_LIMIT + 1):
        made = _system(known, number, {each.name for each in systems})
        if made is None:
            break
        systems.append(made)
    if not systems:
        return Beginning()
    return Beginning(tuple(systems), _scope(), _policy())


def _system(known: Mapping[str, Kind], number: int, taken: set[str]) -> NewSystem | None:
    """Ask for one system; None where there are no more."""
    from kamsync.config import as_name
    from kamsync.entities import TEAMS

    _say("")
    kind = _ask(
        f"System {number}: kind", lambda text: one_of("kind of system", text, known) if text else ""
    )
    if not kind:
        return None
    free = next((team for team in TEAMS if team not in taken), TEAMS[0])
    team = _ask("  Team that works in it", as_name, default=free)
    name = _ask("  Name of the system", _free(taken), default=team if team not in taken else kind)
    return new_system(known, name, kind, team, _options(known[kind], name))


def _options(kind: Kind, name: str) -> dict[str, str]:
    """Ask for what only the owner of a system knows."""
    draft = kind.connector.draft()
    given: dict[str, str] = {}
    for ask in draft.asks if draft else ():
        if ask.matters(given):
            among = f" ({', '.join(ask.choices)})" if ask.choices else ""
            question = f"  {ask.question}{among}"
            answer = _ask(question, _option(kind, name, ask), default=ask.default)
            if answer:
                given[ask.key] = answer
    return given


def _option(kind: Kind, name: str, ask: Ask) -> Callable[[str], str]:
    """Return what takes the answer to one ask; what is needed is not left empty."""
    from kamsync.draft import secret
    from kamsync.errors import ConfigurationInvalid

    def take(text: str) -> str:
        if ask.needed and not text and not ask.default:
            raise ConfigurationInvalid(
                f"{name} cannot be called without {ask.key}.",
                hint="If you do not have it yet, stop with Ctrl-C: kamsync init --system"
                f" {name}={kind.name} leaves its place to be filled in.",
            )
        if text and ask.secret:
            secret(f"{name}.{ask.key}", text)
        return one_of("answer", text, ask.choices) if ask.choices else text

    return take


def _free(taken: set[str]) -> Callable[[str], str]:
    """Return what takes the name of a system that no other one has."""
    from kamsync.config import as_name
    from kamsync.errors import ConfigurationInvalid

    def take(text: str) -> str:
        if text in taken:
            raise ConfigurationInvalid(f"There is a system {text!r} already.")
        return as_name(text)

    return take


def _scope() -> dict[str, tuple[str, ...]]:
    """Ask which accounts are key accounts."""
    from kamsync.config import as_scope

    _say("")
    _say(
        "Which accounts? A field and its values such as tier=strategic,key, or file=PATH with lines of"
    )
    _say("SYSTEM,ID. An empty line takes all of them; everything else follows its account.")
    return _ask("Accounts", lambda text: dict([as_scope(text)]) if text else {})


def _policy() -> tuple[str, ...]:
    """Ask who is right when teams disagree."""
    _say("")
    _say("Who is right when two teams disagree?")
    for name, words in POLICIES.items():
        _say(f"  {name}: {words}")
    return _ask("Policy", files_of, default=next(iter(POLICIES)))


def _ask(question: str, take: Callable[[str], T], default: str = "") -> T:
    """Return an answer that can be taken; what cannot be says why, and is asked again."""
    from kamsync.errors import ConfigurationInvalid, KamsyncError

    for _ in range(TRIES_LIMIT):
        answer = _answer(question, default)
        try:
            return take(answer)
        except KamsyncError as error:
            _say(" ".join(filter(None, (f"  {error.message}", error.hint))))
    raise ConfigurationInvalid(
        f"No answer to “{question.strip()}” could be taken; nothing was written.",
        hint="Start again, or say it with options: kamsync init --help.",
    )


def _answer(question: str, default: str) -> str:
    """Return what is typed, or what holds where nothing is; end where the answers end."""
    from kamsync.errors import ConfigurationInvalid

    try:
        answer = click.prompt(question, default=default, show_default=bool(default), err=True)
    except click.Abort:
        if sys.stdin.isatty():
            raise
        raise ConfigurationInvalid(
            f"The answers end at “{question.strip()}”; nothing was written.",
            hint="Answer every question, or say it with options: kamsync init --help.",
        ) from None
    return str(answer).strip()


def _say(text: str) -> None:
    """Write a line beside the questions."""
    click.echo(text, err=True)
