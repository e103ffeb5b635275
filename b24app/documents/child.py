"""The guarded child: takes jobs from stdin one by one, answers on stdout. Forked by `fork_server` only."""

from __future__ import annotations

import importlib
import os
import select
import shutil
import traceback
from pathlib import Path
from typing import Any

from b24app.documents import framing, limits
from b24app.documents.job import is_allowed
from b24app.errors import DocumentRefused


def serve(memory_mb: int, parent: int) -> None:
    """Confine this process, then do jobs until the pipe closes or nobody asks any more."""
    limits.confine_self(memory_mb)
    limits.die_with(parent)
    answers = _private_stdout()
    while _job_arrives():
        try:
            request, blobs = framing.decode(_read_stdin)
        except framing.BrokenFrame:
            return
        limits.limit_cpu(int(request["cpu_s"]), for_good=not request["reusable"])
        _write(answers, *_perform(request, blobs))


def _perform(request: dict[str, Any], blobs: dict[str, bytes]) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Run one job and describe how it ended: done, refused, memory, or failed with a traceback."""
    try:
        output = _find(request["job"])(request["args"], blobs)
        return {"outcome": "done", "data": output.data}, output.blobs
    except DocumentRefused as e:
        refusal = {"message": e.message, "reason": e.reason, "field": e.field, "params": e.params}
        return {"outcome": "refused", "refusal": refusal}, {}
    except MemoryError:
        return {"outcome": "memory"}, {}
    except Exception:  # the parent decides what it means; this process must answer
        return {"outcome": "failed", "trace": traceback.format_exc(limit=20)}, {}


def _find(job: str) -> Any:
    if not is_allowed(job):
        raise ValueError("not a document job")
    module, _colon, function = job.partition(":")
    return getattr(importlib.import_module(module), function)


def _private_stdout() -> int:
    """Keep the answer pipe to ourselves: what libraries print goes to stderr instead."""
    answers = os.dup(1)
    os.dup2(2, 1)
    return answers


def _job_arrives() -> bool:
    """Wait for the next job, at most twice as long as the parent would still use us."""
    ready, _, _ = select.select([0], [], [], 2 * limits.IDLE_S)
    return bool(ready)


def _read_stdin(size: int, /) -> bytes:
    parts = []
    while size:
        part = os.read(0, min(size, 1 << 20))
        if not part:
            raise framing.BrokenFrame("closed")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _write(fd: int, header: dict[str, Any], blobs: dict[str, bytes]) -> None:
    for chunk in framing.encode(header, blobs):
        view = memoryview(chunk)
        while view:
            view = view[os.write(fd, view) :]


def leave_no_trace() -> None:
    """Remove our working directory when the parent ended without doing so."""
    here = Path.cwd()
    if here.name.startswith("paraph-child-"):
        shutil.rmtree(here, ignore_errors=True)
