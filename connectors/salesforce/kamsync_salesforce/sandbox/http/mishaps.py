"""What can go wrong in an org, besides what can happen to any call."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

from aiohttp import web
from msgspec import Meta

from kamsync.sandbox.faults import Fault, Proceed
from kamsync.sandbox.service import Service

if TYPE_CHECKING:
    from kamsync_salesforce.sandbox.http.service import Salesforce

__all__ = [
    "MISHAPS",
    "ChangeSchema",
    "CommitLate",
    "ExpireLocators",
    "ExpireSessions",
    "LockRows",
    "SpendQuota",
]


class _Every(set[str]):
    """The ids of all rows."""

    def __contains__(self, id_: object) -> bool:
        return True


class LockRows(Fault, frozen=True, kw_only=True, tag="lock_rows"):
    """Somebody else holds rows while the call is carried out; without *ids* it is every row.

    Source: REST API Developer Guide, "Status Codes and Error Responses" (UNABLE_TO_LOCK_ROW).
    """

    ids: tuple[str, ...] = ()

    async def strike(
        self, request: web.Request, proceed: Proceed, service: Service
    ) -> web.StreamResponse:
        """Hold them, and let go afterwards."""
        del request
        org = _org(service)
        before = org.settings.locked
        org.settings.locked = before | set(self.ids) if self.ids else _Every("*")
        try:
            return await proceed()
        finally:
            org.settings.locked = before


class SpendQuota(Fault, frozen=True, kw_only=True, tag="spend_quota"):
    """Another program uses up all calls that are left before this one."""

    async def strike(
        self, request: web.Request, proceed: Proceed, service: Service
    ) -> web.StreamResponse:
        """Spend them."""
        del request
        _service(service).api.quota.spend()
        return await proceed()


class ExpireSessions(Fault, frozen=True, kw_only=True, tag="expire_sessions"):
    """Every session ends before the call."""

    async def strike(
        self, request: web.Request, proceed: Proceed, service: Service
    ) -> web.StreamResponse:
        """End them."""
        del request
        _service(service).api.sessions.end_all()
        return await proceed()


class ExpireLocators(Fault, frozen=True, kw_only=True, tag="expire_locators"):
    """What is left of every long answer goes before the call."""

    async def strike(
        self, request: web.Request, proceed: Proceed, service: Service
    ) -> web.StreamResponse:
        """Let them go."""
        del request
        _service(service).api.locators.expire()
        return await proceed()


class CommitLate(Fault, frozen=True, kw_only=True, tag="commit_late"):
    """What the call writes shows a stamp from before: its transaction began long ago."""

    by_s: Annotated[float, Meta(gt=0, le=600)] = 60.0

    async def strike(
        self, request: web.Request, proceed: Proceed, service: Service
    ) -> web.StreamResponse:
        """Stamp it with the begin of its transaction."""
        del request
        org = _org(service)
        with org.stamped(service.clock.now() - timedelta(seconds=self.by_s)):
            return await proceed()


class ChangeSchema(Fault, frozen=True, kw_only=True, tag="change_schema"):
    """An administrator takes a field away from everybody's sight before the call."""

    object: str
    field: str

    async def strike(
        self, request: web.Request, proceed: Proceed, service: Service
    ) -> web.StreamResponse:
        """Hide it from every profile."""
        del request
        org = _org(service)
        for profile in {person.profile for person in org.people}:
            org.profiles.hide(profile, self.object, self.field)
        return await proceed()


MISHAPS: tuple[type[Fault], ...] = (
    ChangeSchema,
    CommitLate,
    ExpireLocators,
    ExpireSessions,
    LockRows,
    SpendQuota,
)
"""All of them."""


def _service(service: Service) -> Salesforce:
    return service  # type: ignore[return-value]


def _org(service: Service) -> Any:
    return _service(service).org
