"""Parts of sentences that many need: counts, right for one and for many, and names that may be meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["counted", "did_you_mean", "there_are"]


def counted(count: int, thing: str, things: str = "") -> str:
    """Return a count with what is counted; *things* where more than one is not *thing* with an s."""
    return f"{count:,} {thing if count == 1 else things or f'{thing}s'}"


def there_are(names: Iterable[str]) -> str:
    """Return which names there are, as the rest of a sentence: ``there are sales, success``."""
    known = list(names)
    return f"there {'are' if len(known) > 1 else 'is'} {', '.join(known) or 'none'}"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a sentence such as ``Did you mean 'account'?``, or nothing if no known name is close."""
    close = get_close_matches(name, list(known), n=1)
    return f"Did you mean {close[0]!r}?" if close else ""
