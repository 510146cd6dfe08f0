"""The portal over HTTP, on the server that every sandbox shares."""

from __future__ import annotations
