"""Which resource a path names, and what may be done with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from kamsync_salesforce.sandbox.http.calls.exchange import Call, Reply
from kamsync_salesforce.sandbox.refusal import Refusal

if TYPE_CHECKING:
    from kamsync_salesforce.sandbox.http.api import Api

__all__ = ["Resource", "Router"]

Resource: TypeAlias = "Callable[[Api, Call], Reply]"


class Router:
    """The resources under a version; of two that fit a path, the one that was named first is it."""

    def __init__(self, *tables: Mapping[str, Resource]) -> None:
        self._by_length: dict[int, list[tuple[tuple[str, ...], str, dict[str, Resource]]]] = {}
        for table in tables:
            for line, resource in table.items():
                methods, _, template = line.partition(" ")
                self._add(template, dict.fromkeys(methods.split("|"), resource))

    def find(self, method: str, path: tuple[str, ...]) -> tuple[Resource, dict[str, str]]:
        """Return what answers, and the names in its path.

        Source: REST API Developer Guide, "Status Codes and Error Responses" (404, 405).
        """
        for segments, _, resources in self._fitting(path):
            if method not in resources:
                allowed = ",".join(sorted(resources))
                text = f"HTTP Method '{method}' not allowed. Allowed are {allowed}"
                raise Refusal(405, "METHOD_NOT_ALLOWED", text)
            pairs = zip(segments, path, strict=True)
            return resources[method], {
                key[1:-1]: each for key, each in pairs if key.startswith("{")
            }
        raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")

    def kind(self, path: tuple[str, ...]) -> str:
        """Return the template of a path, for the log of calls."""
        return next((template for _, template, _ in self._fitting(path)), "(none)")

    def _fitting(
        self, path: tuple[str, ...]
    ) -> list[tuple[tuple[str, ...], str, dict[str, Resource]]]:
        """Return what fits a path."""
        return [
            each
            for each in self._by_length.get(len(path), ())
            if all(
                want.startswith("{") or want == part
                for want, part in zip(each[0], path, strict=True)
            )
        ]

    def _add(self, template: str, resources: dict[str, Resource]) -> None:
        """Take a resource in, beside the other methods of its template."""
        segments = tuple(template.strip("/").split("/"))
        held = self._by_length.setdefault(len(segments), [])
        for other, _, methods in held:
            if other == segments:
                methods.update(resources)
                return
        held.append((segments, template, resources))
