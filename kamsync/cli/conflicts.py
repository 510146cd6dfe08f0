"""``kamsync conflicts``: what waits for a person, and the decision."""

from __future__ import annotations

from collections.abc import Callable
from shlex import quote
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kamsync.cli.listing import Listing
from kamsync.cli.options import common, examples, session

if TYPE_CHECKING:
    from kamsync.engine import Hub
    from kamsync.reports import Wanted

__all__ = ["conflicts"]

KINDS = ("value", "match", "delete", "merge", "commission impact", "period")

F = TypeVar("F", bound=Callable[..., Any])

WANTED = (
    click.option("--kind", type=click.Choice(KINDS), help="Only conflicts of this kind."),
    click.option("--entity", metavar="NAME", help="Only conflicts about this entity."),
    click.option("--field", metavar="FIELD", help="Only about this field, as in account.tier."),
    click.option("--system", metavar="SYSTEM", help="Only where this system has a side."),
    click.option("--team", metavar="TEAM", help="Only where this team has a side."),
    click.option("--assignee", metavar="NAME", help="Only what NAME has; - is nobody."),
)

by = click.option("--by", metavar="NAME", help="Who you are; by default the user at this machine.")
reveal_pay = click.option("--reveal-pay", is_flag=True, help="Show values of class pay.")


def narrowed(function: F) -> F:
    """Add the options that say which conflicts are meant."""
    for option in reversed(WANTED):
        function = option(function)
    return function


def _offer_walk(ctx: click.Context) -> None:
    """Ask whoever sits there whether to go through what was listed."""
    from kamsync.cli.walking import Keyboard

    if Keyboard().agrees("Go through them now?", otherwise=True):
        ctx.invoke(walk)


def _wanted(hub: Hub, given: dict[str, str | None]) -> Wanted:
    """Return which conflicts are meant; what is not there is refused by name."""
    from kamsync.reports import Wanted

    wanted = Wanted(**{name: value or "" for name, value in given.items()})
    wanted.require_known(hub)
    return wanted


@click.group(cls=Listing, invoke_without_command=True)
@common
@click.pass_context
def conflicts(ctx: click.Context) -> None:
    """List, show and decide what only a person can decide.

    While a conflict is open, no system is written for that field of that record; everything else
    flows. Without a command they are listed, and at a terminal you are asked whether to go through
    them.
    """
    if ctx.invoked_subcommand is None and ctx.invoke(list_) and session(ctx).attended:
        _offer_walk(ctx)


@conflicts.command(
    "list",
    epilog=examples(
        "conflicts list --field account.owner",
        "conflicts list --team sales --limit 100",
    ),
)
@common
@narrowed
@click.option("--after", metavar="ID", default="", help="Go on after this conflict.")
@click.option(
    "--limit",
    type=click.IntRange(1, 10_000),
    default=20,
    show_default=True,
    help="How many at most.",
)
@reveal_pay
def list_(
    *,
    after: str = "",
    limit: int = 20,
    reveal_pay: bool = False,
    **given: str | None,
) -> int:
    """Show the open conflicts: counted by shape, then one line for each."""
    here = session(click.get_current_context())
    from kamsync.cli.queued import show_list
    from kamsync.reports import Sight, conflicts

    with here.hub() as hub:
        wanted = _wanted(hub, given)
        sight = Sight(hub.schema, pay=reveal_pay)
        found = conflicts(hub, sight, wanted, after=after, limit=limit)
        if here.json:
            here.printer.document(found)
        else:
            now, filtered = here.clock.now(), bool(wanted or after)
            narrowing = [f"--{name} {quote(text)}" for name, text in given.items() if text]
            show_list(here.printer, sight, found, now, filtered=filtered, narrowing=narrowing)
    return found.total


@conflicts.command(
    epilog=examples(
        "conflicts walk --field account.phone",
        'conflicts walk --by "Mara Lindqvist" --why "Asked the client"',
    )
)
@common
@narrowed
@by
@click.option("--why", metavar="TEXT", default="", help="The reason of what has no comment.")
@reveal_pay
def walk(*, by: str | None, why: str, reveal_pay: bool, **given: str | None) -> None:
    """Go through the open conflicts at the keyboard, one after the other.

    The number of a side keeps what it says; b goes back to the agreed value, o asks for another one,
    d leaves a record gone where it is gone. g makes the same choice for all conflicts of that field,
    cause and teams, after a look at them. n goes to the next and comes back at the end, s skips; a
    assigns, c comments, u undoes the last decision; q quits, and ? explains all of them.

    Each key ends with return; what comes from a pipe is read line by line. What is decided is kept at
    once, whatever happens to the walk, and a comment is the reason of the decision that follows it.
    """
    here = session(click.get_current_context())
    if here.json:
        raise click.UsageError(
            "A walk is for people at a keyboard. For scripts there are `conflicts list --json` and"
            " `conflicts resolve --json`."
        )
    from kamsync.cli.deciding import require_text, somebody_here
    from kamsync.cli.walking import Desk, Keyboard, walk
    from kamsync.reports import Sight

    require_text("--why", why)

    with here.hub() as hub:
        wanted = _wanted(hub, given)
        person = somebody_here(by)
        desk = Desk(hub, here.printer, Keyboard(), Sight(hub.schema, pay=reveal_pay), person, why)
        walk(desk, wanted)


