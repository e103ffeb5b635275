"""Engraved line work, as on banknotes, for the certificate and the seal: SVG, worked out once per process."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

Curve = Callable[[float], tuple[float, float]]
"""From 0..1 along the line to a point."""

_STEP = 1e-4
_LINE_WIDTH_PT = 0.35
_PIECES_PER_WAVE = 6


@functools.cache
def ribbon(width: float, height: float, colour: str, waves: int = 22, lines: int = 5) -> str:
    """Draw braided waves in a strip of `width` x `height` points that swells three times."""

    def wave(line: int) -> Curve:
        def at(t: float) -> tuple[float, float]:
            swell = 0.62 - 0.38 * math.cos(math.tau * 3 * t)
            return width * t, height / 2 * (1 + 0.98 * swell * math.sin(math.tau * (waves * t + line / lines)))

        return at

    return _svg(width, height, colour, [_path(wave(line), waves * _PIECES_PER_WAVE) for line in range(lines)])


@functools.cache
def rosette(size: float, colour: str, petals: int = 12, turns: int = 4) -> str:
    """Draw a braided ring in a square of `size` points."""

    def ring(turn: int) -> Curve:
        def at(t: float) -> tuple[float, float]:
            reach = 0.82 + 0.17 * math.cos(math.tau * (petals * t + turn / turns))
            return size / 2 * (1 + reach * math.cos(math.tau * t)), size / 2 * (1 + reach * math.sin(math.tau * t))

        return at

    return _svg(size, size, colour, [_path(ring(turn), petals * _PIECES_PER_WAVE) for turn in range(turns)])


def _path(curve: Curve, pieces: int) -> str:
    """Follow a curve with cubic Bezier pieces that leave each point in the curve's own direction."""
    x, y = curve(0)
    steps = [f"M{x:.2f} {y:.2f}"]
    for piece in range(pieces):
        start, end = piece / pieces, (piece + 1) / pieces
        corners = (_handle(curve, start, 1 / (3 * pieces)), _handle(curve, end, -1 / (3 * pieces)), curve(end))
        steps.append("C" + " ".join(f"{x:.2f} {y:.2f}" for x, y in corners))
    return "".join(steps)


def _handle(curve: Curve, t: float, reach: float) -> tuple[float, float]:
    (x, y), (x0, y0), (x1, y1) = curve(t), curve(t - _STEP), curve(t + _STEP)
    return x + (x1 - x0) / (2 * _STEP) * reach, y + (y1 - y0) / (2 * _STEP) * reach


def _svg(width: float, height: float, colour: str, paths: list[str]) -> str:
    drawn = "".join(f'<path d="{path}"/>' for path in paths)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}">'
        f'<g fill="none" stroke="{colour}" stroke-width="{_LINE_WIDTH_PT}">{drawn}</g></svg>'
    )
