from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import databases


@pytest.fixture(params=databases.KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database: each test that asks for it runs on SQLite and on PostgreSQL."""
    with databases.fresh(request.param, tmp_path) as url:
        yield url


LONGEST = ("tests/crash/", "tests/journeys/", "tests/archive/test_memory.py", "tests/services/test_outage.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that it does not keep one process at work when the others have ended."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


def pytest_sessionfinish() -> None:
    databases.remove_template()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say plainly what was left out, and why."""
    reasons: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        reasons[reason] = reasons.get(reason, 0) + 1
    for reason, count in reasons.items():
        terminalreporter.write_line(f"left out: {count} tests. {reason}")
