"""The walk through the open conflicts at the keyboard."""

from __future__ import annotations

from kamsync.cli.walking.desk import Desk
from kamsync.cli.walking.keyboard import Keyboard
from kamsync.cli.walking.walk import walk

__all__ = ["Desk", "Keyboard", "walk"]
