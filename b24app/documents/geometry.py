"""From the page as displayed to PDF user space and back.

Displayed: points from the top-left, y down, after CropBox and Rotate: this is how fields are kept. User space: what
stands in a PDF file (ISO 32000-1, 8.3.2.3): points, y up, origin wherever the file's boxes put it. Checked against
rendering at all four rotations with shifted boxes.
"""

from __future__ import annotations

from dataclasses import dataclass

from b24app.domain.fields import PageSize

Rect = tuple[float, float, float, float]
"""User space: left, bottom, right, top."""

Matrix = tuple[float, float, float, float, float, float]
"""a b c d e f of the PDF operator `cm`."""


@dataclass(frozen=True)
class PageBox:
    """The visible part of a page (CropBox clipped to MediaBox) in user space, and its rotation: 0, 90, 180, 270."""

    crop: Rect
    rotate: int = 0

    @property
    def size(self) -> PageSize:
        """The page as displayed."""
        x0, y0, x1, y1 = self.crop
        width, height = x1 - x0, y1 - y0
        return PageSize(height, width) if self.rotate in (90, 270) else PageSize(width, height)

    @property
    def is_normal(self) -> bool:
        """Say whether displayed points and user space differ by the direction of y only."""
        return self.rotate == 0 and self.crop[0] == 0 and self.crop[1] == 0

    def to_user(self, x: float, y: float, w: float, h: float) -> Rect:
        """Turn a displayed rectangle into user space."""
        x0, y0, x1, y1 = self.crop
        return {
            0: (x0 + x, y1 - y - h, x0 + x + w, y1 - y),
            90: (x0 + y, y0 + x, x0 + y + h, y0 + x + w),
            180: (x1 - x - w, y0 + y, x1 - x, y0 + y + h),
            270: (x1 - y - h, y1 - x - w, x1 - y, y1 - x),
        }[self.rotate]

    def to_display(self, rect: Rect) -> tuple[float, float, float, float]:
        """Turn a user space rectangle into x, y, w, h as displayed."""
        a, b, c, d = min(rect[0], rect[2]), min(rect[1], rect[3]), max(rect[0], rect[2]), max(rect[1], rect[3])
        x0, y0, x1, y1 = self.crop
        x, y = {0: (a - x0, y1 - d), 90: (b - y0, a - x0), 180: (x1 - c, b - y0), 270: (y1 - d, x1 - c)}[self.rotate]
        w, h = (d - b, c - a) if self.rotate in (90, 270) else (c - a, d - b)
        return x, y, w, h

    def upright(self) -> Matrix:
        """Map user space to a page of the displayed size at 0, 0 with no rotation."""
        x0, y0, x1, y1 = self.crop
        return {
            0: (1.0, 0.0, 0.0, 1.0, -x0, -y0),
            90: (0.0, -1.0, 1.0, 0.0, -y0, x1),
            180: (-1.0, 0.0, 0.0, -1.0, x1, y1),
            270: (0.0, 1.0, -1.0, 0.0, y1, -x0),
        }[self.rotate]


def transformed(matrix: Matrix, rect: Rect) -> Rect:
    """Map a rectangle; the result has its corners in order."""
    a, b, c, d, e, f = matrix
    xs = [a * x + c * y + e for x, y in ((rect[0], rect[1]), (rect[2], rect[3]))]
    ys = [b * x + d * y + f for x, y in ((rect[0], rect[1]), (rect[2], rect[3]))]
    return min(xs), min(ys), max(xs), max(ys)
