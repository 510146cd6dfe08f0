"""People at work: what somebody of the portal does at the screen, for tests and demos."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kamsync.errors import UnknownName
from kamsync_hubspot.sandbox.admin import rules
from kamsync_hubspot.sandbox.admin.stamping import stamp_all
from kamsync_hubspot.sandbox.changing import binning, merging, splits, writing
from kamsync_hubspot.sandbox.model.caller import Caller
from kamsync_hubspot.sandbox.model.kinds import Kind
from kamsync_hubspot.sandbox.model.refusal import Refusal, gone
from kamsync_hubspot.sandbox.populating.staff import dismiss
from kamsync_hubspot.sandbox.state import links
from kamsync_hubspot.sandbox.state.association_types import AssociationType
from kamsync_hubspot.sandbox.state.portal import Portal
from kamsync_hubspot.sandbox.state.records import Record, as_id, find, unaliased
from kamsync_hubspot.sandbox.telling.showing import shown_whole

__all__ = ["act", "caller_of"]

Asked = Mapping[str, Any]
_APP = "app "


def act(portal: Portal, person: str, verb: str, asked: Asked) -> Any:
    """Let *person* do something; return what came of it.

    A person is called by name, first name, e-mail address or number; ``app 123`` is an integration
    other than the one that is tested.

    ==============  ==============================================================
    ``create``      ``object``, ``values``; returns the id
    ``edit``        ``object``, ``id``, ``values``
    ``read``        ``object``, ``id``; what the screen shows, at once
    ``delete``      ``object``, ``id``; into the bin
    ``restore``     ``object``, ``id``; out of it
    ``merge``       ``object``, ``id``, ``loser``; returns the new id
    ``associate``   ``object``, ``id``, ``to``, ``to_id``, perhaps ``label``
    ``dissociate``  the same
    ``split``       ``id`` of a deal, ``shares`` from owners to fractions
    ``forget``      ``id`` of a contact, for ever
    ``stamp``       ``object``: all of them, as a job at night does
    ``require``     ``object``, ``property``: records must have it from now on
    ``dismiss``     ``who``: works here no more
    ==============  ==============================================================

    Raises:
        UnknownName: there is no such person or verb, or the portal refuses it.
    """
    who = caller_of(portal, person)
    if verb not in _VERBS:
        raise UnknownName(f"Nobody here can {verb!r}; there are {', '.join(_VERBS)}.")
    try:
        with portal.atomically():
            return _VERBS[verb](portal, who, asked)
    except Refusal as refusal:
        raise UnknownName(f"{person} cannot {verb} it: {refusal.message}") from refusal
    except KeyError as error:
        raise UnknownName(f"To {verb}, say {error.args[0]!r}.") from error


def caller_of(portal: Portal, person: str) -> Caller:
    """Return who is called so."""
    if person.startswith(_APP) and (number := as_id(person.removeprefix(_APP))) is not None:
        return Caller.integration(number, person)
    who = portal.people.find(person)
    if who is None:
        known = ", ".join(each.name for each in portal.people.all.values())
        raise UnknownName(f"Nobody here is called {person!r}; there are {known}.")
    return who.caller


def _count(portal: Portal, who: Caller, asked: Asked) -> int:  # noqa: ARG001
    """Return how many living records there are of a type."""
    kind = portal.kind(asked["object"])
    sql = "SELECT count(*) FROM record WHERE type = ? AND archived = 0"
    (count,) = portal.database.execute(sql, (kind.id,)).fetchone()
    return int(count)


def _create(portal: Portal, who: Caller, asked: Asked) -> str:
    """Make a record."""
    return str(writing.create(portal, portal.kind(asked["object"]), asked["values"], who).id)


def _edit(portal: Portal, who: Caller, asked: Asked) -> None:
    """Change a record."""
    writing.update(portal, portal.kind(asked["object"]), _id(asked), asked["values"], who)


def _read(portal: Portal, who: Caller, asked: Asked) -> dict[str, Any]:
    """Look at a record."""
    del who
    kind = portal.kind(asked["object"])
    return shown_whole(portal, kind, _there(portal, kind, asked["id"]))


def _delete(portal: Portal, who: Caller, asked: Asked) -> None:
    """Put a record into the bin."""
    kind = portal.kind(asked["object"])
    binning.archive(portal, kind, _there(portal, kind, asked["id"]).id, who)


def _restore(portal: Portal, who: Caller, asked: Asked) -> None:
    """Bring a record back."""
    binning.restore(portal, portal.kind(asked["object"]), _id(asked), who)


def _merge(portal: Portal, who: Caller, asked: Asked) -> str:
    """Merge two records; both ids then lead to the one that is returned."""
    kind = portal.kind(asked["object"])
    return str(merging.merge(portal, kind, str(asked["id"]), str(asked["loser"]), who).id)


def _associate(portal: Portal, who: Caller, asked: Asked) -> None:
    """Associate two records, by a label or plainly, besides what they are associated by."""
    one, other, types = _pair(portal, asked)
    links.add_types(portal, one, other, types, who)


def _dissociate(portal: Portal, who: Caller, asked: Asked) -> None:
    """Take one way of being associated from two records; the plain one takes all."""
    one, other, types = _pair(portal, asked)
    links.unlabel(portal, one, other, types, who)


def _split(portal: Portal, who: Caller, asked: Asked) -> None:
    """Split a deal."""
    shares = [{"ownerId": owner, "percentage": share} for owner, share in asked["shares"].items()]
    splits.replace(portal, {"inputs": [{"id": asked["id"], "splits": shares}]}, who)


def _forget(portal: Portal, who: Caller, asked: Asked) -> None:
    """Delete a contact for ever."""
    binning.forget(portal, portal.kind("contacts"), _id(asked), "", who)


def _stamp(portal: Portal, who: Caller, asked: Asked) -> int:
    """Stamp all records of a type as changed, in one moment."""
    del who
    return stamp_all(portal, portal.kind(asked["object"]))


def _require(portal: Portal, who: Caller, asked: Asked) -> None:
    """Make a rule, as an admin does."""
    del who
    rules.require(portal, portal.kind(asked["object"]), asked["property"])


def _dismiss(portal: Portal, who: Caller, asked: Asked) -> None:
    """Let somebody work here no more."""
    del who
    person = portal.people.find(asked["who"])
    if person is None:
        raise UnknownName(f"Nobody here is called {asked['who']!r}.")
    dismiss(portal, person)


def _pair(
    portal: Portal, asked: Asked
) -> tuple[tuple[Kind, int], tuple[Kind, int], list[AssociationType]]:
    """Return two records, and the type that is meant."""
    kind, to = portal.kind(asked["object"]), portal.kind(asked["to"])
    known = portal.association_types.between(kind.id, to.id).values()
    types = [each for each in known if each.label == asked.get("label")]
    if not types:
        raise UnknownName(
            f"No association from {kind.plural} to {to.plural} is labelled {asked.get('label')!r}."
        )
    one, other = _there(portal, kind, asked["id"]), _there(portal, to, asked["to_id"])
    return (kind, one.id), (to, other.id), types


def _there(portal: Portal, kind: Kind, text: Any) -> Record:
    """Return a living record."""
    record = find(portal, kind, unaliased(portal, kind, as_id(text) or 0))
    if record is None:
        raise gone()
    return record


def _id(asked: Asked) -> int:
    return as_id(asked["id"]) or 0


_VERBS: dict[str, Callable[[Portal, Caller, Asked], Any]] = {
    "count": _count,
    "create": _create,
    "edit": _edit,
    "read": _read,
    "delete": _delete,
    "restore": _restore,
    "merge": _merge,
    "associate": _associate,
    "dissociate": _dissociate,
    "split": _split,
    "forget": _forget,
    "stamp": _stamp,
    "require": _require,
    "dismiss": _dismiss,
}
