"""kamsync keeps one true record of every key account across the systems that a company already has."""

from __future__ import annotations

from kamsync.hookspecs import hookimpl

__all__ = ["__version__", "hookimpl"]

__version__ = "0.1.0"
