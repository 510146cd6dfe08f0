"""Salesforce for kamsync: the connector, and with the extra ``sandbox`` an org to try it on."""

from __future__ import annotations

__version__ = "0.1.0"
