"""Owners: the people who can own records. They are read and matched, and never written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from threading import Lock

import msgspec

from kamsync.connector import Can, NativeEntity, NativeField
from kamsync.model import Author, Evidence, Native, Page, Reading
from kamsync_hubspot.client.objects import OWNERS
from kamsync_hubspot.client.transport import Transport
from kamsync_hubspot.client.wire import Change, Owner, Owners, millis
from kamsync_hubspot.portal.ourselves import user_of

__all__ = ["People"]

LISTED = 100
PAGES_LIMIT = 1000
FRESH = timedelta(minutes=10)
"""How long names are good for; a person who is new since is only nameless for so long."""

FIELDS = {
    "email": "text",
    "firstName": "text",
    "lastName": "text",
    "userId": "number",
    "team": "text",
    "status": "choice",
}


class People:
    """The owners of one portal, and the names behind the users that histories tell of."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._lock = Lock()
        self._read_at: datetime | None = None
        self._by_user: dict[int, Owner] = {}

    @property
    def described(self) -> NativeEntity:
        """What an owner is; nothing of it can be written."""
        fields = {n: NativeField(n, type=t, writable=False) for n, t in FIELDS.items()}
        return NativeEntity(OWNERS, fields, Can.NOTHING)

    def read(self, names: Sequence[str], cursor: str | None) -> Iterator[Page]:
        """Yield all owners if any of them has changed; HubSpot cannot be asked for less.

        Those who have left are told as well: whoever owned an account is still who did.
        """
        here = self._listed(archived=False)
        digest = _digest(here)
        if digest == cursor:
            yield Page((), digest)
            return
        owners = [*here, *self._listed(archived=True)]
        yield Page(tuple(_reading(owner, names) for owner in owners), digest)

    def fetch(self, names: Sequence[str], native_ids: Sequence[str]) -> Mapping[str, Reading]:
        """Return owners by their ids; those who have left are looked for only if need be."""
        wanted = frozenset(native_ids)
        found = {owner.id: owner for owner in self._listed(archived=False) if owner.id in wanted}
        if wanted - set(found):
            left = self._listed(archived=True)
            found |= {owner.id: owner for owner in left if owner.id in wanted}
        return {each: _reading(found[each], names) for each in native_ids if each in found}

    def name(self, id_: str) -> str:
        """Return what people call an owner; one who cannot be found goes by the id."""
        everybody = (each for gone in (False, True) for each in self._listed(archived=gone))
        return next((_name(each) for each in everybody if each.id == id_), f"owner {id_}")

    def author(self, change: Change) -> Author:
        """Return who made an entry of a history that is not ours, under the id of an owner if it can be."""
        user = user_of(change)
        if user is None:
            source = change.source_type.lower().replace("_", " ")
            name = change.source_label or " ".join(
                part for part in (source, change.source_id) if part
            )
            id_ = f"{change.source_type}:{change.source_id or ''}"
            return Author(id_, name, evidence=Evidence.FIELD_HISTORY)
        owner = self._owner(user)
        if owner is None:
            return Author(f"user:{user}", f"user {user}", evidence=Evidence.FIELD_HISTORY)
        return Author(owner.id, _name(owner), evidence=Evidence.FIELD_HISTORY)

    def _owner(self, user: int) -> Owner | None:
        """Return the owner behind a user, reading them again now and then."""
        with self._lock:
            now = self._transport.clock.now()
            if self._read_at is None or now - self._read_at >= FRESH:
                owners = [*self._listed(archived=True), *self._listed(archived=False)]
                users = [
                    (owner.user_id or owner.user_id_including_inactive, owner) for owner in owners
                ]
                self._by_user = {id_: owner for id_, owner in users if id_ is not None}
                self._read_at = now
            return self._by_user.get(user)

    def _listed(self, *, archived: bool) -> list[Owner]:
        """Return all owners who are here, or all who have left."""
        found: list[Owner] = []
        query = {"limit": str(LISTED), "archived": "true" if archived else "false"}
        for _ in range(PAGES_LIMIT):
            page = self._transport.get(self._transport.paths.owners, query).as_(Owners)
            found += page.results
            if not page.after:
                break
            query["after"] = page.after
        return found


def _reading(owner: Owner, names: Sequence[str]) -> Reading:
    """Return an owner as a reading; its version is what it holds, since its time tells not all."""
    values = _values(owner)
    changed = millis(owner.updated_at)
    return Reading(
        native_id=owner.id,
        values={name: values[name] for name in names if name in values},
        version=_digest([owner]),
        modified=datetime.fromtimestamp(changed / 1000, UTC) if changed else None,
    )


def _values(owner: Owner) -> dict[str, Native]:
    """Return what an owner holds, with the first team that it speaks for."""
    teams = sorted(owner.teams, key=lambda team: not team.primary)
    return {
        "email": owner.email or None,
        "firstName": owner.first_name or None,
        "lastName": owner.last_name or None,
        "userId": owner.user_id or owner.user_id_including_inactive,
        "team": teams[0].name if teams else None,
        "status": "left" if owner.archived else "active",
    }


def _name(owner: Owner) -> str:
    """Return what people call an owner."""
    name = " ".join(part for part in (owner.first_name, owner.last_name) if part)
    return name or owner.email or f"owner {owner.id}"


def _digest(owners: Sequence[Owner]) -> str:
    """Return a text that is another one as soon as anything about *owners* is."""
    held = [(owner.id, _values(owner)) for owner in sorted(owners, key=lambda owner: owner.id)]
    return hashlib.sha256(msgspec.json.encode(held)).hexdigest()[:32]
