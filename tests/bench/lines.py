"""What a bench prints: a line for each figure, beside its limit."""

from __future__ import annotations

from typing import NamedTuple


class Line(NamedTuple):
    """One figure; without a budget it is there for comparison, or says why it was left out."""

    what: str
    measured: str
    budget: str = ""
    kept: bool = True

    def show(self) -> bool:
        """Print it; returns whether the budget was kept."""
        verdict = "    " if not self.budget else "ok  " if self.kept else "OVER"
        budget = f"; budget {self.budget}" if self.budget else ""
        print(f"{verdict} {self.what}: {self.measured}{budget}", flush=True)
        return self.kept
