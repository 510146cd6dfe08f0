"""What somebody types, or a pipe holds: one line at a time."""

from __future__ import annotations

import sys
from io import BytesIO
from typing import IO

import click

from kamsync.errors import ValueInvalid
from kamsync.redact import visible

__all__ = ["Keyboard"]

LINE_LIMIT = 200_000
"""How many bytes of one line are read: more than any field holds that is typed."""


class Keyboard:
    """Lines from stdin. Where nobody sits at it, they are shown as if they had been typed."""

    def __init__(self, stream: IO[bytes] | None = None) -> None:
        own = sys.stdin.buffer if sys.stdin is not None else BytesIO()
        self._stream = stream or own
        self._typed = sys.stdin is not None and sys.stdin.isatty()

    def ask(self, prompt: str) -> str | None:
        """Show *prompt* and return the line that follows; None where there is no more.

        Raises:
            ValueInvalid: the line is too long, or no text.
        """
        click.echo(visible(prompt), nl=False)
        sys.stdout.flush()
        line = self._stream.readline(LINE_LIMIT)
        if not line:
            click.echo()
            return None
        if len(line) == LINE_LIMIT and not line.endswith(b"\n"):
            self._pass_over_the_rest()
        text = line.decode("utf-8", errors="replace").strip()
        if not self._typed:
            click.echo(visible(text))
        _require_readable(line, text)
        return text

    def agrees(self, question: str, *, otherwise: bool = False) -> bool:
        """Ask a question that takes yes or no; return alone means *otherwise*, all else is no."""
        answer = self.ask(f"{question} [{'Y/n' if otherwise else 'y/N'}] ")
        if answer is None:
            return False
        return answer.casefold() in {"y", "yes"} or (otherwise and not answer)

    def _pass_over_the_rest(self) -> None:
        """Read up to the end of a line that is too long."""
        while (part := self._stream.readline(LINE_LIMIT)) and not part.endswith(b"\n"):
            pass


def _require_readable(line: bytes, text: str) -> None:
    """Raise `ValueInvalid` for a line that cannot be meant as it came."""
    if len(line) == LINE_LIMIT and not line.endswith(b"\n"):
        raise ValueInvalid(f"That line is too long: at most {LINE_LIMIT:,} bytes are read.")
    if "\ufffd" in text:
        raise ValueInvalid("That is not valid UTF-8; enter it again.")
    if any(ord(each) < ord(" ") and each != "\t" for each in text) or "\x7f" in text:
        raise ValueInvalid(
            "That holds a character that cannot be seen, as of an arrow key; enter it again."
        )
