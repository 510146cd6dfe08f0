"""The command line: ``kamsync``, one file for each theme.

Only click is imported before a command runs, so that help is there at once. To add a command, add
its line to `kamsync.cli.registry`.
"""

from __future__ import annotations

from kamsync.cli.root import main, root

__all__ = ["main", "root"]
