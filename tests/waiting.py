"""Waiting for a condition, never for a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_for(look: Callable[[], T], what: str, tries: int = 400) -> T:
    """Look again until there is something."""
    for _ in range(tries):
        if found := look():
            return found
        threading.Event().wait(0.05)
    raise AssertionError(f"waited in vain for {what}")
