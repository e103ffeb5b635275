"""What the worker does once a minute, beside deadlines and files (test_life.py, test_sweep_files.py)."""

from __future__ import annotations

from b24app.services.housekeeping import each_minute
from b24app.store import heartbeat
from tests.services.desk import Desk


def test_the_worker_gives_a_sign_of_life(desk: Desk) -> None:
    assert heartbeat.age_s(desk.ctx.now()) is None
    each_minute(desk.ctx)
    age_s = heartbeat.age_s(desk.ctx.now())
    assert age_s is not None
    assert age_s < 60


def test_lines_of_the_rest_log_go_after_three_days_though_nobody_calls_a_portal(desk: Desk) -> None:
    directory = desk.ctx.settings.rest_log
    directory.mkdir()
    kept = desk.ctx.now().strftime("%Y-%m-%dT%H.jsonl")
    for name in ("2020-01-01T00.jsonl", kept):
        (directory / name).write_text("{}\n")
    each_minute(desk.ctx)
    assert [path.name for path in directory.iterdir()] == [kept]
