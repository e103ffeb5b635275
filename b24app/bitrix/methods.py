"""Which REST methods only read: for them a lost answer is harmless and may simply be asked again."""

from __future__ import annotations

READING_ENDINGS = frozenset(
    {
        "get",
        "list",
        "fields",
        "getfields",
        "getlist",
        "getchildren",
        "search",
        "current",
        "admin",
        "access",
        "info",
        "name",
        "time",
        "types",
        "gettasks",
    }
)
READING_METHODS = frozenset({"profile", "scope", "methods", "events"})


def is_write(method: str) -> bool:
    """Tell whether a method may change something; an unknown method is taken for a write."""
    lowered = method.lower().removesuffix(".json")
    return lowered not in READING_METHODS and lowered.rpartition(".")[2] not in READING_ENDINGS
