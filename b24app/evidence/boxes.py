"""Where the visible seal stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SealBox:
    """A place on an upright page: 1-based page, points from the top left of the page."""

    page: int
    x_pt: float
    y_pt: float
    w_pt: float
    h_pt: float
