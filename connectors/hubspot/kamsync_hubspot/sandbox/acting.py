"""People at work: what somebody of the portal does at the screen, for tests and demos."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kamsync.errors import UnknownName
from kamsync_hubspot.sandbox import binning, links, merging, writing
from kamsync_hubspot.sandbox.people import Person
from kamsync_hubspot.sandbox.portal import Portal
from kamsync_hubspot.sandbox.records import Record, as_id, find, unaliased
from kamsync_hubspot.sandbox.refusal import Refusal, gone
from kamsync_hubspot.sandbox.showing import shown_whole

__all__ = ["act"]

Asked = Mapping[str, Any]


def act(portal: Portal, person: str, verb: str, asked: Asked) -> Any:
    """Let *person*, by name, e-mail address or number, do something; return what came of it.

    ``create``, ``edit``, ``delete``, ``restore``, ``read`` take ``object``, ``id`` and ``values``;
    ``merge`` takes ``id`` and ``loser``; ``associate`` takes ``to``, ``to_id`` and perhaps a
    ``label``; ``forget`` deletes a contact for ever.

    Raises:
        UnknownName: there is no such person or verb, or the portal refuses it.
    """
    who = portal.people.find(person)
    if who is None:
        known = ", ".join(each.name for each in portal.people.all.values())
        raise UnknownName(f"Nobody here is called {person!r}; there are {known}.")
    if verb not in _VERBS:
        raise UnknownName(f"Nobody here can {verb!r}; there are {', '.join(_VERBS)}.")
    try:
        return _VERBS[verb](portal, who, asked)
    except Refusal as refusal:
        raise UnknownName(f"{who.name} cannot {verb} it: {refusal.message}") from refusal
    except KeyError as error:
        raise UnknownName(f"To {verb}, say {error.args[0]!r}.") from error


def _create(portal: Portal, who: Person, asked: Asked) -> Any:
    """Make a record."""
    kind = portal.kind(asked["object"])
    record = writing.create(portal, kind, asked["values"], who.caller)
    return str(record.id)


def _edit(portal: Portal, who: Person, asked: Asked) -> Any:
    """Change a record."""
    kind = portal.kind(asked["object"])
    writing.update(portal, kind, as_id(asked["id"]) or 0, asked["values"], who.caller)
    return None


def _delete(portal: Portal, who: Person, asked: Asked) -> Any:
    """Put a record into the bin."""
    with portal.atomically():
        binning.archive(portal, portal.kind(asked["object"]), as_id(asked["id"]) or 0, who.caller)


def _restore(portal: Portal, who: Person, asked: Asked) -> Any:
    """Bring a record back."""
    binning.restore(portal, portal.kind(asked["object"]), as_id(asked["id"]) or 0, who.caller)


def _merge(portal: Portal, who: Person, asked: Asked) -> Any:
    """Merge two records; both ids then lead to the one that is returned."""
    kind = portal.kind(asked["object"])
    return str(merging.merge(portal, kind, str(asked["id"]), str(asked["loser"]), who.caller).id)


def _forget(portal: Portal, who: Person, asked: Asked) -> Any:
    """Delete a contact for ever."""
    binning.forget(portal, portal.kind("contacts"), as_id(asked["id"]), "", who.caller)


def _associate(portal: Portal, who: Person, asked: Asked) -> Any:
    """Associate two records, by a label or plainly."""
    one, other, types = _pair(portal, asked)
    links.set_types(portal, one, other, types, who.caller)


def _dissociate(portal: Portal, who: Person, asked: Asked) -> Any:
    """Let two records be associated no more."""
    one, other, _ = _pair(portal, asked)
    links.let_go(portal, one, other, who.caller)


def _read(portal: Portal, who: Person, asked: Asked) -> Any:
    """Look at a record, as the screen shows it: at once."""
    del who
    kind = portal.kind(asked["object"])
    return shown_whole(portal, kind, _there(portal, asked["object"], asked["id"]))


def _pair(portal: Portal, asked: Asked) -> tuple[Any, Any, Any]:
    """Return two records, and how they are to be associated."""
    kind, to = portal.kind(asked["object"]), portal.kind(asked["to"])
    known = portal.association_types.between(kind.id, to.id).values()
    types = [each for each in known if each.label == asked.get("label")]
    one = _there(portal, asked["object"], asked["id"])
    other = _there(portal, asked["to"], asked["to_id"])
    return (kind, one.id), (to, other.id), types


def _there(portal: Portal, object_: str, text: Any) -> Record:
    """Return a living record."""
    kind = portal.kind(object_)
    record = find(portal, kind, unaliased(portal, kind, as_id(text) or 0))
    if record is None:
        raise gone()
    return record


_VERBS: dict[str, Callable[[Portal, Person, Asked], Any]] = {
    "create": _create,
    "edit": _edit,
    "delete": _delete,
    "restore": _restore,
    "merge": _merge,
    "forget": _forget,
    "associate": _associate,
    "dissociate": _dissociate,
    "read": _read,
}
