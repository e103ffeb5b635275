"""Several workers at the same moment, each a real process: whatever time causes happens once."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from b24app.domain.reminders import Reminders
from b24app.store.database import close_connection
from b24app.store.tables import AuditRow, OutboxMessage, Request
from tests.hand_clocks import HandClocks
from tests.services.desk import ANN, MARCO, Desk

SCRIPT = Path(__file__).with_name("time_process.py")
MONDAY = datetime(2026, 3, 2, 13, tzinfo=UTC)
PLAN = Reminders(first_days=1, every_days=1, most=9, before_deadline=True)


def look_together(desk: Desk, moment: datetime, count: int = 3) -> None:
    """Start workers, let them begin at once, wait for their ends."""
    settings = desk.ctx.settings
    command = [sys.executable, str(SCRIPT), settings.data_dir, settings.database, moment.isoformat()]
    close_connection()
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(count)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0


def sent_at(desk: Desk, **options) -> list[str]:
    desk.keep_time(HandClocks(MONDAY).wall)
    return [desk.send(ANN, replace(MARCO, order=1), reminders=PLAN, **options) for _ in range(8)]


def events(type: str) -> Counter[tuple[str, str]]:
    return Counter((row.request, row.signer) for row in AuditRow.select().where(AuditRow.type == type))


def test_three_workers_remind_each_signer_once_after_a_weekend_away(desk):
    request_ids = sent_at(desk)
    look_together(desk, datetime(2026, 3, 9, 9, 30, tzinfo=UTC))
    assert set(events("signer_reminded").values()) == {1}
    assert {request for request, _ in events("signer_reminded")} == set(request_ids)
    letters = Counter(m.request for m in OutboxMessage.select().where(OutboxMessage.topic == "remind"))
    assert letters == dict.fromkeys(request_ids, 2)


def test_three_workers_end_each_request_once(desk):
    request_ids = sent_at(desk, expires_on=date(2026, 3, 5))
    look_together(desk, datetime(2026, 3, 5, 23, 0, tzinfo=UTC))
    assert events("request_expired") == dict.fromkeys([(request_id, "") for request_id in request_ids], 1)
    assert {row.status for row in Request.select()} == {"expired"}
