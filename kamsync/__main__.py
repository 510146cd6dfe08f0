"""``python -m kamsync``: the same as ``kamsync``."""

from __future__ import annotations

from kamsync.cli import main

if __name__ == "__main__":
    main()
