"""Examine a stranger's PDF for seals. Never reused: pyHanko has just parsed what somebody else made."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from b24app.documents.guard import Output
from b24app.errors import N_, DocumentRefused
from b24app.evidence import _validation


def examine(args: dict[str, Any], blobs: dict[str, bytes]) -> Output:
    """Judge blob `pdf` by the certificates in blob `roots` as of `args["at"]`; data out: `seals`, see SealInfo.

    Raises: DocumentRefused(reason="malformed").
    """
    roots = _validation.certificates(blobs["roots"])
    try:
        seals = _validation.examine(blobs["pdf"], roots, datetime.fromisoformat(args["at"]))
    except _validation.Unreadable as e:
        raise DocumentRefused(N_("This file cannot be read as a PDF."), reason="malformed") from e
    return Output({"seals": [seal.to_json() for seal in seals]})
