"""What people do by hand, and what an administrator sets up, for tests and simulations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from kamsync.errors import RecordRefused, UnknownName
from kamsync_salesforce.sandbox.people import Person
from kamsync_salesforce.sandbox.refusal import Refusal

if TYPE_CHECKING:
    from kamsync_salesforce.sandbox.http.api import Api

__all__ = ["act"]

Options = Mapping[str, Any]

TYPES: dict[str, tuple[type, ...]] = {
    "object": (str,),
    "id": (str,),
    "values": (Mapping,),
    "losers": (list, tuple),
    "ids": (list, tuple),
    "fields": (list, tuple),
    "field": (str,),
    "profile": (str,),
    "late_s": (int, float),
    "quota": (int,),
    "page_rows": (int, type(None)),
    "bulk_polls": (int,),
    "bulk_stops_after": (int, type(None)),
    "rotate_refresh_tokens": (bool,),
}


def act(api: Api, person: str, verb: str, options: Options) -> Any:
    """Carry out one act; each verb names its options in its docstring.

    Raises:
        KamsyncError: there is no such person or verb, or the org refuses.
    """
    if verb not in VERBS:
        known = ", ".join(sorted(VERBS))
        raise UnknownName(f"Nobody can {verb!r} here.", hint=f"There are: {known}.")
    try:
        _check(verb, options)
        who = api.org.person(person) if person else api.org.people.administrator
        return VERBS[verb](api, who, options)
    except Refusal as refusal:
        raise RecordRefused(f"{refusal.code}: {refusal.message}") from refusal
    except KeyError as error:
        raise UnknownName(f"{verb} needs the option {error}.") from error


def _check(verb: str, options: Options) -> None:
    """Refuse an option that is not of its type."""
    for name, value in options.items():
        if not isinstance(value, TYPES.get(name, object)):
            raise UnknownName(f"{verb} cannot take {value!r} for {name}.")


def _count(api: Api, who: Person, options: Options) -> int:
    """Return how many living records there are of an ``object``, as far as the person sees them."""
    return api.org.query(f"SELECT COUNT() FROM {options['object']}", who).total


def _create(api: Api, who: Person, options: Options) -> str | None:
    """Make a record: ``object``, ``values``; the answer is its id. ``late_s``: as with ``edit``."""
    object_, values = options["object"], options["values"]
    id_: str | None = _perhaps_later(api, options, lambda: api.org.create(object_, values, who))
    return id_


def _edit(api: Api, who: Person, options: Options) -> None:
    """Change a record: ``object``, ``id``, ``values``.

    With ``late_s`` it is stamped now and seen so many seconds later, as a long transaction is.
    """
    object_, id_, values = options["object"], options["id"], options["values"]
    _perhaps_later(api, options, lambda: api.org.update(object_, id_, values, who))


def _delete(api: Api, who: Person, options: Options) -> None:
    """Put a record into the recycle bin: ``object``, ``id``."""
    api.org.delete(options["object"], options["id"], who)


def _undelete(api: Api, who: Person, options: Options) -> None:
    """Take a record out of the recycle bin: ``object``, ``id``."""
    api.org.undelete(options["object"], options["id"], who)


def _merge(api: Api, who: Person, options: Options) -> None:
    """Merge records: ``object``, ``id`` of the one that stays, ``losers``, and perhaps ``values``."""
    values = options.get("values") or {}
    api.org.merge(options["object"], options["id"], options["losers"], values, who)


def _purge(api: Api, who: Person, options: Options) -> None:
    """Take records out of the recycle bin for good: ``object``, ``ids``."""
    del who
    api.org.purge(options["object"], options["ids"])


def _lock(api: Api, who: Person, options: Options) -> None:
    """Hold rows, so that nobody can write them: ``ids``."""
    del who
    api.org.settings.locked |= set(options["ids"])


def _unlock(api: Api, who: Person, options: Options) -> None:
    """Let rows go: ``ids``, or all."""
    del who
    api.org.settings.locked -= set(options.get("ids") or api.org.settings.locked)


def _hide(api: Api, who: Person, options: Options) -> None:
    """Keep fields from a profile: ``object``, ``fields``, and ``profile`` (else the hub's)."""
    del who
    api.org.profiles.hide(_profile(api, options), options["object"], *options["fields"])


def _grant(api: Api, who: Person, options: Options) -> None:
    """Let a profile read and write fields: as ``hide``."""
    del who
    api.org.profiles.grant(_profile(api, options), options["object"], *options["fields"])


def _drop_field(api: Api, who: Person, options: Options) -> None:
    """Take a custom field away: ``object``, ``field``."""
    del who
    api.drop_field(options["object"], options["field"])


def _expire_sessions(api: Api, who: Person, options: Options) -> None:
    """End every session."""
    del who, options
    api.sessions.end_all()


def _expire_locators(api: Api, who: Person, options: Options) -> None:
    """Let go what is left of every long answer."""
    del who, options
    api.locators.expire()


def _spend_quota(api: Api, who: Person, options: Options) -> None:
    """Use up all calls that are left."""
    del who, options
    api.quota.spend()


def _set(api: Api, who: Person, options: Options) -> None:
    """Set up how the API behaves.

    ``quota`` (calls in 24 hours), ``page_rows`` (rows of a page at most), ``bulk_polls``,
    ``bulk_stops_after``, ``rotate_refresh_tokens``.
    """
    del who
    for name, value in options.items():
        if name == "quota":
            api.quota.maximum = value
        elif name == "page_rows":
            api.locators.short = value
        elif name == "bulk_polls":
            api.bulk_polls = value
        elif name == "bulk_stops_after":
            api.bulk_stops_after = value
        elif name == "rotate_refresh_tokens":
            api.oauth.rotates = value
        else:
            raise UnknownName(f"There is no {name!r} to set.")


def _profile(api: Api, options: Options) -> str:
    return str(options.get("profile") or api.org.people.integration.profile)


def _perhaps_later(api: Api, options: Options, change: Callable[[], Any]) -> Any:
    """Carry out a change, at once or late."""
    if "late_s" not in options:
        return change()
    api.org.commit_later(options["late_s"], change)
    return None


VERBS: dict[str, Callable[[Api, Person, Options], Any]] = {
    "count": _count,
    "create": _create,
    "edit": _edit,
    "delete": _delete,
    "undelete": _undelete,
    "merge": _merge,
    "purge": _purge,
    "lock": _lock,
    "unlock": _unlock,
    "hide": _hide,
    "grant": _grant,
    "drop_field": _drop_field,
    "expire_sessions": _expire_sessions,
    "expire_locators": _expire_locators,
    "spend_quota": _spend_quota,
    "set": _set,
}
