"""What a job is: a function `job(args, blobs) -> Output` in one of the job rooms, run by `guard`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

JOB_ROOMS = ("b24app.documents.jobs.", "b24app.evidence.jobs.")
"""Where jobs may live; nothing else can be named."""


@dataclass(frozen=True)
class Output:
    """What a job hands back: JSON-like data and named bytes."""

    data: dict[str, Any] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)


def is_allowed(job: str) -> bool:
    """Say whether `job` ("package.module:function") names a public function in one of the job rooms."""
    module, _colon, function = job.partition(":")
    names = [*module.split("."), function]
    return module.startswith(JOB_ROOMS) and all(name.isidentifier() for name in names) and not function.startswith("_")
