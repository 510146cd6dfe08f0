"""Notice that the policy is not what it was, and put the conflicts that its new rules cover to them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import lru_cache

import msgspec
from msgspec import Struct, structs

from kamsync.engine.hub import Hub
from kamsync.merge import FIRST_MEETING
from kamsync.model import Conflict, Kind
from kamsync.policy import Line, Policy
from kamsync.schema import Type

__all__ = ["Amended", "amendments", "as_said_now"]

KEY = "policy"
"""Under which name the store keeps the rules of the last round that was carried out."""


class Amended(Struct, frozen=True):
    """The rules of the last round and those of now: a digest of the words of each line of rules."""

    before: Mapping[str, str]
    now: Mapping[str, str]

    def covers(self, conflict: Conflict) -> bool:
        """Whether other rules than before say what becomes of *conflict*."""
        asked = conflict.kind is Kind.VALUE
        return asked and _line_of(self.before, conflict) != _line_of(self.now, conflict)

    def keep(self, hub: Hub) -> None:
        """Remember the rules of now: what they cover was put to them."""
        hub.store.set_meta(KEY, _said(self.now))


def amendments(hub: Hub) -> Amended | None:
    """Return what is different in the policy; each record with a conflict that it covers is merged.

    None while it is the policy of the last round, and while a restored store is not read again.
    Call it in the transaction that merges: if that is not kept, the rules count as changed still.
    """
    kept = hub.store.meta(KEY)
    now = {**_digests("policy", hub.policy), **_digests("first meeting", hub.first_meeting)}
    if kept == _said(now) or hub.restored_at is not None:
        return None
    amended = Amended(msgspec.json.decode(kept, type=dict[str, str]) if kept else {}, now)
    for conflicts in _open(hub):
        covered = {each.record for each in conflicts if amended.covers(each)}
        hub.store.records.mark_dirty(sorted(covered))
    return amended


def as_said_now(hub: Hub, conflict: Conflict) -> Conflict:
    """Return *conflict* with references to what was merged away leading to what took it over."""
    if hub.schema.entity(conflict.entity).field(conflict.field).type is not Type.REFERENCE:
        return conflict
    named = {each.value for each in conflict.contenders} | {conflict.agreed}
    merged = hub.store.records.merged(sorted(id_ for id_ in named if id_))
    if not merged:
        return conflict
    contenders = tuple(
        structs.replace(each, value=merged.get(each.value, each.value))
        for each in conflict.contenders
    )
    agreed = merged.get(conflict.agreed, conflict.agreed)
    return structs.replace(conflict, contenders=contenders, agreed=agreed)


def _open(hub: Hub) -> Iterator[list[Conflict]]:
    """Yield the open conflicts about values."""
    for entity in hub.entities():
        after = ""
        while found := hub.store.reviews.open(Kind.VALUE, entity.name, after, hub.batch):
            after = found[-1].id
            yield found


def _line_of(digests: Mapping[str, str], conflict: Conflict) -> str:
    """Return the digest of the rules that *conflict* is put to."""
    name = f"{conflict.entity}.{conflict.field}"
    met = f"first meeting {name}"
    if conflict.cause == FIRST_MEETING and met in digests:
        return digests[met]
    return digests.get(f"policy {name}", _digest(Line()))


def _digests(section: str, policy: Policy) -> dict[str, str]:
    """Return the digest of each line of a policy."""
    return {
        f"{section} {entity}.{field}": _digest(line)
        for (entity, field), line in policy.lines.items()
    }


def _digest(line: Line) -> str:
    """Return what is the same for rules that are the same in words."""
    return _digest_of(line.text)


@lru_cache
def _digest_of(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _said(digests: Mapping[str, str]) -> str:
    """Return digests as text."""
    return msgspec.json.encode(digests, order="sorted").decode()
