"""Run a document job in a child process that may crash, hang or swell without harm to us.

Every parser, renderer and typesetter runs there (facts: hostile PDF files abort, hang and take gigabytes in every
library we tried). What a child may use: `Limits`, 64 descriptors, no network, no environment, no core dump.

Who gets which child: a job on a stranger's bytes gets one that has never worked and is thrown away afterwards. A
job on our own data (`reusable=True`: typesetting a template) may get one that already worked, up to 200 times.
After a crash or a timeout any child is thrown away. Safe with threads, and after fork (a forked process starts
with no children).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from b24app.documents import pool
from b24app.documents.framing import BrokenFrame
from b24app.documents.job import Output, is_allowed
from b24app.documents.limits import DEFAULT_LIMITS, Limits
from b24app.errors import N_, AppError, DocumentRefused

__all__ = ["JobFailed", "Limits", "Output", "run"]

TOO_LONG = N_(
    "This document took too long to process, so we stopped. Save it again as a simpler PDF and try once more."
)
TOO_MUCH_MEMORY = N_(
    "This document needs too much memory to process, so we stopped. Save it again as a simpler PDF and try once more."
)
CRASHED = N_("This document could not be processed safely. Save it again as a simpler PDF and try once more.")
BUSY = N_("Too many documents are being processed at the moment. Wait a minute and try again.")
FAULT = N_("The document could not be processed because of a fault in the application. Tell your administrator.")


class JobFailed(AppError):
    """A job ended with an error of ours. `trace` is the child's traceback: for the log, never for a page."""

    def __init__(self, trace: str) -> None:
        super().__init__(FAULT)
        self.trace = trace


def run(
    job: str,
    args: Mapping[str, Any],
    blobs: Mapping[str, bytes] | None = None,
    *,
    limits: Limits = DEFAULT_LIMITS,
    reusable: bool = False,
) -> Output:
    """Run `job` ("package.module:function") in a guarded child and wait for its output.

    `args` must survive JSON. `reusable` says that all bytes are our own, so the child may take further jobs.
    Raises: DocumentRefused as the job raised it; with reason "too_complex" when the child broke a limit or
    crashed, "busy" when no child came free in time; JobFailed when the job has a fault.
    """
    if not is_allowed(job):
        raise ValueError(f"not a document job: {job}")
    try:
        with pool.borrow(job, limits, reusable=reusable) as child:
            header, received = child.ask({"job": job, "args": dict(args)}, blobs or {}, limits)
    except pool.NoChildFree as e:
        raise DocumentRefused(BUSY, reason="busy") from e
    except TimeoutError as e:
        raise DocumentRefused(TOO_LONG, reason="too_complex") from e
    except (BrokenFrame, pool.ChildDied) as e:
        raise _after_death(e) from e
    return _output(header, received)


def _output(header: Mapping[str, Any], blobs: dict[str, bytes]) -> Output:
    outcome = header.get("outcome")
    if outcome == "done":
        return Output(dict(header.get("data") or {}), blobs)
    if outcome == "refused":
        refusal = header["refusal"]
        raise DocumentRefused(refusal["message"], reason=refusal["reason"], field=refusal["field"], **refusal["params"])
    if outcome == "memory":
        raise DocumentRefused(TOO_MUCH_MEMORY, reason="too_complex")
    raise JobFailed(str(header.get("trace", "")))


def _after_death(error: Exception) -> AppError:
    """Tell a child that broke a limit (a signal ended it) from one that could not even start (our fault)."""
    if isinstance(error, pool.ChildDied) and not error.by_signal:
        return JobFailed(str(error))
    if isinstance(error, pool.ChildDied) and error.out_of_time:
        return DocumentRefused(TOO_LONG, reason="too_complex")
    return DocumentRefused(CRASHED, reason="too_complex")
