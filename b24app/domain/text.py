"""Text that people type and other systems send, made fit for one line of a table."""

from __future__ import annotations

import unicodedata

MAX_NAME = 120
MAX_TITLE = 200


def one_line(text: str, most: int) -> str:
    """Fold white space into single spaces, drop control characters (PostgreSQL takes no NUL), cut at `most`."""
    spaced = "".join(" " if char.isspace() else char for char in text)
    return " ".join("".join(char for char in spaced if unicodedata.category(char) != "Cc").split())[:most].rstrip()
