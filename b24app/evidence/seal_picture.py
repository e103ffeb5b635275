"""The visible seal: a small vector picture, set by Typst in the guarded child so that fonts are embedded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from b24app.documents import guard
from b24app.evidence.labels import labels_for, language_of
from b24app.evidence.ornament import rosette
from b24app.evidence.wording import printable, utc_text


@dataclass(frozen=True)
class SealText:
    """What the visible seal says, and its size in points."""

    organisation: str
    moment: datetime
    reason: str
    locale: str
    w_pt: float
    h_pt: float


def draw_seal(text: SealText) -> bytes:
    """Draw the seal as a one-page PDF of exactly `w_pt` x `h_pt`."""
    data = {
        "w": text.w_pt,
        "h": text.h_pt,
        "organisation": printable(text.organisation, 90),
        "moment": utc_text(text.moment),
        "reason": printable(text.reason, 110),
        "rosette": rosette(100.0, "#0f5e63"),
        "labels": labels_for(text.locale),
        "lang": language_of(text.locale),
    }
    return guard.run("b24app.evidence.jobs.typeset:seal", data, reusable=True).blobs["pdf"]
