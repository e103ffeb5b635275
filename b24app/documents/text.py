"""Make text from outside fit to print: nothing invisible that changes what a reader sees."""

from __future__ import annotations

import re

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters but tab and newline
    "\u202a-\u202e\u2066-\u2069"  # direction overrides: they make a reader see words in another order
    "\ue000\ue001"  # our own marks in templates
    "\ufff9-\ufffb\ufeff\ud800-\udfff]"  # interlinear marks, byte order mark, half characters
)


def printable(text: str) -> str:
    """Drop control characters and direction overrides; newlines become "\\n", everything else stays as it is."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """The same on one line: every run of white space becomes one space."""
    return " ".join(printable(text).split())
