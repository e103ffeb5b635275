"""Logs for machines: one JSON object a line, on standard error.

Callers pass ids and kinds, never secrets or names, and an error's own words are never written: they may quote values.
Libraries speak through the same lines, from WARNING up at any level, for their finer words are addresses and SQL; what
might be a secret in their sentences is hidden.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter, add_logger_name
from structlog.typing import Processor

HIDDEN = "***"
_QUERY = re.compile(r"\?\S+")
_LONG = re.compile(r"[A-Za-z0-9_-]{24,}")  # tokens, digests, signed addresses
_EMAIL = re.compile(r"[^\s@<>\"'(]+@[^\s@<>\"')]+")


def configure_logs(level: str) -> None:
    """Let this process write lines of a level and above. May be called again: loggers already in use follow."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=_CHAIN,
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = _Lines(sys.stderr)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[*_OURS, add_logger_name, _hide_secrets],
            processors=[ProcessorFormatter.remove_processors_meta, _in_order, structlog.processors.JSONRenderer()],
        )
    )
    root = logging.getLogger()
    root.handlers = [*(old for old in root.handlers if not isinstance(old, _Lines)), handler]
    root.setLevel(max(number, logging.WARNING))


class _Lines(logging.StreamHandler[Any]):
    """The handler that libraries write to."""


def without_words(_logger: Any, _method: str, line: Any) -> Any:
    """Tell the kind and the place of an error and of what caused it, in `error` and `frames`."""
    found = line.pop("exc_info", None)
    error = found[1] if isinstance(found, tuple) else sys.exc_info()[1] if found is True else found
    if isinstance(error, BaseException):
        line.setdefault("error", type(error).__name__)
        line["frames"] = frames(error)
    return line


def frames(error: BaseException) -> str:
    """Describe where an error arose, that of its cause first, without its words: they may name people."""
    cause = error.__cause__ or error.__context__
    before = f"{frames(cause)}{type(cause).__name__}, and then\n" if cause is not None else ""
    return before + "".join(traceback.format_tb(error.__traceback__))


def _in_order(_logger: Any, _method: str, line: Any) -> Any:
    """Begin every line with when, how grave and what; for people who read them."""
    return {name: line.pop(name) for name in ("timestamp", "level", "event")} | line


def _hide_secrets(_logger: Any, _method: str, line: Any) -> Any:
    text = _QUERY.sub("?" + HIDDEN, str(line["event"]))
    line["event"] = _LONG.sub(HIDDEN, _EMAIL.sub(HIDDEN, text))
    return line


_OURS: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    without_words,
]
_CHAIN: list[Processor] = [*_OURS, _in_order, structlog.processors.JSONRenderer()]
"""One list for the life of the process: loggers keep the list that they were first used with."""
