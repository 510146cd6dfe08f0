"""What a person wrote on the command line as a decision."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import click
from msgspec import Struct, structs

from kamsync.engine import CHOICES, Hub
from kamsync.errors import ValueInvalid
from kamsync.model import Conflict, Decision, Kind, Value
from kamsync.reports import find_record, values_for
from kamsync.schema import Field, Type
from kamsync.values import normalise

__all__ = ["Answer", "decision_of", "fitting", "require_text", "somebody_here"]


class Answer(Struct, frozen=True):
    """The options of ``conflicts resolve`` that say what is decided."""

    keep: str | None = None
    values: tuple[str, ...] = ()
    agreed: bool = False
    choice: str | None = None
    why: str = ""
    by: str | None = None


def somebody_here(named: str | None = None) -> str:
    """Return who decides: who is *named*, else who sits at this machine.

    Raises:
        UsageError: nobody knows, or the name is no text.
    """
    if named and named.strip():
        require_text("--by", named)
        return named
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        raise click.UsageError("It is not known who decides; say so with --by NAME.") from None


def decision_of(hub: Hub, conflict: Conflict, answer: Answer) -> Decision:
    """Return the decision that *answer* means for *conflict*.

    Raises:
        UsageError: nothing was chosen, several things that exclude each other, or what no conflict
            of this kind is decided with.
        ValueInvalid, UnknownName: what was chosen does not fit the conflict.
    """
    _require_one(conflict, answer)
    _require_choice(conflict, answer)
    require_text("--why", answer.why)
    decision = Decision(somebody_here(answer.by), hub.now(), reason=answer.why)
    if answer.keep is not None:
        kept = values_for(conflict, answer.keep)
        return structs.replace(decision, value=kept.value, choice=kept.choice)
    if answer.choice:
        named = find_record(hub, answer.values[0]).id if answer.values else None
        return structs.replace(decision, value=named, choice=answer.choice)
    if answer.agreed:
        return structs.replace(decision, value=conflict.agreed)
    if conflict.kind is Kind.MATCH:
        named = find_record(hub, answer.values[0]).id
        return structs.replace(decision, value=named, choice="same")
    return structs.replace(decision, value=_value(hub, conflict, answer.values))


def _require_one(conflict: Conflict, answer: Answer) -> None:
    """Refuse an answer that says nothing, or two things."""
    named = bool(answer.values) and not (answer.choice and conflict.kind is Kind.MATCH)
    said = [answer.keep is not None, named, answer.agreed, answer.choice is not None]
    if said.count(True) != 1:
        raise click.UsageError(
            f"Say what to keep in conflict {conflict.id}: one of --keep, --value, --agreed, --choice."
        )


def _require_choice(conflict: Conflict, answer: Answer) -> None:
    """Refuse a word that is no choice for this kind of conflict."""
    choices = CHOICES.get(conflict.kind, ())
    if answer.choice is None or answer.choice in choices:
        return
    if conflict.kind is Kind.VALUE:
        raise click.UsageError(
            f"Conflict {conflict.id} is about a value: it is decided with --keep, --value or --agreed,"
            f" not with --choice {answer.choice}."
        )
    raise click.UsageError(
        f"A {conflict.kind} conflict is decided with --choice {' or '.join(choices)}, not with"
        f" {answer.choice!r}."
    )


def require_text(option: str, given: str) -> None:
    """Refuse bytes that are no text: the journal could not keep them."""
    if any("\ud800" <= character <= "\udfff" for character in given):
        raise click.UsageError(f"{option} {given!r} is not valid UTF-8; enter it again.")


@contextmanager
def fitting() -> Iterator[None]:
    """Tell of an answer that does not fit its question as of any other slip on the command line."""
    try:
        yield
    except ValueInvalid as error:
        raise click.UsageError(str(error)) from error


def _value(hub: Hub, conflict: Conflict, given: Sequence[str]) -> Value:
    """Return the value that was given, in the normal form of the field."""
    field = hub.schema.entity(conflict.entity).field(conflict.field)
    return normalise(field, _raw(hub, conflict, field, given))


def _raw(hub: Hub, conflict: Conflict, field: Field, given: Sequence[str]) -> Value:
    """Return what was given, in the shape of the field."""
    if field.type is Type.GROUP:
        return _parts(conflict, field, given)
    if field.type in {Type.TEXTS, Type.CHOICES}:
        return [each for each in given if each]
    if len(given) > 1:
        raise click.UsageError(f"{conflict.entity}.{field.name} takes one --value.")
    if field.type is Type.REFERENCE and given[0]:
        return find_record(hub, given[0]).id
    return given[0] or None


def _parts(conflict: Conflict, field: Field, given: Sequence[str]) -> Mapping[str, Value]:
    """Return the parts of a group: those that were given, over those that were agreed."""
    known = [part.name for part in field.parts]
    if list(given) == [""]:
        return dict.fromkeys(known)
    parts = dict.fromkeys(known) | dict(conflict.agreed or {})
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or name not in known:
            raise click.UsageError(
                f"{conflict.entity}.{field.name} has the parts {', '.join(known)}: give --value"
                f" {known[0]}=… for each."
            )
        parts[name] = value or None
    return parts
