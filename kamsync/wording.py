"""Sentences that count: right for one and for many, wherever something is said to a person."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["counted", "there_are"]


def counted(count: int, thing: str, things: str = "") -> str:
    """Return a count with what is counted; *things* where more than one is not *thing* with an s."""
    return f"{count:,} {thing if count == 1 else things or f'{thing}s'}"


def there_are(names: Iterable[str]) -> str:
    """Return which names there are, as the rest of a sentence: ``there are sales, success``."""
    known = list(names)
    return f"there {'are' if len(known) > 1 else 'is'} {', '.join(known) or 'none'}"