@conflicts.command()
@common
@click.argument("id_", metavar="ID")
@reveal_pay
@click.pass_context
def show(ctx: click.Context, *, id_: str, reveal_pay: bool) -> None:
    """Show one conflict: why it is one, who says what, what each choice writes where."""
    here = session(ctx)
    from kamsync.cli.questions import show_question
    from kamsync.reports import Sight, question

    with here.hub() as hub:
        sight = Sight(hub.schema, pay=reveal_pay)
        asked = question(hub, hub.store.reviews.get(id_), sight)
        if here.json:
            here.printer.document(asked)
        else:
            show_question(here.printer, sight, asked)


@conflicts.command(
    epilog=examples(
        "conflicts resolve 1 --version 1 --keep sales",
        'conflicts resolve 1 --value "+49 30 1234560" --why "Called them"',
        "conflicts resolve 1 --agreed --dry-run",
    )
)
@common
@click.argument("id_", metavar="ID")
@click.option("--keep", metavar="N|SYSTEM|TEAM", help="Keep what this side says.")
@click.option("--value", "values", metavar="X", multiple=True, help="Another value; see above.")
@click.option("--agreed", is_flag=True, help="Go back to the value last agreed on.")
@click.option("--choice", metavar="WORD", help="delete, restore, detach, same, new or keep.")
@click.option("--why", metavar="TEXT", default="", help="The reason, for whoever asks later.")
@click.option("--by", metavar="NAME", help="Who decides; by default the user at this machine.")
@click.option("--version", type=int, help="Decide only if it is still at this version.")
@click.option("--dry-run", is_flag=True, help="Show what it would write, and decide nothing.")
def resolve(*, id_: str, version: int | None, dry_run: bool, **answer: Any) -> None:
    """Decide one conflict; no rule overrules it, and the next round writes it everywhere.

    A value with parts is given part by part, as in --value amount=100 --value currency=EUR; parts
    that are not named stay as they were agreed. Of a field that holds several, each --value is one.
    An empty --value is a blank.
    """
    here = session(click.get_current_context())
    from kamsync.cli.deciding import Answer, decision_of, fitting
    from kamsync.cli.questions import show_decided
    from kamsync.engine import resolve_conflict
    from kamsync.reports import Sight, effects

    with here.hub() as hub, fitting():
        conflict = hub.store.reviews.get(id_)
        decided = decision_of(hub, conflict, Answer(**answer))
        shown = conflict.version if version is None else version
        sight = Sight(hub.schema)
        written = effects(hub, conflict, decided, sight, version=shown)
        if not dry_run:
            conflict = resolve_conflict(hub, conflict.id, shown, decided)
            decided = conflict.decision or decided
        show_decided(here.printer, hub, sight, conflict, decided, written, tried=dry_run)


@conflicts.command(epilog=examples("conflicts assign 1 Cleo", "conflicts assign 1 -"))
@common
@click.argument("id_", metavar="ID")
@click.argument("person", metavar="NAME")
@by
def assign(*, id_: str, person: str, by: str | None) -> None:
    """Give a conflict to NAME, or with - to nobody; it stays the same question."""
    from kamsync.engine import assign_conflict
    from kamsync.reports import NOBODY

    _note(assign_conflict, id_, "" if person == NOBODY else person, by)


@conflicts.command()
@common
@click.argument("id_", metavar="ID")
@click.argument("text", metavar="TEXT")
@by
def comment(*, id_: str, text: str, by: str | None) -> None:
    """Say something about a conflict, for whoever decides it."""
    from kamsync.engine import comment_conflict

    _note(comment_conflict, id_, text, by)


def _note(note: Callable[..., Any], id_: str, text: str, by: str | None) -> None:
    """Note something about a conflict, and tell what is noted about it by now."""
    here = session(click.get_current_context())
    from kamsync.cli.deciding import fitting, require_text, somebody_here
    from kamsync.cli.questions import show_asked
    from kamsync.reports import Sight, question

    require_text("The text", text)
    with here.hub() as hub, fitting():
        noted = note(hub, hub.store.reviews.get(id_).id, text, somebody_here(by))
        sight = Sight(hub.schema)
        asked = question(hub, noted, sight, tried=False)
        if here.json:
            here.printer.document(asked.conflict)
        else:
            show_asked(here.printer, sight, asked)
            here.printer.next("kamsync conflicts walk", f"kamsync conflicts show {noted.id}")
