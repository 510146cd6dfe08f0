"""The paths of the API in both spellings: ``/crm/v3/objects`` and ``/crm/objects/2026-09``.

Source: developers.hubspot.com/docs/developer-tooling/platform/versioning. Both answer today; the
older ones go unsupported in 2027. A slash at the end is taken with or without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from aiohttp import web

from kamsync_hubspot.sandbox.http.calls import Answer, Call
from kamsync_hubspot.sandbox.http.shapes import Shape

__all__ = ["DATED", "Answering", "Routes", "Scope"]

Answering: TypeAlias = Callable[[Call], "Answer | dict[str, Any] | web.Response"]
Scope: TypeAlias = "str | Callable[[Call], str]"

Route: TypeAlias = "tuple[str, str, Answering, Scope, type[Shape] | None]"

DATED = r"20\d\d-\d\d(?:-beta)?"
"""A version that is a date."""


class Routes:
    """What is answered where; each module of endpoints has one."""

    def __init__(self) -> None:
        self._found: list[Route] = []

    def crm(
        self,
        method: str,
        path: str,
        *,
        scope: Scope = "",
        versions: str = "v3|v4",
        shape: type[Shape] | None = None,
    ) -> Callable[[Answering], Answering]:
        """Answer below ``/crm``: *path* begins with its area, such as ``objects/{type}``."""
        area, _, rest = path.partition("/")
        tail = f"/{rest}" if rest else ""
        return self._add(
            method,
            (
                f"/crm/{{version:{versions}}}/{area}{tail}",
                f"/crm/{area}/{{version:{versions}|{DATED}}}{tail}",
            ),
            scope,
            shape,
        )

    def area(
        self,
        method: str,
        area: str,
        path: str = "",
        *,
        scope: Scope = "",
        versions: str = "v3",
        shape: type[Shape] | None = None,
    ) -> Callable[[Answering], Answering]:
        """Answer where the version follows an area, such as ``/settings/v3/users``."""
        return self._add(method, (f"{area}/{{version:{versions}|{DATED}}}{path}",), scope, shape)

    def plain(
        self,
        method: str,
        path: str,
        *,
        scope: Scope = "",
        shape: type[Shape] | None = None,
    ) -> Callable[[Answering], Answering]:
        """Answer at a path without a version."""
        return self._add(method, (path,), scope, shape)

    def _add(
        self, method: str, paths: Iterable[str], scope: Scope, shape: type[Shape] | None
    ) -> Callable[[Answering], Answering]:
        def answered(answering: Answering) -> Answering:
            for path in paths:
                self._found.append((method, path, answering, scope, shape))
                if not path.endswith("}"):
                    self._found.append((method, f"{path}/", answering, scope, shape))
            return answering

        return answered

    def __iter__(self) -> Iterator[Route]:
        return iter(self._found)
