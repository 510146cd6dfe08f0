"""Where somebody sits who walks: what they see, type and decide with, and who they are."""

from __future__ import annotations

from msgspec import Struct

from kamsync.cli.printing import Printer
from kamsync.cli.walking.keyboard import Keyboard
from kamsync.engine import Hub
from kamsync.reports import Sight

__all__ = ["Desk"]


class Desk(Struct, frozen=True):
    """What a walk works with; *why* is the reason of decisions that nobody commented on."""

    hub: Hub
    printer: Printer
    keyboard: Keyboard
    sight: Sight
    person: str
    why: str = ""

    def tell(self, text: str, style: str = "") -> None:
        """Write one line."""
        self.printer.line((text, style), indent=2)

    def refuse(self, text: str, hint: str = "") -> None:
        """Write why something was not done."""
        self.printer.line(("✗ ", "red"), f"{text} {hint}".strip(), indent=2)
