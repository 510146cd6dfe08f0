"""Tables that a person made, which sandboxes are filled from."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from kamsync.errors import ConfigurationInvalid

__all__ = ["opened"]


@contextmanager
def opened(path: Path) -> Iterator[TextIO]:
    """Open a CSV file for a reader, which is to be strict: an open quotation mark hides other rows.

    Raises:
        ConfigurationInvalid: it cannot be read; it says what it has to be.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            yield file
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigurationInvalid(
            f"{path} cannot be read: {error}.", hint="It has to be CSV with commas, in UTF-8."
        ) from error
