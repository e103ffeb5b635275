"""What a bench prints: a line for each figure, beside its limit."""

from __future__ import annotations

from typing import NamedTuple


class Line(NamedTuple):
    """One figure; without a budget it is there for comparison, or says why it was left out.

    An aim is a budget that may be missed: it is shown, and the run goes on to be good.
    """

    what: str
    measured: str
    budget: str = ""
    kept: bool = True
    is_aim: bool = False

    def show(self) -> bool:
        """Print it; returns whether the budget was kept, where it must be."""
        missed = "miss" if self.is_aim else "OVER"
        verdict = "    " if not self.budget else "ok  " if self.kept else missed
        budget = f"; {'aim' if self.is_aim else 'budget'} {self.budget}" if self.budget else ""
        print(f"{verdict} {self.what}: {self.measured}{budget}", flush=True)
        return self.kept or self.is_aim
