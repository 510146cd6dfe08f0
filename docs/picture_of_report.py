# ruff: noqa: INP001 - a folder of documents is no package.
"""Draw the picture of the README: ``python docs/picture_of_report.py`` after ``kamsync demo --keep DIR``.

It runs ``kamsync report conflicts`` on the folder that the demo left, and writes what a terminal shows.
"""

from __future__ import annotations

import subprocess
import sys
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

PICTURE = Path(__file__).with_name("conflict-report.svg")
COLUMNS = 150
LINES = 40


def main(folder: str) -> None:
    """Write the picture."""
    command = ("-c", str(Path(folder) / "kamsync.toml"), "report", "conflicts")
    shown = subprocess.run(  # noqa: S603 - this interpreter, on a folder that is named
        [sys.executable, "-m", "kamsync", *command],
        check=True,
        capture_output=True,
        text=True,
        env={"FORCE_COLOR": "1", "COLUMNS": str(COLUMNS)},
    )
    console = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True)
    console.print(Text.from_ansi("\n".join(shown.stdout.splitlines()[-LINES:])))
    PICTURE.write_text(console.export_svg(title="kamsync report conflicts"), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
