"""Is this file what was sealed? For uploads by anyone and for the command line alike."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from b24app.clock import utc_now
from b24app.documents import guard
from b24app.errors import DocumentRefused
from b24app.evidence.verdict import SealInfo, State, Verdict, judge

__all__ = ["SealInfo", "State", "Verdict", "verification_id", "verify"]

_JOB = "b24app.evidence.jobs.examine:examine"


def verify(pdf: bytes, trusted_roots: Sequence[bytes], at: datetime | None = None) -> Verdict:
    """Check every seal of a file, as of `at` (now, if not given), in a guarded child: the file is a stranger's.

    `trusted_roots`: PEM, `Authority.root_pem` of every authority that may call itself "we".
    A file that breaks the child's limits is malformed. Raises: DocumentRefused(reason="busy") when all children are
    at work; guard.JobFailed.
    """
    sha256 = hashlib.sha256(pdf).hexdigest()
    moment = (at or utc_now()).isoformat()
    try:
        output = guard.run(_JOB, {"at": moment}, {"pdf": pdf, "roots": b"\n".join(trusted_roots)})
    except DocumentRefused as e:
        if e.reason == "busy":
            raise
        return Verdict(State.MALFORMED, sha256)
    return judge(sha256, [SealInfo.from_json(seal) for seal in output.data["seals"]])


def verification_id(pdf: bytes) -> str:
    """Read the id behind which the verify page finds this file; empty when there is none.

    It proves nothing: compare the digest kept under that id with the file's own.
    """
    return verify(pdf, ()).verification_id
