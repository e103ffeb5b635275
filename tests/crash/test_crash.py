"""A short run of the crash harness; `make crash` runs it long."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import databases
from tests.crash.__main__ import report
from tests.crash.run import Wanted, run


@pytest.mark.parametrize("kind", databases.KINDS)
def test_five_kills_under_traffic_lose_and_double_nothing(kind: str, tmp_path: Path) -> None:
    with databases.fresh(kind, tmp_path) as url:
        outcome = run(
            Wanted(url, kills=5, seed=2, processes=1 if kind == "sqlite" else 2, threads=4, lives=2), tmp_path
        )
    assert sum(outcome.kills.values()) >= 5
    assert outcome.findings.is_good, report(outcome)
    assert not outcome.gave_up, report(outcome)
