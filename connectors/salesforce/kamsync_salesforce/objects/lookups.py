"""Small tables of an org that are looked up by name: record types, kinds of splits, stages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kamsync_salesforce.api.client import Client

__all__ = ["REFERENCES", "Lookups"]


class Lookups:
    """Reads each table once, when it is needed first."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._stages: dict[str, Mapping[str, Any]] | None = None
        self._ids: dict[tuple[str, str], dict[str, str]] = {}

    def stage(self, name: str) -> Mapping[str, Any] | None:
        """Return what a stage of opportunities means, None if there is none of that name."""
        if self._stages is None:
            query = "SELECT ApiName,MasterLabel,IsClosed,IsWon FROM OpportunityStage"
            self._stages = {}
            for row in self._all(query):
                self._stages[str(row["ApiName"])] = row
        return self._stages.get(name)

    def id_of(self, relation: str, object_: str, name: str) -> str | None:
        """Return the id of a record type of *object_*, or of a kind of splits, by its API name."""
        key = (relation, object_)
        if key not in self._ids:
            query = QUERIES[relation].format(object=object_)
            self._ids[key] = {str(row["DeveloperName"]): str(row["Id"]) for row in self._all(query)}
        return self._ids[key].get(name)

    def _all(self, query: str) -> list[Mapping[str, Any]]:
        rows = self._client.query(query)
        found = list(rows.rows)
        while rows.more:
            rows = self._client.more(rows.more)
            found += rows.rows
        return found


QUERIES = {
    "RecordType": "SELECT Id,DeveloperName FROM RecordType"
    " WHERE SobjectType='{object}' AND IsActive=true",
    "SplitType": "SELECT Id,DeveloperName FROM OpportunitySplitType WHERE IsActive=true",
}
"""The references that may be written by the API name of what they refer to."""

REFERENCES = {f"{relation}.DeveloperName": f"{relation}Id" for relation in QUERIES}
